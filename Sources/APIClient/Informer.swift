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
        var objects = ObjectSlots()
        /// How objects are found by something else than their names: the terms of an object, and the slots that have a term.
        var indexes: [Index] = []
        var hasSynced = false
        var hasEnded = false
        var handlers: [Handler] = []
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private struct Index {
        let terms: @Sendable (T) -> [String]
        var slots: [String: Set<UInt32>] = [:]

        mutating func change(_ slot: UInt32, from old: [String], to new: [String]) {
            if old == new { return }
            for term in old where !new.contains(term) {
                slots[term]?.remove(slot)
                if slots[term]?.isEmpty == true { slots[term] = nil }
            }
            for term in new where !old.contains(term) { slots[term, default: []].insert(slot) }
        }
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

    /// Returns when the first list is in the store, or when the informer was stopped before that.
    package func waitUntilSynced() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.hasSynced || state.hasEnded { return true }
                state.waiters.append(continuation)
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    // MARK: lister

    /// By `namespace/name`, or `name`.
    package func get(_ key: String) -> T? { state.withLock { $0.objects[key] }.map { T($0.value) } }

    /// By `namespace/name`, or `name`, without the tree.
    package func encodedObject(_ key: String) -> EncodedObject? { state.withLock { $0.objects[key] } }

    package func get(_ namespace: String, _ name: String) -> T? { get(namespace.isEmpty ? name : namespace + "/" + name) }

    package func list(_ namespace: String = "") -> [T] { encoded(namespace).map { T($0.value) } }

    package func list(_ namespace: String, matching selector: Objects.LabelSelector) -> [T] {
        encoded(namespace).filter { object in selector.matches { object.label($0) } }.map { T($0.value) }
    }

    package func encoded(_ namespace: String = "") -> [EncodedObject] { state.withLock { $0.objects.all(in: namespace) } }

    // MARK: indexes

    /// Adds an index by terms, to be called before `run`; its number is what the look-ups take. It is up to date when handlers run.
    package func addIndex(by terms: @escaping @Sendable (T) -> [String]) -> Int {
        state.withLock { state in
            state.indexes.append(Index(terms: terms))
            return state.indexes.count - 1
        }
    }

    /// Every term of an index that has objects.
    package func terms(_ index: Int) -> [String] { state.withLock { Array($0.indexes[index].slots.keys) } }

    package func count(_ index: Int, _ term: String) -> Int { state.withLock { $0.indexes[index].slots[term]?.count ?? 0 } }

    package func encoded(_ index: Int, _ term: String) -> [EncodedObject] {
        state.withLock { state in (state.indexes[index].slots[term] ?? []).compactMap { state.objects[slot: $0] } }
    }

    /// Puts a change into the indexes. The terms are worked out outside the lock, which readers wait for.
    private func index(_ slot: UInt32, old: T?, new: T?) {
        let makers = state.withLock { $0.indexes.map(\.terms) }
        if makers.isEmpty { return }
        let changes = makers.map { terms in (old.map(terms) ?? [], new.map(terms) ?? []) }
        state.withLock { state in
            for (number, change) in changes.enumerated() { state.indexes[number].change(slot, from: change.0, to: change.1) }
        }
    }

    // MARK: reflector

    /// Lists and watches until cancelled; failures are repeated with growing pauses.
    package func run() async {
        TreeSweep.start()
        await reflect()
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
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
                try? await ClusterTime.sleep(for: pause)
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

    /// Takes a list. What differs is told one by one, so that not all trees are made at once.
    private func replace(_ objects: [EncodedObject]) {
        let keys = Set(objects.map(\.key))
        let (handlers, known) = state.withLock { ($0.handlers, $0.objects.all()) }
        for old in known where !keys.contains(old.key) { take(.deleted(old), handlers) }
        for object in objects { take(.added(object), handlers) }
        let waiters = state.withLock { state in
            state.hasSynced = true
            defer { state.waiters = [] }
            return state.waiters
        }
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
        take(event, state.withLock { $0.handlers })
        switch event {
        case .bookmark(let version): return version
        case .added(let object), .modified(let object), .deleted(let object): return String(object.revision)
        }
    }

    private func take(_ event: WatchEvent, _ handlers: [Handler]) {
        let change: InformerChange<T>
        switch event {
        case .bookmark: return
        case .added(let object), .modified(let object):
            let (slot, old) = state.withLock { $0.objects.upsert(object) }
            if let old, old.revision == object.revision, object.revision != 0 { return }
            let new = T(object.value), before = old.map { T($0.value) }
            index(slot, old: before, new: new)
            if let before, before.uid != new.uid {
                // Deleted and made again while nobody watched: an object of its own, of which nothing that was done for the other one holds.
                for handler in handlers { handler(.deleted(before)) }
                change = .added(new)
            } else {
                change = before.map { .updated(old: $0, new: new) } ?? .added(new)
            }
        case .deleted(let object):
            let gone = T(object.value)
            let (slot, old) = state.withLock { ($0.objects.slot(of: object.key), $0.objects[object.key]) }
            if let slot, let old {
                index(slot, old: T(old.value), new: nil)
                state.withLock { $0.objects.remove(object.key) }
            }
            change = .deleted(gone)
        }
        for handler in handlers { handler(change) }
    }
}
