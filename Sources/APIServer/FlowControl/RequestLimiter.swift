import Authentication
import FlowControl
import HTTPServing
import KubernetesTypes
import NIOCore
import Objects
import Schema
import Synchronization

/// Lets no more requests be worked on at once than the server can bear: by priority and fairness, or by two plain bounds.
///
/// Streams are let through: what they cost is not while they last. A watch counts until it has begun.
final class RequestLimiter: Sendable {
    private enum Mode: Sendable {
        case fair(FlowController)
        case plain(InflightBounds)
    }

    private static let streams: Set<String> = ["attach", "exec", "log", "portforward", "proxy"]

    private let mode: Mode
    private let kinds: ServedKinds

    init(_ controller: FlowController, kinds: ServedKinds) {
        mode = .fair(controller)
        self.kinds = kinds
    }

    init(_ bounds: InflightBounds, kinds: ServedKinds) {
        mode = .plain(bounds)
        self.kinds = kinds
    }

    /// Carries a request out now, later, or not at all.
    func run(
        _ request: ServerRequest, _ notes: RequestNotes, _ work: @escaping @Sendable () throws(StatusError) -> Outcome
    ) throws(StatusError) -> Outcome {
        let info = request.info
        if info.isResourceRequest, info.verb == "proxy" || Self.streams.contains(info.subresource) { return try work() }
        switch mode {
        case .plain(let bounds):
            guard let place = bounds.begin(request) else { return .ready(Self.refusal) }
            return try Self.hold(work) { bounds.end(place) }
        case .fair(let controller):
            guard let place = controller.place(flowRequest(request)) else { return .ready(Self.refusal) }
            notes.flow = (place.schemaUID, place.levelUID)
            switch controller.begin(place, width(request, place.level)) {
            case .seat(let seat): return try Self.hold(work) { seat.end() }
            case .refused: return .ready(Self.refusal)
            case .wait(let wait):
                notes.whenGone { wait.abandon() }
                return .later { () async throws(StatusError) in
                    switch await wait.outcome(within: controller.waitLimit) {
                    case .timedOut: return Self.refusal
                    case .seat(let seat): return try await Self.finish(work, seat)
                    }
                }
            }
        }
    }

    /// Does the work of a request that has its seat.
    private static func finish(
        _ work: @Sendable () throws(StatusError) -> Outcome, _ seat: FlowSeat
    ) async throws(StatusError) -> Answer {
        defer { seat.end() }
        switch try work() {
        case .ready(let answer): return answer
        case .later(let rest): return try await rest()
        }
    }

    /// Does the work, and calls `end` when it is done, however it ends.
    private static func hold(
        _ work: () throws(StatusError) -> Outcome, _ end: @escaping @Sendable () -> Void
    ) throws(StatusError) -> Outcome {
        let outcome: Outcome
        do throws(StatusError) {
            outcome = try work()
        } catch {
            end()
            throw error
        }
        guard case .later(let rest) = outcome else {
            end()
            return outcome
        }
        return .later { () async throws(StatusError) in
            defer { end() }
            return try await rest()
        }
    }

    /// What a client gets that comes too much.
    static let refusal = Answer.bytes(
        status: 429, contentType: "text/plain; charset=utf-8", ByteBuffer(string: "Too many requests, please try again later.\n"),
        headers: [("retry-after", "1")])

    // MARK: what a request is

    private func flowRequest(_ request: ServerRequest) -> FlowRequest {
        let info = request.info
        let isResource = info.isResourceRequest && !info.resource.isEmpty
        var flow = FlowRequest(
            user: request.user.name, groups: request.user.groups, verb: info.verb, isResourceRequest: isResource)
        if isResource {
            flow.apiGroup = info.group
            flow.resource = info.subresource.isEmpty ? info.resource : "\(info.resource)/\(info.subresource)"
            flow.namespace = info.namespace
        } else {
            flow.path = request.path
        }
        return flow
    }

    private func width(_ request: ServerRequest, _ level: PriorityLevel) -> RequestWidth {
        let info = request.info
        guard info.isResourceRequest else { return RequestWidth() }
        switch info.verb {
        case "list", "watch":
            let isListing = info.verb == "list" || request.query.flag("sendInitialEvents")
            guard isListing, info.fields.required("metadata.name") == nil, let store = store(info) else { return RequestWidth() }
            var count = store.cache.count
            if count <= 100 { return RequestWidth() }
            if info.verb == "list", let limit = request.query["limit"].flatMap(Int.init), limit > 0 { count = min(count, limit) }
            return .list(of: count, maximumSeats: level.maximumSeats)
        case "create", "update", "patch", "delete":
            guard let watchers = store(info)?.cache.watcherCount, watchers > 0 else { return RequestWidth() }
            return .write(watchers: watchers, maximumSeats: level.maximumSeats)
        default: return RequestWidth()
        }
    }

    private func store(_ info: RequestInfo) -> ResourceStore? {
        kinds.kind(group: info.group, version: info.version, resource: info.resource)?.store
    }
}

/// Two bounds on what is worked on at once, of reads and of writes, when there is no priority and fairness.
final class InflightBounds: Sendable {
    /// What a request counts as; nil for one that counts as nothing.
    struct Place: Sendable {
        let isMutating: Bool?
    }

    private let reads: Int
    private let writes: Int
    private let counts = Mutex((reads: 0, writes: 0))

    /// Zero means no bound.
    init(reads: Int, writes: Int) {
        self.reads = reads
        self.writes = writes
    }

    /// Nil when there are too many.
    func begin(_ request: ServerRequest) -> Place? {
        // Whoever looks after the cluster gets in; watches are streams.
        if request.info.verb == "watch" || request.user.groups.contains(UserInfo.mastersGroup) { return Place(isMutating: nil) }
        let isMutating = !["get", "list", "head", "options"].contains(request.info.verb)
        let isIn = counts.withLock { counts in
            let (now, bound) = isMutating ? (counts.writes, writes) : (counts.reads, reads)
            if bound > 0, now >= bound { return false }
            if isMutating { counts.writes += 1 } else { counts.reads += 1 }
            return true
        }
        return isIn ? Place(isMutating: isMutating) : nil
    }

    func end(_ place: Place) {
        guard let isMutating = place.isMutating else { return }
        counts.withLock { if isMutating { $0.writes -= 1 } else { $0.reads -= 1 } }
    }
}
