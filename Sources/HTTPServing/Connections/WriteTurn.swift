import DequeModule
import Synchronization

/// Lets one task write at a time, in the order in which they asked.
final class WriteTurn: Sendable {
    private struct State {
        var isTaken = false
        var waiting: Deque<CheckedContinuation<Void, Never>> = []
    }

    private let state = Mutex(State())

    func run<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
        await withCheckedContinuation { continuation in
            let isMine = state.withLock { state in
                if state.isTaken {
                    state.waiting.append(continuation)
                    return false
                }
                state.isTaken = true
                return true
            }
            if isMine { continuation.resume() }
        }
        defer {
            let next = state.withLock { state in
                let next = state.waiting.popFirst()
                state.isTaken = next != nil
                return next
            }
            next?.resume()
        }
        return try await body()
    }
}
