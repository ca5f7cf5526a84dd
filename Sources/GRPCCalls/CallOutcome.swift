import NIOCore
import Synchronization

/// How one call ends, whoever ends it first: the server, the clock, the caller or the connection.
final class CallOutcome: Sendable {
    private struct State {
        var continuation: CheckedContinuation<GRPCError?, Never>?
        var ended: GRPCError??
        var channel: (any Channel)?
        var timer: Scheduled<Void>?
    }

    private let state = Mutex(State())

    func wait(_ begin: (CallOutcome) -> Void) async -> GRPCError? {
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state -> GRPCError?? in
                if state.ended == nil { state.continuation = continuation }
                return state.ended
            }
            if let ended { return continuation.resume(returning: ended) }
            begin(self)
        }
    }

    /// The stream on which the call runs, once there is one.
    func runs(on channel: any Channel, timeout: Duration?) {
        let timer = timeout.map { limit in
            channel.eventLoop.scheduleTask(in: .nanoseconds(limit.nanoseconds)) { [weak self] in
                guard let self else { return }
                end(GRPCError(.deadlineExceeded, "context deadline exceeded"))
            }
        }
        let isOver = state.withLock { state in
            if state.ended == nil {
                state.channel = channel
                state.timer = timer
            }
            return state.ended != nil
        }
        if isOver {
            timer?.cancel()
            channel.close(promise: nil)
        }
    }

    func end(_ error: GRPCError?) {
        let taken = state.withLock { state -> State? in
            if state.ended != nil { return nil }
            let before = state
            state = State(ended: .some(error))
            return before
        }
        guard let taken else { return }
        taken.timer?.cancel()
        taken.channel?.close(promise: nil)
        taken.continuation?.resume(returning: error)
    }
}

extension Duration {
    /// At most some 290 years.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole + attoseconds / 1_000_000_000
    }
}
