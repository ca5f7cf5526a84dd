import ComponentMetrics

/// The `scheduler_*` metrics, by upstream's names and bounds.
final class SchedulerMetrics: Sendable {
    enum Outcome: String { case scheduled, unschedulable, error }

    private static let profile = "default-scheduler"

    private let attempts = MetricFamily(
        "scheduler_schedule_attempts_total", "Attempts to find a node for a pod, by how they ended.", labels: ["profile", "result"]
    ) { Counter() }
    private let durations = MetricFamily(
        "scheduler_scheduling_attempt_duration_seconds", "Seconds of an attempt, with the binding.", labels: ["profile", "result"]
    ) { Histogram(bounds: MetricBounds.exponential(0.001, 2, 15)) }
    private let decisions = MetricFamily(
        "scheduler_scheduling_algorithm_duration_seconds", "Seconds of choosing a node.", labels: []
    ) { Histogram(bounds: MetricBounds.exponential(0.0001, 2, 15)) }
    private let preemptions = MetricFamily("scheduler_preemption_attempts_total", "Attempts to make room.", labels: []) { Counter() }
    private let victims = MetricFamily("scheduler_preemption_victims", "Pods that one preemption ends.", labels: []) {
        Histogram(bounds: MetricBounds.exponential(1, 2, 7))
    }

    typealias Lengths = (active: Int, heldBack: Int, unschedulable: Int)

    /// Shows the metrics, with how many pods wait; nil when nobody schedules any more.
    func register(_ lengths: @escaping @Sendable () -> Lengths?) {
        MetricRegistry.shared.add("scheduler") { [self] writer in
            writer.write(attempts)
            writer.write(durations)
            writer.write(decisions)
            writer.write(preemptions)
            writer.write(victims)
            guard let waiting = lengths() else { return }
            writer.begin("scheduler_pending_pods", .gauge, "Pods that wait for a node, by the queue in which they wait.")
            writer.sample("scheduler_pending_pods", [("queue", "active")], waiting.active)
            writer.sample("scheduler_pending_pods", [("queue", "backoff")], waiting.heldBack)
            writer.sample("scheduler_pending_pods", [("queue", "unschedulable")], waiting.unschedulable)
        }
    }

    func attempted(_ outcome: Outcome, since begun: ContinuousClock.Instant) {
        attempts.with([Self.profile, outcome.rawValue]).increment()
        durations.with([Self.profile, outcome.rawValue]).observe(ContinuousClock.now - begun)
    }

    func decided(since begun: ContinuousClock.Instant) { decisions.with([]).observe(ContinuousClock.now - begun) }

    func preempted(_ count: Int?) {
        preemptions.with([]).increment()
        if let count { victims.with([]).observe(Double(count)) }
    }
}
