import AsyncHTTPClient
import Credentials
import NIOCore
import NIOSSL
import Synchronization

/// How kubelets are reached: which certificate the server shows them, and by which authority it knows them.
///
/// Either may be replaced while requests run: those go on as they began.
final class KubeletConnections: Sendable {
    private struct Terms: Sendable {
        let pair: KeyPair
        let authority: String
        let configuration: TLSConfiguration
        let tls: NIOSSLContext
        /// Made when it is first needed: who fails before that has nothing to close.
        var client: HTTPClient?

        init(_ pair: KeyPair, _ authority: String) throws {
            self.pair = pair
            self.authority = authority
            var kubelet = TLSConfiguration.makeClientConfiguration()
            kubelet.minimumTLSVersion = .tlsv12
            kubelet.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(pair.certificate.utf8)).map { .certificate($0) }
            kubelet.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(pair.key.utf8), format: .pem))
            kubelet.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)))
            configuration = kubelet
            tls = try NIOSSLContext(configuration: kubelet)
        }
    }

    private let terms: Mutex<Terms>
    /// The clients before the present one: what they carry goes on until so many have followed.
    private let retired = Mutex<[HTTPClient]>([])
    private static let mostRetired = 4
    private let group: any EventLoopGroup

    /// Throws when one of them cannot be read. `authority` is PEM.
    init(client pair: KeyPair, authority: String, group: any EventLoopGroup) throws {
        self.group = group
        terms = Mutex(try Terms(pair, authority))
    }

    /// For connections that are upgraded.
    var tls: NIOSSLContext { terms.withLock { $0.tls } }

    var client: HTTPClient {
        terms.withLock { terms in
            if let known = terms.client { return known }
            var configuration = HTTPClient.Configuration(tlsConfiguration: terms.configuration)
            configuration.redirectConfiguration = .disallow
            configuration.timeout.connect = .seconds(10)
            let made = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
            terms.client = made
            return made
        }
    }

    /// Shows another certificate from now on. Throws when it cannot be read.
    func replace(client pair: KeyPair) throws { replace(try Terms(pair, terms.withLock { $0.authority })) }

    /// Knows kubelets by another authority from now on. Throws when it cannot be read.
    func replace(authority: String) throws { replace(try Terms(terms.withLock { $0.pair }, authority)) }

    private func replace(_ new: Terms) {
        let before = terms.withLock { terms in
            defer { terms = new }
            return terms.client
        }
        guard let before else { return }
        let gone = retired.withLock { retired in
            retired.append(before)
            return retired.count > Self.mostRetired ? retired.removeFirst() : nil
        }
        if let gone { Task { try? await gone.shutdown() } }
    }

    func close() async {
        let last = terms.withLock { terms in
            defer { terms.client = nil }
            return terms.client
        }
        try? await last?.shutdown()
        for client in retired.withLock({ $0 }) { try? await client.shutdown() }
    }
}
