package import ComponentMetrics
package import Logging
import Synchronization

/// Tokens that others made: issuers that a configuration names, and a server that is asked about all else.
///
/// What is in force can be replaced while requests are under way; each request goes by one state.
package final class ExternalTokens: Sendable {
    package struct Sources: Sendable {
        package var issuers: [IssuerAuthenticator] = []
        package var reviewer: TokenReviewer?
        /// Nil when no configuration speaks of it.
        package var anonymous: AnonymousAccess?

        package init() {}

        var isEmpty: Bool { issuers.isEmpty && reviewer == nil }
    }

    private let sources = Mutex(Sources())
    private let cache: TokenCache
    private let reviewCache: TokenCache
    private let logger: Logger
    private let latency = MetricFamily<Histogram>(
        "apiserver_authentication_jwt_authenticator_latency_seconds", "Seconds that the verification of a token of an issuer took.",
        labels: ["result"]
    ) { Histogram(bounds: MetricBounds.exponential(0.001, 2, 15)) }

    /// `reviewLifetime` is how long an answer of the server that reviews tokens holds.
    package init(reviewLifetime: Duration = .seconds(120), logger: Logger) {
        self.logger = logger
        cache = TokenCache()
        reviewCache = TokenCache(successLifetime: reviewLifetime, failureLifetime: reviewLifetime)
    }

    /// Puts other sources in force and gives up the connections of the former ones.
    package func replace(_ new: Sources) {
        let old = sources.withLock { sources in
            defer { sources = new }
            return sources
        }
        cache.clear()
        for issuer in new.issuers { Task { await issuer.prepare() } }
        Task {
            // Verifications that are under way may still use them.
            try? await Task.sleep(for: .seconds(60))
            await Self.close(old, keeping: new)
        }
    }

    private static func close(_ old: Sources, keeping new: Sources) async {
        for issuer in old.issuers where !new.issuers.contains(where: { $0 === issuer }) { await issuer.close() }
        if let reviewer = old.reviewer, reviewer !== new.reviewer { await reviewer.close() }
    }

    package func close() async {
        let old = sources.withLock { sources in
            defer { sources = Sources() }
            return sources
        }
        await Self.close(old, keeping: Sources())
    }

    package var anonymous: AnonymousAccess? { sources.withLock { $0.anonymous } }

    /// Whether nobody can know a token that the server itself does not.
    package var isEmpty: Bool { sources.withLock { $0.isEmpty } }

    /// A verdict that is known without asking anybody.
    package func known(_ token: String, audiences: [String]) -> TokenVerdict? { cache.known(token, audiences: audiences) }

    package func verdict(_ token: String, audiences: [String]) async -> TokenVerdict {
        let current = sources.withLock { $0 }
        return await cache.verdict(token, audiences: audiences) { [self] in
            await find(token, audiences, current)
        }
    }

    private func find(_ token: String, _ audiences: [String], _ sources: Sources) async -> TokenVerdict {
        var reasons: [String] = []
        for issuer in sources.issuers {
            let start = ContinuousClock.now
            let verdict = await issuer.verdict(token, audiences: audiences)
            if case .unknown = verdict { continue }
            if case .user = verdict {
                latency.with(["success"]).observe(ContinuousClock.now - start)
                return verdict
            }
            latency.with(["failure"]).observe(ContinuousClock.now - start)
            if case .refused(let reason) = verdict { reasons.append(reason) }
        }
        if let reviewer = sources.reviewer {
            let verdict = await reviewCache.verdict(token, audiences: audiences) {
                await reviewer.verdict(token, audiences: audiences)
            }
            if case .user = verdict { return verdict }
            if case .refused(let reason) = verdict { reasons.append(reason) }
        }
        if reasons.isEmpty { return .unknown }
        logger.info("a token was refused", metadata: ["reason": "\(reasons.joined(separator: "; "))"])
        return .refused(reasons.count == 1 ? reasons[0] : "[" + reasons.joined(separator: ", ") + "]")
    }

    /// Adds what is measured to a registry.
    package func register(_ registry: MetricRegistry) {
        registry.add("authentication_issuers") { [latency] writer in writer.write(latency) }
    }
}
