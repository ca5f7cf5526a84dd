import Objects
import TestSupport
import Testing

@testable import Patching

@Suite struct FieldSetTests {
    private func set(_ json: String) throws -> FieldSet { try #require(FieldSet(fieldsV1: try Value(json: json))) }

    @Test(arguments: [
        #"{"f:data":{".":{},"f:k":{}}}"#, #"{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:image":{}}}}}"#,
        #"{"f:metadata":{"f:finalizers":{"v:\"x\"":{}}}}"#, "{}",
    ])
    func fieldsV1RoundTrips(_ json: String) throws {
        #expect(try set(json).fieldsV1.jsonString == json)
    }

    @Test(arguments: [#"{"nonsense":{}}"#, #"{"k:no":{}}"#, #"{"f:a":1}"#, "[]", #"{"v:{":{}}"#])
    func otherTextsAreRefused(_ json: String) throws {
        #expect(FieldSet(fieldsV1: try Value(json: json)) == nil)
    }

    @Test func algebra() throws {
        let a = try set(#"{"f:a":{".":{},"f:b":{}},"f:c":{}}"#)
        let b = try set(#"{"f:a":{"f:b":{}},"f:d":{}}"#)
        #expect(try a.union(b) == set(#"{"f:a":{".":{},"f:b":{}},"f:c":{},"f:d":{}}"#))
        #expect(try a.subtracting(b) == set(#"{"f:a":{},"f:c":{}}"#))
        #expect(try a.intersection(b) == set(#"{"f:a":{"f:b":{}}}"#))
        #expect(try a.subtractingAll(below: FieldSet(fields: [["a"]])) == set(#"{"f:c":{}}"#))
        #expect(a.subtracting(a).isEmpty)
        #expect(b.intersects(fieldsV1: a.fieldsV1))
        #expect(!FieldSet(fields: [["x"]]).intersects(fieldsV1: a.fieldsV1))
    }

    /// The laws of sets, over random ones.
    @Test func lawsHold() {
        let seed = UInt64.random(in: 1...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let (a, b) = (random(&generator), random(&generator))
            #expect(a.union(b) == b.union(a), "seed \(seed)")
            #expect(a.intersection(b) == b.intersection(a), "seed \(seed)")
            #expect(a.subtracting(b).union(a.intersection(b)) == a, "seed \(seed)")
            #expect(a.subtracting(b).intersection(b).isEmpty, "seed \(seed)")
            #expect(FieldSet(fieldsV1: a.fieldsV1) == a, "seed \(seed)")
        }
    }

    private func random(_ generator: inout SeededGenerator) -> FieldSet {
        var set = FieldSet()
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            let depth = Int.random(in: 1...3, using: &generator)
            set.insert((0..<depth).map { _ in "f:" + ["a", "b", "c"][Int.random(in: 0...2, using: &generator)] })
        }
        return set
    }
}
