package import Objects
import SwiftASN1
import X509

/// The certificates by which a webhook is known.
package enum AuthorityBundle {
    private static let begin = "-----BEGIN CERTIFICATE-----"
    private static let end = "-----END CERTIFICATE-----"

    /// What is wrong with a bundle, which is PEM in base64; nil for nothing. No bundle at all is fine.
    package static func problem(_ bundle: Value) -> String? {
        guard let bytes = bundle.string.flatMap(Base64.decode), !bytes.isEmpty else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("-----BEGIN ") else { return "unable to load root certificates: unable to parse bytes as PEM block" }
        var first: String?
        var rest = text[...]
        while let start = rest.firstRange(of: begin) {
            rest = rest[start.upperBound...]
            guard let stop = rest.firstRange(of: end) else { break }
            let body = rest[..<stop.lowerBound].filter { !$0.isWhitespace }
            rest = rest[stop.upperBound...]
            do {
                _ = try Certificate(derEncoded: Base64.decode(body) ?? [])
                return nil
            } catch {
                first = first ?? "failed to parse certificate: \(error)"
            }
        }
        return "unable to load root certificates: " + (first ?? "no valid certificate authority data seen")
    }
}
