import Objects
import Testing

@Suite struct EncodedObjectTests {
    private func object(_ name: String = "o", _ json: [UInt8] = Array(#"{"a":1}"#.utf8), _ value: Value? = nil) -> EncodedObject {
        EncodedObject(namespace: "n", name: name, revision: 1, json: json, typePrefixLength: 0, labels: [], value: value)
    }

    /// What stands in for the tree shows whether it is still the first one.
    private let first: Value = ["first": true]

    @Test func aTreeThatIsForgottenIsMadeAgain() {
        let trees = DecodedTrees(budget: 1000)
        let known = object("o", Array(#"{"a":1}"#.utf8), first)
        trees.remember(known)
        #expect(trees.forgetUnused() == 0)
        #expect(known.decodedOnce() == first)
        #expect(known.value == first)
        #expect(trees.forgetUnused() == 0)
        #expect(trees.forgetUnused() == 1)
        #expect(known.decodedOnce() == ["a": 1])
        #expect(known.value == ["a": 1])
    }

    @Test func theOldestGoWhenThereAreTooMany() {
        let trees = DecodedTrees(budget: 70)
        let all = (0..<30).map { object("o\($0)", Array(#"{"a":1}"#.utf8), first) }
        for object in all { trees.remember(object) }
        #expect(trees.count == 10)
        #expect(all.filter { $0.decodedOnce() == first }.count == 10)
    }

    @Test func oneThatIsUsedOutlivesOthers() {
        let trees = DecodedTrees(budget: 70)
        let used = object("used", Array(#"{"a":1}"#.utf8), first)
        trees.remember(used)
        for number in 0..<100 {
            trees.remember(object("o\(number)", Array(#"{"a":1}"#.utf8), first))
            #expect(used.value == first)
        }
    }

    @Test func whatHasNoBytesIsKept() {
        let known = EncodedObject(value: ["metadata": ["name": "o"]])
        _ = DecodedTrees.shared.forgetUnused()
        _ = DecodedTrees.shared.forgetUnused()
        #expect(known.value["metadata"]["name"] == "o")
    }
}
