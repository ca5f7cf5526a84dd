import AsyncHTTPClient
package import Credentials
package import NIOCore
import NIOHTTP1
import NIOSSL
package import Objects

/// A server that answers reviews: of tokens, or of what somebody may do. A kubeconfig says where it is.
package protocol ReviewServer: Sendable {
    /// Posts a review and gives the answer. Throws why there is none.
    func post(_ review: Value, timeout: Duration) async throws(ReviewFailure) -> Value
    func close() async
}

/// Why a server did not answer a review.
package struct ReviewFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
    /// Whether another try may succeed.
    package let isPassing: Bool

    package init(_ description: String, isPassing: Bool = false) {
        self.description = description
        self.isPassing = isPassing
    }
}

/// Over HTTPS, again and again until the time is over when the server has a bad moment.
package final class HTTPSReviewServer: ReviewServer {
    private static let answerLimit = 1 << 20
    private static let tries = 5
    private static let firstPause = Duration.milliseconds(500)

    private let client: HTTPClient
    private let config: Kubeconfig

    /// Throws when certificates or keys of the kubeconfig cannot be read. `close` ends its connections.
    package init(_ config: Kubeconfig, group: any EventLoopGroup) throws {
        self.config = config
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if !config.authority.isEmpty { tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(config.authority.utf8))) }
        if !config.clientCertificate.isEmpty {
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(config.clientCertificate.utf8)).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(config.clientKey.utf8), format: .pem))
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    package func close() async { try? await client.shutdown() }

    package func post(_ review: Value, timeout: Duration) async throws(ReviewFailure) -> Value {
        let end = ContinuousClock.now + timeout
        var pause = Self.firstPause
        for attempt in 1... {
            do throws(ReviewFailure) {
                return try await once(review, until: end)
            } catch {
                if !error.isPassing || attempt == Self.tries || ContinuousClock.now + pause >= end { throw error }
            }
            try? await Task.sleep(for: pause)
            pause = pause * 3 / 2
        }
        throw ReviewFailure("the review was given up")
    }

    private func once(_ review: Value, until end: ContinuousClock.Instant) async throws(ReviewFailure) -> Value {
        let rest = max(ContinuousClock.now.duration(to: end), .milliseconds(1)).components
        let timeout = TimeAmount.milliseconds(rest.seconds * 1000 + rest.attoseconds / 1_000_000_000_000_000)
        var request = HTTPClientRequest(url: config.server)
        request.method = .POST
        request.headers = HTTPHeaders([("content-type", "application/json"), ("accept", "application/json, */*"), ("user-agent", "kube-apiserver")])
        if !config.token.isEmpty { request.headers.add(name: "authorization", value: "Bearer " + config.token) }
        request.body = .bytes(ByteBuffer(bytes: review.json))
        let status: Int
        let bytes: [UInt8]
        do {
            let answer = try await client.execute(request, deadline: .now() + timeout)
            status = Int(answer.status.code)
            bytes = Array(buffer: try await answer.body.collect(upTo: Self.answerLimit))
        } catch {
            throw ReviewFailure("Post \"\(config.server)\": \(error)", isPassing: true)
        }
        guard (200..<300).contains(status) else {
            throw ReviewFailure("webhook returned status \(status)", isPassing: status == 429 || status >= 500)
        }
        guard let answer = try? Value(json: bytes), answer.isObject else { throw ReviewFailure("the webhook's answer is no JSON object") }
        return answer
    }
}
