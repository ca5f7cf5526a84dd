import ComponentMetrics
import Objects
import Synchronization

/// What a work queue counts of itself.
struct WorkQueueFigures: Sendable {
    static let bounds = MetricBounds.queueSeconds

    private(set) var adds = 0
    var retries = 0
    private(set) var waited = HistogramState(buckets: bounds.count)
    private(set) var worked = HistogramState(buckets: bounds.count)
    private var added: [String: ContinuousClock.Instant] = [:]
    private var begun: [String: ContinuousClock.Instant] = [:]

    mutating func added(_ key: String) {
        adds += 1
        added[key] = ClusterTime.now
    }

    mutating func began(_ key: String) {
        let now = ClusterTime.now
        if let since = added.removeValue(forKey: key) { waited.observe((now - since).seconds, Self.bounds) }
        begun[key] = now
    }

    mutating func finished(_ key: String) {
        if let since = begun.removeValue(forKey: key) { worked.observe((ClusterTime.now - since).seconds, Self.bounds) }
    }

    /// Seconds of the work that is under way: of all of it, and of the oldest.
    var unfinished: (sum: Double, longest: Double) {
        let now = ClusterTime.now
        let seconds = begun.values.map { (now - $0).seconds }
        return (seconds.reduce(0, +), seconds.max() ?? 0)
    }
}

/// The `workqueue_*` metrics of all queues of the process.
enum WorkQueueMetrics {
    private struct Entry {
        let name: String
        weak var queue: WorkQueue?
    }

    private static let queues = Mutex<[Entry]>([])

    /// Shows a queue under the name of its controller.
    static func add(_ name: String, _ queue: WorkQueue) {
        queues.withLock { queues in
            queues.removeAll { $0.queue == nil || $0.name == name }
            queues.append(Entry(name: name, queue: queue))
        }
        MetricRegistry.shared.add("workqueue") { collect(&$0) }
    }

    private static func collect(_ writer: inout MetricWriter) {
        let present = queues.withLock { $0.compactMap { entry in entry.queue.map { (entry.name, $0.figures) } } }
        func each(_ name: String, _ kind: MetricWriter.Kind, _ help: String, _ value: (WorkQueueFigures, Int) -> Double) {
            writer.begin(name, kind, help)
            for (queue, figures) in present { writer.sample(name, [("name", queue)], value(figures.0, figures.depth)) }
        }
        each("workqueue_depth", .gauge, "Keys that wait.") { Double($1) }
        each("workqueue_adds_total", .counter, "Keys that were added.") { figures, _ in Double(figures.adds) }
        each("workqueue_retries_total", .counter, "Keys that were added again after a failure.") { figures, _ in Double(figures.retries) }
        each("workqueue_unfinished_work_seconds", .gauge, "Seconds of the work that is under way.") { figures, _ in figures.unfinished.sum }
        each("workqueue_longest_running_processor_seconds", .gauge, "Seconds of the oldest work that is under way.") { figures, _ in
            figures.unfinished.longest
        }
        writer.begin("workqueue_queue_duration_seconds", .histogram, "Seconds that keys waited.")
        for (queue, figures) in present {
            writer.histogram("workqueue_queue_duration_seconds", [("name", queue)], WorkQueueFigures.bounds, figures.0.waited)
        }
        writer.begin("workqueue_work_duration_seconds", .histogram, "Seconds that work on a key took.")
        for (queue, figures) in present {
            writer.histogram("workqueue_work_duration_seconds", [("name", queue)], WorkQueueFigures.bounds, figures.0.worked)
        }
    }
}
