package import NIOCore
package import NIOHTTP1

/// The answering side of one request. May be used from any thread; on the event loop it acts at once.
package final class HTTPExchange: Sendable {
    package let eventLoop: any EventLoop
    private let handler: NIOLoopBound<ExchangeHandler>

    init(handler: ExchangeHandler, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
    }

    private func onLoop(_ body: @escaping @Sendable (ExchangeHandler) -> Void) {
        if eventLoop.inEventLoop {
            body(handler.value)
        } else {
            eventLoop.execute { [handler] in body(handler.value) }
        }
    }

    /// Sends a whole answer.
    package func respond(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer) {
        onLoop { [self] in $0.respond(status, headers, body, for: self) }
    }

    /// Begins an answer whose body follows in parts.
    package func begin(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) {
        onLoop { [self] in $0.begin(status, headers, for: self) }
    }

    /// Sends a part of the body. Parts written in one turn of the loop leave in one piece.
    package func write(_ part: ByteBuffer) {
        onLoop { [self] in $0.write(part, for: self) }
    }

    /// Sends a part and returns when the connection can take more. Throws when the client is gone.
    package func send(_ part: ByteBuffer) async throws {
        let promise = eventLoop.makePromise(of: Void.self)
        onLoop { [self] in $0.write(part, for: self, promise: promise) }
        try await promise.futureResult.get()
    }

    /// Ends the answer. Trailers go only where the body was chunked, or over HTTP/2.
    package func end(_ trailers: HTTPHeaders? = nil) {
        onLoop { [self] in $0.end(trailers, for: self) }
    }

    /// Sends what has been written now, not at the end of this turn of the loop.
    package func flush() {
        onLoop { $0.flushIfNeeded() }
    }

    /// Ends the answer in a way that the client sees as broken.
    package func abort() {
        onLoop { [self] in $0.abort(for: self) }
    }

    /// Runs once when the client goes away before the end, on the event loop.
    package func onClose(_ action: @escaping @Sendable () -> Void) {
        onLoop { [self] in $0.onClose(action, for: self) }
    }

    /// Runs each time the connection becomes full or takes more again, on the event loop, until the answer ends.
    package func onWritabilityChange(_ action: @escaping @Sendable (Bool) -> Void) {
        onLoop { [self] in $0.onWritabilityChange(action, for: self) }
    }

    /// Whether the connection takes more without piling it up. Only on the event loop.
    package var isWritable: Bool { handler.value.isWritable }

    /// Bytes that wait because the client does not read. Only on the event loop.
    package var bufferedBytes: Int { handler.value.bufferedBytes }

    /// Answers 101 and takes the connection out of HTTP. Throws when it cannot be (HTTP/2, client gone).
    package func upgrade(_ headers: HTTPHeaders) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let promise = eventLoop.makePromise(of: NIOAsyncChannel<ByteBuffer, ByteBuffer>.self)
        onLoop { [self] in
            $0.upgrade(headers, for: self, promise: promise) { channel in
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(
                        isOutboundHalfClosureEnabled: true, inboundType: ByteBuffer.self, outboundType: ByteBuffer.self))
            }
        }
        return try await promise.futureResult.get()
    }

    /// Answers 101 with `upgrade: NAME` and hands over the raw connection. Throws when it cannot be
    /// (HTTP/2, client gone, already answered); then nothing has been sent and `respond` still works.
    package func upgrade(protocol name: String, headers: HTTPHeaders = [:]) async throws -> UpgradedConnection {
        var headers = headers
        headers.replaceOrAdd(name: "connection", value: "Upgrade")
        headers.replaceOrAdd(name: "upgrade", value: name)
        let complete = headers
        let promise = eventLoop.makePromise(of: UpgradedConnection.self)
        onLoop { [self] in
            $0.upgrade(complete, for: self, promise: promise) { try UpgradedConnection(takingOver: $0) }
        }
        return try await promise.futureResult.get()
    }
}

/// Why an exchange cannot go on.
package struct ExchangeError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
