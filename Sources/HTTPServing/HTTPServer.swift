package import Logging
package import NIOCore
import NIOConcurrencyHelpers
import NIOHTTP1
import NIOHTTP2
import NIOPosix
package import NIOSSL
import NIOTLS
import Synchronization

/// What a server needs to know beyond its address.
package struct ServerSettings: Sendable {
    /// Made anew for each connection, so that certificates can be replaced while the server runs; nil for plain HTTP.
    package var tls: (@Sendable () -> NIOSSLContext)?
    /// How long a connection may be silent between requests.
    package var idleTimeout: TimeAmount = .seconds(90)
    /// How long a new connection may take to send the head of its first request.
    package var headTimeout: TimeAmount = .seconds(30)
    package var maximumStreams = 1000
    /// How many connections may be open that have no request under way; of more, those leave that were silent for longest.
    package var maximumIdleConnections = 2000
    /// How likely a request of HTTP/2 makes its client open a new connection for what comes next.
    package var goawayChance = 0.0
    /// What a request of HTTP/1.1 gets whose method does not exist; 400 when nil.
    package var unknownMethod: PlainRefusal?

    package init(tls: (@Sendable () -> NIOSSLContext)? = nil) { self.tls = tls }

    /// The TLS configuration of Martlet's servers: TLS 1.2 at least, client certificates taken but not required.
    package static func tlsConfiguration(
        chain: [NIOSSLCertificate], key: NIOSSLPrivateKey, clientAuthorities: [NIOSSLCertificate]
    ) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        // Authenticated ciphers with forward secrecy only; TLS 1.3 has no others.
        configuration.cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"
        // A client that is gone never answers the goodbye, and until then the connection keeps its buffers.
        configuration.shutdownTimeout = .milliseconds(500)
        configuration.applicationProtocols = ["h2", "http/1.1"]
        if !clientAuthorities.isEmpty {
            configuration.trustRoots = .certificates(clientAuthorities)
            configuration.certificateVerification = .optionalVerification
        }
        return configuration
    }
}

