import Synchronization

/// The revision up to which the watch caches hold every change of the store.
final class AppliedRevision: Sendable {
    private struct State {
        var revision: Int64 = 0
        var waiters: [(revision: Int64, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let value = Atomic<Int64>(0)
    private let state = Mutex(State())

    /// Without a lock: called with cache locks held.
    var current: Int64 { value.load(ordering: .acquiring) }

    func advance(to revision: Int64) {
        let ready = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard revision > state.revision else { return [] }
            state.revision = revision
            value.store(revision, ordering: .releasing)
            if state.waiters.isEmpty { return [] }
            let ready = state.waiters.filter { $0.revision <= revision }.map(\.continuation)
            state.waiters.removeAll { $0.revision <= revision }
            return ready
        }
        for continuation in ready { continuation.resume() }
    }

    /// Returns when every change up to `revision` is in the caches.
    func wait(for revision: Int64) async {
        if current >= revision { return }
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.revision >= revision { return true }
                state.waiters.append((revision, continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }
}
