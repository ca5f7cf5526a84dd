import NIOCore
import NIOHTTP1

/// Closes HTTP/1.1 connections that are silent between requests, or that dribble a request's head.
///
/// Stands between the decoder and the pipelining handler. A request that is being answered has no
/// time limit here: watches and logs last for hours.
final class ConnectionWatchdog: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let headTimeout: TimeAmount
    private let idleTimeout: TimeAmount
    private var timer: Scheduled<Void>?
    /// Requests whose answer has not ended.
    private var underWay = 0

    private let roster: ConnectionRoster

    init(headTimeout: TimeAmount, idleTimeout: TimeAmount, roster: ConnectionRoster) {
        self.headTimeout = headTimeout
        self.idleTimeout = idleTimeout
        self.roster = roster
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // The first head must come soon: the client has only just connected to send it.
        if context.channel.isActive { arm(context, headTimeout) }
    }

    func channelActive(context: ChannelHandlerContext) {
        arm(context, headTimeout)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) {
            timer?.cancel()
            timer = nil
            underWay += 1
            if underWay == 1 { roster.isBusy(context.channel) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            underWay = max(0, underWay - 1)
            if underWay == 0 {
                arm(context, idleTimeout)
                roster.fellSilent(context.channel)
            }
        }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is MakeRoomEvent {
            // A request may have come since.
            if underWay == 0 { context.close(promise: nil) }
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    private func arm(_ context: ChannelHandlerContext, _ time: TimeAmount) {
        timer?.cancel()
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
