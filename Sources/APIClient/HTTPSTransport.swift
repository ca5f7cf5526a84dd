import AsyncHTTPClient
package import Credentials
package import KubernetesTypes
package import NIOCore
import NIOHTTP1
import NIOSSL
package import Objects
import Synchronization

/// Requests to an API server over HTTPS, HTTP/2 where the server speaks it.
package final class HTTPSTransport: APITransport {
    /// By which credentials requests go out.
    private struct Access: Sendable {
        let client: HTTPClient
        let headers: HTTPHeaders
    }

    private let access: Mutex<Access>
    /// Clients with the credentials before the present ones: their watches go on until the next change.
    private let retired = Mutex<[HTTPClient]>([])
    private let base: String
    private let agent: String
    private let group: any EventLoopGroup

    private static let requestTimeout: TimeAmount = .seconds(60)

    /// Throws when the kubeconfig's certificates or key cannot be read. `close` ends its connections.
    package init(_ config: Kubeconfig, agent: String, group: any EventLoopGroup) throws {
        self.agent = agent
        self.group = group
        base = config.server.hasSuffix("/") ? String(config.server.dropLast()) : config.server
        access = Mutex(try Self.access(config, agent, group))
    }

    /// Goes on with other credentials for the same server. Requests that are under way end as they began.
    package func replace(_ config: Kubeconfig) throws {
        let new = try Self.access(config, agent, group)
        let before = access.withLock { access in
            defer { access = new }
            return access.client
        }
        let gone = retired.withLock { retired in
            defer { retired = [before] }
            return retired
        }
        if gone.isEmpty { return }
        Task { for client in gone { try? await client.shutdown() } }
    }

    private static func access(_ config: Kubeconfig, _ agent: String, _ group: any EventLoopGroup) throws -> Access {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if config.skipsVerification {
            tls.certificateVerification = .none
        } else if !config.authority.isEmpty {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(config.authority.utf8)))
        }
        if !config.clientCertificate.isEmpty {
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(config.clientCertificate.utf8)).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(config.clientKey.utf8), format: .pem))
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        // A server may speak HTTP/1.1 only; each watch then holds a connection.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        var headers = HTTPHeaders([("user-agent", agent), ("accept", "application/json")])
        if !config.token.isEmpty { headers.add(name: "authorization", value: "Bearer " + config.token) }
        return Access(client: HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration), headers: headers)
    }

    package func close() async {
        for client in [access.withLock { $0.client }] + retired.withLock({ $0 }) { try? await client.shutdown() }
    }

    private func outgoing(_ request: APIRequest) -> HTTPClientRequest {
        let query = request.query.map { "\($0.name.queryEscaped)=\($0.value.queryEscaped)" }.joined(separator: "&")
        var outgoing = HTTPClientRequest(url: base + request.path + (query.isEmpty ? "" : "?" + query))
        outgoing.method = HTTPMethod(rawValue: request.verb.rawValue)
        outgoing.headers = access.withLock { $0.headers }
        if !request.body.isNull {
            outgoing.headers.add(name: "content-type", value: request.contentType)
            outgoing.body = .bytes(ByteBuffer(bytes: request.body.json))
        }
        return outgoing
    }

    private func ask(_ request: APIRequest, deadline: NIODeadline) async throws(StatusError) -> HTTPAnswer {
        try await HTTPAnswer(outgoing(request), by: access.withLock { $0.client }, deadline: deadline)
    }

    package func send(_ request: APIRequest) async throws(StatusError) -> Value {
        try await ask(request, deadline: .now() + Self.requestTimeout).value()
    }

    package func list(_ request: APIRequest) async throws(StatusError) -> ObjectPage {
        var paged = request
        if !request.query.contains(where: { $0.name == "limit" }) { paged.query.append(("limit", "500")) }
        return try await ask(paged, deadline: .now() + Self.requestTimeout).page()
    }

    package func watch(_ request: APIRequest) async throws(StatusError) -> any WatchSource {
        // Watches last; a server that says nothing for long is found by TCP, and by its own time limit.
        try await ask(request, deadline: .distantFuture).watch()
    }
}

extension String {
    /// Percent-encoded for a query (RFC 3986: all but unreserved characters).
    package var queryEscaped: String {
        var output: [UInt8] = []
        let hex = Array("0123456789ABCDEF".utf8)
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                output.append(byte)
            default: output += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
