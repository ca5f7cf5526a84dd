import Synchronization

/// How often each range of values was seen, and their sum.
package struct HistogramState: Sendable {
    package private(set) var counts: [Int]
    package private(set) var sum = 0.0

    package init(buckets: Int) { counts = [Int](repeating: 0, count: buckets + 1) }

    /// `bounds` are in ascending order, and as many as this was made for.
    package mutating func observe(_ value: Double, _ bounds: [Double]) {
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        counts[index] += 1
        sum += value
    }
}

/// A distribution of values, such as the seconds that requests take.
package final class Histogram: Sendable {
    package let bounds: [Double]
    private let state: Mutex<HistogramState>

    package init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(HistogramState(buckets: bounds.count))
    }

    package func observe(_ value: Double) { state.withLock { $0.observe(value, bounds) } }

    /// Observes a time in seconds.
    package func observe(_ duration: Duration) { observe(duration.seconds) }

    package var current: HistogramState { state.withLock { $0 } }
}

extension Duration {
    package var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}

/// Bounds of the histograms that several components have, as upstream chose them, so that dashboards fit.
package enum MetricBounds {
    /// Powers of ten from ten nanoseconds to ten seconds: work queues.
    package static let queueSeconds = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10]
    /// From `start`, each `factor` times the one before.
    package static func exponential(_ start: Double, _ factor: Double, _ count: Int) -> [Double] {
        var bound = start
        return (0..<count).map { _ in
            defer { bound *= factor }
            return bound
        }
    }
}
