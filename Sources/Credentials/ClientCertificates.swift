import Crypto
import SwiftASN1
import X509

/// A client certificate that a connection showed, and which authority it is from.
package struct ClientCertificate: Sendable {
    package let identity: CertificateIdentity
    /// Hexadecimal SHA-256 of its bytes.
    package let fingerprint: String
    /// Signed by the authority of clients.
    package let isClient: Bool
    /// Signed by the authority of front proxies.
    package let isFrontProxy: Bool
}

/// Tells the certificates of clients from those of front proxies: connections take both.
package struct ClientCertificates: Sendable {
    private let clients: [Certificate]
    private let frontProxies: [Certificate]

    /// Of bundles in PEM. Throws when one cannot be read.
    package init(clients: String, frontProxies: String) throws {
        self.clients = try Self.certificates(clients)
        self.frontProxies = try Self.certificates(frontProxies)
    }

    private static func certificates(_ bundle: String) throws -> [Certificate] {
        let mark = "-----BEGIN CERTIFICATE-----"
        let end = "-----END CERTIFICATE-----"
        var found: [Certificate] = []
        var current: String?
        for line in bundle.split(whereSeparator: \.isNewline) {
            if line.hasPrefix(mark) {
                current = mark + "\n"
            } else if line.hasPrefix(end), let text = current {
                found.append(try Certificate(pemEncoded: text + end + "\n"))
                current = nil
            } else if current != nil {
                current?.append(line + "\n")
            }
        }
        return found
    }

    /// Nil when the bytes are no certificate.
    package func read(_ der: [UInt8]) -> ClientCertificate? {
        guard let certificate = try? Certificate(derEncoded: der) else { return nil }
        let digest = SHA256.hash(data: der).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return ClientCertificate(
            identity: CertificateIdentity(certificate), fingerprint: digest, isClient: Self.isSigned(certificate, clients),
            isFrontProxy: Self.isSigned(certificate, frontProxies))
    }

    private static func isSigned(_ certificate: Certificate, _ authorities: [Certificate]) -> Bool {
        authorities.contains {
            $0.subject == certificate.issuer && $0.publicKey.isValidSignature(certificate.signature, for: certificate)
        }
    }
}
