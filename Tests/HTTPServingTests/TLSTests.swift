import Credentials
import Glibc
import NIOCore
import NIOTLS
import NIOHTTP1
import NIOPosix
import NIOSSL
import Testing

@testable import HTTPServing

/// Runs curl and returns what it printed.
private func curl(_ arguments: [String]) async throws -> String {
    try await NIOThreadPool.singleton.runIfActive {
        let quoted = (["curl", "-sS", "--max-time", "10"] + arguments).map { "'\($0)'" }.joined(separator: " ")
        guard let pipe = popen(quoted + " 2>&1", "r") else { throw ExchangeError("cannot run curl") }
        defer { pclose(pipe) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { output += chunk[..<count] }
        return String(decoding: output, as: UTF8.self)
    }
}

@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
    private let authority: CertificateAuthority
    private let folder = "/tmp/martlet-tls-\(UInt64.random(in: 0...UInt64.max))"

    init() throws {
        authority = try CertificateAuthority(commonName: "test-ca")
        try PrivateFile.makeFolder(folder)
        try PrivateFile.write(authority.pem.certificate, to: folder + "/ca.pem")
    }

    private func context(_ name: String) throws -> NIOSSLContext {
        var request = CertificateRequest(commonName: name)
        request.addresses = ["127.0.0.1"]
        request.dnsNames = ["localhost"]
        request.isServer = true
        let pair = try authority.issue(request)
        return try NIOSSLContext(
            configuration: ServerSettings.tlsConfiguration(
                chain: NIOSSLCertificate.fromPEMBytes(Array(pair.certificate.utf8)),
                key: NIOSSLPrivateKey(bytes: Array(pair.key.utf8), format: .pem),
                clientAuthorities: NIOSSLCertificate.fromPEMBytes(Array(authority.pem.certificate.utf8))))
    }

    private let responder = ClosureResponder(policy: { _ in .collect(limit: 4 << 20) }) { request, body, exchange in
        guard case .complete(let bytes) = body else { return exchange.respond(.payloadTooLarge, [:], ByteBuffer(string: "413")) }
        let name = request.peer.certificate.flatMap { CertificateIdentity(der: $0) }?.commonName ?? "nobody"
        exchange.respond(.ok, [:], ByteBuffer(string: "\(request.majorVersion) \(request.scheme) \(name) \(bytes.readableBytes)"))
    }

    /// Files with a client certificate that `signer` has signed.
    private func client(_ name: String, signer: CertificateAuthority) throws -> [String] {
        var request = CertificateRequest(commonName: name)
        request.isClient = true
        let pair = try signer.issue(request)
        try PrivateFile.write(pair.certificate, to: "\(folder)/\(name).crt")
        try PrivateFile.write(pair.key, to: "\(folder)/\(name).key")
        return ["--cert", "\(folder)/\(name).crt", "--key", "\(folder)/\(name).key"]
    }

    @Test func servesBothProtocolsAndKnowsItsClients() async throws {
        let context = try context("server")
        try await withServer(settings: ServerSettings(tls: { context }), responder) { _, port in
            let base = ["--cacert", folder + "/ca.pem", "https://127.0.0.1:\(port)/x"]
            #expect(try await curl(["--http2"] + base) == "2 https nobody 0")
            #expect(try await curl(["--http1.1"] + base) == "1 https nobody 0")
            let alice = try client("alice", signer: authority)
            #expect(try await curl(["--http2"] + alice + base) == "2 https alice 0")
            #expect(try await curl(["--http1.1"] + alice + base) == "1 https alice 0")
            let mallory = try client("mallory", signer: CertificateAuthority(commonName: "another"))
            #expect(try await !curl(["--http2"] + mallory + base).contains("mallory 0"))
            #expect(try await curl(["--tls-max", "1.1"] + base).contains("curl: ("))
        }
    }

    @Test func takesLargeBodiesAndRefusesTooLargeOnesOverHTTP2() async throws {
        let context = try context("server")
        try await withServer(settings: ServerSettings(tls: { context }), responder) { _, port in
            let base = ["--http2", "--cacert", folder + "/ca.pem", "https://127.0.0.1:\(port)/x"]
            try PrivateFile.write(String(repeating: "x", count: 3 << 20), to: folder + "/three")
            #expect(try await curl(["--data-binary", "@\(folder)/three"] + base) == "2 https nobody \(3 << 20)")
            try PrivateFile.write(String(repeating: "x", count: 5 << 20), to: folder + "/five")
            #expect(try await curl(["-w", "%{http_code}", "--data-binary", "@\(folder)/five"] + base).contains("413"))
            let many = try await curl((0..<40).flatMap { ["--cacert", folder + "/ca.pem", "https://127.0.0.1:\(port)/\($0)"] } + ["--http2", "-Z"])
            #expect(many.components(of: "2 https nobody 0") == 40)
        }
    }

    @Test func sendsClientsOfHTTP2AwayByChance() async throws {
        let context = try context("server")
        for (chance, expected) in [(0.0, 1), (1.0, 5)] {
            let connections = Shared(0)
            var settings = ServerSettings(tls: {
                connections.set { $0 += 1 }
                return context
            })
            settings.goawayChance = chance
            try await withServer(settings: settings, responder) { _, port in
                let urls = (0..<5).map { "https://127.0.0.1:\(port)/\($0)" }
                let answers = try await curl(["--http2", "--cacert", folder + "/ca.pem"] + urls)
                #expect(answers.components(of: "2 https nobody 0") == 5)
                #expect(connections.value == expected)
            }
        }
    }

    @Test func aConnectionHasToGetThroughItsHandshake() async throws {
        let context = try context("server")
        var settings = ServerSettings(tls: { context })
        settings.headTimeout = .milliseconds(200)
        try await withServer(settings: settings, responder) { _, port in
            let silent = try await connect(port)
            #expect(try await silent.read() == nil)
        }
    }

    /// A client that ends its side waits for the server's; without it, for as long as its library is patient (5 s).
    @Test func endsAConnectionThatItsClientEnds() async throws {
        let context = try context("server")
        try await withServer(settings: ServerSettings(tls: { context }), responder) { _, port in
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .none
            configuration.applicationProtocols = ["h2"]
            let client = try NIOSSLContext(configuration: configuration)
            let isAgreed = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: client, serverHostname: nil))
                        try channel.pipeline.syncOperations.addHandler(ApplicationProtocolNegotiationHandler { result, channel in
                            if case .negotiated("h2") = result { isAgreed.succeed() } else { isAgreed.fail(ChannelError.eof) }
                            return channel.eventLoop.makeSucceededVoidFuture()
                        })
                    }
                }
                .connect(host: "127.0.0.1", port: port).get()
            try await isAgreed.futureResult.get()
            let begun = ContinuousClock.now
            try? await channel.close()
            #expect(ContinuousClock.now - begun < .seconds(4))
        }
    }

    @Test func takesUpANewCertificateWhileItRuns() async throws {
        let current = Shared(try context("first"))
        try await withServer(settings: ServerSettings(tls: { current.value }), responder) { _, port in
            let base = ["-v", "--http1.1", "--cacert", folder + "/ca.pem", "https://127.0.0.1:\(port)/x"]
            #expect(try await curl(base).contains("CN=first"))
            let next = try context("second")
            current.set { $0 = next }
            #expect(try await curl(base).contains("CN=second"))
        }
    }

    @Test func upgradesOverTLSWithAClientCertificate() async throws {
        let context = try context("server")
        let server = ClosureResponder(policy: { _ in .ignore }) { _, _, exchange in
            Task {
                let connection = try await exchange.upgrade(protocol: "echo")
                await Tunnel.copy(connection, to: connection)
            }
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.pem.certificate.utf8)))
        let clientContext = try NIOSSLContext(configuration: configuration)
        try await withServer(settings: ServerSettings(tls: { context }), server) { _, port in
            let client = UpgradeClient(group: MultiThreadedEventLoopGroup.singleton)
            let outcome = try await client.request(
                .GET, "/", headers: ["connection": "Upgrade", "upgrade": "echo"],
                to: UpgradeTarget(.tcp(host: "127.0.0.1", port: port), tls: clientContext))
            guard case .upgraded(let connection, _) = outcome else { throw ExchangeError("refused") }
            try await connection.send("over TLS")
            await connection.closeOutput()
            #expect(try await connection.readAll() == "over TLS")
        }
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
