import DequeModule
package import NIOCore
import Synchronization

/// Many streams over one connection, in the dialect that Kubernetes and containerd speak: SPDY/3.1
/// without flow control of streams.
///
/// A stream that nobody reads stops the whole session once its queue is full: that bounds memory, and is
/// what the other implementations do. The session reads until its connection ends or `close` is called.
package final class SPDYSession: Sendable {
    package enum Role: Sendable {
        case server
        case client
    }

    private struct State {
        var streams: [UInt32: SPDYStream] = [:]
        var nextID: UInt32
        var lastRemoteID: UInt32 = 0
        var arrived: Deque<SPDYStream> = []
        var acceptor: CheckedContinuation<SPDYStream?, Never>?
        var closeActions: [@Sendable () -> Void] = []
        var isOver = false
    }

    /// Streams that may be open at once; a further one is refused.
    private static let streamLimit = 1000
    /// How much of a write goes into one frame.
    private static let frameSize = 256 * 1024

    private let connection: any ByteStream
    private let role: Role
    private let turn = WriteTurn()
    private let deflater = Mutex(SPDYHeaderDeflater())
    private let state: Mutex<State>

    package init(_ connection: any ByteStream, role: Role) {
        self.connection = connection
        self.role = role
        state = Mutex(State(nextID: role == .client ? 1 : 2))
        Task { await self.readFrames() }
    }

    // MARK: streams

    /// Opens a stream. Does not wait for the other side's reply: a refusal fails the stream's reading.
    package func open(_ headers: SPDYHeaders) async throws -> SPDYStream {
        try await turn.run {
            let stream = state.withLock { state -> SPDYStream? in
                guard !state.isOver, state.streams.count < Self.streamLimit else { return nil }
                let stream = SPDYStream(id: state.nextID, headers: headers, session: self)
                state.streams[state.nextID] = stream
                state.nextID += 2
                return stream
            }
            guard let stream else { throw SPDYError("the session takes no more streams") }
            let block = deflater.withLock { $0.compress(headers) }
            let frame = SPDYFrame.synStream(id: stream.id, isFinal: false, isUnidirectional: false, headers: block)
            try await connection.write(frame.encoded)
            return stream
        }
    }

    /// The next stream that the other side has opened; nil when the session is over. One caller at a time.
    package func accept() async -> SPDYStream? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isReady, stream) = state.withLock { state -> (Bool, SPDYStream?) in
                    if let stream = state.arrived.popFirst() { return (true, stream) }
                    if state.isOver || state.acceptor != nil || Task.isCancelled { return (true, nil) }
                    state.acceptor = continuation
                    return (false, nil)
                }
                if isReady { continuation.resume(returning: stream) }
            }
        } onCancel: {
            let acceptor = state.withLock { state in
                defer { state.acceptor = nil }
                return state.acceptor
            }
            acceptor?.resume(returning: nil)
        }
    }

    /// Ends the session with all its streams.
    package func close() async {
        let isFirst = state.withLock { !$0.isOver }
        if isFirst {
            let last = state.withLock { $0.lastRemoteID }
            try? await send(.goAway(lastID: last, status: 0))
        }
        finish(nil)
        await connection.closeOutput()
        // Reading goes on for a moment: closing over unread bytes would cut off what was sent last.
        let connection = connection
        Task {
            try? await Task.sleep(for: .milliseconds(500))
            await connection.close()
        }
    }

    // MARK: writing

    func send(_ frame: SPDYFrame) async throws {
        try await turn.run { try await connection.write(frame.encoded) }
    }

    func write(_ bytes: ByteBuffer, on stream: SPDYStream) async throws {
        var rest = bytes
        while let part = rest.readSlice(length: min(rest.readableBytes, Self.frameSize)), part.readableBytes > 0 {
            try await send(.data(id: stream.id, isFinal: false, part))
        }
    }

    /// Both directions of the stream have ended.
    func forget(_ stream: SPDYStream) { _ = state.withLock { $0.streams.removeValue(forKey: stream.id) } }

    // MARK: reading

    private func readFrames() async {
        var decoder = SPDYFrameDecoder()
        var inflater = SPDYHeaderInflater()
        do {
            while let bytes = try await connection.read() {
                decoder.feed(bytes)
                while let frame = try decoder.next() { try await handle(frame, &inflater) }
            }
            finish(nil)
        } catch {
            finish(error)
        }
        await connection.close()
    }

    private func handle(_ frame: SPDYFrame, _ inflater: inout SPDYHeaderInflater) async throws {
        switch frame {
        case .synStream(let id, let isFinal, _, let block): try await begin(id, isFinal, try inflater.decompress(block))
        case .synReply(let id, let isFinal, let block), .headers(let id, let isFinal, let block):
            // Taken apart even when nobody asks: the next block builds on it.
            _ = try inflater.decompress(block)
            if isFinal { stream(id)?.remoteEnded() }
        case .reset(let id, _): stream(id)?.wasReset()
        case .data(let id, let isFinal, let payload):
            // Data of a stream that was given up may still be under way.
            guard let stream = stream(id) else { return }
            if !stream.queue.push(payload) { await stream.queue.waitForRoom() }
            if isFinal { stream.remoteEnded() }
        case .ping(let id):
            // Our own pings come back to us; those of the other side are sent back.
            if id % 2 == (role == .server ? 1 : 0) { try await send(.ping(id: id)) }
        case .goAway, .settings, .windowUpdate, .unknown: break
        }
    }

    private func stream(_ id: UInt32) -> SPDYStream? { state.withLock { $0.streams[id] } }

    private func begin(_ id: UInt32, _ isFinal: Bool, _ headers: SPDYHeaders) async throws {
        let stream = SPDYStream(id: id, headers: headers, session: self)
        enum Verdict {
            case taken
            case refused
            case wrong
        }
        let verdict = state.withLock { state -> Verdict in
            guard id % 2 == (role == .server ? 1 : 0), id > state.lastRemoteID else { return .wrong }
            state.lastRemoteID = id
            guard !state.isOver, state.streams.count < Self.streamLimit else { return .refused }
            state.streams[id] = stream
            return .taken
        }
        switch verdict {
        case .wrong: throw SPDYError("a stream has a wrong number")
        case .refused: try await send(.reset(id: id, status: 3))
        case .taken:
            if isFinal { stream.remoteEnded() }
            // The reply goes out before anybody can write on the stream.
            try await turn.run {
                let block = deflater.withLock { $0.compress([:]) }
                try await connection.write(SPDYFrame.synReply(id: id, isFinal: false, headers: block).encoded)
            }
            let acceptor = state.withLock { state in
                defer { state.acceptor = nil }
                if state.acceptor == nil { state.arrived.append(stream) }
                return state.acceptor
            }
            acceptor?.resume(returning: stream)
        }
    }

    /// Runs once when the session is over, at once when it is already.
    package func onClose(_ action: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            if !state.isOver { state.closeActions.append(action) }
            return state.isOver
        }
        if isOver { action() }
    }

    private func finish(_ error: (any Error)?) {
        let (streams, acceptor, actions) = state.withLock { state in
            state.isOver = true
            let found = (Array(state.streams.values), state.acceptor, state.closeActions)
            state.streams = [:]
            state.acceptor = nil
            state.closeActions = []
            return found
        }
        for stream in streams { stream.queue.finish(error ?? SPDYError("the session is over")) }
        acceptor?.resume(returning: nil)
        for action in actions { action() }
    }
}

