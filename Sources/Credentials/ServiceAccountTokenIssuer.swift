package import Crypto
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

/// Signs and checks the tokens of service accounts (JWT, ES256).
///
/// The algorithm follows from the key, never from the token.
package struct ServiceAccountTokenIssuer: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let tokenLimit = 64 * 1024

    package let issuer: String
    private let key: P256.Signing.PrivateKey
    private let now: @Sendable () -> Int64
    package let keyID: String

    package init(
        issuer: String, keyPEM: String, now: @escaping @Sendable () -> Int64 = { Timestamp.now().seconds }
    ) throws {
        self.issuer = issuer
        key = try P256.Signing.PrivateKey(pemRepresentation: keyPEM)
        self.now = now
        keyID = Base64.encode(Array(SHA256.hash(data: key.publicKey.derRepresentation)), urlSafe: true)
    }

    package static func newKey() -> String { P256.Signing.PrivateKey().pemRepresentation + "\n" }

    package func sign(_ claims: ServiceAccountClaims) throws -> String {
        var bound: Value = [
            "namespace": .string(claims.namespace),
            "serviceaccount": ["name": .string(claims.serviceAccountName), "uid": .string(claims.serviceAccountUID)],
        ]
        if let pod = claims.pod { bound["pod"] = pod.value }
        if let node = claims.node { bound["node"] = node.value }
        if let secret = claims.secret { bound["secret"] = secret.value }
        var payload: Value = [
            "aud": Value(claims.audiences), "exp": .int(claims.expiresAt), "iat": .int(claims.issuedAt),
            "iss": .string(issuer), "kubernetes.io": bound, "nbf": .int(claims.issuedAt),
            "sub": .string("system:serviceaccount:\(claims.namespace):\(claims.serviceAccountName)"),
        ]
        if let id = claims.id { payload["jti"] = .string(id) }
        let header: Value = ["alg": "ES256", "kid": .string(keyID)]
        let signed = Base64.encode(header.json, urlSafe: true) + "." + Base64.encode(payload.json, urlSafe: true)
        let signature = try key.signature(for: Array(signed.utf8))
        return signed + "." + Base64.encode(Array(signature.rawRepresentation), urlSafe: true)
    }

    /// The claims of a token that this issuer signed and that holds now. Throws `Failure`.
    package func verify(_ token: String) throws -> ServiceAccountClaims {
        guard token.utf8.count <= Self.tokenLimit else { throw Failure(description: "token too large") }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let header = Base64.decode(parts[0]), let payload = Base64.decode(parts[1]),
            let signature = Base64.decode(parts[2])
        else { throw Failure(description: "not a token") }
        guard try Value(json: header)["alg"].string == "ES256" else { throw Failure(description: "unexpected algorithm") }
        let parsed = try P256.Signing.ECDSASignature(rawRepresentation: signature)
        guard key.publicKey.isValidSignature(parsed, for: Array("\(parts[0]).\(parts[1])".utf8)) else {
            throw Failure(description: "the signature does not hold")
        }
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
        return result
    }

    /// The public key as a JSON Web Key Set.
    package var keySet: Value {
        let point = Array(key.publicKey.x963Representation.dropFirst())
        return [
            "keys": [
                [
                    "use": "sig", "kty": "EC", "kid": .string(keyID), "crv": "P-256", "alg": "ES256",
                    "x": .string(Base64.encode(point.prefix(32), urlSafe: true)),
                    "y": .string(Base64.encode(point.suffix(32), urlSafe: true)),
                ]
            ]
        ]
    }
}
