package import NIOCore
import NIOPosix

/// A connection that has left HTTP: raw bytes both ways, with back-pressure both ways.
package final class UpgradedConnection: ByteStream {
    private let channel: any Channel
    private let queue: InboundQueue

    /// Puts the connection at the end of the pipeline. On the event loop of the channel.
    init(takingOver channel: any Channel) throws {
        let handler = RawBytesHandler()
        let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        queue = InboundQueue { channel.eventLoop.execute { bound.value.resume() } }
        self.channel = channel
        handler.queue = queue
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    package func read() async throws -> ByteBuffer? { try await queue.next() }

    package func write(_ bytes: ByteBuffer) async throws { try await channel.writeAndFlush(bytes).get() }

    package func closeOutput() async { try? await channel.close(mode: .output) }

    package func close() async {
        queue.abandon()
        queue.finish()
        try? await channel.close()
    }

    /// Runs when the connection is gone, whatever the reason.
    package func onClose(_ action: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in action() }
    }
}

/// Hands bytes to the queue, and asks for more only while the queue has room.
private final class RawBytesHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    var queue: InboundQueue?
    private var context: ChannelHandlerContext?
    private var holdsBack = false
    private var hasPendingRead = false

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        queue?.finish()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if queue?.push(unwrapInboundIn(data)) == false { holdsBack = true }
    }

    func read(context: ChannelHandlerContext) {
        if holdsBack { hasPendingRead = true } else { context.read() }
    }

    func resume() {
        holdsBack = false
        guard hasPendingRead else { return }
        hasPendingRead = false
        context?.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { queue?.finish() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        queue?.finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        queue?.finish(error)
        context.close(promise: nil)
    }
}
