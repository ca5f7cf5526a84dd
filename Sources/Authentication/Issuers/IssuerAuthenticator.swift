import ComponentMetrics
import Objects

/// Tokens of one issuer (OpenID Connect).
package final class IssuerAuthenticator: TokenAuthenticator {
    /// How far the clock of an issuer may be ahead before a token counts as not yet valid.
    private static let leeway: Int64 = 300

    package let settings: IssuerSettings
    private let mapping: ClaimMapping
    private let keys: IssuerKeys
    private let source: any DocumentSource
    private let now: @Sendable () -> Int64
    private let distributed: DistributedClaims

    /// Throws when an expression of the settings does not compile.
    package init(
        _ settings: IssuerSettings, source: any DocumentSource, now: @escaping @Sendable () -> Int64 = { Timestamp.now().seconds }
    ) throws(ConfigurationProblem) {
        self.settings = settings
        self.source = source
        self.now = now
        mapping = try ClaimMapping(settings)
        keys = IssuerKeys(settings, source: source)
        distributed = DistributedClaims(settings, source: source) { token, keys throws(WebToken.Failure) in
            try await Self.verify(token, settings, keys, now)
        }
    }

    package func prepare() async { await keys.prepare() }
    package func close() async { await source.close() }

    package func verdict(_ token: String, audiences: [String]) async -> TokenVerdict {
        guard WebToken.issuer(of: token) == settings.url else { return .unknown }
        do throws(WebToken.Failure) {
            return .user(try await user(token), audiences: audiences)
        } catch {
            return .refused(error.description)
        }
    }

    private func user(_ text: String) async throws(WebToken.Failure) -> UserInfo {
        let token: WebToken
        do throws(WebToken.Failure) {
            token = try WebToken(text)
            try await Self.verify(token, settings, keys, now)
        } catch {
            throw WebToken.Failure("oidc: verify token: \(error)")
        }
        return try mapping.user(try await distributed.expand(token.claims))
    }

    private static func verify(
        _ token: WebToken, _ settings: IssuerSettings, _ keys: IssuerKeys, _ now: @Sendable () -> Int64
    ) async throws(WebToken.Failure) {
        let held = token.audiences
        guard held.contains(where: settings.audiences.contains) else {
            throw WebToken.Failure("oidc: expected audience in \(settings.audiences) got \(held)")
        }
        let time = now()
        guard let end = try token.seconds("exp"), time < end else { throw WebToken.Failure("oidc: token is expired") }
        if let begin = try token.seconds("nbf"), time + leeway < begin {
            throw WebToken.Failure("oidc: current time is before the nbf (not before) time")
        }
        guard settings.algorithms.contains(token.algorithm) else {
            throw WebToken.Failure("id token signed with unsupported algorithm, got \"\(token.algorithm.rawValue)\"")
        }
        try await keys.check(token)
    }
}
