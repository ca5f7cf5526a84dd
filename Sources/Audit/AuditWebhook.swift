package import APIClient
import KubernetesTypes
package import Logging
import Objects
import Synchronization

/// Sends events in batches to a server, as an `EventList`.
///
/// The buffer is bounded: while the server is away the newest events are kept from it, and their number is logged.
package final class AuditWebhook: AuditSink {
    package struct Limits: Sendable {
        package var buffer = 10_000
        package var batch = 400
        package var wait = Duration.seconds(30)
        package var attempts = 5
        package var firstPause = Duration.seconds(1)

        package init() {}
    }

    private struct State {
        var events: [[UInt8]] = []
        var dropped = 0
        var isClosed = false
        var isSending = false
        var deadline: ContinuousClock.Instant?
    }

    private let transport: any APITransport
    private let limits: Limits
    private let logger: Logger
    private let state = Mutex(State())

    package init(_ transport: any APITransport, limits: Limits = Limits(), logger: Logger) {
        self.transport = transport
        self.limits = limits
        self.logger = logger
    }

    package func write(_ event: [UInt8]) {
        let (isFull, isFirst) = state.withLock { state -> (Bool, Bool) in
            guard !state.isClosed, state.events.count < limits.buffer else {
                state.dropped += 1
                return (false, false)
            }
            state.events.append(event)
            let begins = !state.isSending
            if begins, state.events.count >= limits.batch { state.isSending = true }
            return (begins && state.events.count >= limits.batch, state.events.count == 1)
        }
        if isFull {
            Task { await send() }
        } else if isFirst {
            Task {
                try? await Task.sleep(for: limits.wait)
                let begins = state.withLock { state in
                    defer { state.isSending = true }
                    return !state.isSending
                }
                if begins { await send() }
            }
        }
    }

    /// Sends what has gathered; one call at a time.
    private func send() async {
        while true {
            let (batch, dropped) = state.withLock { state -> ([[UInt8]], Int) in
                let batch = Array(state.events.prefix(limits.batch))
                state.events.removeFirst(batch.count)
                if batch.isEmpty { state.isSending = false }
                defer { state.dropped = 0 }
                return (batch, state.dropped)
            }
            if dropped > 0 { logger.error("audit events were dropped", metadata: ["count": "\(dropped)"]) }
            if batch.isEmpty { return }
            await deliver(batch)
        }
    }

    private func deliver(_ batch: [[UInt8]]) async {
        let items = batch.compactMap { try? Value(json: $0) }
        let list: Value = ["kind": "EventList", "apiVersion": "audit.k8s.io/v1", "metadata": .emptyObject, "items": .array(items)]
        var pause = limits.firstPause
        for attempt in 1...limits.attempts {
            do throws(StatusError) {
                var request = APIRequest(.create, "")
                request.body = list
                _ = try await transport.send(request)
                return
            } catch {
                let isLast = attempt == limits.attempts
                logger.warning(
                    isLast ? "audit events were lost" : "audit events will be sent again",
                    metadata: ["count": "\(batch.count)", "reason": "\(error.message)"])
                if isLast { return }
            }
            try? await Task.sleep(for: pause)
            pause = pause * 2
        }
    }

    package func close() async {
        let begins = state.withLock { state in
            state.isClosed = true
            defer { state.isSending = true }
            return !state.isSending
        }
        if begins { await send() }
    }
}
