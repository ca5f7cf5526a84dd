import Crypto
import SwiftASN1
import X509

/// By what a new node knows the authority of its cluster: a hash of the public key (SubjectPublicKeyInfo, RFC 7469), as kubeadm has it
/// in `--discovery-token-ca-cert-hash`.
package struct PublicKeyPin: Sendable, Hashable, CustomStringConvertible {
    private let hash: String

    /// Reads `sha256:` and 64 hexadecimal digits; nil for everything else.
    package init?(_ text: String) {
        guard text.hasPrefix("sha256:") else { return nil }
        let digits = text.dropFirst("sha256:".count).lowercased()
        guard digits.utf8.count == 64, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        hash = digits
    }

    /// Of a certificate as PEM. Throws when it cannot be read.
    package init(certificate: String) throws {
        let key = try Certificate(pemEncoded: certificate).publicKey.serializeAsPEM().derBytes
        hash = SHA256.hash(data: key).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    package var description: String { "sha256:" + hash }
}