/// HTTP/1.1 and HTTP/2 over TLS (or plain HTTP/1.1), answered by one responder.
package final class HTTPServer: Sendable {
    private let group: any EventLoopGroup
    private let settings: ServerSettings
    private let responder: any HTTPResponder
    private let logger: Logger
    private let listeners = Mutex<[any Channel]>([])
    private let connections: ConnectionRoster

    package init(group: any EventLoopGroup, settings: ServerSettings, responder: any HTTPResponder, logger: Logger) {
        self.group = group
        self.settings = settings
        self.responder = responder
        self.logger = logger
        connections = ConnectionRoster(idleLimit: settings.maximumIdleConnections)
    }

    /// Binds, one address more with each call, and returns the address with the port that was given. Throws when the address cannot be had.
    @discardableResult
    package func start(host: String, port: Int) async throws -> SocketAddress? {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try self.configure(channel) }
            }
        let channel = try await bootstrap.bind(host: host, port: port).get()
        listeners.withLock { $0.append(channel) }
        return channel.localAddress
    }

    private func configure(_ channel: any Channel) throws {
        connections.add(channel)
        guard let tls = settings.tls else {
            try addHTTP1(channel)
            return
        }
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls()))
        let watchdog = NIOLoopBound(NegotiationWatchdog(timeout: settings.headTimeout), eventLoop: channel.eventLoop)
        let negotiation = ApplicationProtocolNegotiationHandler { [self] result, channel in
            channel.eventLoop.makeCompletedFuture {
                channel.pipeline.syncOperations.removeHandler(watchdog.value, promise: nil)
                if case .negotiated("h2") = result { try self.addHTTP2(channel) } else { try self.addHTTP1(channel) }
            }
        }
        try channel.pipeline.syncOperations.addHandler(negotiation)
        try channel.pipeline.syncOperations.addHandler(watchdog.value)
        try channel.pipeline.syncOperations.addHandler(ConnectionErrorHandler())
    }

    private func addHTTP1(_ channel: any Channel) throws {
        let operations = channel.pipeline.syncOperations
        try operations.addHandler(HTTPResponseEncoder())
        try operations.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)))
        try operations.addHandler(
            ConnectionWatchdog(headTimeout: settings.headTimeout, idleTimeout: settings.idleTimeout, roster: connections))
        // Warnings carry text of clients: no line end may slip into a header.
        try operations.addHandler(NIOHTTPResponseHeadersValidator())
        try operations.addHandler(HTTPServerPipelineHandler())
        try operations.addHandler(ProtocolErrorHandler(unknownMethod: settings.unknownMethod))
        try operations.addHandler(
            ExchangeHandler(responder: responder, majorVersion: 1, peer: { Self.identity(of: channel) }))
    }

    private func addHTTP2(_ channel: any Channel) throws {
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: settings.maximumStreams),
            HTTP2Setting(parameter: .initialWindowSize, value: 1 << 20),
            HTTP2Setting(parameter: .maxHeaderListSize, value: 64 * 1024),
        ]
        configuration.connection.targetWindowSize = 1 << 20
        // Clients cancel watches by the hundred, and each cancelled watch is a reset.
        configuration.stream.streamResetFrameRateLimit.maximumCount = 20_000
        configuration.stream.targetWindowSize = 1 << 20
        configuration.stream.outboundBufferSizeHighWatermark = 1 << 20
        configuration.stream.outboundBufferSizeLowWatermark = 1 << 18
        let identity = Self.identity(of: channel)
        let responder = responder
        let management = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            configuration: .init(maxIdleTime: settings.idleTimeout, maxAge: nil, maxGraceTime: nil, keepalive: nil))
        let streams = StreamCount(channel, connections, next: management.http2StreamDelegate)
        let onRequest = Self.sendingAway(channel, settings.goawayChance)
        let handler = NIOHTTP2Handler(
            mode: .server, eventLoop: channel.eventLoop, connectionConfiguration: configuration.connection,
            streamConfiguration: configuration.stream, streamDelegate: streams
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandlers([
                    HTTP2FramePayloadToHTTP1ServerCodec(),
                    ExchangeHandler(responder: responder, majorVersion: 2, peer: { identity }, onRequest: onRequest),
                ])
            }
        }
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.pipeline.syncOperations.addHandler(management)
        try channel.pipeline.syncOperations.addHandler(GoAwayHandler(streams))
        try channel.pipeline.syncOperations.addHandler(InputEndHandler())
    }

    /// Tells a client with some chance to connect anew; nil when there is none.
    private static func sendingAway(_ connection: any Channel, _ chance: Double) -> (@Sendable () -> Void)? {
        guard chance > 0 else { return nil }
        return {
            if Double.random(in: 0..<1) < chance { connection.pipeline.fireUserInboundEventTriggered(GoAwayEvent()) }
        }
    }

    private static func identity(of channel: any Channel) -> PeerIdentity {
        let address = channel.remoteAddress?.ipAddress ?? ""
        let isEncrypted = (try? channel.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)) != nil
        guard let tls = try? channel.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self),
            let certificate = tls.peerCertificate, let bytes = try? certificate.toDERBytes()
        else { return PeerIdentity(address: address, isEncrypted: isEncrypted) }
        return PeerIdentity(address: address, certificate: bytes, isEncrypted: true)
    }

    /// Stops listening, asks clients to leave (GOAWAY, `connection: close`), waits up to `grace` for
    /// requests that are under way, then closes what is still open. Upgraded connections count as under way.
    package func shutdown(grace: Duration = .seconds(2)) async {
        let listening = listeners.withLock { channels in
            defer { channels = [] }
            return channels
        }
        if listening.isEmpty { return }
        for channel in listening { try? await channel.close() }
        for channel in connections.channels {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        let deadline = ContinuousClock.now + grace
        while ContinuousClock.now < deadline, !connections.isEmpty {
            try? await Task.sleep(for: .milliseconds(20))
        }
        for channel in connections.channels { try? await channel.close() }
    }
}

/// Closes a connection of HTTP/2 whose client has said that nothing more will come: it waits for our end, too, and no answer
/// can be of use to it.
private final class InputEndHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}

/// Closes connections whose bytes make no sense.
private final class ConnectionErrorHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
