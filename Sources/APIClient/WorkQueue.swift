import ComponentMetrics
import Objects
import Synchronization

/// Keys that wait to be worked on: each once, never by two workers at a time, failed ones again later.
package final class WorkQueue: Sendable {
    private struct State {
        var ready: [String] = []
        var head = 0
        var queued: Set<String> = []
        var working: Set<String> = []
        /// Added again while being worked on.
        var dirty: Set<String> = []
        var failures: [String: Int] = [:]
        /// When keys that were added for later are due.
        var delayed: [String: ContinuousClock.Instant] = [:]
        var waiters: [CheckedContinuation<String?, Never>] = []
        var isClosed = false
        var figures = WorkQueueFigures()
    }

    private let state = Mutex(State())
    private let baseDelay: Duration
    private let longestDelay: Duration

    /// The delay of a key's n-th failure is `baseDelay` × 2ⁿ, at most `longestDelay`.
    package init(baseDelay: Duration = .milliseconds(5), longestDelay: Duration = .seconds(60)) {
        self.baseDelay = baseDelay
        self.longestDelay = longestDelay
    }

    package func add(_ key: String) {
        let waiter = state.withLock { state -> CheckedContinuation<String?, Never>? in
            if state.isClosed || state.queued.contains(key) { return nil }
            if state.working.contains(key) {
                state.dirty.insert(key)
                return nil
            }
            state.figures.added(key)
            if let waiter = state.waiters.popLast() {
                state.working.insert(key)
                state.figures.began(key)
                return waiter
            }
            state.queued.insert(key)
            state.ready.append(key)
            return nil
        }
        waiter?.resume(returning: key)
    }

    /// Adds the key later. Of several times that are set for a key the earliest counts, and the others are forgotten: so a
    /// loop that sets its next time at each turn never becomes two.
    package func add(_ key: String, after delay: Duration) {
        let due = ClusterTime.now + delay
        let isEarliest = state.withLock { state in
            if state.isClosed { return false }
            if let known = state.delayed[key], known <= due { return false }
            state.delayed[key] = due
            return true
        }
        guard isEarliest else { return }
        Task { [weak self] in
            try? await ClusterTime.sleep(for: delay)
            self?.addDelayed(key, due)
        }
    }

    private func addDelayed(_ key: String, _ due: ContinuousClock.Instant) {
        let isStillDue = state.withLock { state in
            guard state.delayed[key] == due else { return false }
            state.delayed[key] = nil
            return true
        }
        if isStillDue { add(key) }
    }

    /// The next key; nil when the queue is closed. The worker must call `done`.
    package func next() async -> String? {
        await withCheckedContinuation { continuation in
            let taken = state.withLock { state -> String?? in
                if state.isClosed { return .some(nil) }
                guard state.head < state.ready.count else {
                    state.waiters.append(continuation)
                    return nil
                }
                let key = state.ready[state.head]
                state.head += 1
                if state.head > 1024, state.head * 2 > state.ready.count {
                    state.ready.removeFirst(state.head)
                    state.head = 0
                }
                state.queued.remove(key)
                state.working.insert(key)
                state.figures.began(key)
                return .some(key)
            }
            if let taken { continuation.resume(returning: taken) }
        }
    }

    package func done(_ key: String) {
        let isDirty = state.withLock { state in
            state.working.remove(key)
            state.figures.finished(key)
            return state.dirty.remove(key) != nil
        }
        if isDirty { add(key) }
    }

    /// Works on the key again, after a pause that grows with its failures.
    package func retry(_ key: String) {
        let failures = state.withLock { state in
            state.failures[key, default: 0] += 1
            state.figures.retries += 1
            return state.failures[key] ?? 1
        }
        add(key, after: min(baseDelay * (1 << min(failures, 20)), longestDelay))
    }

    /// What the queue has done so far, and how many keys wait.
    var figures: (WorkQueueFigures, depth: Int) { state.withLock { ($0.figures, $0.queued.count) } }

    package func forget(_ key: String) { _ = state.withLock { $0.failures.removeValue(forKey: key) } }

    package func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: nil) }
    }
}
