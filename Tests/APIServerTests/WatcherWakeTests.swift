import Dispatch
import KubernetesTypes
import Objects
import Schema
import Storage
import Strategies
import Synchronization
import Testing

@testable import APIServer

/// Who is woken may have to wait for somebody who needs the cache: a task that is woken while it is being cancelled does.
@Suite struct WatcherWakeTests {
    /// A reader whose waking waits until somebody else has got something from the cache.
    private final class Reader: Sendable {
        let wakes = Atomic<Int>(0)
        let stuck = Atomic<Int>(0)

        func follow(_ watcher: Watcher, of cache: WatchCache) {
            watcher.onArrival { [self] in
                wakes.add(1, ordering: .relaxed)
                let answered = DispatchSemaphore(value: 0)
                DispatchQueue.global().async {
                    _ = cache.object("default/a")
                    answered.signal()
                }
                if answered.wait(timeout: .now() + .seconds(5)) == .timedOut { stuck.add(1, ordering: .relaxed) }
            }
        }
    }

    private let cache: WatchCache

    init() throws {
        let strategy = StrategyTable.strategy(for: GroupResource(group: "", resource: "pods"))
        let position = try #require(strategy.selectableFields.firstIndex(of: "spec.nodeName"))
        cache = WatchCache(
            prefix: "/registry/pods/", codec: ObjectCodec(kind: GroupVersionKind(group: "", version: "v1", kind: "Pod"), strategy: strategy),
            applied: AppliedRevision(), field: CacheField(name: "spec.nodeName", position: position))
    }

    private func put(_ name: String, revision: Int64) {
        let pod: Value = [
            "kind": "Pod", "apiVersion": "v1",
            "metadata": ["name": .string(name), "namespace": "default", "labels": ["app": "web"]], "spec": ["nodeName": "n1"],
        ]
        cache.apply(
            StorageEvent(
                kind: .put,
                record: StoredRecord(key: "/registry/pods/default/\(name)", value: pod.json, createRevision: 1, modRevision: revision, version: 1)))
    }

    /// A filter for each place where watchers stand.
    private func filters() throws -> [ObjectFilter] {
        var namespace = ObjectFilter(), key = ObjectFilter(), label = ObjectFilter(), field = ObjectFilter()
        namespace.namespace = "default"
        key.namespace = "default"
        key.name = "a"
        key.key = "default/a"
        label.labels = try LabelSelector(parsing: "app=web")
        field.fields = try FieldSelector(parsing: "spec.nodeName=n1")
        field.selectable = cache.codec.strategy.selectableFields
        return [ObjectFilter(), namespace, key, label, field]
    }

    @Test func anEventWakesReadersWithoutTheLock() throws {
        for filter in try filters() {
            let reader = Reader()
            let watcher = try #require(cache.watch(filter, from: .after(cache.lastChange)))
            reader.follow(watcher, of: cache)
            put("a", revision: cache.lastChange + 1)
            #expect(reader.wakes.load(ordering: .relaxed) == 1)
            #expect(reader.stuck.load(ordering: .relaxed) == 0)
            #expect(watcher.take().deliveries.count == 1)
            cache.remove(watcher)
        }
    }

    @Test func aBookmarkWakesReadersWithoutTheLock() throws {
        let reader = Reader()
        let watcher = try #require(cache.watch(ObjectFilter(), from: .after(0)))
        reader.follow(watcher, of: cache)
        cache.bookmark(watcher)
        #expect(reader.wakes.load(ordering: .relaxed) == 1)
        #expect(reader.stuck.load(ordering: .relaxed) == 0)
    }

    @Test func aReaderThatIsCutOffIsToldWithoutTheLock() throws {
        let reader = Reader()
        let watcher = try #require(cache.watch(ObjectFilter(), from: .after(0)))
        for revision in 1...Int64(watcher.limit) { put("a", revision: revision) }
        watcher.onArrival {}
        reader.follow(watcher, of: cache)
        put("a", revision: Int64(watcher.limit) + 1)
        // Once for what was there, once for the end.
        #expect(reader.wakes.load(ordering: .relaxed) == 2)
        #expect(reader.stuck.load(ordering: .relaxed) == 0)
        #expect(watcher.take().isClosed)
    }

    /// Readers on other threads see every event once and in order, however their waking falls.
    @Test(.timeLimit(.minutes(1))) func noEventIsLostOrOutOfOrder() async throws {
        let last: Int64 = 3_000
        let seen = await withTaskGroup(of: [Int64].self) { group in
            for _ in 0..<4 {
                guard let watcher = cache.watch(ObjectFilter(), from: .after(0)) else { continue }
                let (arrivals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
                watcher.onArrival { signal.yield() }
                group.addTask { [cache] in
                    var revisions: [Int64] = []
                    for await _ in arrivals {
                        for case .event(_, let event) in watcher.take().deliveries { revisions.append(event.revision) }
                        if revisions.last == last { break }
                    }
                    cache.remove(watcher)
                    return revisions
                }
            }
            for revision in 1...last { put("a", revision: revision) }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(seen.count == 4)
        for revisions in seen { #expect(revisions == Array(1...last)) }
        #expect(cache.watcherCount == 0)
    }

    /// A watch that has ended holds nothing on.
    @Test func anEndedWatchLetsItsReaderGo() throws {
        weak var left: Reader?
        do {
            let reader = Reader()
            left = reader
            let watcher = try #require(cache.watch(ObjectFilter(), from: .after(0)))
            reader.follow(watcher, of: cache)
            cache.remove(watcher)
            watcher.onArrival { [reader] in _ = reader.wakes.load(ordering: .relaxed) }
        }
        #expect(left == nil)
    }
}