/// One stream of a session.
package final class SPDYStream: ByteStream {
    private struct State {
        var hasRemoteEnded = false
        var hasLocalEnded = false
        var isOver: Bool { hasRemoteEnded && hasLocalEnded }
    }

    package let id: UInt32
    package let headers: SPDYHeaders
    let queue = InboundQueue()
    private let session: SPDYSession
    private let state = Mutex(State())

    init(id: UInt32, headers: SPDYHeaders, session: SPDYSession) {
        self.id = id
        self.headers = headers
        self.session = session
    }

    package func read() async throws -> ByteBuffer? { try await queue.next() }

    package func write(_ bytes: ByteBuffer) async throws {
        if state.withLock({ $0.hasLocalEnded }) { throw SPDYError("the stream is closed") }
        try await session.write(bytes, on: self)
    }

    package func closeOutput() async {
        let (isFirst, isOver) = state.withLock { state in
            defer { state.hasLocalEnded = true }
            return (!state.hasLocalEnded, state.hasRemoteEnded)
        }
        guard isFirst else { return }
        try? await session.send(.data(id: id, isFinal: true, ByteBuffer()))
        if isOver { session.forget(self) }
    }

    package func close() async { await reset(status: 5) }

    /// Ends the stream at once; `status` is SPDY's (5: cancelled, 2: unknown).
    package func reset(status: UInt32) async {
        queue.abandon()
        let wasOver = state.withLock { state in
            defer { state = State(hasRemoteEnded: true, hasLocalEnded: true) }
            return state.isOver
        }
        queue.finish(SPDYError("the stream is closed"))
        session.forget(self)
        if !wasOver { try? await session.send(.reset(id: id, status: status)) }
    }

    func remoteEnded() {
        let isOver = state.withLock { state in
            state.hasRemoteEnded = true
            return state.isOver
        }
        queue.finish()
        if isOver { session.forget(self) }
    }

    func wasReset() {
        state.withLock { $0 = State(hasRemoteEnded: true, hasLocalEnded: true) }
        queue.finish(SPDYError("the stream was reset"))
        session.forget(self)
    }
}
