import Crypto
import CryptoExtras
#if canImport(FoundationEssentials)
import FoundationEssentials
#endif

/// A private key that signs tokens. The algorithm is the key's: RS256 for RSA, ES256 for P-256.
struct TokenSigningKey: Sendable {
    private enum Key: Sendable {
        case p256(P256.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey)
    }

    private let key: Key
    let publicKey: TokenVerificationKey

    init(pem: String) throws {
        if let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) {
            self.key = .p256(key)
            publicKey = TokenVerificationKey(key.publicKey)
        } else {
            let key = try _RSA.Signing.PrivateKey(pemRepresentation: pem)
            self.key = .rsa(key)
            publicKey = TokenVerificationKey(key.publicKey)
        }
    }

    static func newRSA() throws -> String {
        try _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation + "\n"
    }

    func sign(_ bytes: [UInt8]) throws -> [UInt8] {
        switch key {
        case .p256(let key): return Array(try key.signature(for: bytes).rawRepresentation)
        case .rsa(let key): return Array(try key.signature(for: bytes, padding: .insecurePKCS1v1_5).rawRepresentation)
        }
    }
}
