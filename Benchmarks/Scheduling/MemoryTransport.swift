import APIClient
import KubernetesTypes
import Objects
import Synchronization

/// An API in memory, with as little work of its own as possible: what is measured against it is the client.
///
/// It has nodes, pods and namespaces; it takes bindings, deletes pods at once, writes statuses, and drops Events.
final class MemoryTransport: APITransport {
    private struct Collection {
        var objects: [String: EncodedObject] = [:]
        var watches: [MemoryWatch] = []
    }

    private struct State {
        var collections: [String: Collection] = [:]
        var revision: Int64 = 1
        var boundAt: [String: ContinuousClock.Instant] = [:]
        var bound = 0
        var refused = 0
    }

    private let state = Mutex(State())

    var bound: Int { state.withLock { $0.bound } }
    /// How many statuses said that a pod found no node.
    var refused: Int { state.withLock { $0.refused } }

    func boundAt(_ name: String) -> ContinuousClock.Instant? { state.withLock { $0.boundAt[name] } }

    /// Stores an object and tells the watchers.
    func put(_ resource: String, _ value: Value) {
        state.withLock { state in Self.put(&state, resource, value) }
    }

    private static func put(_ state: inout State, _ resource: String, _ value: Value) {
        state.revision += 1
        var value = value
        value["metadata"]["resourceVersion"] = .string(String(state.revision))
        let object = EncodedObject(value: value)
        let old = state.collections[resource, default: Collection()].objects.updateValue(object, forKey: object.key)
        for watch in state.collections[resource]?.watches ?? [] { watch.put(old == nil ? .added(object) : .modified(object)) }
    }

    func remove(_ resource: String, _ key: String) {
        state.withLock { state in
            guard let object = state.collections[resource]?.objects.removeValue(forKey: key) else { return }
            state.revision += 1
            for watch in state.collections[resource]?.watches ?? [] { watch.put(.deleted(object)) }
        }
    }

    func count(_ resource: String) -> Int { state.withLock { $0.collections[resource]?.objects.count ?? 0 } }

    func send(_ request: APIRequest) async throws(StatusError) -> Value {
        let parts = request.path.split(separator: "/").map(String.init)
        if request.path.hasSuffix("/binding"), parts.count >= 6 {
            bind(parts[3] + "/" + parts[5], request.body["target"]["name"].string ?? "")
            return .emptyObject
        }
        if request.verb == .update, parts.count >= 7, parts[5] == "resourceclaims" {
            put("resourceclaims", request.body)
            return state.withLock { $0.collections["resourceclaims"]?.objects[parts[4] + "/" + parts[6]]?.value } ?? request.body
        }
        guard parts.count >= 6, parts[4] == "pods" else { return request.body }
        let key = parts[3] + "/" + parts[5]
        switch request.verb {
        case .delete: remove("pods", key)
        case .patch:
            state.withLock { state in
                guard var value = state.collections["pods"]?.objects[key]?.value else { return }
                state.refused += 1
                for entry in request.body["status"].members { value["status"][entry.key] = entry.value }
                Self.put(&state, "pods", value)
            }
        default: break
        }
        return .emptyObject
    }

    private func bind(_ key: String, _ node: String) {
        state.withLock { state in
            guard var value = state.collections["pods"]?.objects[key]?.value else { return }
            value["spec"]["nodeName"] = .string(node)
            state.bound += 1
            state.boundAt[value["metadata"]["name"].string ?? ""] = .now
            Self.put(&state, "pods", value)
        }
    }

    private static func resource(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "" }

    func list(_ request: APIRequest) async throws(StatusError) -> ObjectPage {
        state.withLock { state in
            ObjectPage(
                objects: Array((state.collections[Self.resource(request.path)]?.objects ?? [:]).values), resourceVersion: String(state.revision), continuation: nil)
        }
    }

    func watch(_ request: APIRequest) async throws(StatusError) -> any WatchSource {
        let since = request.query.first { $0.name == "resourceVersion" }.flatMap { Int64($0.value) } ?? 0
        let watch = MemoryWatch()
        state.withLock { state in
            let resource = Self.resource(request.path)
            for object in (state.collections[resource]?.objects ?? [:]).values where object.revision > since { watch.put(.added(object)) }
            state.collections[resource, default: Collection()].watches.append(watch)
        }
        return watch
    }
}

final class MemoryWatch: WatchSource {
    private struct State {
        var events: [WatchEvent] = []
        var waiter: CheckedContinuation<[WatchEvent]?, Never>?
        var isCancelled = false
    }

    private let state = Mutex(State())

    func put(_ event: WatchEvent) {
        let waiter = state.withLock { state in
            guard let waiter = state.waiter else {
                state.events.append(event)
                return nil as CheckedContinuation<[WatchEvent]?, Never>?
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume(returning: [event])
    }

    func next() async throws(StatusError) -> [WatchEvent]? {
        await withCheckedContinuation { continuation in
            let taken = state.withLock { state -> [WatchEvent]?? in
                if state.isCancelled { return .some(nil) }
                if state.events.isEmpty {
                    state.waiter = continuation
                    return nil
                }
                defer { state.events = [] }
                return .some(state.events)
            }
            if let taken { continuation.resume(returning: taken) }
        }
    }

    func cancel() {
        let waiter = state.withLock { state in
            state.isCancelled = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }
}
