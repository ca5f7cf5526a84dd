package import ComponentMetrics

/// What is counted of decisions, by upstream's names.
package enum AuthorizationMetrics {
    static let decisions = MetricFamily<Counter>(
        "apiserver_authorization_decisions_total", "Requests that an authorizer decided.", labels: ["type", "name", "decision"]) { Counter() }
    static let evaluations = MetricFamily<Counter>(
        "apiserver_authorization_webhook_evaluations_total", "Questions to authorization webhooks.", labels: ["name", "result"]) { Counter() }
    static let durations = MetricFamily<Histogram>(
        "apiserver_authorization_webhook_duration_seconds", "Seconds that authorization webhooks took.", labels: ["name", "result"]
    ) { Histogram(bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]) }
    static let openFailures = MetricFamily<Counter>(
        "apiserver_authorization_webhook_evaluations_fail_open_total", "Failed questions to webhooks that were passed over.",
        labels: ["name", "result"]) { Counter() }
    static let exclusions = MetricFamily<Counter>(
        "apiserver_authorization_match_condition_exclusions_total", "Requests that match conditions kept from a webhook.",
        labels: ["type", "name"]) { Counter() }
    static let conditionFailures = MetricFamily<Counter>(
        "apiserver_authorization_match_condition_evaluation_errors_total", "Match conditions that could not be evaluated.",
        labels: ["type", "name"]) { Counter() }

    /// Adds all of it to a registry.
    package static func register(_ registry: MetricRegistry) {
        registry.add("authorization") { writer in
            writer.write(decisions)
            writer.write(evaluations)
            writer.write(durations)
            writer.write(openFailures)
            writer.write(exclusions)
            writer.write(conditionFailures)
        }
    }
}

/// The instruments of one webhook.
struct WebhookMetrics: Sendable {
    private let name: String
    let exclusions: Counter
    let conditionFailures: Counter

    init(_ name: String) {
        self.name = name
        exclusions = AuthorizationMetrics.exclusions.with(["Webhook", name])
        conditionFailures = AuthorizationMetrics.conditionFailures.with(["Webhook", name])
    }

    func answered(_ result: String, _ duration: Duration) {
        AuthorizationMetrics.evaluations.with([name, result]).increment()
        AuthorizationMetrics.durations.with([name, result]).observe(duration)
    }

    func failOpen(_ result: String) { AuthorizationMetrics.openFailures.with([name, result]).increment() }
}
