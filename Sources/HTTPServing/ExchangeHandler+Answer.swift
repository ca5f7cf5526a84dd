import NIOCore
import NIOHTTP1

/// The answering half. Calls of an exchange whose answer has ended, or whose client is gone, do nothing.
extension ExchangeHandler {
    /// How long a client that is still sending gets to read an answer before the connection closes.
    private static let lingering = TimeAmount.seconds(1)

    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Bytes written and not yet taken by the client's side.
    var bufferedBytes: Int {
        guard let options = context?.channel.syncOptions else { return 0 }
        return (try? options.getOption(.bufferedWritableBytes)) ?? 0
    }

    func onClose(_ action: @escaping @Sendable () -> Void, for exchange: HTTPExchange) {
        guard self.exchange === exchange, context?.channel.isActive == true else {
            action()
            return
        }
        closeAction = action
    }

    func onWritabilityChange(_ action: @escaping @Sendable (Bool) -> Void, for exchange: HTTPExchange) {
        guard self.exchange === exchange else { return }
        writabilityAction = action
    }

    func respond(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer, for exchange: HTTPExchange) {
        guard self.exchange === exchange, let context, !hasBegun else { return }
        var headers = headers
        if status.mayHaveResponseBody { headers.replaceOrAdd(name: "content-length", value: String(body.readableBytes)) }
        writeHead(status, &headers, context)
        if body.readableBytes > 0, !isHead, status.mayHaveResponseBody {
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        end(nil, for: exchange)
    }

    private func writeHead(_ status: HTTPResponseStatus, _ headers: inout HTTPHeaders, _ context: ChannelHandlerContext) {
        hasBegun = true
        if majorVersion == 1, closesAfterAnswer { headers.replaceOrAdd(name: "connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    func begin(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, for exchange: HTTPExchange) {
        guard self.exchange === exchange, let context, !hasBegun else { return }
        var headers = headers
        if majorVersion == 1, !headers.contains(name: "content-length"), status.mayHaveResponseBody {
            if isHTTP10 {
                // HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
                closesAfterAnswer = true
            } else {
                headers.replaceOrAdd(name: "transfer-encoding", value: "chunked")
            }
        }
        writeHead(status, &headers, context)
        isStreaming = true
        context.flush()
    }

    func write(_ part: ByteBuffer, for exchange: HTTPExchange, promise: EventLoopPromise<Void>? = nil) {
        guard self.exchange === exchange, let context, isStreaming else {
            promise?.fail(ExchangeError("the client closed the connection"))
            return
        }
        if part.readableBytes > 0, !isHead {
            context.write(wrapOutboundOut(.body(.byteBuffer(part))), promise: nil)
            if !needsFlush {
                needsFlush = true
                context.eventLoop.assumeIsolated().execute { self.flushIfNeeded() }
            }
        }
        guard let promise else { return }
        if !context.channel.isWritable { flushIfNeeded() }
        if context.channel.isWritable { promise.succeed() } else { waiting.append(promise) }
    }

    func flushIfNeeded() {
        guard needsFlush else { return }
        needsFlush = false
        context?.flush()
    }

    func end(_ trailers: HTTPHeaders?, for exchange: HTTPExchange) {
        guard self.exchange === exchange, let context, hasBegun else { return }
        leave()
        let channel = context.channel
        guard majorVersion == 1, closesAfterAnswer else {
            dropRestOfRequest()
            context.writeAndFlush(wrapOutboundOut(.end(trailers)), promise: nil)
            return
        }
        // Closing while the client still sends would reset the connection before it has read the answer.
        isLingering = !requestEnded
        let lingers = isLingering
        let loop = context.eventLoop
        dropRestOfRequest()
        context.writeAndFlush(wrapOutboundOut(.end(trailers))).whenComplete { _ in
            if lingers {
                loop.scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
            } else {
                channel.close(promise: nil)
            }
        }
    }

    /// The exchange has no more say.
    private func leave() {
        exchange = nil
        closeAction = nil
        writabilityAction = nil
        needsFlush = false
        isStreaming = false
        // What was written stands in the channel's buffer; nothing is lost by not waiting for it.
        let ready = waiting
        waiting = []
        for promise in ready { promise.succeed() }
    }

    func abort(for exchange: HTTPExchange) {
        guard self.exchange === exchange, let context else { return }
        context.close(promise: nil)
    }

    // MARK: upgrade

    /// Sends 101 and gives the channel to `make`, whose handlers get everything that follows.
    func upgrade<Connection: Sendable>(
        _ headers: HTTPHeaders, for exchange: HTTPExchange, promise: EventLoopPromise<Connection>,
        _ make: (any Channel) throws -> Connection
    ) {
        guard self.exchange === exchange, let context, majorVersion == 1, !hasBegun else {
            promise.fail(ExchangeError("the connection cannot be upgraded"))
            return
        }
        hasBegun = true
        leave()
        let channel = context.channel
        let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        do {
            let connection = try make(channel)
            let operations = channel.pipeline.syncOperations
            operations.removeHandler(self, promise: nil)
            remove(ProtocolErrorHandler.self, operations)
            remove(HTTPServerPipelineHandler.self, operations)
            remove(NIOHTTPResponseHeadersValidator.self, operations)
            remove(ConnectionWatchdog.self, operations)
            remove(HTTPResponseEncoder.self, operations)
            // The decoder goes last: it forwards the bytes that it holds already.
            remove(ByteToMessageHandler<HTTPRequestDecoder>.self, operations)
            promise.succeed(connection)
        } catch {
            promise.fail(error)
            channel.close(promise: nil)
        }
    }

    private func remove<Handler: RemovableChannelHandler>(
        _ type: Handler.Type, _ operations: ChannelPipeline.SynchronousOperations
    ) {
        if let handler = try? operations.handler(type: type) { operations.removeHandler(handler, promise: nil) }
    }
}
