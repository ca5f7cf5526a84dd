package import Credentials
package import KubernetesTypes
package import Objects
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

/// Finds out who asks: client certificates, service account tokens, bootstrap tokens; else anonymous.
package final class Authenticator: Sendable {
    private let certificates: CertificateAuthenticator?
    private let tokens: ServiceAccountTokenAuthenticator?
    private let bootstrap: BootstrapTokenAuthenticator?
    private let staticTokens: [String: UserInfo]

    init(
        certificates: CertificateAuthenticator?, tokens: ServiceAccountTokenAuthenticator?,
        bootstrap: BootstrapTokenAuthenticator? = nil, staticTokens: [String: UserInfo] = [:]
    ) {
        self.certificates = certificates
        self.tokens = tokens
        self.bootstrap = bootstrap
        self.staticTokens = staticTokens
    }

    /// Throws `unauthorized` when credentials were shown and do not hold.
    package func authenticate(_ attempt: AuthenticationAttempt) throws(StatusError) -> UserInfo {
        if let certificate = attempt.certificate, let user = certificates?.user(certificate, attempt.headers) { return user }
        if let token = attempt.webSocketToken ?? Self.bearer(attempt.authorization) {
            guard let user = self.user(token: token, audiences: nil) else { throw .unauthorized }
            return user.user
        }
        // Other schemes than Bearer say nothing here.
        return .anonymous
    }

    /// Who a token stands for and for which audiences it holds; nil when it does not hold.
    package func user(token: String, audiences: [String]?) -> (user: UserInfo, audiences: [String])? {
        if let user = staticTokens.first(where: { ConstantTime.equal($0.key, token) })?.value {
            return (Self.authenticated(user), [])
        }
        if let user = bootstrap?.user(token) { return (Self.authenticated(user), []) }
        guard let (user, audiences) = tokens?.user(token, audiences: audiences) else { return nil }
        return (Self.authenticated(user), audiences)
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
    private let audiences: [String]
    private let accounts: ResourceStore
    private let pods: ResourceStore
    private let secrets: ResourceStore
    private let nodes: ResourceStore

    package init(
        issuer: ServiceAccountTokenIssuer, audiences: [String], accounts: ResourceStore, pods: ResourceStore,
        secrets: ResourceStore, nodes: ResourceStore
    ) {
        self.issuer = issuer
        self.audiences = audiences
        self.accounts = accounts
        self.pods = pods
        self.secrets = secrets
        self.nodes = nodes
    }

    func user(_ token: String, audiences wanted: [String]?) -> (user: UserInfo, audiences: [String])? {
        guard let claims = try? issuer.verify(token) else { return nil }
        let matching = claims.audiences.filter((wanted ?? audiences).contains)
        guard !matching.isEmpty || (claims.audiences.isEmpty && wanted == nil) else { return nil }
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
        if let secret = claims.secret, !Self.holds(secrets, claims.namespace, secret.name, secret.uid) { return nil }
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
        guard BootstrapToken.isWellFormed(token) else { return nil }
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
