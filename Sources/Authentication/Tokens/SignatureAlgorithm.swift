import Crypto
import CryptoExtras
#if canImport(FoundationEssentials)
import FoundationEssentials
#endif

/// How tokens of issuers are signed: all asymmetric algorithms of JSON web signatures that Kubernetes takes.
///
/// `none` and those with a shared secret are no cases: a token that names them is not read any further.
package enum SignatureAlgorithm: String, Sendable, CaseIterable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
}

/// A public key that checks tokens. What it can check follows from its kind, never from a token.
enum VerificationKey: Sendable {
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case p521(P521.Signing.PublicKey)
    case rsa(_RSA.Signing.PublicKey)

    func accepts(_ signature: [UInt8], for bytes: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool {
        switch (self, algorithm) {
        case (.p256(let key), .es256):
            guard let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: SHA256.hash(data: bytes))
        case (.p384(let key), .es384):
            guard let parsed = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: SHA384.hash(data: bytes))
        case (.p521(let key), .es512):
            guard let parsed = try? P521.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: SHA512.hash(data: bytes))
        case (.rsa(let key), let algorithm): return Self.check(key, signature, bytes, algorithm)
        default: return false
        }
    }

    private static func check(
        _ key: _RSA.Signing.PublicKey, _ signature: [UInt8], _ bytes: [UInt8], _ algorithm: SignatureAlgorithm
    ) -> Bool {
        let parsed = _RSA.Signing.RSASignature(rawRepresentation: signature)
        switch algorithm {
        case .rs256: return key.isValidSignature(parsed, for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
        case .rs384: return key.isValidSignature(parsed, for: SHA384.hash(data: bytes), padding: .insecurePKCS1v1_5)
        case .rs512: return key.isValidSignature(parsed, for: SHA512.hash(data: bytes), padding: .insecurePKCS1v1_5)
        case .ps256: return key.isValidSignature(parsed, for: SHA256.hash(data: bytes), padding: .PSS)
        case .ps384: return key.isValidSignature(parsed, for: SHA384.hash(data: bytes), padding: .PSS)
        case .ps512: return key.isValidSignature(parsed, for: SHA512.hash(data: bytes), padding: .PSS)
        case .es256, .es384, .es512: return false
        }
    }
}
