import DequeModule
import Objects
import Schema
import Storage
import Strategies
import Synchronization

/// The newest state of one resource in memory, the events that led to it, and those who watch it.
final class WatchCache: Sendable {
    /// How many past events a watch may resume from.
    private static let windowLimit = 4096
    /// How many old states are kept for lists that go on page by page.
    static let snapshotLimit = 8
    /// How long after its last page such a state is kept. It holds what has changed since, and the store has it too.
    private static let snapshotLife = Duration.seconds(60)

    private struct State {
        var objects = SortedObjects()
        /// The revision of the newest event of this resource, or of the load.
        var revision: Int64 = 0
        var window: Deque<CacheEvent> = []
        /// Every event after this revision is in the window.
        var windowStart: Int64 = 0
        var watchers: WatcherTable
        /// Who comes now is told that the watch has ended.
        var isClosed = false
        /// The objects by the value of the field that is indexed.
        var index: [String: SortedObjects] = [:]
        var labels = LabelIndex()
        var snapshots: [(revision: Int64, objects: SortedObjects, used: ContinuousClock.Instant)] = []

        init(field: CacheField?) { watchers = WatcherTable(field: field) }

        /// The objects that a filter can match, where an index says which.
        mutating func indexed(_ filter: ObjectFilter, _ field: CacheField?) -> [EncodedObject]? {
            if let key = filter.key { return objects[key].map { [$0] } ?? [] }
            let known: SortedObjects?
            if let value = field?.required(by: filter) {
                known = index[value] ?? SortedObjects()
            } else {
                known = labels.objects(filter.labels)
            }
            return known.map { Self.objects(of: $0, in: filter.namespace) }
        }

        /// Those of a namespace; of all namespaces when it is empty.
        static func objects(of sorted: SortedObjects, in namespace: String) -> [EncodedObject] {
            var found: [EncodedObject] = []
            sorted.forEach(prefix: namespace.isEmpty ? "" : namespace + "/") { object in
                found.append(object)
                return true
            }
            return found
        }

        /// Puts a change into the indices.
        mutating func reindex(_ field: CacheField?, _ previous: EncodedObject?, _ object: EncodedObject?) {
            if let field { reindex(field, from: previous, to: object) }
            labels.change(from: previous, to: object)
        }

        private mutating func reindex(_ field: CacheField, from previous: EncodedObject?, to object: EncodedObject?) {
            let before = previous.map(field.value), after = object.map(field.value)
            if let previous, let before, before != after {
                index[before]?.remove(previous.key)
                if index[before]?.count == 0 { index[before] = nil }
            }
            if let object, let after { index[after, default: SortedObjects()].upsert(object) }
        }
    }

    /// What a list sees: the objects as of one revision.
    struct Snapshot: Sendable {
        let objects: SortedObjects
        let revision: Int64
    }

    let codec: ObjectCodec
    let prefix: String
    private let applied: AppliedRevision
    private let state: Mutex<State>
    private let underway = WritesUnderway()
    private let field: CacheField?
    private let packing: ObjectPacking?

    /// `field` is the one by which objects are found without a walk over all; `packing` takes the objects that are not new any more.
    init(prefix: String, codec: ObjectCodec, applied: AppliedRevision, field: CacheField? = nil, packing: ObjectPacking? = nil) {
        self.field = field
        self.packing = packing
        state = Mutex(State(field: field))
        self.prefix = prefix
        self.codec = codec
        self.applied = applied
    }

    var count: Int { state.withLock { $0.objects.count } }
    /// The revision of the newest change of this resource.
    var lastChange: Int64 { state.withLock { $0.revision } }
    var watcherCount: Int { state.withLock { $0.watchers.count } }

    /// The object under `namespace/name`, or `name`.
    func object(_ key: String) -> EncodedObject? { state.withLock { $0.objects[key] } }

    /// The events after a revision, and up to which they go. Nil when they are not kept any more.
    func changes(after revision: Int64) -> (events: [CacheEvent], revision: Int64)? {
        state.withLock { state in
            if revision < state.windowStart { return nil }
            var events: [CacheEvent] = []
            for event in state.window.reversed() {
                if event.revision <= revision { break }
                events.append(event)
            }
            return (events.reversed(), state.revision)
        }
    }

