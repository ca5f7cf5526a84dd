package import Authentication
package import Credentials
import Crypto
package import KubernetesTypes
import Objects
import Schema
import Synchronization

/// What a connection and its headers say of who asks.
package struct AuthenticationAttempt: Sendable {
    /// DER, as the connection showed it.
    package let certificate: [UInt8]?
    package let headers: RequestHeaders
    package let authorization: String?
    /// `base64url.bearer.authorization.k8s.io.TOKEN` among the WebSocket subprotocols.
    package let webSocketToken: String?

    package init(
        certificate: [UInt8]?, headers: RequestHeaders = RequestHeaders([]), authorization: String?, webSocketToken: String? = nil
    ) {
        self.headers = headers
        self.certificate = certificate
        self.authorization = authorization
        self.webSocketToken = webSocketToken
    }
}

/// Whether it is known who asks, or has to be found out from others.
package enum AuthenticationProgress: Sendable {
    case known(UserInfo)
    case open(@Sendable () async throws(StatusError) -> UserInfo)
}

/// Finds out who asks: client certificates, service account tokens, bootstrap tokens, tokens of others; else anonymous.
package final class Authenticator: Sendable {
    private let certificates: CertificateAuthenticator?
    private let tokens: ServiceAccountTokenAuthenticator?
    private let bootstrap: BootstrapTokenAuthenticator?
    private let external: ExternalTokens
    private let anonymous: AnonymousAccess
    /// What tokens have to be for, unless a review says otherwise.
    private let audiences: [String]

    init(
        certificates: CertificateAuthenticator?, tokens: ServiceAccountTokenAuthenticator?, bootstrap: BootstrapTokenAuthenticator?,
        external: ExternalTokens, anonymous: AnonymousAccess, audiences: [String]
    ) {
        self.certificates = certificates
        self.tokens = tokens
        self.bootstrap = bootstrap
        self.external = external
        self.anonymous = anonymous
        self.audiences = audiences
    }

    /// Throws `unauthorized` when credentials were shown and do not hold, or none were where some are needed.
    package func authenticate(_ attempt: AuthenticationAttempt, path: String) throws(StatusError) -> AuthenticationProgress {
        if let certificate = attempt.certificate, let user = certificates?.user(certificate, attempt.headers) { return .known(user) }
        if let token = attempt.webSocketToken ?? Self.bearer(attempt.authorization) {
            switch verdict(token, audiences) {
            case .user(let user, _): return .known(Self.authenticated(user))
            case .refused: throw .unauthorized
            case .unknown:
                if external.isEmpty { throw .unauthorized }
                return .open { [external, audiences] () async throws(StatusError) in
                    guard case .user(let user, _) = await external.verdict(token, audiences: audiences) else { throw .unauthorized }
                    return Self.authenticated(user)
                }
            }
        }
        // Somebody who shows a certificate that does not hold is not nobody.
        if attempt.certificate != nil, certificates != nil { throw .unauthorized }
        // Other schemes than Bearer say nothing here.
        guard (external.anonymous ?? anonymous).allows(path: path) else { throw .unauthorized }
        return .known(.anonymous)
    }

    /// Who a token stands for, and for which audiences it holds: those of the server unless some are stated.
    package func review(_ token: String, audiences stated: [String]) async -> TokenVerdict {
        let wanted = stated.isEmpty ? audiences : stated
        var verdict = verdict(token, wanted)
        if verdict == .unknown, !external.isEmpty { verdict = await external.verdict(token, audiences: wanted) }
        guard case .user(let user, let matching) = verdict else { return verdict }
        return .user(Self.authenticated(user), audiences: matching)
    }

    /// What the server knows without asking anybody.
    private func verdict(_ token: String, _ wanted: [String]) -> TokenVerdict {
        if let (user, matching) = tokens?.user(token, audiences: wanted) { return .user(user, audiences: matching) }
        // These tokens say nothing of audiences: they are for the server.
        let own = wanted.filter(audiences.contains)
        if !own.isEmpty, let user = bootstrap?.user(token) { return .user(user, audiences: own) }
        return external.known(token, audiences: wanted) ?? .unknown
    }

    private static func authenticated(_ user: UserInfo) -> UserInfo {
        UserInfo(name: user.name, uid: user.uid, groups: user.groups + [UserInfo.authenticatedGroup], extra: user.extra)
    }

    private static func bearer(_ header: String?) -> String? {
        guard let header, header.utf8.count > 7, header.prefix(7).lowercased() == "bearer " else { return nil }
        let token = header.dropFirst(7).drop { $0 == " " }
        return token.isEmpty ? nil : String(token)
    }
}

