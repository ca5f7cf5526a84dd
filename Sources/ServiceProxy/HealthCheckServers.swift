import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Objects
import Synchronization

/// Answers load balancers that ask whether a service has endpoints on this node: on the `healthCheckNodePort` of services
/// with `externalTrafficPolicy: Local`.
final class HealthCheckServers: Sendable {
    private struct State {
        var checks: [UInt16: HealthCheck] = [:]
        var listeners: [UInt16: any Channel] = [:]
    }

    private let group: any EventLoopGroup
    private let logger: Logger
    private let state = Mutex(State())

    init(group: any EventLoopGroup, logger: Logger) {
        self.group = group
        self.logger = logger
    }

    /// Listens on the ports of `checks` and no others. Called by one task at a time.
    func set(_ checks: [UInt16: HealthCheck]) async {
        let (gone, new) = state.withLock { state in
            state.checks = checks
            let gone = state.listeners.filter { checks[$0.key] == nil }
            for port in gone.keys { state.listeners[port] = nil }
            return (Array(gone.values), checks.keys.filter { state.listeners[$0] == nil })
        }
        for listener in gone { try? await listener.close() }
        for port in new {
            do {
                let listener = try await listen(port)
                state.withLock { $0.listeners[port] = listener }
            } catch {
                logger.warning("load balancers cannot ask for a service's health", metadata: ["port": "\(port)", "reason": "\(error)"])
            }
        }
    }

    private func listen(_ port: UInt16) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [weak self] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(HealthCheckHandler { self?.answer(port) })
                }
            }
            .bind(host: "0.0.0.0", port: Int(port)).get()
    }

    private func answer(_ port: UInt16) -> (isHealthy: Bool, body: String) {
        guard let check = state.withLock({ $0.checks[port] }) else { return (false, "") }
        let parts = check.service.split(separator: "/").map { Value.string(String($0)) }
        let body: Value = [
            "service": ["namespace": parts.first ?? "", "name": parts.last ?? ""], "localEndpoints": Value(check.localEndpoints),
            "serviceProxyHealthy": true,
        ]
        return (check.localEndpoints > 0, body.jsonString)
    }
}

private final class HealthCheckHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: () -> (isHealthy: Bool, body: String)?

    init(_ answer: @escaping () -> (isHealthy: Bool, body: String)?) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let (isHealthy, body) = answer() ?? (false, "")
        var headers = HTTPHeaders()
        headers.add(name: "Content-Type", value: "application/json")
        headers.add(name: "Content-Length", value: "\(body.utf8.count)")
        headers.add(name: "X-Content-Type-Options", value: "nosniff")
        headers.add(name: "Connection", value: "close")
        let head = HTTPResponseHead(version: .http1_1, status: isHealthy ? .ok : .serviceUnavailable, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
