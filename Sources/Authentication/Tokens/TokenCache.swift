import Crypto
import Synchronization

/// Verdicts about tokens, for a short while, and at most one question about a token at a time.
///
/// Holds digests, no tokens.
package final class TokenCache: Sendable {
    private struct Entry {
        let verdict: TokenVerdict
        let end: ContinuousClock.Instant
    }

    private struct State {
        var entries: [SHA256.Digest: Entry] = [:]
        var asked: [SHA256.Digest: Task<TokenVerdict, Never>] = [:]
    }

    private static let limit = 32 * 1024

    private let successLifetime: Duration
    private let failureLifetime: Duration
    private let state = Mutex(State())

    /// A lifetime of zero keeps nothing.
    package init(successLifetime: Duration = .seconds(10), failureLifetime: Duration = .zero) {
        self.successLifetime = successLifetime
        self.failureLifetime = failureLifetime
    }

    private static func key(_ token: String, _ audiences: [String]) -> SHA256.Digest {
        var hash = SHA256()
        hash.update(data: Array(token.utf8))
        for audience in audiences {
            hash.update(data: [0])
            hash.update(data: Array(audience.utf8))
        }
        return hash.finalize()
    }

    /// What is known already; nil when somebody has to be asked.
    package func known(_ token: String, audiences: [String]) -> TokenVerdict? {
        let key = Self.key(token, audiences)
        return state.withLock { state in
            guard let entry = state.entries[key], entry.end > .now else { return nil }
            return entry.verdict
        }
    }

    package func verdict(
        _ token: String, audiences: [String], _ find: @escaping @Sendable () async -> TokenVerdict
    ) async -> TokenVerdict {
        if let known = known(token, audiences: audiences) { return known }
        let key = Self.key(token, audiences)
        let task = state.withLock { state in
            if let running = state.asked[key] { return running }
            let task = Task { [weak self] in
                let verdict = await find()
                self?.remember(verdict, key)
                return verdict
            }
            state.asked[key] = task
            return task
        }
        return await task.value
    }

    private func remember(_ verdict: TokenVerdict, _ key: SHA256.Digest) {
        // What went wrong may go right the next time.
        let lifetime: Duration
        switch verdict {
        case .user: lifetime = successLifetime
        case .unknown: lifetime = failureLifetime
        case .refused: lifetime = .zero
        }
        state.withLock { state in
            state.asked[key] = nil
            guard lifetime > .zero else { return }
            if state.entries.count >= Self.limit {
                let now = ContinuousClock.now
                state.entries = state.entries.filter { $0.value.end > now }
                if state.entries.count >= Self.limit { state.entries = [:] }
            }
            state.entries[key] = Entry(verdict: verdict, end: .now + lifetime)
        }
    }

    /// Forgets everything: what verdicts follow from has changed.
    package func clear() { state.withLock { $0.entries = [:] } }
}
