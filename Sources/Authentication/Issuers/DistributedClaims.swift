import Objects
import Synchronization

/// Claims that an issuer keeps elsewhere: a token says where, and a token from there says what (OpenID Connect 5.6.2).
///
/// Only groups are looked for, as upstream does, and only when a verified token names the place.
final class DistributedClaims: Sendable {
    private static let most = 16

    private let settings: IssuerSettings
    private let source: any DocumentSource
    private let verify: @Sendable (WebToken, IssuerKeys) async throws(WebToken.Failure) -> Void
    /// The keys of the issuers of such tokens, by their URL.
    private let keys = Mutex<[String: IssuerKeys]>([:])

    /// `verify` checks the times, the audience and, with the keys, the signature.
    init(
        _ settings: IssuerSettings, source: any DocumentSource,
        verify: @escaping @Sendable (WebToken, IssuerKeys) async throws(WebToken.Failure) -> Void
    ) {
        self.settings = settings
        self.source = source
        self.verify = verify
    }

    /// The claims with that of the groups, when it stands elsewhere. Throws why it cannot be had.
    func expand(_ claims: Value) async throws(WebToken.Failure) -> Value {
        guard case .claim(let claim, _)? = settings.groups, !claims.contains(claim), claims.contains("_claim_names") else { return claims }
        guard claims["_claim_names"].isObject else { throw WebToken.Failure("oidc: error parsing distributed claim names") }
        guard claims.contains("_claim_sources") else { throw WebToken.Failure("oidc: no claim sources") }
        guard claims["_claim_sources"].isObject else { throw WebToken.Failure("oidc: could not parse claim sources") }
        guard let name = claims["_claim_names"][claim].string else { return claims }
        let place = claims["_claim_sources"][name]
        guard place.isObject else {
            throw WebToken.Failure("id token _claim_names contained a source \(name) missing in _claims_sources")
        }
        // Claims that were put together by the issuer come with a token of their own instead.
        guard let url = place["endpoint"].string, !url.isEmpty else { return claims }
        let value: Value
        do throws(WebToken.Failure) {
            value = try await self.value(of: claim, at: url, place["access_token"].string ?? "")
        } catch {
            throw WebToken.Failure("oidc: could not expand distributed claims: \(error)")
        }
        var all = claims
        all[claim] = value
        return all
    }

    private func value(of claim: String, at url: String, _ bearer: String) async throws(WebToken.Failure) -> Value {
        guard url.hasPrefix("https://") else { throw WebToken.Failure("the endpoint \(url) is not under https") }
        let bytes = try await source.document(at: url, bearer: bearer)
        let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        guard let issuer = WebToken.issuer(of: text) else { throw WebToken.Failure("the endpoint \(url) answered no token") }
        let token = try WebToken(text)
        try await verify(token, keys(of: issuer))
        guard token.claims.contains(claim) else {
            throw WebToken.Failure("jwt returned by distributed claim endpoint \"\(url)\" did not contain claim: \(claim)")
        }
        return token.claims[claim]
    }

    private func keys(of issuer: String) -> IssuerKeys {
        keys.withLock { keys in
            if let known = keys[issuer] { return known }
            if keys.count >= Self.most { keys = [:] }
            var other = settings
            if issuer != settings.url {
                other.url = issuer
                other.discoveryURL = ""
            }
            let made = IssuerKeys(other, source: source)
            keys[issuer] = made
            return made
        }
    }
}
