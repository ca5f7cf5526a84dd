import Logging
import NIOCore
import NIOPosix
import Objects
import Synchronization

/// Asks upstream servers what the cluster does not know itself.
///
/// Each question goes out from a socket of its own under a random id, so that both the port and the id have to be
/// guessed by whoever wants to forge an answer.
final class Forwarder: Sendable {
    private let upstreams: UpstreamList
    private let group: any EventLoopGroup
    private let logger: Logger
    private let cache = Mutex(AnswerCache())
    private let running = Mutex(0)
    private static let timeout: TimeAmount = .milliseconds(1500)
    /// Questions under way at one time.
    private static let limit = 1000

    init(_ upstreams: UpstreamList, group: any EventLoopGroup, logger: Logger) {
        self.upstreams = upstreams
        self.group = group
        self.logger = logger
    }

    /// What the cache has, in the client's terms.
    func cached(_ query: Query) -> [UInt8]? { remembered(AnswerCache.Key(query)).map { RelayedAnswer.make($0, for: query) } }

    private func remembered(_ key: AnswerCache.Key) -> ParsedMessage? {
        guard let bytes = cache.withLock({ $0.answer(key, now: .now) }) else { return nil }
        return try? ParsedMessage(bytes)
    }

    /// The answer in the client's terms; SERVFAIL when nobody answers.
    func resolve(_ query: Query) async -> [UInt8] {
        guard let message = await ask(query) else { return query.failure(ResponseCode.serverFailure) }
        return RelayedAnswer.make(message, for: query)
    }

    /// The upstream's message, out of the cache if it is there; nil when nobody answers.
    func ask(_ query: Query) async -> ParsedMessage? {
        let key = AnswerCache.Key(query)
        if let known = remembered(key) { return known }
        guard begin() else { return nil }
        let message = await askServers(query)
        end(message, key)
        return message
    }

    private func begin() -> Bool {
        running.withLock { running in
            guard running < Self.limit else { return false }
            running += 1
            return true
        }
    }

    private func end(_ message: ParsedMessage?, _ key: AnswerCache.Key) {
        running.withLock { $0 -= 1 }
        if let message { cache.withLock { $0.store(message, for: key, now: .now) } }
    }

    private func askServers(_ query: Query) async -> ParsedMessage? {
        let servers = upstreams.servers
        var last: ParsedMessage?
        // Twice around: datagrams get lost.
        for server in servers + servers {
            let message = await exchange(query, server)
            if let message, message.code == ResponseCode.noError || message.code == ResponseCode.noSuchName { return message }
            if message != nil { last = message }
            upstreams.failed(server)
            if Task.isCancelled { break }
        }
        return last
    }

    /// The server's answer; nil when it gives none.
    private func exchange(_ query: Query, _ server: Upstream) async -> ParsedMessage? {
        let message = await received(send(query, server, isStream: false), server)
        guard let message, message.isTruncated else { return message }
        return await received(send(query, server, isStream: true), server)
    }

    private func received(_ future: EventLoopFuture<ParsedMessage>, _ server: Upstream) async -> ParsedMessage? {
        do {
            return try await future.get()
        } catch {
            logger.debug("an upstream server does not answer", metadata: ["server": "\(server.address)", "reason": "\(error)"])
            return nil
        }
    }

    private func send(_ query: Query, _ server: Upstream, isStream: Bool) -> EventLoopFuture<ParsedMessage> {
        let id = UInt16.random(in: .min ... .max)
        let loop = group.next()
        guard let address = try? SocketAddress(ipAddress: "\(server.address)", port: server.port) else {
            return loop.makeFailedFuture(MessageError("no address"))
        }
        let promise = loop.makePromise(of: ParsedMessage.self)
        let question = query.question
        let setUp: @Sendable (any Channel) -> EventLoopFuture<Void> = { channel in
            channel.eventLoop.makeCompletedFuture {
                if isStream {
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(StreamFrameDecoder()))
                } else {
                    try channel.pipeline.syncOperations.addHandler(DatagramUnwrapper())
                }
                try channel.pipeline.syncOperations.addHandler(ReplyHandler(id: id, question: question, promise: promise))
            }
        }
        let opened =
            isStream
            ? ClientBootstrap(group: loop).connectTimeout(Self.timeout).channelInitializer(setUp).connect(to: address)
            : DatagramBootstrap(group: loop).channelInitializer(setUp).connect(to: address)
        opened.whenFailure { promise.fail($0) }
        let timer = loop.scheduleTask(in: Self.timeout) { promise.fail(MessageError("no answer in time")) }
        opened.whenSuccess { channel in
            let bytes = query.forwarded(id: id)
            var buffer = channel.allocator.buffer(capacity: bytes.count + 2)
            if isStream { buffer.writeInteger(UInt16(bytes.count)) }
            buffer.writeBytes(bytes)
            if isStream {
                channel.writeAndFlush(buffer, promise: nil)
            } else {
                channel.writeAndFlush(AddressedEnvelope(remoteAddress: address, data: buffer), promise: nil)
            }
        }
        promise.futureResult.whenComplete { _ in
            timer.cancel()
            opened.whenSuccess { $0.close(promise: nil) }
        }
        return promise.futureResult
    }
}

/// Waits for the message that answers; others are ignored, as anybody can send them.
private final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let id: UInt16
    private let question: Question
    private let promise: EventLoopPromise<ParsedMessage>

    init(id: UInt16, question: Question, promise: EventLoopPromise<ParsedMessage>) {
        self.id = id
        self.question = question
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        guard let message = try? ParsedMessage(Array(buffer.readableBytesView)), RelayedAnswer.matches(message, id: id, question) else { return }
        promise.succeed(message)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { promise.fail(error) }

    func channelInactive(context: ChannelHandlerContext) { promise.fail(MessageError("the connection ended")) }
}
