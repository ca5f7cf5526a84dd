package import NIOSSL
import Synchronization

/// The certificate that a server shows. Another one can take its place while the server listens: connections that are
/// there go on as they are, new ones see the new one.
package final class ListenerIdentity: Sendable {
    private let clientAuthorities: [NIOSSLCertificate]
    private let context: Mutex<NIOSSLContext>

    /// All of it is PEM. Throws when something of it cannot be read. `clientAuthorities` vouch for the certificates of clients.
    package init(certificate: String, key: String, clientAuthorities: String) throws {
        let authorities = clientAuthorities.isEmpty ? [] : try NIOSSLCertificate.fromPEMBytes(Array(clientAuthorities.utf8))
        self.clientAuthorities = authorities
        context = Mutex(try Self.context(certificate, key, authorities))
    }

    package func replace(certificate: String, key: String) throws {
        let new = try Self.context(certificate, key, clientAuthorities)
        context.withLock { $0 = new }
    }

    package var current: NIOSSLContext { context.withLock { $0 } }

    private static func context(_ certificate: String, _ key: String, _ authorities: [NIOSSLCertificate]) throws -> NIOSSLContext {
        try NIOSSLContext(
            configuration: ServerSettings.tlsConfiguration(
                chain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)),
                key: try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem), clientAuthorities: authorities))
    }
}
