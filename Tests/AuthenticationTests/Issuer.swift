import Crypto
import CryptoExtras
#if canImport(FoundationEssentials)
import FoundationEssentials
#endif
import Objects
import Synchronization

@testable import Authentication

/// An issuer of tokens in memory: its keys, its documents, and what it signs.
final class Issuer: DocumentSource {
    enum Key {
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case p521(P521.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey)
    }

    static let url = "https://issuer.example"
    private let documents = Mutex<[String: Value]>([:])
    let reads = Mutex(0)
    /// What was shown where, of those who showed something.
    let bearers = Mutex<[String: String]>([:])
    /// Documents that are no JSON.
    let texts = Mutex<[String: String]>([:])

    init() {
        set(Self.url + "/.well-known/openid-configuration", ["issuer": .string(Self.url), "jwks_uri": .string(Self.url + "/keys")])
    }

    func set(_ url: String, _ document: Value) { documents.withLock { $0[url] = document } }
    func publish(_ keys: [Value]) { set(Self.url + "/keys", ["keys": .array(keys)]) }

    func document(at url: String, bearer: String) async throws(WebToken.Failure) -> [UInt8] {
        reads.withLock { $0 += 1 }
        if !bearer.isEmpty { bearers.withLock { $0[url] = bearer } }
        if let text = texts.withLock({ $0[url] }) { return Array(text.utf8) }
        guard let document = documents.withLock({ $0[url] }) else { throw WebToken.Failure("\(url) answered 404") }
        return document.json
    }

    func close() async {}

    static func webKey(_ key: Key, id: String, algorithm: String? = nil) throws -> Value {
        var entry: Value = ["kid": .string(id), "use": "sig"]
        if let algorithm { entry["alg"] = .string(algorithm) }
        func curve(_ name: String, _ x963: Data) {
            let point = Array(x963.dropFirst())
            entry["kty"] = "EC"
            entry["crv"] = .string(name)
            entry["x"] = .string(Base64.encode(point.prefix(point.count / 2), urlSafe: true))
            entry["y"] = .string(Base64.encode(point.suffix(point.count / 2), urlSafe: true))
        }
        switch key {
        case .p256(let key): curve("P-256", key.publicKey.x963Representation)
        case .p384(let key): curve("P-384", key.publicKey.x963Representation)
        case .p521(let key): curve("P-521", key.publicKey.x963Representation)
        case .rsa(let key):
            let primitives = try key.publicKey.getKeyPrimitives()
            entry["kty"] = "RSA"
            entry["n"] = .string(Base64.encode(Array(primitives.modulus), urlSafe: true))
            entry["e"] = .string(Base64.encode(Array(primitives.publicExponent), urlSafe: true))
        }
        return entry
    }

    static func sign(_ claims: Value, _ key: Key, _ algorithm: String, id: String? = "k") throws -> String {
        var header: Value = ["alg": .string(algorithm), "typ": "JWT"]
        if let id { header["kid"] = .string(id) }
        let text = Base64.encode(header.json, urlSafe: true) + "." + Base64.encode(claims.json, urlSafe: true)
        return text + "." + Base64.encode(try signature(Array(text.utf8), key, algorithm), urlSafe: true)
    }

    private static func signature(_ bytes: [UInt8], _ key: Key, _ algorithm: String) throws -> [UInt8] {
        let padding: _RSA.Signing.Padding = algorithm.hasPrefix("PS") ? .PSS : .insecurePKCS1v1_5
        switch key {
        case .p256(let key): return Array(try key.signature(for: SHA256.hash(data: bytes)).rawRepresentation)
        case .p384(let key): return Array(try key.signature(for: SHA384.hash(data: bytes)).rawRepresentation)
        case .p521(let key): return Array(try key.signature(for: SHA512.hash(data: bytes)).rawRepresentation)
        case .rsa(let key):
            switch algorithm.suffix(3) {
            case "384": return Array(try key.signature(for: SHA384.hash(data: bytes), padding: padding).rawRepresentation)
            case "512": return Array(try key.signature(for: SHA512.hash(data: bytes), padding: padding).rawRepresentation)
            default: return Array(try key.signature(for: SHA256.hash(data: bytes), padding: padding).rawRepresentation)
            }
        }
    }
}
