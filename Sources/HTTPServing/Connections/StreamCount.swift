import NIOCore
import NIOHTTP2
import Synchronization

/// A client is told to open a new connection for what comes next (GOAWAY); what is under way goes on.
struct GoAwayEvent: Sendable {}

/// Counts the streams of one HTTP/2 connection for the roster.
final class StreamCount: NIOHTTP2StreamDelegate {
    private let next: any NIOHTTP2StreamDelegate
    private let roster: ConnectionRoster
    private let connection: any Channel
    private let open = Mutex(0)

    init(_ connection: any Channel, _ roster: ConnectionRoster, next: any NIOHTTP2StreamDelegate) {
        self.connection = connection
        self.roster = roster
        self.next = next
    }

    var isIdle: Bool { open.withLock { $0 == 0 } }

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
        let isFirst = open.withLock { count in
            count += 1
            return count == 1
        }
        if isFirst { roster.isBusy(connection) }
        next.streamCreated(id, channel: channel)
    }

    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {
        let wasLast = open.withLock { count in
            count -= 1
            return count == 0
        }
        if wasLast { roster.fellSilent(connection) }
        next.streamClosed(id, channel: channel)
    }
}

/// Sends the clients of HTTP/2 away when they are to leave. Last in the pipeline of a connection.
final class GoAwayHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let streams: StreamCount
    private var isLeaving = false

    init(_ streams: StreamCount) { self.streams = streams }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is MakeRoomEvent:
            if streams.isIdle { leave(context) }
        case is GoAwayEvent: leave(context)
        case is ChannelShouldQuiesceEvent:
            isLeaving = true
            context.fireUserInboundEventTriggered(event)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func leave(_ context: ChannelHandlerContext) {
        if isLeaving { return }
        isLeaving = true
        context.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
