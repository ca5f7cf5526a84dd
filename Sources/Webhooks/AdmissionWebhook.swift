package import Objects

/// One webhook of a `MutatingWebhookConfiguration` or `ValidatingWebhookConfiguration`.
package struct AdmissionWebhook: Sendable {
    package let name: String
    package let configuration: String
    /// Distinguishes webhooks of one name in several configurations.
    package let id: String
    /// Nil when the configuration names no place.
    package let target: WebhookTarget?
    package let rules: [WebhookRule]
    /// Whether a failed call lets the request pass.
    package let ignoresFailures: Bool
    package let matchesEquivalents: Bool
    package let namespaceSelector: LabelSelector
    package let objectSelector: LabelSelector
    package let sideEffects: String
    package let timeoutSeconds: Int64
    package let reviewVersion: AdmissionReviewForm.Version?
    package let isReinvoked: Bool
    /// CEL expressions with names, as stated.
    package let matchConditions: [Value]

    package init(_ webhook: Value, configuration: String, position: Int) {
        name = webhook["name"].string ?? ""
        self.configuration = configuration
        id = "\(configuration)/\(name)/\(position)"
        target = WebhookTarget(webhook["clientConfig"])
        rules = webhook["rules"].array.map { WebhookRule($0) }
        ignoresFailures = webhook["failurePolicy"].string == "Ignore"
        matchesEquivalents = webhook["matchPolicy"].string != "Exact"
        namespaceSelector = Self.selector(webhook["namespaceSelector"])
        objectSelector = Self.selector(webhook["objectSelector"])
        sideEffects = webhook["sideEffects"].string ?? ""
        timeoutSeconds = webhook["timeoutSeconds"].int ?? 10
        reviewVersion = webhook["admissionReviewVersions"].strings.lazy.compactMap(AdmissionReviewForm.Version.init(rawValue:)).first
        isReinvoked = webhook["reinvocationPolicy"].string == "IfNeeded"
        matchConditions = webhook["matchConditions"].array
    }

    /// The webhooks of a configuration object.
    package static func all(in configuration: Value) -> [AdmissionWebhook] {
        let name = configuration["metadata"]["name"].string ?? ""
        return configuration["webhooks"].array.enumerated().map { AdmissionWebhook($1, configuration: name, position: $0) }
    }

    /// Whether a dry run may be sent to it.
    package var allowsDryRun: Bool { sideEffects == "None" || sideEffects == "NoneOnDryRun" }

    /// Whether one of the labels' owners is selected. An owner without metadata is selected by the empty selector only.
    package func selects(_ owners: [Value]) -> Bool {
        if objectSelector.isEverything { return true }
        return owners.contains { owner in
            guard owner["metadata"].isObject else { return false }
            let labels = owner["metadata"]["labels"]
            return objectSelector.matches { labels[$0].string }
        }
    }

    private static func selector(_ value: Value) -> LabelSelector {
        guard value.isObject, !value.members.isEmpty else { return .everything }
        return LabelSelector(value)
    }
}
