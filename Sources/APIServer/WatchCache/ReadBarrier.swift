import KubernetesTypes
import Objects
import Storage
import Synchronization

/// Lets reads pass once the watch caches have every change that the store had when they asked.
///
/// Needed where several servers write to one store: a client that wrote through one of them reads its own write
/// through another. Readers that come while the store is being asked share the next question.
final class ReadBarrier: Sendable {
    private typealias Waiter = CheckedContinuation<Result<Void, StatusError>, Never>

    private struct State {
        var waiting: [Waiter] = []
        var isAsking = false
    }

    /// Below the root of the watch, so that its changes are events too.
    private static let key = CacheFeed.root + "martlet.dev/progress"
    private static let usualDelay = Duration.milliseconds(50)
    private static let longestDelay = Duration.seconds(3)

    private let storage: any Storage
    private let applied: AppliedRevision
    private let state = Mutex(State())

    init(storage: any Storage, applied: AppliedRevision) {
        self.storage = storage
        self.applied = applied
    }

    /// Whether the caches have this version already.
    func knows(_ revision: Int64) -> Bool { applied.current >= revision }

    /// Throws when the store does not answer or its changes do not arrive.
    func pass() async throws(StatusError) {
        let result = await withCheckedContinuation { (continuation: Waiter) in
            let begins = state.withLock { state in
                state.waiting.append(continuation)
                defer { state.isAsking = true }
                return !state.isAsking
            }
            if begins { Task { await ask() } }
        }
        try result.get()
    }

    private func ask() async {
        while true {
            let batch = state.withLock { state in
                defer { state.waiting = [] }
                if state.waiting.isEmpty { state.isAsking = false }
                return state.waiting
            }
            if batch.isEmpty { return }
            let result = await reach()
            for waiter in batch { waiter.resume(returning: result) }
        }
    }

    private func reach() async -> Result<Void, StatusError> {
        do throws(StorageError) {
            let revision = try await storage.currentRevision()
            if await applied.wait(for: revision, atMost: Self.usualDelay) { return .success(()) }
            // The newest change may be of a key that nobody watches: one of our own shows how far the watch is.
            try await advance()
            if await applied.wait(for: revision, atMost: Self.longestDelay) { return .success(()) }
            return .failure(
                StatusError(code: 504, reason: "Timeout", message: "Timeout: the watch cache does not reach the store's revision \(revision)"))
        } catch {
            return .failure(StatusError(storage: error))
        }
    }

    /// Who is too late to change the key needs no change: another has made it.
    private func advance() async throws(StorageError) {
        if let known = try await storage.get(Self.key).record {
            _ = try await storage.commit(.update(key: Self.key, value: [], expecting: known.modRevision))
        } else {
            _ = try await storage.commit(.create(key: Self.key, value: []))
        }
    }
}