    /// All objects, and as of which change.
    func all() -> (objects: [EncodedObject], revision: Int64) {
        let (objects, revision) = state.withLock { ($0.objects, $0.revision) }
        var all: [EncodedObject] = []
        objects.forEach(prefix: "") { object in
            all.append(object)
            return true
        }
        return (all, revision)
    }

    func snapshot() -> Snapshot {
        state.withLock { state in
            Snapshot(objects: state.objects, revision: max(state.revision, applied.current))
        }
    }

    /// The objects that a filter can match at all, in order, where that is known without a walk over all.
    func candidates(_ filter: ObjectFilter) -> (objects: [EncodedObject], revision: Int64)? {
        let wanted = state.withLock { state -> (found: (objects: [EncodedObject], revision: Int64)?, table: String?) in
            if let objects = state.indexed(filter, field) { return ((objects, max(state.revision, applied.current)), nil) }
            return (nil, state.objects.count < LabelIndex.leastObjects ? nil : state.labels.ask(filter.labels))
        }
        if let key = wanted.table { makeTable(of: key) }
        return wanted.found
    }

    /// Indexes a label. The walk over all objects is done without the lock, and what changed meanwhile is made up for.
    private func makeTable(of key: String) {
        let (objects, revision) = state.withLock { ($0.objects, $0.revision) }
        let table = LabelIndex.table(of: key, objects)
        state.withLock { state in
            guard revision >= state.windowStart else { return state.labels.giveUp(key) }
            state.labels.install(key, table)
            let missed = state.window.reversed().prefix { $0.revision > revision }
            for event in missed.reversed() { state.labels.change(key, from: event.previous, to: event.kind == .deleted ? nil : event.object) }
        }
    }

    /// The objects with a value in the field that is indexed; a namespace narrows them down.
    func objects(indexedAs value: String, in namespace: String = "") -> [EncodedObject] { 
        state.withLock { state in state.index[value].map { State.objects(of: $0, in: namespace) } ?? [] }
    }

    /// Remembers a state whose list is not at its end.
    func retain(_ snapshot: Snapshot, now: ContinuousClock.Instant = ClusterTime.now) {
        state.withLock { state in
            if let known = state.snapshots.firstIndex(where: { $0.revision == snapshot.revision }) {
                state.snapshots[known].used = now
                return
            }
            if state.snapshots.count >= Self.snapshotLimit { state.snapshots.removeFirst() }
            state.snapshots.append((snapshot.revision, snapshot.objects, now))
        }
    }

    func retained(_ revision: Int64) -> Snapshot? {
        state.withLock { state in
            if max(state.revision, applied.current) == revision || (state.revision <= revision && applied.current >= revision) {
                return Snapshot(objects: state.objects, revision: revision)
            }
            return state.snapshots.first { $0.revision == revision }.map { Snapshot(objects: $0.objects, revision: revision) }
        }
    }

    /// Takes the state of a load; nobody watches yet.
    func load(_ records: [StoredRecord], revision: Int64) {
        let objects = records.map { codec.object(from: $0, key: String($0.key.dropFirst(prefix.count))) }
        state.withLock { state in
            for object in objects {
                let previous = state.objects.upsert(object)
                state.reindex(field, previous, object)
            }
            state.revision = revision
            state.windowStart = revision
        }
        packing?.add(objects)
    }

    /// Takes the state of a load that comes after a gap in the events: what differs is shown as events.
    func reconcile(_ records: [StoredRecord], revision: Int64) {
        var gone = Set(snapshotKeys())
        var changed: [StoredRecord] = []
        for record in records {
            let key = String(record.key.dropFirst(prefix.count))
            gone.remove(key)
            if object(key)?.revision != record.modRevision { changed.append(record) }
        }
        for record in changed.sorted(by: { $0.modRevision < $1.modRevision }) { apply(StorageEvent(kind: .put, record: record)) }
        for key in gone.sorted() {
            let record = StoredRecord(key: prefix + key, value: [], createRevision: 0, modRevision: revision, version: 0)
            apply(StorageEvent(kind: .delete, record: record))
        }
    }

    private func snapshotKeys() -> [String] {
        var keys: [String] = []
        snapshot().objects.forEach(prefix: "") { object in
            keys.append(object.key)
            return true
        }
        return keys
    }

    /// Tells of a write that is about to be stored, so that its bytes need not be decoded when they come back.
    func expect(_ mutation: StorageMutation, _ tree: Value) { underway.add(mutation, tree) }

