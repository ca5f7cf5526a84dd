import Synchronization

/// The queue behind one watch: an engine pushes, one reader takes.
///
/// It is bounded: a reader that falls behind loses its watch instead of holding up writers.
package final class EventQueue: StorageWatch {
    private struct State {
        var events: [StorageEvent] = []
        var waiter: CheckedContinuation<Result<[StorageEvent]?, StorageError>, Never>?
        var end: Result<[StorageEvent]?, StorageError>?
    }

    package let prefix: String
    private let limit: Int
    private let state = Mutex(State())
    private let onCancel: @Sendable (EventQueue) -> Void

    package init(prefix: String, limit: Int = 200_000, onCancel: @escaping @Sendable (EventQueue) -> Void) {
        self.prefix = prefix
        self.limit = limit
        self.onCancel = onCancel
    }

    package func push(_ events: [StorageEvent]) {
        let mine = events.filter { $0.record.key.utf8.starts(with: prefix.utf8) }
        if mine.isEmpty { return }
        let waiter = state.withLock { state -> CheckedContinuation<Result<[StorageEvent]?, StorageError>, Never>? in
            if state.end != nil { return nil }
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            state.events += mine
            if state.events.count > limit {
                state.events = []
                state.end = .failure(StorageError(.unavailable, "the watch fell too far behind"))
            }
            return nil
        }
        waiter?.resume(returning: .success(mine))
    }

    package func next() async throws(StorageError) -> [StorageEvent]? {
        let result = await withCheckedContinuation { continuation in
            let ready = state.withLock { state -> Result<[StorageEvent]?, StorageError>? in
                if !state.events.isEmpty {
                    let events = state.events
                    state.events = []
                    return .success(events)
                }
                if let end = state.end { return end }
                state.waiter = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
        return try result.get()
    }

    /// Ends the watch: with an error, or quietly.
    package func finish(_ error: StorageError? = nil) {
        let end: Result<[StorageEvent]?, StorageError> = error.map { .failure($0) } ?? .success(nil)
        let waiter = state.withLock { state in
            if state.end == nil { state.end = end }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: end)
    }

    package func cancel() {
        finish()
        onCancel(self)
    }
}
