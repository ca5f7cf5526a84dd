package import NIOCore
package import NIOHTTP1
import NIOPosix
package import NIOSSL

/// Where an upgrade request goes.
package struct UpgradeTarget: Sendable {
    package enum Address: Sendable, Equatable {
        case tcp(host: String, port: Int)
        case unix(path: String)
    }

    package var address: Address
    /// Nil for plain HTTP. Carries the client certificate, when there is one.
    package var tls: NIOSSLContext?
    /// The name that the server's certificate must have; nil when the host is an IP address.
    package var serverName: String?

    package init(_ address: Address, tls: NIOSSLContext? = nil, serverName: String? = nil) {
        self.address = address
        self.tls = tls
        self.serverName = serverName
    }

    var hostHeader: String {
        switch address {
        case .tcp(let host, let port): return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix: return "localhost"
        }
    }
}

/// What a server says to an upgrade request.
package enum UpgradeOutcome: Sendable {
    case upgraded(UpgradedConnection, HTTPHeaders)
    /// The body is cut off at 1 MiB.
    case refused(HTTPResponseStatus, HTTPHeaders, ByteBuffer)
}

/// Asks servers to turn an HTTP/1.1 connection into something else.
package struct UpgradeClient: Sendable {
    /// How long a server may take to answer.
    private static let patience = TimeAmount.seconds(30)
    private let group: any EventLoopGroup

    package init(group: any EventLoopGroup) { self.group = group }

    /// `headers` must name the upgrade; `host` is added when it is absent. Throws when there is no connection.
    package func request(
        _ method: HTTPMethod, _ uri: String, headers: HTTPHeaders, to target: UpgradeTarget
    ) async throws -> UpgradeOutcome {
        var headers = headers
        if !headers.contains(name: "host") { headers.add(name: "host", value: target.hostHeader) }
        if method != .GET, !headers.contains(name: "content-length") { headers.add(name: "content-length", value: "0") }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers)
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(.seconds(10))
            .channelOption(.allowRemoteHalfClosure, value: true)
        let initializer: @Sendable (any Channel) -> EventLoopFuture<EventLoopFuture<UpgradeOutcome>> = { channel in
            channel.eventLoop.makeCompletedFuture {
                let operations = channel.pipeline.syncOperations
                if let tls = target.tls {
                    try operations.addHandler(NIOSSLClientHandler(context: tls, serverHostname: target.serverName))
                }
                try operations.addHTTPClientHandlers(leftOverBytesStrategy: .forwardBytes)
                let handler = UpgradeResponseHandler(head, channel, patience: Self.patience)
                try operations.addHandler(handler)
                return handler.outcome.futureResult
            }
        }
        let outcome: EventLoopFuture<UpgradeOutcome>
        switch target.address {
        case .tcp(let host, let port): outcome = try await bootstrap.connect(host: host, port: port, channelInitializer: initializer)
        case .unix(let path): outcome = try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: initializer)
        }
        return try await outcome.get()
    }
}

/// Sends the request when the connection is there and waits for the answer.
private final class UpgradeResponseHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private static let bodyLimit = 1 << 20

    let outcome: EventLoopPromise<UpgradeOutcome>
    private let request: HTTPRequestHead
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()
    private var isDone = false
    private let timer: Scheduled<Void>

    init(_ request: HTTPRequestHead, _ channel: any Channel, patience: TimeAmount) {
        self.request = request
        outcome = channel.eventLoop.makePromise()
        timer = channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { send(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        send(context)
        context.fireChannelActive()
    }

    private func send(_ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(request)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let part):
            body.writeImmutableBuffer(part)
            if body.readableBytes > Self.bodyLimit { refused(context) }
        case .end:
            if head?.status == .switchingProtocols { upgraded(context) } else { refused(context) }
        }
    }

    private func refused(_ context: ChannelHandlerContext) {
        guard let head, !isDone else { return }
        finish(.success(.refused(head.status, head.headers, body.getSlice(at: 0, length: min(body.readableBytes, Self.bodyLimit)) ?? body)))
        context.close(promise: nil)
    }

    private func upgraded(_ context: ChannelHandlerContext) {
        let channel = context.channel
        let operations = channel.pipeline.syncOperations
        do {
            let connection = try UpgradedConnection(takingOver: channel)
            let headers = head?.headers ?? [:]
            operations.removeHandler(self, promise: nil)
            if let validator = try? operations.handler(type: NIOHTTPRequestHeadersValidator.self) {
                operations.removeHandler(validator, promise: nil)
            }
            if let encoder = try? operations.handler(type: HTTPRequestEncoder.self) { operations.removeHandler(encoder, promise: nil) }
            // The decoder goes last: it forwards the bytes that it holds already.
            if let decoder = try? operations.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self) {
                operations.removeHandler(decoder, promise: nil)
            }
            finish(.success(.upgraded(connection, headers)))
        } catch {
            finish(.failure(error))
            context.close(promise: nil)
        }
    }

    private func finish(_ result: Result<UpgradeOutcome, any Error>) {
        guard !isDone else { return }
        isDone = true
        timer.cancel()
        outcome.completeWith(result)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.failure(ExchangeError("the server closed the connection without an answer")))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.failure(error))
        context.close(promise: nil)
    }
}
