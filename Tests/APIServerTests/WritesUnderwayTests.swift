import KubernetesTypes
import Objects
import Schema
import Storage
import Strategies
import Testing

@testable import APIServer

@Suite struct WritesUnderwayTests {
    private let key = "/registry/pods/n/p"
    private let bytes = Array(#"{"kind":"Pod"}"#.utf8)
    private let tree: Value = ["kind": "Pod", "marked": true]

    private func record(_ value: [UInt8]) -> StoredRecord {
        StoredRecord(key: key, value: value, createRevision: 1, modRevision: 7, version: 1)
    }

    @Test func theTreeOfTheSameBytesIsKnownUntilTheWriteEnds() {
        let writes = WritesUnderway()
        writes.add(.create(key: key, value: bytes), tree)
        #expect(writes.tree(of: record(bytes)) == tree)
        writes.remove(key)
        #expect(writes.tree(of: record(bytes)) == nil)
    }

    /// Another writer of the same key was faster: its bytes are its own.
    @Test func otherBytesAreDecoded() {
        let writes = WritesUnderway()
        writes.add(.update(key: key, value: bytes, expecting: 3), tree)
        #expect(writes.tree(of: record(Array(#"{"kind":"Pod","a":1}"#.utf8))) == nil)
    }

    /// A tree that the writer handed over and one that is decoded out of the bytes are the same, and a deletion says its own revision.
    @Test func handedOverTreesAreThoseOfTheBytes() {
        let strategy = StrategyTable.strategy(for: GroupResource(group: "", resource: "pods"))
        let codec = ObjectCodec(kind: GroupVersionKind(group: "", version: "v1", kind: "Pod"), strategy: strategy)
        let pod: Value = [
            "kind": "Pod", "apiVersion": "v1", "metadata": ["name": "p", "namespace": "n", "labels": ["a": "b"], "resourceVersion": "3"],
            "spec": ["nodeName": "one"],
        ]
        let stored = codec.encode(pod)
        let plain = codec.object(from: record(stored), key: "n/p")
        let handed = codec.object(from: record(stored), key: "n/p", .init(tree: pod, previous: plain, keepsTree: true))
        #expect(handed.json == plain.json)
        #expect(handed.decodedOnce() == plain.value)
        #expect(handed.key == "n/p" && handed.namespace == "n" && handed.name == "p")
        #expect(handed.labels.pairs.map(\.key) == ["a"] && handed.selectableFields == plain.selectableFields)
        let gone = codec.object(handed, at: 9)
        var wanted = plain.value
        wanted["metadata"]["resourceVersion"] = "9"
        #expect(gone.value == wanted)
    }
}
