package import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix

/// A gRPC server on a Unix socket, for calls of one question and one answer: what plug-ins on the same machine ask.
package final class GRPCServer: Sendable {
    /// `method` is `package.Service/Method`. What it throws the client is told.
    package typealias Handler = @Sendable (_ method: String, _ message: [UInt8]) async throws(GRPCError) -> [UInt8]

    private let channel: any Channel

    private init(_ channel: any Channel) { self.channel = channel }

    /// Listens at `path`, in place of a socket that lies there.
    package static func listen(_ path: String, group: any EventLoopGroup, _ handler: @escaping Handler) async throws -> GRPCServer {
        let bootstrap = ServerBootstrap(group: group).childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                _ = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
                    mode: .server, connectionConfiguration: connection, streamConfiguration: streams
                ) { stream in
                    stream.eventLoop.makeCompletedFuture { try stream.pipeline.syncOperations.addHandler(AnsweredCall(handler)) }
                }
            }
        }
        return GRPCServer(try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get())
    }

    package func close() async { try? await channel.close() }

    /// Clients written in Go ping with almost every message, to measure the line; that is no attack.
    private static var connection: NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.controlFrameRateLimit.maximumCount = 1000
        configuration.controlFrameRateLimit.windowLength = .milliseconds(10)
        return configuration
    }

    private static var streams: NIOHTTP2Handler.StreamConfiguration {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.streamResetFrameRateLimit.maximumCount = 1000
        configuration.streamResetFrameRateLimit.windowLength = .milliseconds(10)
        return configuration
    }
}

/// One call at the server. Lives on the connection's event loop.
private final class AnsweredCall: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let handler: GRPCServer.Handler
    private var method = ""
    private var received = ByteBuffer()
    private var isAnswered = false
    private static let limit = 16 << 20

    init(_ handler: @escaping GRPCServer.Handler) { self.handler = handler }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswered else { return }
        switch unwrapInboundIn(data) {
        case .headers(let part):
            guard let path = part.headers.first(name: ":path") else { return }
            method = String(path.drop { $0 == "/" })
            if part.endStream { refuse(GRPCError(.internal, "a call without a message"), context) }
        case .data(let part):
            guard case .byteBuffer(var bytes) = part.data else { return }
            received.writeBuffer(&bytes)
            if received.readableBytes > Self.limit { return refuse(GRPCError(.resourceExhausted, "the message is too long"), context) }
            if let message = message() { answer(message, context) } else if part.endStream { refuse(GRPCError(.internal, "half a message"), context) }
        default: break
        }
    }

    /// The message when all of it is there; compressed ones are not understood and so never whole.
    private func message() -> [UInt8]? {
        let start = received.readerIndex
        guard let flag: UInt8 = received.getInteger(at: start), flag == 0, let length: UInt32 = received.getInteger(at: start + 1) else { return nil }
        return received.getBytes(at: start + 5, length: Int(length))
    }

    private func answer(_ message: [UInt8], _ context: ChannelHandlerContext) {
        isAnswered = true
        let handler = handler, method = method
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        context.eventLoop.makeFutureWithTask { () async throws -> [UInt8] in
            try await handler(method, message)
        }.whenComplete { result in
            let (handler, context) = bound.value
            switch result {
            case .success(let bytes): handler.send(bytes, context)
            case .failure(let error): handler.refuse(error as? GRPCError ?? GRPCError(.unknown, "\(error)"), context)
            }
        }
    }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        context.write(wrapOutboundOut(.headers(.init(headers: [":status": "200", "content-type": "application/grpc"]))), promise: nil)
        context.write(wrapOutboundOut(.data(.init(data: .byteBuffer(GRPCCall.frame(bytes, context.channel.allocator))))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.headers(.init(headers: ["grpc-status": "0"], endStream: true))), promise: nil)
    }

    private func refuse(_ error: GRPCError, _ context: ChannelHandlerContext) {
        isAnswered = true
        guard context.channel.isActive else { return }
        let headers: HPACKHeaders = [
            ":status": "200", "content-type": "application/grpc", "grpc-status": "\(error.code.rawValue)", "grpc-message": Self.encode(error.message),
        ]
        context.writeAndFlush(wrapOutboundOut(.headers(.init(headers: headers, endStream: true))), promise: nil)
    }

    /// `grpc-message` is percent-encoded.
    private static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            if (0x20..<0x7f).contains(byte), byte != UInt8(ascii: "%") {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
