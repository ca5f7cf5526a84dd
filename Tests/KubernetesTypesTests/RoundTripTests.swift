import KubernetesTypes
import Objects
import Schema
import TestSupport
import Testing

/// JSON, protobuf and value of one object of every kind say the same.
@Suite(.enabled(if: ReferenceData.root != nil))
struct RoundTripTests {
    /// Kinds whose reference object exists.
    static let kinds: [KindDescription] = (KindCatalogue.builtIn.kinds + KindCatalogue.builtIn.optional).filter {
        ReferenceData.bytes("api/testdata/\(ReferenceData.testdataName($0.id)).json") != nil
    }

    private func object(_ kind: KindDescription) throws -> Value {
        try Value(json: #require(ReferenceData.bytes("api/testdata/\(ReferenceData.testdataName(kind.id)).json")))
    }

    @Test func thereAreKinds() {
        #expect(Self.kinds.count > 70)
        let without = KindCatalogue.builtIn.kinds.filter { kind in
            !kind.resource.isEmpty && !Self.kinds.contains { $0.id == kind.id }
        }
        #expect(without.map(\.id.description) == [
            "apiregistration.k8s.io/v1, Kind=APIService",
            "apiextensions.k8s.io/v1, Kind=CustomResourceDefinition",
        ])
    }

    @Test func normalisingChangesNothing() throws {
        for kind in Self.kinds {
            let original = try Value(
                json: #require(ReferenceData.bytes("api/testdata/\(ReferenceData.testdataName(kind.id)).json")))
            var value = original
            let unknown = try ObjectDecoder.normalise(&value, as: kind.type)
            #expect(unknown == [], "\(kind.id)")
            #expect(value.jsonString == original.jsonString, "\(kind.id)")
        }
    }

    @Test func protobufDecodesToTheSameValue() throws {
        for kind in Self.kinds {
            let name = ReferenceData.testdataName(kind.id)
            let envelope = try ProtobufEnvelope(#require(ReferenceData.bytes("api/testdata/\(name).pb")))
            let decoded = try envelope.object(as: kind.type)
            #expect(try decoded.jsonString == object(kind).jsonString, "\(kind.id)")
        }
    }

    @Test func protobufEncodesToTheSameBytes() throws {
        for kind in Self.kinds {
            let name = ReferenceData.testdataName(kind.id)
            let expected = try #require(ReferenceData.bytes("api/testdata/\(name).pb"))
            let original = try Value(json: #require(ReferenceData.bytes("api/testdata/\(name).json")))
            let encoded = ProtobufEnvelope.encode(original, as: kind.type)
            let difference = zip(encoded, expected).enumerated().first { $1.0 != $1.1 }?.offset
            #expect(encoded == expected, "\(kind.id) differs at \(difference ?? -1) of \(expected.count), \(encoded.count)")
        }
    }

    /// `extra` of a review is a map of lists; an entry may come without its list.
    @Test func aMapsMissingListIsEmpty() throws {
        let kind = try #require(Self.kinds.first { $0.id.kind == "SubjectAccessReview" })
        // spec (2) holds user (3) and extra (5), whose entry has a key (1) and no value.
        let raw: [UInt8] = [0x12, 0x08, 0x1a, 0x01, 0x75, 0x2a, 0x03, 0x0a, 0x01, 0x6b]
        let envelope = ProtobufEnvelope(apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", raw: raw)
        let value = try envelope.object(as: kind.type)
        #expect(value["spec"]["extra"]["k"] == .array([]))
        #expect(try ProtobufEnvelope(ProtobufEnvelope.encode(value, as: kind.type)).object(as: kind.type) == value)
    }
}

@Suite(.enabled(if: ReferenceData.root != nil))
struct ProtobufFuzzTests {
    @Test func damagedObjectsAreRefusedOrRead() throws {
        let samples = RoundTripTests.kinds.compactMap { kind in
            ReferenceData.bytes("api/testdata/\(ReferenceData.testdataName(kind.id)).pb").map { (kind, $0) }
        }
        var read = 0
        try FuzzRun.rounds(1_500) { random in
            let (kind, sample) = random.pick(samples)
            guard let value = try? ProtobufEnvelope(random.damaged(sample)).object(as: kind.type) else { return }
            // What was read must survive another round.
            read += 1
            let repeated = try ProtobufEnvelope(ProtobufEnvelope.encode(value, as: kind.type)).object(as: kind.type)
            // A pointer to nothing is no pointer after the round.
            let (before, after) = (value.withoutNulls, repeated.withoutNulls)
            if after != before { Issue.record("\(kind.id): \(Self.difference(before.jsonString, after.jsonString))") }
        }
        #expect(read > 0)
    }

    /// Both texts from shortly before the place where they part.
    private static func difference(_ first: String, _ second: String) -> String {
        let common = zip(first, second).prefix { $0 == $1 }.count
        return "\(first.dropFirst(max(0, common - 40)).prefix(100)) became \(second.dropFirst(max(0, common - 40)).prefix(100))"
    }
}
