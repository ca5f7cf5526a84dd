import NIOCore
import NIOHTTP1

/// One connection of HTTP/1.1, or one stream of HTTP/2: collects requests, writes answers.
///
/// One request at a time: the pipelining handler before it holds back the next request until the
/// answer has ended. Everything here happens on the event loop.
final class ExchangeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case idle
        case receiving(HTTPRequest, ByteBuffer, limit: Int)
        case streaming(InboundQueue)
        /// The body is thrown away until its end.
        case discarding(HTTPRequest, isTooLarge: Bool)
        case answering
        case closed
    }

    private let responder: any HTTPResponder
    let majorVersion: Int
    private let peer: () -> PeerIdentity
    private var knownPeer: PeerIdentity?
    private var state = State.idle
    private var holdsBackReads = false
    private var hasPendingRead = false

    // What the answering half (`ExchangeHandler+Answer.swift`) keeps.
    var context: ChannelHandlerContext?
    var exchange: HTTPExchange?
    var closeAction: (@Sendable () -> Void)?
    var writabilityAction: (@Sendable (Bool) -> Void)?
    var isHead = false
    var isHTTP10 = false
    var hasBegun = false
    var isStreaming = false
    var needsFlush = false
    var closesAfterAnswer = false
    var requestEnded = false
    /// Answered and to be closed, but the client is still sending.
    var isLingering = false
    var waiting: [EventLoopPromise<Void>] = []

    /// Told of each request.
    private let onRequest: (@Sendable () -> Void)?

    init(
        responder: any HTTPResponder, majorVersion: Int, peer: @escaping () -> PeerIdentity, onRequest: (@Sendable () -> Void)? = nil
    ) {
        self.onRequest = onRequest
        self.responder = responder
        self.majorVersion = majorVersion
        self.peer = peer
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let part): receive(part)
        case .end: endOfRequest()
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let peer = knownPeer ?? self.peer()
        knownPeer = peer
        let request = HTTPRequest(head, peer: peer, majorVersion: majorVersion)
        hasBegun = false
        isStreaming = false
        requestEnded = false
        isHead = head.method == .HEAD
        isHTTP10 = majorVersion == 1 && head.version.minor == 0
        // After a request that asks for an upgrade the decoder reads no further request.
        let asksForUpgrade = majorVersion == 1 && head.headers.contains(name: "upgrade")
        closesAfterAnswer = majorVersion == 1 && (!head.isKeepAlive || asksForUpgrade)
        switch responder.bodyPolicy(for: request) {
        case .collect(let limit):
            if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > limit {
                state = .discarding(request, isTooLarge: false)
                hand(request, .tooLarge)
            } else {
                allowBody(head, context)
                state = .receiving(request, ByteBuffer(), limit: limit)
            }
        case .ignore:
            state = .discarding(request, isTooLarge: false)
            hand(request, .complete(ByteBuffer()))
        case .stream:
            allowBody(head, context)
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            let loop = context.eventLoop
            let queue = InboundQueue { loop.execute { bound.value.resumeReading() } }
            state = .streaming(queue)
            hand(request, .stream(InboundBytes { try await queue.next() }))
        }
    }

    /// A client that asked first is told to send its body.
    private func allowBody(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard majorVersion == 1, head.headers.first(name: "expect")?.lowercased() == "100-continue" else { return }
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }

    private func receive(_ part: ByteBuffer) {
        switch state {
        case .receiving(let request, var body, let limit):
            if body.readableBytes + part.readableBytes > limit {
                // Answered at once, not at the end: a client may go on for ever.
                state = .discarding(request, isTooLarge: false)
                hand(request, .tooLarge)
            } else {
                state = .idle
                body.writeImmutableBuffer(part)
                state = .receiving(request, body, limit: limit)
            }
        case .streaming(let queue):
            if !queue.push(part) { holdsBackReads = true }
        default: break
        }
    }

    private func endOfRequest() {
        requestEnded = true
        if isLingering { context?.close(promise: nil) }
        switch state {
        case .receiving(let request, let body, _):
            state = .answering
            hand(request, .complete(body))
        case .streaming(let queue):
            state = .answering
            queue.finish()
        case .discarding: state = .answering
        default: break
        }
    }

    private func hand(_ request: HTTPRequest, _ body: RequestBody) {
        guard let context else { return }
        if case .tooLarge = body { closesAfterAnswer = majorVersion == 1 }
        let exchange = HTTPExchange(handler: self, eventLoop: context.eventLoop)
        self.exchange = exchange
        onRequest?()
        responder.respond(to: request, body: body, on: exchange)
    }

    // MARK: back-pressure on what comes in

    func read(context: ChannelHandlerContext) {
        if holdsBackReads { hasPendingRead = true } else { context.read() }
    }

    private func resumeReading() {
        holdsBackReads = false
        guard hasPendingRead else { return }
        hasPendingRead = false
        context?.read()
    }

    /// The answer has ended: what still comes of the body is dropped.
    func dropRestOfRequest() {
        if case .streaming(let queue) = state {
            queue.abandon()
            queue.finish(ExchangeError("the request has been answered"))
        }
        if case .closed = state { return }
        state = .idle
        resumeReading()
    }

    // MARK: the end of the connection

    func channelInactive(context: ChannelHandlerContext) {
        gone()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        gone()
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event, majorVersion == 1 {
            // A client that half-closes while it waits for an answer gets the answer; one that reads an
            // endless one would never be noticed to have left.
            if exchange == nil || isStreaming { context.close(promise: nil) } else { closesAfterAnswer = true }
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func gone() {
        if case .closed = state { return }
        let error = ExchangeError("the client closed the connection")
        if case .streaming(let queue) = state { queue.finish(error) }
        state = .closed
        exchange = nil
        writabilityAction = nil
        for promise in waiting { promise.fail(error) }
        waiting = []
        let action = closeAction
        closeAction = nil
        action?()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        if isWritable {
            let ready = waiting
            waiting = []
            for promise in ready { promise.succeed() }
        }
        writabilityAction?(isWritable)
        context.fireChannelWritabilityChanged()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flushIfNeeded()
        context.fireChannelReadComplete()
    }
}
