import ComponentMetrics
import Synchronization

/// What is counted for one flow schema within its level.
package final class FlowSchemaCount: Sendable {
    /// Why requests are refused.
    package enum Refusal: String, Sendable, CaseIterable {
        case full = "queue-full"
        case noSeat = "concurrency-limit"
        case timeOut = "time-out"
    }

    struct Counts: Sendable {
        var dispatched = 0
        var refused: [Refusal: Int] = [:]
        var waiting = 0
        var waitingSeats = 0
        var executing = 0
        var executingSeats = 0
        var waits = HistogramState(buckets: FlowSchemaCount.waitBounds.count)
        var refusedWaits = HistogramState(buckets: FlowSchemaCount.waitBounds.count)
        var executions = HistogramState(buckets: FlowSchemaCount.executionBounds.count)
    }

    static let waitBounds = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30]
    static let executionBounds = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30]

    package let schema: String
    package let level: String
    private let counts = Mutex(Counts())

    init(schema: String, level: String) {
        self.schema = schema
        self.level = level
    }

    var current: Counts { counts.withLock { $0 } }

    func starts(_ width: RequestWidth, after wait: Double) {
        counts.withLock { counts in
            counts.dispatched += 1
            counts.executing += 1
            counts.executingSeats += width.seats
            counts.waits.observe(wait, Self.waitBounds)
        }
    }

    func ends(_ width: RequestWidth, after seconds: Double) {
        counts.withLock { counts in
            counts.executing -= 1
            counts.executingSeats -= width.seats
            counts.executions.observe(seconds, Self.executionBounds)
        }
    }

    func waits(_ width: RequestWidth) {
        counts.withLock { counts in
            counts.waiting += 1
            counts.waitingSeats += width.seats
        }
    }

    func stopsWaiting(_ width: RequestWidth) {
        counts.withLock { counts in
            counts.waiting -= 1
            counts.waitingSeats -= width.seats
        }
    }

    func refuses(_ refusal: Refusal, after wait: Double) {
        counts.withLock { counts in
            counts.refused[refusal, default: 0] += 1
            counts.refusedWaits.observe(wait, Self.waitBounds)
        }
    }
}
