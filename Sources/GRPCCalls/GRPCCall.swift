import NIOCore
import NIOHPACK
import NIOHTTP2

/// One call on one HTTP/2 stream. Lives on the connection's event loop.
///
/// Each message of the answer is handed to `onMessage`; `onEnd` comes once, with nil when the server ended with status
/// OK or nothing more is wanted. What is asked goes out in one write together with its end, so that the server has no reason to reset the stream.
final class GRPCCall: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let headers: HPACKHeaders
    private let request: [UInt8]
    /// Whether the client's side ends with the first message.
    private let endsAtOnce: Bool
    private let limit: Int
    /// Whether more messages are wanted.
    private let onMessage: ([UInt8]) -> Bool
    private let onEnd: (GRPCError?) -> Void
    private var received = ByteBuffer()
    private var isEnded = false
    private var hasHeaders = false

    init(
        headers: HPACKHeaders, request: [UInt8], endsAtOnce: Bool, limit: Int, onMessage: @escaping ([UInt8]) -> Bool,
        onEnd: @escaping (GRPCError?) -> Void
    ) {
        self.headers = headers
        self.request = request
        self.endsAtOnce = endsAtOnce
        self.limit = limit
        self.onMessage = onMessage
        self.onEnd = onEnd
    }

    /// A message with its five bytes of frame: not compressed, and its length.
    static func frame(_ message: [UInt8], _ allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: message.count + 5)
        buffer.writeInteger(UInt8(0))
        buffer.writeInteger(UInt32(clamping: message.count))
        buffer.writeBytes(message)
        return buffer
    }

    func channelActive(context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.headers(.init(headers: headers))), promise: nil)
        let data = IOData.byteBuffer(Self.frame(request, context.channel.allocator))
        context.writeAndFlush(wrapOutboundOut(.data(.init(data: data, endStream: endsAtOnce))), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let part): take(part.headers, isLast: part.endStream, context)
        case .data(let part):
            guard case .byteBuffer(var bytes) = part.data else { return }
            received.writeBuffer(&bytes)
            takeMessages(context)
            if part.endStream { end(GRPCError(.unknown, "the server ended the call without a status"), context) }
        case .rstStream(let code): end(GRPCError(.unavailable, "the server reset the call (\(code.networkCode))"), context)
        default: break
        }
    }

    private func take(_ headers: HPACKHeaders, isLast: Bool, _ context: ChannelHandlerContext) {
        if !hasHeaders, let status = headers.first(name: ":status"), status != "200" {
            return end(.http(status), context)
        }
        hasHeaders = true
        guard let text = headers.first(name: "grpc-status") else {
            if isLast { end(GRPCError(.unknown, "the server ended the call without a status"), context) }
            return
        }
        let code = Int(text).flatMap { GRPCError.Code(rawValue: $0) } ?? .unknown
        end(code == .ok ? nil : GRPCError(code, Self.decode(headers.first(name: "grpc-message") ?? "")), context)
    }

    private func takeMessages(_ context: ChannelHandlerContext) {
        while !isEnded, received.readableBytes >= 5,
            let flag: UInt8 = received.getInteger(at: received.readerIndex),
            let length: UInt32 = received.getInteger(at: received.readerIndex + 1)
        {
            if flag != 0 { return end(GRPCError(.internal, "the server compresses, which was not asked for"), context) }
            guard Int(length) <= limit else {
                return end(GRPCError(.resourceExhausted, "the server sends a message of \(length) bytes"), context)
            }
            guard received.readableBytes >= 5 + Int(length) else { return }
            received.moveReaderIndex(forwardBy: 5)
            let message = received.readBytes(length: Int(length)) ?? []
            received.discardReadBytes()
            if !onMessage(message) { end(nil, context) }
        }
    }

    /// `grpc-message` is percent-encoded.
    private static func decode(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func end(_ error: GRPCError?, _ context: ChannelHandlerContext) {
        guard !isEnded else { return }
        isEnded = true
        onEnd(error)
        // A stream that is not at its end yet is reset by this.
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(GRPCError(.unavailable, "the connection was closed"), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(GRPCError(.unavailable, "\(error)"), context)
    }
}