    /// The write has ended in whatever way.
    func settle(_ mutation: StorageMutation) { underway.remove(mutation.key) }

    /// Takes one event of the store and shows it to the watchers. Their readers are woken when the lock is let go.
    func apply(_ event: StorageEvent) {
        let key = String(event.record.key.dropFirst(prefix.count))
        var put: EncodedObject?
        if event.kind == .put {
            let (previous, isWatched) = state.withLock { ($0.objects[key], $0.watchers.count > 0) }
            let hints = ObjectCodec.Hints(tree: underway.tree(of: event.record), previous: previous, keepsTree: isWatched)
            put = codec.object(from: event.record, key: key, hints)
        }
        var wakes: [Watcher.Wake] = []
        let settled: EncodedObject? = state.withLock { state in
            // Only changes make old states cost something.
            if !state.snapshots.isEmpty {
                let now = ClusterTime.now
                state.snapshots.removeAll { now - $0.used > Self.snapshotLife }
            }
            let cacheEvent: CacheEvent
            if let put {
                let previous = state.objects.upsert(put)
                state.reindex(field, previous, put)
                cacheEvent = CacheEvent(kind: previous == nil ? .added : .modified, object: put, previous: previous)
            } else {
                guard let previous = state.objects.remove(key) else {
                    state.revision = event.record.modRevision
                    return nil
                }
                state.reindex(field, previous, nil)
                let last = codec.object(previous, at: event.record.modRevision)
                cacheEvent = CacheEvent(kind: .deleted, object: last, previous: previous)
            }
            state.revision = event.record.modRevision
            var oldest: CacheEvent?
            if state.window.count >= Self.windowLimit { oldest = state.window.popFirst() }
            if let oldest { state.windowStart = oldest.revision }
            state.window.append(cacheEvent)
            // Offered under the lock, so that a watcher that joins sees each event exactly once.
            state.watchers.offer(cacheEvent, waking: &wakes)
            guard packing != nil, let oldest, oldest.kind != .deleted, state.objects[oldest.object.key] === oldest.object else { return nil }
            return oldest.object
        }
        for wake in wakes { wake() }
        if let settled { packing?.add([settled]) }
    }

    /// How a watch begins.
    enum Start: Sendable {
        /// With the present objects as additions; `endsWithBookmark` for streaming lists.
        case state(endsWithBookmark: Bool)
        /// With the events after this revision.
        case after(Int64)
    }

    /// Registers a watcher. Nil when the revision asked for is older than the window.
    func watch(_ filter: ObjectFilter, from start: Start) -> Watcher? {
        var since: Int64 = 0
        if case .after(let revision) = start { since = revision }
        let watcher = Watcher(filter: filter, since: since)
        return state.withLock { state in
            switch start {
            case .state(let endsWithBookmark):
                var initial: [Watcher.Delivery] = []
                if let objects = state.indexed(filter, field) {
                    for object in objects where filter.matches(object) { initial.append(.initial(object)) }
                } else {
                    state.objects.forEach(prefix: filter.namespace.isEmpty ? "" : filter.namespace + "/") { object in
                        if filter.matches(object) { initial.append(.initial(object)) }
                        return true
                    }
                }
                if endsWithBookmark {
                    initial.append(.bookmark(revision: max(state.revision, applied.current), endsInitial: true))
                }
                watcher.seed(initial)
            case .after(let revision):
                if revision < state.windowStart { return nil }
                // Nobody can be waiting for it yet.
                var wakes: [Watcher.Wake] = []
                for event in state.window { watcher.offer(event, waking: &wakes) }
            }
            if state.isClosed { watcher.close() } else { state.watchers.add(watcher) }
            return watcher
        }
    }

    func remove(_ watcher: Watcher) {
        state.withLock { $0.watchers.remove(watcher) }
        watcher.abandon()
    }

    /// Ends all watches for good, as when the kind goes away or the server stops.
    func closeWatchers() {
        let watchers = state.withLock { state in
            state.isClosed = true
            return state.watchers.removeAll()
        }
        for watcher in watchers { watcher.close() }
    }

    /// Tells watchers that they are up to date with `revision`.
    func bookmark(_ watcher: Watcher) {
        let wake = state.withLock { state in
            watcher.push(.bookmark(revision: max(state.revision, applied.current), endsInitial: false))
        }
        wake?()
    }
}
