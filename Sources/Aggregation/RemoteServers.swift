package import AsyncHTTPClient
package import Credentials
package import NIOCore
import NIOHTTP1
package import NIOSSL
import Synchronization

/// A server behind a service: where it is, and how it is known.
package struct RemoteServer: Sendable, Hashable {
    package let serverName: String
    package let address: String
    package let port: Int
    /// PEM; empty for what the system trusts.
    package let authority: [UInt8]
    package let skipsVerification: Bool

    package init(serverName: String, address: String, port: Int, authority: [UInt8], skipsVerification: Bool) {
        self.serverName = serverName
        self.address = address
        self.port = port
        self.authority = authority
        self.skipsVerification = skipsVerification
    }

    /// `https://NAME.NAMESPACE.svc:PORT`, to which a path is added.
    package var base: String { "https://\(serverName):\(port)" }
}

/// Connections to aggregated servers, which see the front proxy's certificate.
package final class RemoteServers: Sendable {
    private struct Pool {
        var clients: [RemoteServer: HTTPClient] = [:]
        /// The least recently made first.
        var order: [RemoteServer] = []
    }

    private static let poolLimit = 64

    /// The front proxy's certificate.
    private struct Identity: Sendable {
        var certificate: [NIOSSLCertificateSource] = []
        var key: NIOSSLPrivateKeySource?

        init(_ pair: KeyPair?) throws {
            guard let pair else { return }
            certificate = try NIOSSLCertificate.fromPEMBytes(Array(pair.certificate.utf8)).map { .certificate($0) }
            key = .privateKey(try NIOSSLPrivateKey(bytes: Array(pair.key.utf8), format: .pem))
        }
    }

    private let identity: Mutex<Identity>
    /// Clients with the certificate before the present one: what they carry goes on until the next change.
    private let retired = Mutex<[HTTPClient]>([])
    private let group: any EventLoopGroup
    private let pool = Mutex(Pool())

    /// `client` is the front proxy's certificate; nil when there is none. `close` ends the connections.
    package init(client: KeyPair?, group: any EventLoopGroup) throws {
        self.group = group
        identity = Mutex(try Identity(client))
    }

    /// Shows another certificate from now on. Throws when it cannot be read.
    package func replace(client pair: KeyPair) throws {
        let new = try Identity(pair)
        identity.withLock { $0 = new }
        let before = pool.withLock { pool in
            defer { pool = Pool() }
            return Array(pool.clients.values)
        }
        let gone = retired.withLock { retired in
            defer { retired = before }
            return retired
        }
        if gone.isEmpty { return }
        Task { for client in gone { try? await client.shutdown() } }
    }

    package func close() async {
        let clients = pool.withLock { pool in
            defer { pool = Pool() }
            return Array(pool.clients.values)
        }
        for client in clients + retired.withLock({ $0 }) { try? await client.shutdown() }
    }

    /// How connections to the server are secured.
    package func tls(_ server: RemoteServer) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        let shown = identity.withLock { $0 }
        tls.certificateChain = shown.certificate
        tls.privateKey = shown.key
        if server.skipsVerification {
            tls.certificateVerification = .none
        } else if !server.authority.isEmpty {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(server.authority))
        }
        return tls
    }

    /// The client for requests to the server.
    package func client(_ server: RemoteServer) throws -> HTTPClient {
        if let known = pool.withLock({ $0.clients[server] }) { return known }
        var configuration = HTTPClient.Configuration(tlsConfiguration: try tls(server))
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        // A server may speak HTTP/1.1 only; each watch then holds a connection.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        configuration.dnsOverride = [server.serverName: server.address]
        let made = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
        let (used, dropped) = pool.withLock { pool -> (HTTPClient, HTTPClient?) in
            if let known = pool.clients[server] { return (known, made) }
            var dropped: HTTPClient?
            if pool.order.count >= Self.poolLimit { dropped = pool.clients.removeValue(forKey: pool.order.removeFirst()) }
            pool.clients[server] = made
            pool.order.append(server)
            return (made, dropped)
        }
        if let dropped { Task { try? await dropped.shutdown() } }
        return used
    }

    /// A document of the server: its status, its content type and its bytes.
    package func get(
        _ path: String, from server: RemoteServer, headers: [(name: String, value: String)], seconds: Int64, limit: Int = 64 << 20
    ) async throws -> (status: Int, contentType: String, body: ByteBuffer) {
        var request = HTTPClientRequest(url: server.base + path)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        let answer = try await client(server).execute(request, deadline: .now() + .seconds(seconds))
        let body = try await answer.body.collect(upTo: limit)
        return (Int(answer.status.code), answer.headers.first(name: "content-type") ?? "", body)
    }
}
