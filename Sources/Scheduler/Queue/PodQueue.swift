import Synchronization

/// A `SchedulingQueue` for tasks: one waits for pods, others bring them.
final class PodQueue: Sendable {
    private struct State {
        var queue = SchedulingQueue()
        var waiter: CheckedContinuation<String?, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Changes the queue; hands a pod to the one who waits, if there is one now.
    @discardableResult
    func change<Result: Sendable>(_ body: (inout SchedulingQueue) -> Result) -> Result {
        let (result, waiter, key) = state.withLock { state -> (Result, CheckedContinuation<String?, Never>?, String?) in
            let result = body(&state.queue)
            guard let waiter = state.waiter, let key = state.queue.pop() else { return (result, nil, nil) }
            state.waiter = nil
            return (result, waiter, key)
        }
        waiter?.resume(returning: key)
        return result
    }

    /// The next pod; nil when the queue is closed.
    func next() async -> String? {
        await withCheckedContinuation { continuation in
            let taken = state.withLock { state -> String?? in
                if state.isClosed { return .some(nil) }
                if let key = state.queue.pop() { return .some(key) }
                state.waiter = continuation
                return nil
            }
            if let taken { continuation.resume(returning: taken) }
        }
    }

    func close() {
        let waiter = state.withLock { state in
            state.isClosed = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    /// Releases pods that were held back, when their time comes. Works until cancelled.
    func runClock() async {
        while !Task.isCancelled {
            let due = change { $0.release(now: .now) }
            let pause = due.map { min(max($0 - .now, .milliseconds(100)), .seconds(1)) } ?? .seconds(1)
            try? await Task.sleep(for: pause)
        }
    }
}
