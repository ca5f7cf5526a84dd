import KubernetesTypes
import Objects
import Schema
import Storage
import Strategies
import Testing

@testable import APIServer

@Suite struct ObjectPackingTests {
    private func record(_ number: Int, revision: Int64) -> StoredRecord {
        let event: Value = [
            "kind": "Event", "apiVersion": "v1", "metadata": ["name": .string("e\(number)"), "namespace": "shop", "labels": ["app": "web"]],
            "involvedObject": ["kind": "Pod", "name": .string("p\(number)"), "namespace": "shop"], "reason": "Scheduled", "type": "Normal",
            "message": .string("Successfully assigned shop/p\(number) to node-\(number % 9), as was to be expected of it"),
        ]
        return StoredRecord(key: "/registry/events/shop/e\(number)", value: event.json, createRevision: 1, modRevision: revision, version: 1)
    }

    private func cache(packing: ObjectPacking?) -> WatchCache {
        let strategy = StrategyTable.strategy(for: GroupResource(group: "", resource: "events"))
        let kind = GroupVersionKind(group: "", version: "v1", kind: "Event")
        return WatchCache(prefix: "/registry/events/", codec: ObjectCodec(kind: kind, strategy: strategy), applied: AppliedRevision(), packing: packing)
    }

    /// Events are packed once they are not new any more, and nobody sees a difference.
    @Test func whatIsNotNewIsPackedAndReadAsBefore() async throws {
        let packed = cache(packing: ObjectPacking()), plain = cache(packing: nil)
        for cache in [packed, plain] {
            cache.load((0..<500).map { record($0, revision: 1) }, revision: 1)
            for number in 400..<6000 { cache.apply(StorageEvent(kind: .put, record: record(number, revision: Int64(number)))) }
            cache.apply(StorageEvent(kind: .delete, record: record(7, revision: 6000)))
        }
        for _ in 0..<1000 where packed.all().objects.count(where: \.isPacked) < 1000 { try await Task.sleep(for: .milliseconds(10)) }
        let objects = packed.all().objects
        #expect(objects.count(where: \.isPacked) >= 1000)
        // What is new is as it was.
        #expect(try #require(packed.object("shop/e5999")).isPacked == false)
        #expect(objects.map(\.json) == plain.all().objects.map(\.json))
        #expect(objects.map(\.value) == plain.all().objects.map(\.value))
        var filter = ObjectFilter()
        filter.namespace = "shop"
        filter.selectable = StrategyTable.strategy(for: GroupResource(group: "", resource: "events")).selectableFields
        filter.fields = try FieldSelector(parsing: "involvedObject.name=p450,involvedObject.kind=Pod")
        #expect(objects.filter(filter.matches).map(\.name) == ["e450"])
        let gone = try #require(packed.changes(after: 5999)?.events.last)
        #expect(gone.kind == .deleted && gone.object.value["metadata"]["resourceVersion"] == "6000" && gone.object.value["reason"] == "Scheduled")
    }
}
