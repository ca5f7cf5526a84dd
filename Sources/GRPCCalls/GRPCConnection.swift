package import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
package import NIOSSL
import Synchronization

/// A gRPC server, and the HTTP/2 connection to it: made by the first call, and made anew by the next one after it broke.
package final class GRPCConnection: Sendable {
    package enum Target: Sendable {
        case unix(String)
        case tcp(host: String, port: Int)
    }

    private static let connectTimeout = TimeAmount.seconds(5)
    /// Unasked, a server may send so much before it hears from us.
    private static let window = 8 << 20
    private static let messageLimit = 512 << 20
    /// Servers written in Go ping with almost every answer, to measure the line; that is no attack.
    private static let frameLimit = (count: 1000, window: TimeAmount.milliseconds(10))

    private struct Line: Sendable {
        let number: Int
        let multiplexer: NIOHTTP2Handler.StreamMultiplexer
        let channel: any Channel
    }

    private struct State {
        /// The connection that is there or being made.
        var line: EventLoopFuture<Line>?
        var number = 0
        var isClosed = false
    }

    private let target: Target
    private let tls: NIOSSLContext?
    private let group: any EventLoopGroup
    private let metadata: @Sendable () -> [(String, String)]
    private let state = Mutex(State())
    private let openCalls = OpenCalls()

    /// `metadata` is asked at each call for headers that go with it. With `tls` the server's certificate has to be for
    /// the target's host, and the context has to offer `h2`.
    package init(
        _ target: Target, tls: NIOSSLContext? = nil, group: any EventLoopGroup,
        metadata: @escaping @Sendable () -> [(String, String)] = { [] }
    ) {
        self.target = target
        self.tls = tls
        self.group = group
        self.metadata = metadata
    }

    // MARK: calls

    /// One question, one answer. `method` is `package.Service/Method`, `headers` go with this call only.
    package func unary(
        _ method: String, _ message: [UInt8], timeout: Duration, headers: [(String, String)] = []
    ) async throws(GRPCError) -> [UInt8] {
        let answer = Answer()
        try await run(method, message, endsAtOnce: true, timeout: timeout, headers) { bytes in
            answer.bytes.withLock { $0 = bytes }
            return true
        }
        guard let bytes = answer.bytes.withLock({ $0 }) else { throw GRPCError(.internal, "the server answered without a message") }
        return bytes
    }

    /// One question and the messages that follow, until the server ends, the task is cancelled or `onMessage` says that
    /// it has enough. `onMessage` runs on the event loop and must be quick. With `keepsOpen` the client's side of the
    /// stream stays open, as services with streams both ways want it.
    package func stream(
        _ method: String, _ message: [UInt8], keepsOpen: Bool = false, _ onMessage: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws(GRPCError) {
        try await run(method, message, endsAtOnce: !keepsOpen, timeout: nil, [], onMessage)
    }

    private func run(
        _ method: String, _ message: [UInt8], endsAtOnce: Bool, timeout: Duration?, _ more: [(String, String)] = [],
        _ onMessage: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws(GRPCError) {
        let line: Line
        do {
            line = try await self.line().get()
        } catch {
            throw error as? GRPCError ?? GRPCError(.unavailable, "connection error: \(error)", wasSent: false)
        }
        var fields = headers(method, timeout)
        for (name, value) in more { fields.add(name: name, value: value) }
        let headers = fields
        let outcome = CallOutcome()
        openCalls.count.add(1, ordering: .relaxed)
        defer { openCalls.count.subtract(1, ordering: .relaxed) }
        let failure = await withTaskCancellationHandler {
            await outcome.wait { outcome in
                line.multiplexer.createStreamChannel { stream in
                    stream.eventLoop.makeCompletedFuture {
                        try stream.pipeline.syncOperations.addHandler(
                            GRPCCall(
                                headers: headers, request: message, endsAtOnce: endsAtOnce, limit: Self.messageLimit,
                                onMessage: onMessage, onEnd: { outcome.end($0) }))
                    }
                }.whenComplete { result in
                    switch result {
                    case .success(let stream): outcome.runs(on: stream, timeout: timeout)
                    case .failure(let error): outcome.end(GRPCError(.unavailable, "no stream: \(error)", wasSent: false))
                    }
                }
            }
        } onCancel: {
            outcome.end(GRPCError(.cancelled, "context canceled"))
        }
        if let failure { throw failure }
    }

    private func headers(_ method: String, _ timeout: Duration?) -> HPACKHeaders {
        var headers = HPACKHeaders([
            (":method", "POST"), (":scheme", tls == nil ? "http" : "https"), (":path", "/" + method), (":authority", authority),
            ("te", "trailers"), ("content-type", "application/grpc"), ("user-agent", "martlet"),
        ])
        if let timeout { headers.add(name: "grpc-timeout", value: "\(min(max(timeout.nanoseconds / 1_000_000, 1), 99_999_999))m") }
        for (name, value) in metadata() { headers.add(name: name, value: value) }
        return headers
    }

    /// Strict servers refuse the path of a socket as an authority.
    private var authority: String {
        switch target {
        case .unix: return "localhost"
        case .tcp(let host, let port): return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    // MARK: the connection

    private func line() throws -> EventLoopFuture<Line> {
        try state.withLock { state in
            if state.isClosed { throw GRPCError(.unavailable, "the client is closed", wasSent: false) }
            if let line = state.line { return line }
            state.number += 1
            let number = state.number
            let line = connect(number)
            state.line = line
            line.whenFailure { [weak self] _ in self?.drop(number) }
            return line
        }
    }

    /// The next call needs a new connection.
    private func drop(_ number: Int) {
        state.withLock { if $0.number == number { $0.line = nil } }
    }

    private func connect(_ number: Int) -> EventLoopFuture<Line> {
        let pipeline = PipelineBox()
        let bootstrap = ClientBootstrap(group: group).connectTimeout(Self.connectTimeout)
            .channelOption(ChannelOptions.socketOption(.so_keepalive), value: 1)
            .channelInitializer { [tls, openCalls, weak self] channel in
                channel.eventLoop.makeCompletedFuture {
                    let operations = channel.pipeline.syncOperations
                    if let tls { try operations.addHandler(try Self.tlsHandler(tls, self?.target)) }
                    let multiplexer = try operations.configureHTTP2Pipeline(
                        mode: .client, connectionConfiguration: Self.connection, streamConfiguration: Self.streams
                    ) { stream in stream.close() }
                    pipeline.multiplexer.withLock { $0 = multiplexer }
                    try operations.addHandler(
                        GRPCKeepalive(
                            interval: .seconds(10), patience: .seconds(5), hasCalls: { openCalls.count.load(ordering: .relaxed) > 0 },
                            onGoodbye: { [weak self] in self?.drop(number) }))
                }
            }
        let connected: EventLoopFuture<any Channel> = switch target {
        case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
        case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
        }
        return connected.flatMapThrowing { channel in
            guard let multiplexer = pipeline.multiplexer.withLock({ $0 }) else {
                throw GRPCError(.unavailable, "the connection has no pipeline", wasSent: false)
            }
            return Line(number: number, multiplexer: multiplexer, channel: channel)
        }
    }

    private static func tlsHandler(_ context: NIOSSLContext, _ target: Target?) throws -> NIOSSLClientHandler {
        guard case .tcp(let host, _) = target else { return try NIOSSLClientHandler(context: context, serverHostname: nil) }
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }

    private static var connection: NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.targetWindowSize = window
        configuration.initialSettings = [
            HTTP2Setting(parameter: .enablePush, value: 0), HTTP2Setting(parameter: .initialWindowSize, value: window),
            HTTP2Setting(parameter: .maxHeaderListSize, value: 64 << 10),
        ]
        configuration.controlFrameRateLimit.maximumCount = frameLimit.count
        configuration.controlFrameRateLimit.windowLength = frameLimit.window
        return configuration
    }

    private static var streams: NIOHTTP2Handler.StreamConfiguration {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.targetWindowSize = window
        configuration.streamResetFrameRateLimit.maximumCount = frameLimit.count
        configuration.streamResetFrameRateLimit.windowLength = frameLimit.window
        return configuration
    }

    /// Closes the connection; calls that run end with `unavailable`.
    package func close() {
        let line = state.withLock { state in
            state.isClosed = true
            defer { state.line = nil }
            return state.line
        }
        line?.whenSuccess { $0.channel.close(promise: nil) }
    }
}

private final class OpenCalls: Sendable {
    let count = Atomic<Int>(0)
}

private final class Answer: Sendable {
    let bytes = Mutex<[UInt8]?>(nil)
}

/// Carries the multiplexer out of the channel's initializer.
private final class PipelineBox: Sendable {
    let multiplexer = Mutex<NIOHTTP2Handler.StreamMultiplexer?>(nil)
}
