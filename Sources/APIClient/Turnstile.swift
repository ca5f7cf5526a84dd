import DequeModule
import Synchronization

/// Lets so many tasks at a time do something, the others in the order in which they came.
///
/// A component that asks for more at once than its priority level has seats and queues for (API priority and fairness) is refused, and tries
/// again later: it is faster when it waits by itself.
package final class Turnstile: Sendable {
    private struct State {
        var places: Int
        var waiting: Deque<CheckedContinuation<Void, Never>> = []
    }

    private let state: Mutex<State>

    /// `places` is how many pass at a time.
    package init(places: Int) { state = Mutex(State(places: places)) }

    /// How many wait.
    package var waiting: Int { state.withLock { $0.waiting.count } }

    /// Does the work when it is its turn.
    package func pass<T>(isolation: isolated (any Actor)? = #isolation, _ work: () async -> T) async -> T {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.places > 0 {
                    state.places -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
        defer { leave() }
        return await work()
    }

    private func leave() {
        let next = state.withLock { state in
            let next = state.waiting.popFirst()
            if next == nil { state.places += 1 }
            return next
        }
        next?.resume()
    }
}
