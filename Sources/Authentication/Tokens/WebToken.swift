package import Objects

/// A JSON web token in compact form, taken apart. That somebody signed it is not yet known.
package struct WebToken: Sendable {
    package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String

        package init(_ description: String) { self.description = description }
    }

    /// Larger ones are refused before they are decoded.
    private static let limit = 64 * 1024

    package let algorithm: SignatureAlgorithm
    /// Empty when the token names no key.
    package let keyID: String
    package let claims: Value
    let signed: [UInt8]
    let signature: [UInt8]

    /// Throws what keeps the text from being a token that could be checked.
    package init(_ text: String) throws(Failure) {
        guard text.utf8.count <= Self.limit else { throw Failure("the token is too large") }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Self.decode(parts[0]), let body = Self.decode(parts[1]), let signature = Self.decode(parts[2]) else {
            throw Failure("malformed token: it is no JSON web signature in compact form")
        }
        guard let header = try? Value(json: head), header.isObject else { throw Failure("malformed token: its header is no JSON object") }
        let named = header["alg"].string ?? ""
        guard let algorithm = SignatureAlgorithm(rawValue: named) else {
            throw Failure("token signed with unsupported algorithm \"\(named)\"")
        }
        // Extensions that have to be understood, and are not.
        if header.contains("crit") { throw Failure("malformed token: its header wants extensions that are unknown") }
        guard let claims = try? Value(json: body), claims.isObject else { throw Failure("malformed token: its claims are no JSON object") }
        self.algorithm = algorithm
        self.claims = claims
        self.signature = signature
        keyID = header["kid"].string ?? ""
        signed = Array("\(parts[0]).\(parts[1])".utf8)
    }

    /// The issuer that a token names, when it looks like one.
    package static func issuer(of text: String) -> String? {
        guard text.utf8.count <= limit else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let body = decode(parts[1]), let claims = try? Value(json: body) else { return nil }
        return claims["iss"].string
    }

    /// The alphabet for URLs and no padding, nothing else: one token has one text.
    private static func decode(_ text: Substring) -> [UInt8]? {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                continue
            default: return nil
            }
        }
        return Base64.decode(String(text))
    }

    /// When the token ends, in seconds since 1970; numbers may have fractions.
    func seconds(_ claim: String) throws(Failure) -> Int64? {
        let value = claims[claim]
        if value.isNull { return nil }
        if let whole = value.int { return whole }
        guard let number = value.double, let whole = Int64(exactly: number.rounded(.down)) else {
            throw Failure("the claim \(claim) is no time")
        }
        return whole
    }

    /// The audiences that a token is for: one text, or several.
    var audiences: [String] { claims["aud"].string.map { [$0] } ?? claims["aud"].strings }
}
