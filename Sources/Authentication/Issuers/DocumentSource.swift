import AsyncHTTPClient
package import NIOCore
import NIOHTTP1
import NIOSSL

/// Reads documents of the web: where issuers say what keys they sign with.
package protocol DocumentSource: Sendable {
    /// The content. `bearer` is shown to who holds it; empty for nothing. Throws why it cannot be had.
    func document(at url: String, bearer: String) async throws(WebToken.Failure) -> [UInt8]
    func close() async
}

extension DocumentSource {
    /// What anybody may read.
    func document(at url: String) async throws(WebToken.Failure) -> [UInt8] { try await document(at: url, bearer: "") }
}

/// Over HTTPS, from servers that an issuer's own authority vouches for.
package final class HTTPSDocuments: DocumentSource {
    private static let limit = 1 << 20
    private static let timeout: TimeAmount = .seconds(10)

    private let client: HTTPClient

    /// `authority` is PEM, empty for what the system trusts. Throws when it cannot be read. `close` ends its connections.
    package init(authority: String, group: any EventLoopGroup) throws {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if !authority.isEmpty { tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8))) }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = Self.timeout
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    package func document(at url: String, bearer: String) async throws(WebToken.Failure) -> [UInt8] {
        do {
            var request = HTTPClientRequest(url: url)
            request.headers = HTTPHeaders([("accept", "application/json"), ("user-agent", "kube-apiserver")])
            if !bearer.isEmpty { request.headers.add(name: "authorization", value: "Bearer " + bearer) }
            let answer = try await client.execute(request, deadline: .now() + Self.timeout)
            guard answer.status == .ok else { throw WebToken.Failure("\(url) answered \(answer.status.code)") }
            return Array(buffer: try await answer.body.collect(upTo: Self.limit))
        } catch let failure as WebToken.Failure {
            throw failure
        } catch {
            throw WebToken.Failure("\(url) cannot be read: \(error)")
        }
    }

    package func close() async { try? await client.shutdown() }
}
