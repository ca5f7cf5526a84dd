import NIOCore
import NIOPosix

/// Serves one address over UDP and TCP.
struct DNSListener: Sendable {
    private let datagrams: any Channel
    private let streams: any Channel

    /// Throws when the address cannot be bound.
    init(host: String, port: Int, resolver: Resolver, group: any EventLoopGroup) async throws {
        datagrams = try await DatagramBootstrap(group: group)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelOption(.maxMessagesPerRead, value: 32)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(DatagramHandler(resolver)) }
            }
            .bind(host: host, port: port).get()
        do {
            streams = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let operations = channel.pipeline.syncOperations
                        try operations.addHandler(IdleStateHandler(allTimeout: .seconds(10)))
                        try operations.addHandler(ByteToMessageHandler(StreamFrameDecoder()))
                        try operations.addHandler(StreamHandler(resolver))
                    }
                }
                .bind(host: host, port: port).get()
        } catch {
            try? await datagrams.close()
            throw error
        }
    }

    func close() async {
        try? await datagrams.close()
        try? await streams.close()
    }
}

/// One datagram, one answer.
private final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let resolver: Resolver

    init(_ resolver: Resolver) { self.resolver = resolver }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let channel = context.channel
        let sender = envelope.remoteAddress
        switch Query.read(Array(envelope.data.readableBytesView), isDatagram: true) {
        case .ignore: return
        case .reject(let bytes): Self.write(bytes, channel, sender)
        case .query(let query):
            if let bytes = resolver.immediateAnswer(query) { return Self.write(bytes, channel, sender) }
            let answer = resolver.laterAnswer(query, on: channel.eventLoop)
            answer.whenSuccess { Self.write($0, channel, sender) }
        }
    }

    private static func write(_ bytes: [UInt8], _ channel: any Channel, _ address: SocketAddress) {
        channel.writeAndFlush(AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: bytes)), promise: nil)
    }

    /// A client that has gone away says so by ICMP; the socket goes on.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// Queries on a stream; answers may overtake each other, as RFC 7766 allows.
private final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let resolver: Resolver

    init(_ resolver: Resolver) { self.resolver = resolver }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = context.channel
        switch Query.read(Array(unwrapInboundIn(data).readableBytesView), isDatagram: false) {
        case .ignore: context.close(promise: nil)
        case .reject(let bytes): Self.write(bytes, channel)
        case .query(let query):
            if let bytes = resolver.immediateAnswer(query) { return Self.write(bytes, channel) }
            let answer = resolver.laterAnswer(query, on: channel.eventLoop)
            answer.whenSuccess { Self.write($0, channel) }
        }
    }

    private static func write(_ bytes: [UInt8], _ channel: any Channel) {
        var buffer = channel.allocator.buffer(capacity: bytes.count + 2)
        buffer.writeInteger(UInt16(clamping: bytes.count))
        buffer.writeBytes(bytes)
        channel.writeAndFlush(buffer, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
