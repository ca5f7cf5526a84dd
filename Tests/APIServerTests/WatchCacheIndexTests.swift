import KubernetesTypes
import Objects
import Schema
import Storage
import Strategies
import Testing

@testable import APIServer

/// What the index gives is what a walk over everything would give, and watchers miss nothing by being told less.
@Suite struct WatchCacheIndexTests {
    private struct Fixture {
        let cache: WatchCache
        let selectable: [String]

        init() throws {
            let resource = GroupResource(group: "", resource: "pods")
            let strategy = StrategyTable.strategy(for: resource)
            selectable = strategy.selectableFields
            let position = try #require(selectable.firstIndex(of: "spec.nodeName"))
            cache = WatchCache(
                prefix: "/registry/pods/",
                codec: ObjectCodec(kind: GroupVersionKind(group: "", version: "v1", kind: "Pod"), strategy: strategy),
                applied: AppliedRevision(), field: CacheField(name: "spec.nodeName", position: position))
        }

        func filter(_ fields: String, namespace: String = "", name: String? = nil) throws -> ObjectFilter {
            var filter = ObjectFilter()
            filter.namespace = namespace
            filter.name = name
            if let name, !namespace.isEmpty { filter.key = "\(namespace)/\(name)" }
            if !fields.isEmpty { filter.fields = try FieldSelector(parsing: fields) }
            filter.selectable = selectable
            return filter
        }

        func event(_ namespace: String, _ name: String, node: String?, revision: Int64) -> StorageEvent {
            var value: [UInt8] = []
            if let node {
                let pod: Value = [
                    "kind": "Pod", "apiVersion": "v1", "metadata": ["name": .string(name), "namespace": .string(namespace)],
                    "spec": node.isEmpty ? .emptyObject : ["nodeName": .string(node)],
                ]
                value = pod.json
            }
            return StorageEvent(
                kind: node == nil ? .delete : .put,
                record: StoredRecord(key: "/registry/pods/\(namespace)/\(name)", value: value, createRevision: 1, modRevision: revision, version: 1))
        }
    }

    private static func texts(_ watcher: Watcher, _ filter: ObjectFilter) -> [String] {
        watcher.take().deliveries.compactMap { delivery in
            guard case .event(let kind, let event) = delivery else { return nil }
            return "\(kind.rawValue) \(event.object.key) \(event.revision)"
        }
    }

    @Test func oldStatesAreKeptOnlyAsLongAsSomebodyPages() throws {
        let fixture = try Fixture()
        fixture.cache.apply(fixture.event("default", "a", node: "n", revision: 5))
        let old = fixture.cache.snapshot()
        fixture.cache.retain(old, now: .now - .seconds(61))
        #expect(fixture.cache.retained(old.revision)?.objects.count == 1)
        fixture.cache.apply(fixture.event("default", "b", node: "n", revision: 6))
        #expect(fixture.cache.retained(old.revision) == nil)
        let young = fixture.cache.snapshot()
        fixture.cache.retain(young, now: .now - .seconds(61))
        // Another page was asked for.
        fixture.cache.retain(young)
        fixture.cache.apply(fixture.event("default", "c", node: "n", revision: 7))
        #expect(fixture.cache.retained(young.revision)?.objects.count == 2)
    }

    @Test func theIndexAgreesWithAWalk() throws {
        var seed = UInt64.random(in: 0...UInt64.max)
        print("watch cache index: seed \(seed)")
        func next(_ bound: UInt64) -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (seed >> 33) % bound
        }
        let fixture = try Fixture()
        let filters = try [
            fixture.filter("spec.nodeName=n1"), fixture.filter("spec.nodeName="), fixture.filter("spec.nodeName=n2", namespace: "a"),
            fixture.filter("", namespace: "b"), fixture.filter("", namespace: "a", name: "p3"), fixture.filter("spec.nodeName!=n1"),
            fixture.filter("spec.nodeName=n3,metadata.name=p5"),
        ]
        let watchers = filters.compactMap { fixture.cache.watch($0, from: .after(0)) }
        let everything = try #require(fixture.cache.watch(ObjectFilter(), from: .after(0)))
        #expect(watchers.count == filters.count && fixture.cache.watcherCount == filters.count + 1)
        var expected = [[String]](repeating: [], count: filters.count)
        var got = expected
        for revision in 1...2000 {
            let node: String? = next(5) == 0 ? nil : ["", "n1", "n2", "n3"][Int(next(4))]
            fixture.cache.apply(fixture.event(["a", "b"][Int(next(2))], "p\(next(12))", node: node, revision: Int64(revision)))
            for delivery in everything.take().deliveries {
                guard case .event(_, let event) = delivery else { continue }
                for (index, filter) in filters.enumerated() {
                    if let kind = event.kind(for: filter) { expected[index].append("\(kind.rawValue) \(event.object.key) \(event.revision)") }
                }
            }
            for (index, watcher) in watchers.enumerated() { got[index] += Self.texts(watcher, filters[index]) }
            if revision % 50 != 0 { continue }
            for filter in filters {
                guard let (objects, _) = fixture.cache.candidates(filter) else { continue }
                var walked: [String] = []
                fixture.cache.snapshot().objects.forEach { object in
                    if filter.matches(object) { walked.append(object.key) }
                    return true
                }
                #expect(objects.filter(filter.matches).map(\.key) == walked)
            }
        }
        #expect(got == expected)
        for watcher in watchers { fixture.cache.remove(watcher) }
        fixture.cache.remove(everything)
        fixture.cache.remove(everything)
        #expect(fixture.cache.watcherCount == 0)
    }

    @Test func aWatchBeginsWithWhatTheIndexHas() throws {
        let fixture = try Fixture()
        for index in 0..<40 { fixture.cache.apply(fixture.event("a", "p\(index)", node: "n\(index % 4)", revision: Int64(index + 1))) }
        let watcher = try #require(fixture.cache.watch(try fixture.filter("spec.nodeName=n1"), from: .state(endsWithBookmark: true)))
        let deliveries = watcher.take().deliveries
        #expect(deliveries.count == 11)
        #expect(deliveries.dropLast().allSatisfy { $0.object?.selectableFields[0] == "n1" })
    }

    /// A server that shares its store may be asked for changes after one that has not come to it yet.
    @Test func aWatchAfterAVersionThatIsStillToComeShowsLaterChangesOnly() throws {
        let fixture = try Fixture()
        fixture.cache.apply(fixture.event("a", "p", node: "n", revision: 3))
        let watcher = try #require(fixture.cache.watch(fixture.filter(""), from: .after(5)))
        for revision in Int64(4)...6 { fixture.cache.apply(fixture.event("a", "p", node: "n", revision: revision)) }
        let revisions = watcher.take().deliveries.compactMap { delivery in
            if case .event(_, let event) = delivery { event.revision } else { nil }
        }
        #expect(revisions == [6])
    }
}
