import Synchronization

/// The revision up to which the watch caches hold every change of the store.
final class AppliedRevision: Sendable {
    private struct State {
        var revision: Int64 = 0
        /// Nothing is applied any more, so nobody waits.
        var isClosed = false
        var waiters: [(revision: Int64, continuation: CheckedContinuation<Void, Never>)] = []
        /// Those who give up after a time, by a number.
        var patient: [Int: (revision: Int64, continuation: CheckedContinuation<Bool, Never>)] = [:]
        var lastPatient = 0
    }

    private let value = Atomic<Int64>(0)
    private let state = Mutex(State())

    /// Without a lock: called with cache locks held.
    var current: Int64 { value.load(ordering: .acquiring) }

    func advance(to revision: Int64) {
        // Woken outside the lock: who is being cancelled just then holds up whoever wakes it.
        var reached: [CheckedContinuation<Bool, Never>] = []
        let ready = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard revision > state.revision else { return [] }
            state.revision = revision
            value.store(revision, ordering: .releasing)
            for (number, waiter) in state.patient where waiter.revision <= revision {
                state.patient[number] = nil
                reached.append(waiter.continuation)
            }
            if state.waiters.isEmpty { return [] }
            let ready = state.waiters.filter { $0.revision <= revision }.map(\.continuation)
            state.waiters.removeAll { $0.revision <= revision }
            return ready
        }
        for continuation in reached { continuation.resume(returning: true) }
        for continuation in ready { continuation.resume() }
    }

    /// Lets everybody go who waits or is going to: the caches follow the store no more.
    func close() {
        let (waiters, patient) = state.withLock { state in
            state.isClosed = true
            defer {
                state.waiters = []
                state.patient = [:]
            }
            return (state.waiters, state.patient)
        }
        for waiter in waiters { waiter.continuation.resume() }
        for waiter in patient.values { waiter.continuation.resume(returning: false) }
    }

    /// Returns when every change up to `revision` is in the caches, or after `close`.
    func wait(for revision: Int64) async {
        if current >= revision { return }
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.revision >= revision || state.isClosed { return true }
                state.waiters.append((revision, continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }

    /// Whether every change up to `revision` came into the caches within the time, and before `close`.
    func wait(for revision: Int64, atMost limit: Duration) async -> Bool {
        if current >= revision { return true }
        return await withCheckedContinuation { continuation in
            let (number, isReached) = state.withLock { state -> (Int?, Bool) in
                if state.revision >= revision || state.isClosed { return (nil, state.revision >= revision) }
                state.lastPatient += 1
                state.patient[state.lastPatient] = (revision, continuation)
                return (state.lastPatient, false)
            }
            guard let number else { return continuation.resume(returning: isReached) }
            Task { [self] in
                try? await Task.sleep(for: limit)
                state.withLock { $0.patient.removeValue(forKey: number) }?.continuation.resume(returning: false)
            }
        }
    }
}
