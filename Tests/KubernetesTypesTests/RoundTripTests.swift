import KubernetesTypes
import Objects
import Schema
import Testing

/// JSON, protobuf and value of one object of every kind say the same.
@Suite(.enabled(if: ReferenceData.root != nil))
struct RoundTripTests {
    /// Kinds whose reference object exists.
    static let kinds: [KindDescription] = KindCatalogue.builtIn.kinds.filter {
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

    @Test func damagedProtobufIsRefusedOrRead() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        var read = 0
        for kind in Self.kinds {
            let name = ReferenceData.testdataName(kind.id)
            let original = try #require(ReferenceData.bytes("api/testdata/\(name).pb"))
            for _ in 0..<20 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
                }
                if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
                guard let value = try? ProtobufEnvelope(bytes).object(as: kind.type) else { continue }
                // What was read must survive another round.
                read += 1
                let again = try ProtobufEnvelope(ProtobufEnvelope.encode(value, as: kind.type)).object(as: kind.type)
                #expect(again == value, "\(kind.id), seed \(seed)")
            }
        }
        #expect(read > 0, "seed \(seed)")
    }
}
