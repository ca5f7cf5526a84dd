package import NIOCore
import Synchronization

/// A message of a WebSocket, put together from its frames.
package enum WebSocketMessage: Sendable, Equatable {
    case text(ByteBuffer)
    case binary(ByteBuffer)
}

/// A WebSocket over an upgraded connection (RFC 6455), server or client.
///
/// One task calls `receive`, which also answers pings and the closing handshake: nothing is answered
/// while nobody receives. Any task may send; frames are never mixed.
package final class WebSocketConnection: Sendable {
    package enum Role: Sendable {
        case server
        case client
    }

    private struct Inbound {
        var decoder: WebSocketFrameDecoder
        /// The message that is being put together.
        var opcode: WebSocketOpcode?
        var gathered = ByteBuffer()
        var isOver = false
    }

    private let stream: any ByteStream
    private let role: Role
    private let messageLimit: Int
    private let inbound: Mutex<Inbound>
    private let hasSentClose = Mutex(false)

    /// `messageLimit` bounds one message, all its fragments together.
    package init(upgraded stream: any ByteStream, role: Role = .server, messageLimit: Int = 4 << 20) {
        self.stream = stream
        self.role = role
        self.messageLimit = messageLimit
        inbound = Mutex(Inbound(decoder: WebSocketFrameDecoder(expectsMask: role == .server, payloadLimit: messageLimit)))
    }

    /// Runs what sends until it returns or the client ends the connection, which is then closed. What the client says is of
    /// no interest, but that it closes is.
    package func deliver(_ sending: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask(operation: sending)
            group.addTask { while (try? await self.receive()) != nil {} }
            await group.next()
            group.cancelAll()
            await close()
        }
    }

    /// The next message; nil when the other side has closed. Throws `WebSocketError` when it breaks the
    /// rules, after it has been told so.
    package func receive() async throws -> WebSocketMessage? {
        do {
            while true {
                while let frame = try nextFrame() {
                    switch frame.opcode {
                    case .ping: try await send(WebSocketFrame(isFinal: true, opcode: .pong, payload: frame.payload))
                    case .pong: break
                    case .close:
                        try checkClose(frame.payload)
                        await close(code: frame.payload.getInteger(at: frame.payload.readerIndex, as: UInt16.self) ?? 1000)
                        return nil
                    case .text, .binary, .continuation:
                        if let message = try gather(frame) { return message }
                    }
                }
                if inbound.withLock({ $0.isOver }) { return nil }
                guard let bytes = try await stream.read() else {
                    inbound.withLock { $0.isOver = true }
                    return nil
                }
                inbound.withLock { $0.decoder.feed(bytes) }
            }
        } catch let error as WebSocketError {
            await close(code: error.code, reason: error.description)
            throw error
        }
    }

    private func nextFrame() throws(WebSocketError) -> WebSocketFrame? {
        try inbound.withLock { state throws(WebSocketError) in state.isOver ? nil : try state.decoder.next() }
    }

    private func checkClose(_ payload: ByteBuffer) throws(WebSocketError) {
        guard payload.readableBytes > 0 else { return }
        guard let code = payload.getInteger(at: payload.readerIndex, as: UInt16.self) else { throw .protocolError("bad close frame") }
        let isAllowed = (1000...1003).contains(code) || (1007...1014).contains(code) || (3000...4999).contains(code)
        guard isAllowed else { throw .protocolError("bad close code") }
    }

    /// The message, when `frame` is its last part.
    private func gather(_ frame: WebSocketFrame) throws(WebSocketError) -> WebSocketMessage? {
        try inbound.withLock { state throws(WebSocketError) in
            switch (state.opcode, frame.opcode) {
            case (nil, .continuation): throw .protocolError("continuation of nothing")
            case (nil, _):
                state.opcode = frame.opcode
                state.gathered = frame.payload
            case (.some, .continuation):
                guard state.gathered.readableBytes + frame.payload.readableBytes <= messageLimit else { throw .tooLarge }
                state.gathered.writeImmutableBuffer(frame.payload)
            case (.some, _): throw .protocolError("a message within a message")
            }
            guard frame.isFinal else { return nil }
            let whole = state.gathered
            let isText = state.opcode == .text
            state.gathered = ByteBuffer()
            state.opcode = nil
            guard isText else { return .binary(whole) }
            guard String(validating: whole.readableBytesView, as: UTF8.self) != nil else {
                throw WebSocketError(code: 1007, description: "text is not UTF-8")
            }
            return .text(whole)
        }
    }

    package func send(_ message: WebSocketMessage) async throws {
        switch message {
        case .text(let payload): try await send(WebSocketFrame(isFinal: true, opcode: .text, payload: payload))
        case .binary(let payload): try await send(WebSocketFrame(isFinal: true, opcode: .binary, payload: payload))
        }
    }

    package func ping() async throws { try await send(WebSocketFrame(isFinal: true, opcode: .ping, payload: ByteBuffer())) }

    private func send(_ frame: WebSocketFrame) async throws {
        if hasSentClose.withLock({ $0 }) { throw ExchangeError("the WebSocket is closed") }
        try await stream.write(frame.encoded(mask: role == .client ? UInt32.random(in: 1...UInt32.max) : nil))
    }

    /// Says why and closes the connection. Only the first call does anything.
    package func close(code: UInt16 = 1000, reason: String = "") async {
        let isFirst = hasSentClose.withLock { sent in
            defer { sent = true }
            return !sent
        }
        guard isFirst else { return }
        inbound.withLock { $0.isOver = true }
        var payload = ByteBuffer(integer: code)
        payload.writeString(String(decoding: reason.utf8.prefix(100), as: UTF8.self))
        let frame = WebSocketFrame(isFinal: true, opcode: .close, payload: payload)
        try? await stream.write(frame.encoded(mask: role == .client ? UInt32.random(in: 1...UInt32.max) : nil))
        await stream.closeOutput()
        // The other side gets a moment to read what is under way; closing at once could cut it off.
        let stream = stream
        Task {
            try? await Task.sleep(for: .milliseconds(500))
            await stream.close()
        }
    }
}

/// A WebSocket whose binary messages are one stream of bytes.
package final class WebSocketByteStream: ByteStream {
    private let socket: WebSocketConnection

    package init(_ socket: WebSocketConnection) { self.socket = socket }

    package func read() async throws -> ByteBuffer? {
        while let message = try await socket.receive() {
            guard case .binary(let bytes) = message else { throw WebSocketError(code: 1003, description: "text is not expected") }
            if bytes.readableBytes > 0 { return bytes }
        }
        return nil
    }

    package func write(_ bytes: ByteBuffer) async throws { try await socket.send(.binary(bytes)) }

    /// A WebSocket has no half-close: what is within it (SPDY) says its own end.
    package func closeOutput() async {}

    package func close() async { await socket.close() }
}
