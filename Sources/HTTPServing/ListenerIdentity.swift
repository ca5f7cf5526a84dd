package import NIOSSL
import Synchronization

/// The certificate that a server shows. Another one can take its place while the server listens: connections that are
/// there go on as they are, new ones see the new one.
package final class ListenerIdentity: Sendable {
    private struct Shown: Sendable {
        let certificate: String
        let key: String
        let clientAuthorities: String
        let context: NIOSSLContext

        init(_ certificate: String, _ key: String, _ clientAuthorities: String) throws {
            self.certificate = certificate
            self.key = key
            self.clientAuthorities = clientAuthorities
            let authorities = clientAuthorities.isEmpty ? [] : try NIOSSLCertificate.fromPEMBytes(Array(clientAuthorities.utf8))
            context = try NIOSSLContext(
                configuration: ServerSettings.tlsConfiguration(
                    chain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)),
                    key: try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem), clientAuthorities: authorities))
        }
    }

    private let shown: Mutex<Shown>

    /// All of it is PEM. Throws when something of it cannot be read. `clientAuthorities` vouch for the certificates of clients.
    package init(certificate: String, key: String, clientAuthorities: String) throws {
        shown = Mutex(try Shown(certificate, key, clientAuthorities))
    }

    package func replace(certificate: String, key: String) throws {
        try shown.withLock { $0 = try Shown(certificate, key, $0.clientAuthorities) }
    }

    /// Lets others vouch for the certificates of clients on new connections.
    package func replace(clientAuthorities: String) throws {
        try shown.withLock { $0 = try Shown($0.certificate, $0.key, clientAuthorities) }
    }

    package var current: NIOSSLContext { shown.withLock { $0.context } }
}
