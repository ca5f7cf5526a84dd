import AsyncHTTPClient
import Credentials
import NIOPosix
import NIOSSL

extension Kubeconfig {
    /// A client as its user, or as nobody. Whoever asks for it shuts it down.
    func httpsClient(isAnonymous: Bool = false, version: HTTPClient.Configuration.HTTPVersion = .http1Only) throws -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        if !isAnonymous {
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(clientCertificate.utf8)).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(clientKey.utf8), format: .pem))
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = version
        return HTTPClient(eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
    }
}
