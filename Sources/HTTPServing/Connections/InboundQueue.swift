package import NIOCore
import DequeModule
import Synchronization

/// Bytes on their way from a connection to the one task that reads them.
///
/// The queue itself never refuses bytes; whoever fills it stops reading from the network when `push`
/// says that there is enough, and goes on when `onRoom` runs or `waitForRoom` returns.
final class InboundQueue: Sendable {
    private enum Ending {
        case end
        case failure(any Error)
    }

    private struct State {
        var parts: Deque<ByteBuffer> = []
        var bytes = 0
        var ending: Ending?
        var isAbandoned = false
        var reader: CheckedContinuation<ByteBuffer?, any Error>?
        var filler: CheckedContinuation<Void, Never>?
        var wantsRoom = false
    }

    private let state = Mutex(State())
    private let highWatermark: Int
    private let onRoom: @Sendable () -> Void

    init(highWatermark: Int = 256 * 1024, onRoom: @escaping @Sendable () -> Void = {}) {
        self.highWatermark = highWatermark
        self.onRoom = onRoom
    }

    /// Whether more may be pushed at once.
    @discardableResult
    func push(_ part: ByteBuffer) -> Bool {
        guard part.readableBytes > 0 else { return true }
        let (reader, hasRoom) = state.withLock { state -> (CheckedContinuation<ByteBuffer?, any Error>?, Bool) in
            if state.ending != nil || state.isAbandoned { return (nil, true) }
            if let reader = state.reader {
                state.reader = nil
                return (reader, true)
            }
            state.parts.append(part)
            state.bytes += part.readableBytes
            state.wantsRoom = state.bytes >= highWatermark
            return (nil, !state.wantsRoom)
        }
        reader?.resume(returning: part)
        return hasRoom
    }

    /// No more bytes will come; those that are here can still be read.
    func finish(_ error: (any Error)? = nil) {
        let (reader, filler) = state.withLock { state -> (CheckedContinuation<ByteBuffer?, any Error>?, CheckedContinuation<Void, Never>?) in
            if state.ending == nil { state.ending = error.map { .failure($0) } ?? .end }
            let waiting = (state.reader, state.filler)
            state.reader = nil
            state.filler = nil
            return waiting
        }
        if let error { reader?.resume(throwing: error) } else { reader?.resume(returning: nil) }
        filler?.resume()
    }

    /// Nobody will read any more: what is here and what comes is dropped.
    func abandon() {
        let filler = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.isAbandoned = true
            state.parts = []
            state.bytes = 0
            defer { state.filler = nil }
            return state.filler
        }
        filler?.resume()
        onRoom()
    }

    var bufferedBytes: Int { state.withLock { $0.bytes } }

    /// The next bytes; nil at the end. One reader at a time.
    func next() async throws -> ByteBuffer? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in take(continuation) }
        } onCancel: {
            let reader = state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(throwing: CancellationError())
        }
    }

    private func take(_ continuation: CheckedContinuation<ByteBuffer?, any Error>) {
        enum Answer {
            case part(ByteBuffer?)
            case failure(any Error)
            case wait
        }
        var filler: CheckedContinuation<Void, Never>?
        var roomCameFree = false
        let answer = state.withLock { state -> Answer in
            if let part = state.parts.popFirst() {
                state.bytes -= part.readableBytes
                if state.wantsRoom, state.bytes <= highWatermark / 2 {
                    state.wantsRoom = false
                    roomCameFree = true
                    filler = state.filler
                    state.filler = nil
                }
                return .part(part)
            }
            switch state.ending {
            case .end: return .part(nil)
            case .failure(let error): return .failure(error)
            case nil: break
            }
            if state.reader != nil { return .failure(ExchangeError("two readers of one stream")) }
            // Cancellation that came before the reader was set would otherwise be missed.
            if Task.isCancelled { return .failure(CancellationError()) }
            state.reader = continuation
            return .wait
        }
        switch answer {
        case .part(let part): continuation.resume(returning: part)
        case .failure(let error): continuation.resume(throwing: error)
        case .wait: break
        }
        filler?.resume()
        if roomCameFree { onRoom() }
    }

    /// Returns when the reader has caught up, or will read no more. One filler at a time.
    func waitForRoom() async {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if !state.wantsRoom || state.isAbandoned || state.ending != nil { return true }
                state.filler = continuation
                return false
            }
            if goesOn { continuation.resume() }
        }
    }
}

/// A body that arrives in parts. Reading slowly slows the sender. To be iterated once.
package struct InboundBytes: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    private let read: @Sendable () async throws -> ByteBuffer?

    package init(_ read: @escaping @Sendable () async throws -> ByteBuffer?) { self.read = read }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let read: @Sendable () async throws -> ByteBuffer?

        package mutating func next() async throws -> ByteBuffer? { try await read() }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(read: read) }
}
