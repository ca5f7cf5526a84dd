import NIOCore
import NIOHTTP1

/// One connection of HTTP/1.1, or one stream of HTTP/2: collects requests, writes answers.
final class ExchangeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case idle
        case receiving(HTTPRequest, ByteBuffer, limit: Int)
        /// The body is thrown away until its end.
        case discarding(HTTPRequest, isTooLarge: Bool)
        case answering(HTTPRequest)
        case closed
    }

    private let responder: any HTTPResponder
    private let majorVersion: Int
    private let peer: () -> PeerIdentity
    private var state = State.idle
    private var context: ChannelHandlerContext?
    private var exchange: HTTPExchange?
    private var closeAction: (@Sendable () -> Void)?
    private var hasBegun = false
    private var isStreaming = false
    private var needsFlush = false
    private var closesAfterAnswer = false
    private var waiting: [EventLoopPromise<Void>] = []
    /// Set while the server drains.
    var isDraining = false
    private var knownPeer: PeerIdentity?

    init(responder: any HTTPResponder, majorVersion: Int, peer: @escaping () -> PeerIdentity) {
        self.responder = responder
        self.majorVersion = majorVersion
        self.peer = peer
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: inbound

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(var part):
            switch state {
            case .receiving(let request, var body, let limit):
                if body.readableBytes + part.readableBytes > limit {
                    state = .discarding(request, isTooLarge: true)
                } else {
                    state = .idle
                    body.writeBuffer(&part)
                    state = .receiving(request, body, limit: limit)
                }
            default: break
            }
        case .end:
            switch state {
            case .receiving(let request, let body, _): hand(request, .complete(body))
            case .discarding(let request, let isTooLarge):
                if isTooLarge { hand(request, .tooLarge) } else { state = .answering(request) }
            default: break
            }
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let peer = knownPeer ?? self.peer()
        knownPeer = peer
        let request = HTTPRequest(head, peer: peer, majorVersion: majorVersion)
        hasBegun = false
        isStreaming = false
        if majorVersion == 1, head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            context.writeAndFlush(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
        }
        switch responder.bodyPolicy(for: request) {
        case .collect(let limit):
            if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > limit {
                closesAfterAnswer = true
                hand(request, .tooLarge)
                state = .discarding(request, isTooLarge: false)
            } else {
                state = .receiving(request, ByteBuffer(), limit: limit)
            }
        case .ignore:
            state = .discarding(request, isTooLarge: false)
            hand(request, .complete(ByteBuffer()), keepsState: true)
        }
    }

    private func hand(_ request: HTTPRequest, _ body: RequestBody, keepsState: Bool = false) {
        guard let context else { return }
        if !keepsState { state = .answering(request) }
        if case .tooLarge = body { closesAfterAnswer = true }
        let exchange = HTTPExchange(handler: self, eventLoop: context.eventLoop)
        self.exchange = exchange
        closesAfterAnswer = closesAfterAnswer || !request.isKeepAlive
        responder.respond(to: request, body: body, on: exchange)
    }

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
            if case .idle = state { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func gone() {
        if case .closed = state { return }
        state = .closed
        exchange = nil
        for promise in waiting { promise.fail(ExchangeError("the client closed the connection")) }
        waiting = []
        let action = closeAction
        closeAction = nil
        action?()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            let ready = waiting
            waiting = []
            for promise in ready { promise.succeed() }
        }
        context.fireChannelWritabilityChanged()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flushIfNeeded()
        context.fireChannelReadComplete()
    }

    // MARK: outbound

    func onClose(_ action: @escaping @Sendable () -> Void, for exchange: HTTPExchange) {
        guard self.exchange === exchange, context?.channel.isActive == true else {
            action()
            return
        }
        closeAction = action
    }

    func respond(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer, for exchange: HTTPExchange) {
        guard self.exchange === exchange, let context, !hasBegun else { return }
        var headers = headers
        headers.replaceOrAdd(name: "content-length", value: String(body.readableBytes))
        head(status, &headers, context)
        if body.readableBytes > 0, !isHead { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        end(for: exchange)
    }

    private var isHead: Bool {
        switch state {
        case .answering(let request), .discarding(let request, _), .receiving(let request, _, _): return request.method == .HEAD
        default: return false
        }
    }

    private func head(_ status: HTTPResponseStatus, _ headers: inout HTTPHeaders, _ context: ChannelHandlerContext) {
        hasBegun = true
        if majorVersion == 1, closesAfterAnswer || isDraining { headers.replaceOrAdd(name: "connection", value: "close") }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
    }

    func begin(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, for exchange: HTTPExchange) {
        guard self.exchange === exchange, let context, !hasBegun else { return }
        var headers = headers
        if majorVersion == 1, !headers.contains(name: "content-length") {
            headers.replaceOrAdd(name: "transfer-encoding", value: "chunked")
        }
        head(status, &headers, context)
        isStreaming = true
        context.flush()
    }

    func write(_ part: ByteBuffer, for exchange: HTTPExchange, promise: EventLoopPromise<Void>? = nil) {
        guard self.exchange === exchange, let context, isStreaming else {
            promise?.fail(ExchangeError("the client closed the connection"))
            return
        }
        context.write(wrapOutboundOut(.body(.byteBuffer(part))), promise: nil)
        if !needsFlush {
            needsFlush = true
            context.eventLoop.assumeIsolated().execute { self.flushIfNeeded() }
        }
        guard let promise else { return }
        if context.channel.isWritable {
            promise.succeed()
        } else {
            flushIfNeeded()
            if context.channel.isWritable { promise.succeed() } else { waiting.append(promise) }
        }
    }

    private func flushIfNeeded() {
        guard needsFlush else { return }
        needsFlush = false
        context?.flush()
    }

    func end(for exchange: HTTPExchange) {
        guard self.exchange === exchange, let context, hasBegun else { return }
        self.exchange = nil
        closeAction = nil
        needsFlush = false
        let closes = majorVersion == 1 && (closesAfterAnswer || isDraining)
        state = .idle
        let channel = context.channel
        if closes {
            context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
        } else {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    func abort(for exchange: HTTPExchange) {
        guard self.exchange === exchange, let context else { return }
        context.close(promise: nil)
    }

    // MARK: upgrade

    func upgrade(
        _ headers: HTTPHeaders, for exchange: HTTPExchange, promise: EventLoopPromise<NIOAsyncChannel<ByteBuffer, ByteBuffer>>
    ) {
        guard self.exchange === exchange, let context, majorVersion == 1, !hasBegun else {
            promise.fail(ExchangeError("the connection cannot be upgraded"))
            return
        }
        hasBegun = true
        self.exchange = nil
        closeAction = nil
        let channel = context.channel
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers))),
            promise: nil)
        do {
            let operations = channel.pipeline.syncOperations
            let connection = try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true, inboundType: ByteBuffer.self, outboundType: ByteBuffer.self))
            // The decoder goes last: it forwards the bytes that it holds already.
            operations.removeHandler(self, promise: nil)
            if let pipeline = try? operations.context(handlerType: HTTPServerPipelineHandler.self) {
                operations.removeHandler(context: pipeline, promise: nil)
            }
            if let encoder = try? operations.context(handlerType: HTTPResponseEncoder.self) {
                operations.removeHandler(context: encoder, promise: nil)
            }
            if let decoder = try? operations.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self) {
                operations.removeHandler(context: decoder, promise: nil)
            }
            promise.succeed(connection)
        } catch {
            promise.fail(error)
            channel.close(promise: nil)
        }
    }
}
