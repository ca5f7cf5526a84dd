import Synchronization

/// The seats of one request. To be given back once, with `end`.
package struct FlowSeat: Sendable {
    let level: PriorityLevel
    let schema: FlowSchemaCount
    let queue: Int
    let width: RequestWidth
    let started: ContinuousClock.Instant

    /// The request has ended.
    package func end() { level.end(self) }
}

/// A request that waits for its seats.
package final class FlowWait: Sendable {
    package enum Outcome: Sendable {
        case seat(FlowSeat)
        case timedOut
    }

    private enum State {
        case pending
        case waited(CheckedContinuation<Outcome, Never>)
        case decided(Outcome)
    }

    private let state = Mutex(State.pending)
    let id: UInt64
    let level: PriorityLevel
    let schema: FlowSchemaCount
    let width: RequestWidth
    let arrived: ContinuousClock.Instant

    init(id: UInt64, level: PriorityLevel, schema: FlowSchemaCount, width: RequestWidth, arrived: ContinuousClock.Instant) {
        self.id = id
        self.level = level
        self.schema = schema
        self.width = width
        self.arrived = arrived
    }

    /// Returns when there are seats, or when `limit` has passed.
    package func outcome(within limit: Duration) async -> Outcome {
        level.bound(self, limit)
        return await withCheckedContinuation { continuation in
            let known: Outcome? = state.withLock { state in
                if case .decided(let outcome) = state { return outcome }
                state = .waited(continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Nobody waits for the answer any more: the place in the queue is free for others.
    package func abandon() { level.abandon(self) }

    func decide(_ outcome: Outcome) {
        let continuation: CheckedContinuation<Outcome, Never>? = state.withLock { state in
            if case .waited(let continuation) = state {
                state = .decided(outcome)
                return continuation
            }
            state = .decided(outcome)
            return nil
        }
        continuation?.resume(returning: outcome)
    }
}
