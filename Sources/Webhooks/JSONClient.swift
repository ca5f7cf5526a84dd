import AsyncHTTPClient
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
package import Objects

/// Posts JSON to servers that others run, and follows no redirect.
package final class JSONClient: Sendable {
    /// By what the server is known, and what it is shown; all PEM, empty for nothing.
    package struct Trust: Sendable {
        /// Empty for the authorities that the system trusts.
        package var authority = ""
        package var certificate = ""
        package var key = ""
        /// Whether anybody is taken for the server.
        package var isInsecure = false

        package init(authority: String = "", certificate: String = "", key: String = "", isInsecure: Bool = false) {
            self.authority = authority
            self.certificate = certificate
            self.key = key
            self.isInsecure = isInsecure
        }
    }

    package struct Answer: Sendable {
        package let status: Int
        package let bytes: [UInt8]
    }

    private let client: HTTPClient
    private let answerLimit: Int

    /// Throws when certificates or keys cannot be read. `close` ends its connections. `group` is the process's own when nil.
    package init(_ trust: Trust, answerLimit: Int, connections: Int = 64, group: (any EventLoopGroup)? = nil) throws {
        self.answerLimit = answerLimit
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if trust.isInsecure { tls.certificateVerification = .none }
        if !trust.authority.isEmpty { tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(trust.authority.utf8))) }
        if !trust.certificate.isEmpty {
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(trust.certificate.utf8)).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(trust.key.utf8), format: .pem))
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        // One that is not there is known at once: others may have to wait for the answer.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        client = HTTPClient(eventLoopGroupProvider: .shared(group ?? MultiThreadedEventLoopGroup.singleton), configuration: configuration)
    }

    package func close() async { try? await client.shutdown() }

    /// Whatever status the server answers with. Throws when it does not answer in time.
    package func post(
        _ body: Value, to url: String, headers: [(String, String)] = [], timeout: Duration
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = HTTPHeaders([("content-type", "application/json")] + headers)
        request.body = .bytes(ByteBuffer(bytes: body.json))
        let parts = timeout.components
        let rest = TimeAmount.nanoseconds(parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000)
        let answer = try await client.execute(request, deadline: .now() + rest)
        return Answer(status: Int(answer.status.code), bytes: Array(buffer: try await answer.body.collect(upTo: answerLimit)))
    }
}
