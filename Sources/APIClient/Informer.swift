import CLinux
package import KubernetesTypes
package import Logging
package import Objects
import Schema
import Synchronization

/// A change that an informer saw.
package enum InformerChange<T: ObjectView>: Sendable {
    case added(T)
    case updated(old: T, new: T)
    case deleted(T)

    /// The object as it is now, or was last.
    package var object: T {
        switch self {
        case .added(let object), .updated(_, let object), .deleted(let object): return object
        }
    }
}

/// Lists a resource, watches it from there on, and keeps what it saw: the lister of controllers.
///
/// In the process of the server it holds the server's own objects. Handlers run one after the other, in the
/// order of the changes; they must be quick (put a key into a queue).
package final class Informer<T: ObjectView>: Sendable {
    package typealias Handler = @Sendable (InformerChange<T>) -> Void

    private struct State {
        var objects: [String: EncodedObject] = [:]
        var byNamespace: [String: Set<String>] = [:]
        var hasSynced = false
        var handlers: [Handler] = []
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let client: APIClient
    private let selection: APIClient.Selection
    private let namespace: String
    private let logger: Logger
    private let state = Mutex(State())

    package init(_ type: T.Type, client: APIClient, namespace: String = "", selection: APIClient.Selection = .init(), logger: Logger) {
        self.client = client
        self.namespace = namespace
        self.selection = selection
        self.logger = logger
    }

    /// Adds a handler; to be called before `run`.
    package func onChange(_ handler: @escaping Handler) {
        state.withLock { $0.handlers.append(handler) }
    }

    package var hasSynced: Bool { state.withLock { $0.hasSynced } }

    /// Returns when the first list is in the store.
    package func waitUntilSynced() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if !state.hasSynced { state.waiters.append(continuation) }
                return state.hasSynced
            }
            if isReady { continuation.resume() }
        }
    }

    // MARK: lister

    /// By `namespace/name`, or `name`.
    package func get(_ key: String) -> T? { state.withLock { $0.objects[key] }.map { T($0.value) } }

    package func get(_ namespace: String, _ name: String) -> T? { get(namespace.isEmpty ? name : namespace + "/" + name) }

    package func list(_ namespace: String = "") -> [T] { encoded(namespace).map { T($0.value) } }

    package func list(_ namespace: String, matching selector: Objects.LabelSelector) -> [T] {
        encoded(namespace).filter { object in selector.matches { object.label($0) } }.map { T($0.value) }
    }

    package func encoded(_ namespace: String = "") -> [EncodedObject] {
        state.withLock { state in
            if namespace.isEmpty { return Array(state.objects.values) }
            return (state.byNamespace[namespace] ?? []).compactMap { state.objects[$0] }
        }
    }

    // MARK: reflector

    /// Lists and watches until cancelled; failures are repeated with growing pauses.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in await forgetUnused() }
            await reflect()
            group.cancelAll()
        }
    }

    private static var trimmedTrees: Int { 1000 }

    /// Objects that nobody looked at for a while keep their bytes only.
    private func forgetUnused() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(30))
            var forgotten = 0
            for object in encoded() where object.forgetUnused() { forgotten += 1 }
            // The trees lay between the bytes that stay; the allocator gives such pages back only when it is told to.
            if forgotten >= Self.trimmedTrees { martlet_return_free_memory() }
        }
    }

    private func reflect() async {
        var pause: Duration = .milliseconds(50)
        while !Task.isCancelled {
            do throws(StatusError) {
                let version = try await load()
                pause = .milliseconds(50)
                try await follow(version)
            } catch {
                if Task.isCancelled { return }
                logger.debug("the watch begins anew", metadata: ["resource": "\(T.resource)", "reason": "\(error)"])
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(30))
            }
        }
    }

    private var path: String { APIRequest.path(T.groupVersionKind.groupVersion, T.resource, namespace: namespace) }

    private func load() async throws(StatusError) -> String {
        var request = APIRequest(.get, path)
        request.query = selection.query
        var page = try await client.transport.list(request)
        var all = page.objects
        while let token = page.continuation, !token.isEmpty {
            request.query = selection.query + [("continue", token)]
            page = try await client.transport.list(request)
            all += page.objects
        }
        replace(all)
        return page.resourceVersion
    }

    private func replace(_ objects: [EncodedObject]) {
        let (handlers, changes, waiters) = state.withLock { state in
            var changes: [InformerChange<T>] = []
            let keys = Set(objects.map(\.key))
            for (key, old) in state.objects where !keys.contains(key) { changes.append(.deleted(T(old.value))) }
            for object in objects {
                if let old = state.objects[object.key] {
                    if old.revision != object.revision { changes.append(.updated(old: T(old.value), new: T(object.value))) }
                } else {
                    changes.append(.added(T(object.value)))
                }
            }
            state.objects = Dictionary(objects.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
            state.byNamespace = [:]
            for object in objects { state.byNamespace[object.namespace, default: []].insert(object.key) }
            state.hasSynced = true
            defer { state.waiters = [] }
            return (state.handlers, changes, state.waiters)
        }
        for change in changes { for handler in handlers { handler(change) } }
        for waiter in waiters { waiter.resume() }
    }

    private func follow(_ version: String) async throws(StatusError) {
        var version = version
        while !Task.isCancelled {
            var request = APIRequest(.get, path)
            request.query = selection.query + [("watch", "true"), ("resourceVersion", version), ("allowWatchBookmarks", "true")]
            let watch = try await client.transport.watch(request)
            let outcome: Result<String, StatusError> = await withTaskCancellationHandler {
                do throws(StatusError) {
                    var last = version
                    while let events = try await watch.next() {
                        for event in events { last = apply(event) ?? last }
                    }
                    return .success(last)
                } catch {
                    return .failure(error)
                }
            } onCancel: {
                watch.cancel()
            }
            version = try outcome.get()
        }
    }

    /// Takes one event; returns the version up to which all is known.
    private func apply(_ event: WatchEvent) -> String? {
        let change: InformerChange<T>
        let version: String
        switch event {
        case .bookmark(let version): return version
        case .added(let object), .modified(let object):
            let old = state.withLock { state in
                state.byNamespace[object.namespace, default: []].insert(object.key)
                return state.objects.updateValue(object, forKey: object.key)
            }
            change = old.map { .updated(old: T($0.value), new: T(object.value)) } ?? .added(T(object.value))
            version = String(object.revision)
        case .deleted(let object):
            state.withLock { state in
                state.objects[object.key] = nil
                state.byNamespace[object.namespace]?.remove(object.key)
            }
            change = .deleted(T(object.value))
            version = String(object.revision)
        }
        for handler in state.withLock({ $0.handlers }) { handler(change) }
        return version
    }
}
