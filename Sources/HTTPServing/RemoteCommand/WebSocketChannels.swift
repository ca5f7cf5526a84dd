import NIOCore
import Objects
import Synchronization

/// Numbered byte streams within one WebSocket: the first byte of each message says which.
final class WebSocketChannels: Sendable {
    /// The number that closes another channel, since v5.
    static let closeSignal: UInt8 = 255

    private struct State {
        var isOver = false
        var closeActions: [@Sendable () -> Void] = []
    }

    let socket: WebSocketConnection
    private let version: RemoteCommandVersion
    /// Only clients say that a channel ends; theirs do not expect it from a server.
    private let role: WebSocketConnection.Role
    private let queues: [InboundQueue]
    private let state = Mutex(State())

    /// `readable` names the channels that somebody will read; what comes on others is dropped.
    init(
        _ socket: WebSocketConnection, count: Int, readable: Set<Int>, version: RemoteCommandVersion,
        role: WebSocketConnection.Role
    ) {
        self.socket = socket
        self.version = version
        self.role = role
        queues = (0..<count).map { _ in InboundQueue() }
        for (index, queue) in queues.enumerated() where !readable.contains(index) { queue.abandon() }
        Task { await self.readMessages() }
    }

    func channel(_ index: Int) -> WebSocketChannel { WebSocketChannel(index: UInt8(index), channels: self, queue: queues[index]) }

    func onClose(_ action: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            if !state.isOver { state.closeActions.append(action) }
            return state.isOver
        }
        if isOver { action() }
    }

    private func readMessages() async {
        var failure: (any Error)?
        do {
            while let message = try await socket.receive() { await take(message) }
        } catch {
            failure = error
        }
        await socket.close()
        for queue in queues { queue.finish(failure) }
        let actions = state.withLock { state in
            state.isOver = true
            defer { state.closeActions = [] }
            return state.closeActions
        }
        for action in actions { action() }
    }

    private func take(_ message: WebSocketMessage) async {
        guard let (index, payload) = unpack(message) else { return }
        if index == Self.closeSignal, version.number >= 5 {
            guard let closed = payload.getInteger(at: payload.readerIndex, as: UInt8.self) else { return }
            if queues.indices.contains(Int(closed)) { queues[Int(closed)].finish() }
            return
        }
        guard queues.indices.contains(Int(index)) else { return }
        let queue = queues[Int(index)]
        if !queue.push(payload) { await queue.waitForRoom() }
    }

    private func unpack(_ message: WebSocketMessage) -> (UInt8, ByteBuffer)? {
        switch message {
        case .binary(var bytes), .text(var bytes):
            guard let first = bytes.readInteger(as: UInt8.self) else { return nil }
            guard version.isBase64 else { return (first, bytes) }
            guard let decoded = Base64.decode(String(buffer: bytes)) else { return nil }
            return (first &- UInt8(ascii: "0"), ByteBuffer(bytes: decoded))
        }
    }

    func send(_ index: UInt8, _ payload: ByteBuffer) async throws {
        var message = ByteBuffer()
        if version.isBase64 {
            message.writeInteger(UInt8(ascii: "0") &+ index)
            message.writeString(Base64.encode(payload.readableBytesView))
            try await socket.send(.text(message))
        } else {
            message.writeInteger(index)
            message.writeImmutableBuffer(payload)
            try await socket.send(.binary(message))
        }
    }

    func end(_ index: UInt8) async {
        guard role == .client, version.number >= 5 else { return }
        try? await send(Self.closeSignal, ByteBuffer(integer: index))
    }
}

/// One channel. Closing it closes nothing but itself.
struct WebSocketChannel: ByteStream {
    /// How much of a write goes into one message.
    private static let messageSize = 32 * 1024

    let index: UInt8
    let channels: WebSocketChannels
    let queue: InboundQueue

    func read() async throws -> ByteBuffer? { try await queue.next() }

    func write(_ bytes: ByteBuffer) async throws {
        var rest = bytes
        while let part = rest.readSlice(length: min(rest.readableBytes, Self.messageSize)), part.readableBytes > 0 {
            try await channels.send(index, part)
        }
    }

    func closeOutput() async { await channels.end(index) }

    func close() async {
        queue.abandon()
        queue.finish()
        await closeOutput()
    }
}
