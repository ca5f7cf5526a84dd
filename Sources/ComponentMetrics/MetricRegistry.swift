import Synchronization

/// What a process tells of itself: everybody who has figures adds a collector, and a scrape asks each of them.
///
/// Collectors read figures that are kept anyway (an atomic, a count under a lock that is there), so that nothing is paid
/// for a metric until somebody asks.
package final class MetricRegistry: Sendable {
    package typealias Collector = @Sendable (inout MetricWriter) -> Void

    /// The registry of the process, which its components share.
    package static let shared = MetricRegistry()

    private let collectors = Mutex<[(name: String, collect: Collector)]>([])

    package init() {}

    /// Adds a collector, or replaces the one of the same name: a component that starts again takes its own place.
    package func add(_ name: String, _ collect: @escaping Collector) {
        collectors.withLock { collectors in
            collectors.removeAll { $0.name == name }
            collectors.append((name, collect))
        }
    }

    package func remove(_ name: String) { collectors.withLock { $0.removeAll { $0.name == name } } }

    /// All metrics, in Prometheus' text form.
    package func scrape() -> [UInt8] {
        var writer = MetricWriter()
        for (_, collect) in collectors.withLock({ $0 }) { collect(&writer) }
        return writer.bytes
    }
}
