import NIOCore
import NIOHTTP2

/// Asks a silent server whether it is there, and watches for its goodbye.
final class GRPCKeepalive: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let interval: TimeAmount
    private let patience: TimeAmount
    private let hasCalls: () -> Bool
    private let onGoodbye: () -> Void
    private var timer: Scheduled<Void>?
    private var isAsking = false

    init(interval: TimeAmount, patience: TimeAmount, hasCalls: @escaping () -> Bool, onGoodbye: @escaping () -> Void) {
        self.interval = interval
        self.patience = patience
        self.hasCalls = hasCalls
        self.onGoodbye = onGoodbye
    }

    func handlerAdded(context: ChannelHandlerContext) { schedule(context) }

    private func schedule(_ context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: interval) { [weak self] in
            guard let self else { return }
            // Servers count pings of idle connections against the client.
            guard hasCalls() else { return schedule(context) }
            isAsking = true
            let ping = HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(withInteger: 1), ack: false))
            context.writeAndFlush(wrapOutboundOut(ping), promise: nil)
            timer = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { [weak self] in
                guard let self else { return }
                if isAsking { return context.close(promise: nil) }
                schedule(context)
            }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.payload {
        case .ping(_, ack: true): isAsking = false
        case .goAway: onGoodbye()
        default: break
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        onGoodbye()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
