package import APIClient
import Audit
import Authentication
import HTTPServing
package import KubernetesTypes
import NIOCore
package import Objects
import Schema
import Synchronization

/// Requests of components in the server's own process: through the same chain, without bytes.
///
/// Lists and watches hand out the cache's own objects; those of aggregated servers come over HTTPS.
package struct InProcessTransport: APITransport {
    private let chain: RequestChain
    private let user: UserInfo
    private let agent: String
    private let aggregated: AggregatedCall

    /// `user` is who the component is: it gets no more rights than over the network.
    package init(_ server: APIServer, user: UserInfo, agent: String) {
        chain = server.chain
        self.user = user
        self.agent = agent
        aggregated = AggregatedCall(servers: server.aggregator.servers, agent: agent)
    }

    private func answer(_ request: APIRequest) async throws(StatusError) -> Answer {
        var headers: [(name: String, value: String)] = [("user-agent", agent), ("content-type", request.contentType)]
        headers.append(("accept", "application/json"))
        let query = request.query.map { "\($0.name.queryEscaped)=\($0.value.queryEscaped)" }.joined(separator: "&")
        var serverRequest = ServerRequest(
            method: request.verb.rawValue, path: request.path, rawQuery: query.isEmpty ? nil : query,
            headers: RequestHeaders(headers), value: request.body.isNull ? nil : request.body, user: user)
        serverRequest.known = request.known
        let notes = RequestNotes()
        guard let audit = chain.auditor?.begin(RequestCourse.auditRequest(serverRequest), id: notes.auditID) else {
            return try await run(serverRequest, notes)
        }
        notes.tell(audit)
        audit.send(request.body)
        do throws(StatusError) {
            let answer = try await run(serverRequest, notes)
            audit.complete(code: 200, response: RequestCourse.value(answer))
            return answer
        } catch {
            audit.complete(code: error.code, failure: error.status)
            throw error
        }
    }

    private func run(_ request: ServerRequest, _ notes: RequestNotes) async throws(StatusError) -> Answer {
        try await chain.handle(request, warnings: notes).answer()
    }

    package func send(_ request: APIRequest) async throws(StatusError) -> Value {
        switch try await answer(request) {
        case .object(_, let object, _): return request.wantsObject ? object.value : .null
        case .value(let status, let value):
            if status >= 400 { throw StatusError(status: value, code: status) }
            return value
        case .list(let list):
            return ["items": .array(list.objects.map(\.value)), "metadata": ["resourceVersion": .string(String(list.revision))]]
        case .bytes(let status, _, let body, _):
            let text = String(buffer: body)
            if status >= 400 { throw StatusError(code: status, reason: "", message: text) }
            return (try? Value(json: text)) ?? .string(text)
        case .failedWatch(let error): throw error
        case .stream(let plan): return try await aggregated.answer(request, plan).value()
        case .watch: throw .badRequest("the request is a stream")
        }
    }

    package func list(_ request: APIRequest) async throws(StatusError) -> ObjectPage {
        switch try await answer(request) {
        case .list(let list): return ObjectPage(objects: list.objects, resourceVersion: String(list.revision), continuation: list.continuation)
        case .stream(let plan): return try await aggregated.answer(request, plan).page()
        case .bytes(let status, _, let body, _) where status >= 400: throw StatusError(code: status, reason: "", message: String(buffer: body))
        default: throw .badRequest("the path is no list")
        }
    }

    package func watch(_ request: APIRequest) async throws(StatusError) -> any WatchSource {
        switch try await answer(request) {
        case .watch(let watch): return InProcessWatch(watch)
        case .failedWatch(let error): throw error
        case .stream(let plan): return try await aggregated.answer(request, plan, isWatch: true).watch()
        case .bytes(let status, _, let body, _) where status >= 400: throw StatusError(code: status, reason: "", message: String(buffer: body))
        default: throw .badRequest("the path cannot be watched")
        }
    }
}

/// A watcher of the cache, read by a task.
private final class InProcessWatch: WatchSource {
    private let watch: WatchAnswer
    private let waiter = Mutex<(isReady: Bool, continuation: CheckedContinuation<Void, Never>?)>((false, nil))

    init(_ watch: WatchAnswer) {
        self.watch = watch
        watch.watcher.onArrival { [weak self] in self?.wake() }
    }

    private func wake() {
        let continuation = waiter.withLock { state in
            state.isReady = true
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume()
    }

    func next() async throws(StatusError) -> [WatchEvent]? {
        while true {
            let (deliveries, isClosed) = watch.watcher.take()
            if !deliveries.isEmpty {
                if watch.kind.needsPreparation { _ = try await watch.kind.prepared(deliveries.compactMap(\.object)) }
                return deliveries.map(event)
            }
            if isClosed {
                watch.cache.remove(watch.watcher)
                return nil
            }
            await withCheckedContinuation { continuation in
                let isReady = waiter.withLock { state in
                    if state.isReady {
                        state.isReady = false
                        return true
                    }
                    state.continuation = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
            waiter.withLock { $0.isReady = false }
        }
    }

    private func event(_ delivery: Watcher.Delivery) -> WatchEvent {
        switch delivery {
        case .initial(let object): return .added(watch.kind.served(object))
        case .bookmark(let revision, _): return .bookmark(String(revision))
        case .event(let kind, let event):
            let object = watch.kind.served(event.object)
            switch kind {
            case .added: return .added(object)
            case .deleted: return .deleted(object)
            default: return .modified(object)
            }
        }
    }

    func cancel() {
        watch.watcher.close()
        watch.cache.remove(watch.watcher)
        wake()
    }
}
