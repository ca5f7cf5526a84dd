import Crypto
import CryptoExtras
#if canImport(FoundationEssentials)
import FoundationEssentials
#endif
import Objects

/// A public key that checks tokens. The algorithm is the key's: ES256 for P-256, RS256 for RSA.
struct TokenVerificationKey: Sendable {
    private enum Key: Sendable {
        case p256(P256.Signing.PublicKey)
        case rsa(_RSA.Signing.PublicKey)
    }

    private let key: Key
    /// URL-safe base64 of the SHA-256 of the DER public key, as kube-apiserver names its keys.
    let id: String

    init(_ key: P256.Signing.PublicKey) {
        self.key = .p256(key)
        id = Self.identifier(key.derRepresentation)
    }

    /// Takes `PUBLIC KEY`, and private keys of both kinds, of which only the public half is kept.
    init(pem: String) throws {
        if let key = try? P256.Signing.PublicKey(pemRepresentation: pem) {
            self.init(key)
        } else if let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) {
            self.init(key.publicKey)
        } else {
            self.init(
                try (try? _RSA.Signing.PublicKey(pemRepresentation: pem))
                    ?? _RSA.Signing.PrivateKey(pemRepresentation: pem).publicKey)
        }
    }

    init(_ key: _RSA.Signing.PublicKey) {
        self.key = .rsa(key)
        id = Self.identifier(key.derRepresentation)
    }

    private static func identifier(_ der: Data) -> String {
        Base64.encode(Array(SHA256.hash(data: der)), urlSafe: true)
    }

    var algorithm: String {
        switch key {
        case .p256: return "ES256"
        case .rsa: return "RS256"
        }
    }

    func accepts(_ signature: [UInt8], for bytes: [UInt8]) -> Bool {
        switch key {
        case .p256(let key):
            guard let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: bytes)
        case .rsa(let key):
            return key.isValidSignature(.init(rawRepresentation: signature), for: bytes, padding: .insecurePKCS1v1_5)
        }
    }

    /// The key as one entry of a JSON Web Key Set.
    var webKey: Value {
        var entry: Value = ["use": "sig", "kid": .string(id), "alg": .string(algorithm)]
        switch key {
        case .p256(let key):
            let point = Array(key.x963Representation.dropFirst())
            entry["kty"] = "EC"
            entry["crv"] = "P-256"
            entry["x"] = .string(Base64.encode(point.prefix(32), urlSafe: true))
            entry["y"] = .string(Base64.encode(point.suffix(32), urlSafe: true))
        case .rsa(let key):
            entry["kty"] = "RSA"
            guard let primitives = try? key.getKeyPrimitives() else { break }
            entry["n"] = .string(Base64.encode(Array(primitives.modulus), urlSafe: true))
            entry["e"] = .string(Base64.encode(Array(primitives.publicExponent), urlSafe: true))
        }
        return entry
    }
}
