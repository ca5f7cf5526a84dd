package import Objects

/// What a service account token says.
package struct ServiceAccountClaims: Sendable, Equatable {
    package struct Reference: Sendable, Equatable {
        package let name: String
        package let uid: String

        package init(name: String, uid: String) {
            self.name = name
            self.uid = uid
        }

        init?(_ value: Value) {
            guard let name = value["name"].string else { return nil }
            self.init(name: name, uid: value["uid"].string ?? "")
        }

        var value: Value { ["name": .string(name), "uid": .string(uid)] }
    }

    package var namespace: String
    package var serviceAccountName: String
    package var serviceAccountUID: String
    package var audiences: [String]
    /// Seconds since 1970.
    package var issuedAt: Int64
    package var expiresAt: Int64
    package var id: String?
    package var pod: Reference?
    package var node: Reference?
    package var secret: Reference?
    /// When a client that still uses the token deserves a warning: tokens whose life was extended.
    package var warnAfter: Int64?

    package init(
        namespace: String, serviceAccountName: String, serviceAccountUID: String, audiences: [String], issuedAt: Int64,
        expiresAt: Int64, id: String? = nil
    ) {
        self.namespace = namespace
        self.serviceAccountName = serviceAccountName
        self.serviceAccountUID = serviceAccountUID
        self.audiences = audiences
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.id = id
    }
}

/// Signs and checks the tokens of service accounts (JWT; RS256 or ES256, as the key is).
///
/// The algorithm follows from the key, never from the token.
package struct ServiceAccountTokenIssuer: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let tokenLimit = 64 * 1024

    package let issuer: String
    private let key: TokenSigningKey
    private let now: @Sendable () -> Int64
    package let keyID: String
    /// Keys whose tokens are taken beside the issuer's own: those of before a change of keys.
    private let formerKeys: [TokenVerificationKey]

    package init(
        issuer: String, keyPEM: String, formerKeyPEMs: [String] = [], now: @escaping @Sendable () -> Int64 = { Timestamp.now().seconds }
    ) throws {
        self.issuer = issuer
        key = try TokenSigningKey(pem: keyPEM)
        self.now = now
        formerKeys = try formerKeyPEMs.map { try TokenVerificationKey(pem: $0) }
        keyID = key.publicKey.id
    }

    /// A key for a new cluster: RSA, which every client that checks tokens itself can read.
    package static func newKey() throws -> String { try TokenSigningKey.newRSA() }

    package func sign(_ claims: ServiceAccountClaims) throws -> String {
        var bound: Value = [
            "namespace": .string(claims.namespace),
            "serviceaccount": ["name": .string(claims.serviceAccountName), "uid": .string(claims.serviceAccountUID)],
        ]
        if let pod = claims.pod { bound["pod"] = pod.value }
        if let node = claims.node { bound["node"] = node.value }
        if let secret = claims.secret { bound["secret"] = secret.value }
        if let moment = claims.warnAfter { bound["warnafter"] = .int(moment) }
        var payload: Value = [
            "aud": Value(claims.audiences), "exp": .int(claims.expiresAt), "iat": .int(claims.issuedAt),
            "iss": .string(issuer), "kubernetes.io": bound, "nbf": .int(claims.issuedAt),
            "sub": .string("system:serviceaccount:\(claims.namespace):\(claims.serviceAccountName)"),
        ]
        if let id = claims.id { payload["jti"] = .string(id) }
        let header: Value = ["alg": .string(key.publicKey.algorithm), "kid": .string(keyID)]
        let signed = Base64.encode(header.json, urlSafe: true) + "." + Base64.encode(payload.json, urlSafe: true)
        return signed + "." + Base64.encode(try key.sign(Array(signed.utf8)), urlSafe: true)
    }

    /// The claims of a token that this issuer signed and that holds now. Throws `Failure`.
    package func verify(_ token: String) throws -> ServiceAccountClaims {
        guard token.utf8.count <= Self.tokenLimit else { throw Failure(description: "token too large") }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let header = Base64.decode(parts[0]), let payload = Base64.decode(parts[1]),
            let signature = Base64.decode(parts[2])
        else { throw Failure(description: "not a token") }
        try checkSignature(try Value(json: header), Array("\(parts[0]).\(parts[1])".utf8), signature)
        let claims = try Value(json: payload)
        guard claims["iss"].string == issuer else { throw Failure(description: "another issuer") }
        let time = now()
        guard let expires = claims["exp"].int, time < expires else { throw Failure(description: "the token has expired") }
        if let begins = claims["nbf"].int, time + 10 < begins { throw Failure(description: "the token is not valid yet") }
        let bound = claims["kubernetes.io"]
        guard let namespace = bound["namespace"].string, let account = bound["serviceaccount"]["name"].string else {
            throw Failure(description: "the token names no service account")
        }
        var result = ServiceAccountClaims(
            namespace: namespace, serviceAccountName: account, serviceAccountUID: bound["serviceaccount"]["uid"].string ?? "",
            audiences: claims["aud"].string.map { [$0] } ?? claims["aud"].strings, issuedAt: claims["iat"].int ?? 0,
            expiresAt: expires, id: claims["jti"].string)
        result.pod = ServiceAccountClaims.Reference(bound["pod"])
        result.node = ServiceAccountClaims.Reference(bound["node"])
        result.secret = ServiceAccountClaims.Reference(bound["secret"])
        result.warnAfter = bound["warnafter"].int
        return result
    }

    /// The key must be one of ours; its kind, and nothing in the token, decides the algorithm.
    private func checkSignature(_ header: Value, _ signed: [UInt8], _ signature: [UInt8]) throws {
        let keys = [key.publicKey] + formerKeys
        let named = header["kid"].string
        let candidates = keys.filter { (named == nil || $0.id == named) && $0.algorithm == header["alg"].string }
        guard candidates.contains(where: { $0.accepts(signature, for: signed) }) else {
            throw Failure(description: "no key accepts the signature")
        }
    }

    /// What `/.well-known/openid-configuration` answers.
    package func discovery(keySetURL: String) -> Value {
        let algorithms = Set([key.publicKey].map(\.algorithm) + formerKeys.map(\.algorithm)).sorted()
        return [
            "issuer": .string(issuer), "jwks_uri": .string(keySetURL), "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": Value(algorithms),
        ]
    }

    /// The public keys as a JSON Web Key Set.
    package var keySet: Value {
        ["keys": .array(([key.publicKey] + formerKeys).map(\.webKey))]
    }
}
