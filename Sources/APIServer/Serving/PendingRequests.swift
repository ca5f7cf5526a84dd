import HTTPServing
import KubernetesTypes
import Objects
import Schema
import Synchronization

/// The requests that are being worked on, each with the moment at which its client is told that it took too long.
///
/// They are looked through once a second: to add and remove one costs as good as nothing.
final class PendingRequests: Sendable {
    private struct Entry: Sendable {
        let deadline: ContinuousClock.Instant
        let expire: @Sendable () -> Void
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var next: UInt64 = 0
        var clock: Task<Void, Never>?
    }

    private let state = Mutex(State())

    /// Calls `expire` when `limit` has passed and nobody has ended the request before.
    func begin(within limit: Duration, _ expire: @escaping @Sendable () -> Void) -> UInt64 {
        let deadline = ContinuousClock.now + limit
        return state.withLock { state in
            state.next += 1
            state.entries[state.next] = Entry(deadline: deadline, expire: expire)
            return state.next
        }
    }

    /// Whether the request was still pending: then, and only then, its answer goes out.
    func end(_ id: UInt64) -> Bool { state.withLock { $0.entries.removeValue(forKey: id) != nil } }

    var count: Int { state.withLock { $0.entries.count } }

    func start() {
        let clock = Task { [weak self] in
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: .seconds(1))
                } catch {
                    return
                }
                self?.expire()
            }
        }
        state.withLock { $0.clock = clock }
    }

    func stop() { state.withLock { $0.clock?.cancel() } }

    private func expire() {
        let now = ContinuousClock.now
        let late = state.withLock { state in
            let late = state.entries.filter { $0.value.deadline <= now }
            for id in late.keys { state.entries[id] = nil }
            return late
        }
        for entry in late.values { entry.expire() }
    }
}

/// How long a request may take.
struct RequestDeadline: Sendable {
    let maximum: Duration

    /// What the client asks for in `?timeout=`, as far as the server lets it.
    func limit(_ request: ServerRequest) throws(StatusError) -> Duration {
        guard request.info.verb != "watch", let text = request.query["timeout"], !text.isEmpty else { return maximum }
        guard let wanted = GoDurationText.parse(text) else {
            throw .badRequest("invalid timeout specified in the request URL - time: invalid duration \"\(text)\"")
        }
        return wanted <= .zero ? maximum : min(wanted, maximum)
    }

    static var refusal: StatusError {
        StatusError(
            code: 504, reason: "Timeout", message: "Timeout: request did not complete within the allotted timeout", details: .emptyObject)
    }
}