/// Tokens of service accounts: the signature, the times, and that what they are bound to still exists.
package final class ServiceAccountTokenAuthenticator: Sendable {
    private let issuer: ServiceAccountTokenIssuer
    private let accounts: ResourceStore
    private let pods: ResourceStore
    private let secrets: ResourceStore
    private let nodes: ResourceStore
    private let uses: LegacyTokenUses
    /// What verified tokens say. Whether what they are bound to still exists is looked up each time.
    private let verified = Mutex<[SHA256.Digest: ServiceAccountClaims]>([:])
    private static let memoryLimit = 8192

    package init(
        issuer: ServiceAccountTokenIssuer, accounts: ResourceStore, pods: ResourceStore,
        secrets: ResourceStore, nodes: ResourceStore
    ) {
        self.issuer = issuer
        self.accounts = accounts
        self.pods = pods
        self.secrets = secrets
        self.nodes = nodes
        uses = LegacyTokenUses(secrets: secrets)
    }

    /// The claims of a token that holds now. A signature is checked once.
    private func claims(_ token: String) -> ServiceAccountClaims? {
        let key = SHA256.hash(data: Array(token.utf8))
        if let known = verified.withLock({ $0[key] }), Timestamp.now().seconds < known.expiresAt { return known }
        guard let claims = try? issuer.verify(token) else { return nil }
        verified.withLock { verified in
            if verified.count >= Self.memoryLimit { verified = [:] }
            verified[key] = claims
        }
        return claims
    }

    func user(_ token: String, audiences wanted: [String]) -> (user: UserInfo, audiences: [String])? {
        guard let claims = claims(token) else { return nil }
        let matching = claims.audiences.filter(wanted.contains)
        guard !matching.isEmpty else { return nil }
        guard let account = accounts.cache.object(ResourceStore.key(claims.namespace, claims.serviceAccountName)),
            account.value["metadata"]["uid"].string == claims.serviceAccountUID
        else { return nil }
        var extra: [String: [String]] = [:]
        if let id = claims.id { extra["authentication.kubernetes.io/credential-id"] = ["JTI=\(id)"] }
        if let pod = claims.pod {
            guard Self.holds(pods, claims.namespace, pod.name, pod.uid) else { return nil }
            extra["authentication.kubernetes.io/pod-name"] = [pod.name]
            extra["authentication.kubernetes.io/pod-uid"] = [pod.uid]
        }
        if let secret = claims.secret {
            guard Self.holds(secrets, claims.namespace, secret.name, secret.uid),
                let object = secrets.cache.object(ResourceStore.key(claims.namespace, secret.name)), uses.accept(object)
            else { return nil }
        }
        if let node = claims.node {
            extra["authentication.kubernetes.io/node-name"] = [node.name]
            extra["authentication.kubernetes.io/node-uid"] = [node.uid]
        }
        let user = UserInfo(
            name: "system:serviceaccount:\(claims.namespace):\(claims.serviceAccountName)", uid: claims.serviceAccountUID,
            groups: ["system:serviceaccounts", "system:serviceaccounts:\(claims.namespace)"], extra: extra)
        return (user, matching)
    }

    /// Whether the object is there, the same one, and not long deleted.
    private static func holds(_ store: ResourceStore, _ namespace: String, _ name: String, _ uid: String) -> Bool {
        guard let object = store.cache.object(ResourceStore.key(namespace, name)) else { return false }
        return object.value["metadata"]["uid"].string == uid
    }
}

/// Tokens that new nodes show once: Secrets of type `bootstrap.kubernetes.io/token` in kube-system.
package final class BootstrapTokenAuthenticator: Sendable {
    private let secrets: ResourceStore

    package init(secrets: ResourceStore) { self.secrets = secrets }

    func user(_ token: String) -> UserInfo? {
        guard BootstrapToken(token) != nil else { return nil }
        let id = String(token.prefix(6))
        guard let secret = secrets.cache.object("kube-system/bootstrap-token-\(id)") else { return nil }
        let value = secret.value
        guard value["type"].string == "bootstrap.kubernetes.io/token", value["metadata"]["deletionTimestamp"].isNull,
            text(value, "token-id") == id, ConstantTime.equal(text(value, "token-secret"), String(token.dropFirst(7))),
            text(value, "usage-bootstrap-authentication") == "true"
        else { return nil }
        let expiration = text(value, "expiration")
        if !expiration.isEmpty {
            guard let end = Timestamp(expiration), end > Timestamp.now() else { return nil }
        }
        let extra = text(value, "auth-extra-groups").split(separator: ",").map(String.init)
        return UserInfo(name: "system:bootstrap:\(id)", groups: ["system:bootstrappers"] + extra)
    }

    private func text(_ secret: Value, _ key: String) -> String {
        secret["data"][key].string.flatMap(Base64.decode).flatMap { String(validating: $0, as: UTF8.self) } ?? ""
    }
}
