import Crypto
import CryptoExtras
#if canImport(FoundationEssentials)
import FoundationEssentials
#endif
package import Objects

/// One key of an issuer, as its JSON Web Key Set states it.
package struct WebKey: Sendable {
    package let id: String
    /// The only algorithm that it is for; nil when the set says nothing.
    private let algorithm: String?
    private let key: VerificationKey

    /// Nil for keys that check no tokens: those for encryption, of unknown kinds, or that are broken.
    package init?(_ value: Value) {
        if let use = value["use"].string, !use.isEmpty, use != "sig" { return nil }
        guard let key = Self.key(value) else { return nil }
        self.key = key
        id = value["kid"].string ?? ""
        algorithm = value["alg"].string.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The keys of a set that can be used. Nil when the value is no set.
    package static func set(_ value: Value) -> [WebKey]? {
        guard value["keys"].isArray else { return nil }
        return value["keys"].array.compactMap { WebKey($0) }
    }

    package func accepts(_ token: WebToken) -> Bool {
        if let algorithm, algorithm != token.algorithm.rawValue { return false }
        return key.accepts(token.signature, for: token.signed, token.algorithm)
    }

    private static func key(_ value: Value) -> VerificationKey? {
        switch value["kty"].string {
        case "RSA":
            guard let n = number(value["n"]), let e = number(value["e"]), let key = try? _RSA.Signing.PublicKey(n: n, e: e) else { return nil }
            return .rsa(key)
        case "EC": return curve(value)
        default: return nil
        }
    }

    private static func curve(_ value: Value) -> VerificationKey? {
        guard let x = number(value["x"]), let y = number(value["y"]) else { return nil }
        let point = { (size: Int) -> [UInt8] in [0x04] + padded(x, size) + padded(y, size) }
        switch value["crv"].string {
        case "P-256": return (try? P256.Signing.PublicKey(x963Representation: point(32))).map { .p256($0) }
        case "P-384": return (try? P384.Signing.PublicKey(x963Representation: point(48))).map { .p384($0) }
        case "P-521": return (try? P521.Signing.PublicKey(x963Representation: point(66))).map { .p521($0) }
        default: return nil
        }
    }

    private static func number(_ value: Value) -> [UInt8]? {
        guard let text = value.string, let bytes = Base64.decode(text), !bytes.isEmpty else { return nil }
        return bytes
    }

    private static func padded(_ bytes: [UInt8], _ size: Int) -> [UInt8] {
        bytes.count < size ? [UInt8](repeating: 0, count: size - bytes.count) + bytes : bytes
    }
}
