import Objects
import Testing

@Suite struct EncodedObjectTests {
    private func object(_ json: [UInt8], _ value: Value? = nil) -> EncodedObject {
        EncodedObject(namespace: "n", name: "o", revision: 1, json: json, typePrefixLength: 0, labels: [], value: value)
    }

    @Test func aTreeThatIsForgottenIsMadeAgain() {
        let known = object(Array(#"{"a":1}"#.utf8))
        #expect(known.value == ["a": 1])
        #expect(!known.forgetUnused())
        #expect(known.forgetUnused())
        #expect(known.value == ["a": 1])
    }

    /// What stands in for the tree shows whether it is still the first one.
    @Test func itStaysWhileItIsUsed() {
        let known = object(Array(#"{"a":1}"#.utf8), ["first": true])
        #expect(!known.forgetUnused())
        #expect(known.decodedOnce() == ["first": true])
        #expect(known.value == ["first": true])
        #expect(!known.forgetUnused())
        #expect(known.decodedOnce() == ["first": true])
        #expect(known.forgetUnused())
        #expect(known.decodedOnce() == ["a": 1])
    }

    @Test func whatHasNoBytesIsKept() {
        let known = EncodedObject(value: ["metadata": ["name": "o"]])
        #expect(!known.forgetUnused())
        #expect(!known.forgetUnused())
        #expect(known.value["metadata"]["name"] == "o")
    }
}
