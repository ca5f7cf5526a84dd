import KubernetesTypes
import Objects
import Schema
import Storage
import Strategies
import TestSupport
import Testing

@testable import APIServer

/// Lists and watches with labels give what a walk over everything would give.
@Suite struct LabelIndexTests {
    private static func cache() -> WatchCache {
        let strategy = StrategyTable.strategy(for: GroupResource(group: "", resource: "pods"))
        return WatchCache(
            prefix: "/registry/pods/", codec: ObjectCodec(kind: GroupVersionKind(group: "", version: "v1", kind: "Pod"), strategy: strategy),
            applied: AppliedRevision())
    }

    private static func filter(_ labels: String, namespace: String = "") throws -> ObjectFilter {
        var filter = ObjectFilter()
        filter.namespace = namespace
        filter.labels = try LabelSelector(parsing: labels)
        return filter
    }

    private static func event(_ number: Int, labels: [String: String]?, revision: Int64) -> StorageEvent {
        let (namespace, name) = ("n\(number % 3)", "p\(number)")
        let pod: Value = [
            "kind": "Pod", "apiVersion": "v1",
            "metadata": ["name": .string(name), "namespace": .string(namespace), "labels": Value(labels ?? [:])],
        ]
        return StorageEvent(
            kind: labels == nil ? .delete : .put,
            record: StoredRecord(
                key: "/registry/pods/\(namespace)/\(name)", value: labels == nil ? [] : pod.json, createRevision: 1, modRevision: revision, version: 1))
    }

    private static func keys(_ watcher: Watcher) -> [String] {
        watcher.take().deliveries.compactMap { delivery in
            guard case .event(let kind, let event) = delivery else { return nil }
            return "\(kind.rawValue) \(event.object.key) \(event.revision)"
        }
    }

    @Test func theIndexAgreesWithAWalk() throws {
        let filters = try [
            Self.filter("app=a1"), Self.filter("app=a2", namespace: "n1"), Self.filter("app=none"), Self.filter("tier=t1,app=a3"),
            Self.filter("app in (a1,a2)"), Self.filter("app!=a1"), Self.filter("tier=t0,app"),
        ]
        var indexed = 0
        try FuzzRun.rounds(1) { random in
            let cache = Self.cache()
            func labels() -> [String: String] {
                var labels: [String: String] = [:]
                if random.number(0...5) > 0 { labels["app"] = "a\(random.number(0...9))" }
                if random.number(0...3) > 0 { labels["tier"] = "t\(random.number(0...1))" }
                return labels
            }
            var revision: Int64 = 0
            for number in 0..<1_500 {
                revision += 1
                cache.apply(Self.event(number, labels: labels(), revision: revision))
            }
            let watchers = filters.compactMap { cache.watch($0, from: .after(revision)) }
            let everything = try #require(cache.watch(ObjectFilter(), from: .after(revision)))
            var expected = [[String]](repeating: [], count: filters.count)
            for turn in 0..<3_000 {
                revision += 1
                cache.apply(Self.event(random.number(0...1_499), labels: random.number(0...4) == 0 ? nil : labels(), revision: revision))
                for delivery in everything.take().deliveries {
                    guard case .event(_, let event) = delivery else { continue }
                    for (index, filter) in filters.enumerated() {
                        if let kind = event.kind(for: filter) { expected[index].append("\(kind.rawValue) \(event.object.key) \(event.revision)") }
                    }
                }
                if turn % 100 != 0 { continue }
                for filter in filters {
                    guard let (objects, _) = cache.candidates(filter) else { continue }
                    indexed += 1
                    var walked: [String] = []
                    cache.snapshot().objects.forEach { object in
                        if filter.matches(object) { walked.append(object.key) }
                        return true
                    }
                    try #require(objects.filter(filter.matches).map(\.key) == walked)
                }
            }
            for (index, watcher) in watchers.enumerated() { try #require(Self.keys(watcher) == expected[index]) }
            for watcher in watchers + [everything] { cache.remove(watcher) }
            #expect(cache.watcherCount == 0)
        }
        // Three of the filters name a label with one value, and a fourth two; each was asked for thirty times.
        #expect(indexed > 100)
    }

    @Test func onlyLabelsThatAreAskedForHaveTables() throws {
        let cache = Self.cache()
        for number in 0..<1_000 { cache.apply(Self.event(number, labels: ["a": "x", "b": "y"], revision: Int64(number + 1))) }
        for _ in 0..<3 { #expect(try cache.candidates(Self.filter("a=x")) == nil) }
        #expect(try cache.candidates(Self.filter("a=x"))?.objects.count == 1_000)
        #expect(try cache.candidates(Self.filter("a=z"))?.objects.isEmpty == true)
        #expect(try cache.candidates(Self.filter("b=y")) == nil)
        // The table of a label that is not asked for any more makes room.
        for key in "cdefghij" { for _ in 0..<4 { _ = try cache.candidates(Self.filter("\(key)=x")) } }
        #expect(try cache.candidates(Self.filter("a=x")) == nil)
    }
}
