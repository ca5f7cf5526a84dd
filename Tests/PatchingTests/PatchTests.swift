import Objects
import Schema
import Testing

@testable import Patching

@Suite struct PatchTests {
    private static let document = #"{"a":{"b":[1,2,3]},"c":"d","e~f":{"g/h":1}}"#

    @Test(arguments: [
        (#"[{"op":"add","path":"/a/b/1","value":9}]"#, #"{"a":{"b":[1,9,2,3]},"c":"d","e~f":{"g/h":1}}"#),
        (#"[{"op":"add","path":"/a/b/-","value":9}]"#, #"{"a":{"b":[1,2,3,9]},"c":"d","e~f":{"g/h":1}}"#),
        (#"[{"op":"replace","path":"/a/b/-1","value":9}]"#, #"{"a":{"b":[1,2,9]},"c":"d","e~f":{"g/h":1}}"#),
        (#"[{"op":"remove","path":"/c"}]"#, #"{"a":{"b":[1,2,3]},"e~f":{"g/h":1}}"#),
        (#"[{"op":"move","from":"/c","path":"/a/z"}]"#, #"{"a":{"b":[1,2,3],"z":"d"},"e~f":{"g/h":1}}"#),
        (#"[{"op":"copy","from":"/c","path":"/z"}]"#, #"{"a":{"b":[1,2,3]},"c":"d","e~f":{"g/h":1},"z":"d"}"#),
        (#"[{"op":"test","path":"/e~0f/g~1h","value":1},{"op":"replace","path":"/c","value":null}]"#, #"{"a":{"b":[1,2,3]},"c":null,"e~f":{"g/h":1}}"#),
        (#"[{"op":"replace","path":"/absent","value":1}]"#, #"{"a":{"b":[1,2,3]},"c":"d","e~f":{"g/h":1},"absent":1}"#),
        (#"[{"op":"replace","path":"","value":{"x":1}}]"#, #"{"x":1}"#),
    ])
    func jsonPatch(_ patch: String, _ expected: String) throws {
        let result = try JSONPatch.apply(try Value(json: patch), to: try Value(json: Self.document))
        #expect(result == (try Value(json: expected)))
    }

    @Test(arguments: [
        (#"{"op":"add"}"#, PatchError.Code.malformed), (#"["add"]"#, .malformed),
        (#"[{"op":"remove","path":"/absent"}]"#, .unprocessable), (#"[{"op":"add","path":"/a/b/9","value":1}]"#, .unprocessable),
        (#"[{"op":"test","path":"/c","value":"x"}]"#, .unprocessable), (#"[{"op":"merge","path":"/c"}]"#, .unprocessable),
        (#"[{"op":"add","value":1}]"#, .unprocessable), (#"[{"op":"remove","path":""}]"#, .unprocessable),
        (#"[{"op":"replace","path":"/c/d/e","value":1}]"#, .unprocessable),
    ])
    func badJSONPatches(_ patch: String, _ code: PatchError.Code) throws {
        #expect(throws: PatchError(code, "")) { try JSONPatch.apply(try Value(json: patch), to: try Value(json: Self.document)) }
    }

    @Test func tooManyOperations() throws {
        let operation: Value = ["op": "add", "path": "/x", "value": 1]
        let patch = Value.array(Array(repeating: operation, count: JSONPatch.operationLimit + 1))
        #expect(throws: PatchError(.tooLarge, "")) { try JSONPatch.apply(patch, to: .emptyObject) }
    }

    @Test(arguments: [
        (#"{"a":null,"c":{"d":1}}"#, #"{"b":2,"c":{"d":1}}"#), (#"{"a":{"x":null,"y":1}}"#, #"{"a":{"y":1},"b":2}"#),
        (#"{"l":[{"a":null,"b":1},null]}"#, #"{"a":1,"b":2,"l":[{"b":1},null]}"#), ("7", "7"),
    ])
    func mergePatch(_ patch: String, _ expected: String) throws {
        let result = MergePatch.apply(try Value(json: patch), to: try Value(json: #"{"a":1,"b":2}"#))
        #expect(result == (try Value(json: expected)))
    }

    private static let containers = #"[{"name":"a","image":"1"},{"name":"b","image":"2"}]"#

    @Test(arguments: [
        (#"{"spec":{"containers":[{"name":"b","image":"3"}]}}"#, #"[{"name":"a","image":"1"},{"name":"b","image":"3"}]"#),
        (#"{"spec":{"containers":[{"name":"c","image":"3"}]}}"#, #"[{"name":"c","image":"3"},{"name":"a","image":"1"},{"name":"b","image":"2"}]"#),
        (#"{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}"#, #"[{"name":"b","image":"2"}]"#),
        (#"{"spec":{"containers":[{"$patch":"replace"},{"name":"z"}]}}"#, #"[{"name":"z"}]"#),
        (#"{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}"#, #"[{"name":"b","image":"2"},{"name":"a","image":"1"}]"#),
        (#"{"spec":{"containers":[{"name":"a","$retainKeys":["name"]}]}}"#, #"[{"name":"a"},{"name":"b","image":"2"}]"#),
    ])
    func strategicLists(_ patch: String, _ expected: String) throws {
        let target = try PatchSchema.thing(#"{"containers":\#(Self.containers)}"#)
        let result = try StrategicMergePatch.apply(try Value(json: patch), to: target, type: PatchSchema.type)
        #expect(result["spec"]["containers"] == (try Value(json: expected)))
    }

    @Test func strategicScalarsAndSets() throws {
        let target = try PatchSchema.thing("{}", metadata: #"{"name":"a","finalizers":["x","y"]}"#)
        let patch = try Value(json: #"{"metadata":{"$deleteFromPrimitiveList/finalizers":["x"],"finalizers":["z"]}}"#)
        let result = try StrategicMergePatch.apply(patch, to: target, type: PatchSchema.type)
        #expect(Set(result["metadata"]["finalizers"].strings) == ["y", "z"])
    }

    @Test(arguments: [
        #"{"spec":{"containers":[{"image":"x"}]}}"#, #"{"spec":{"containers":["a"]}}"#,
        #"{"spec":{"containers":[{"name":"a","$patch":"explode"}]}}"#, #"{"$patch":"explode"}"#,
        #"{"spec":{"$setElementOrder/containers":[{"name":"b"}],"containers":[{"name":"a"}]}}"#,
        #"{"spec":{"$setElementOrder/containers":"a"}}"#,
    ])
    func strategicPatchesThatCannotBeMerged(_ patch: String) throws {
        try refuses(patch, .inapplicable)
    }

    @Test(arguments: ["[]", #"{"spec":{"$retainKeys":["x"],"replicas":1}}"#])
    func badStrategicPatches(_ patch: String) throws { try refuses(patch, .malformed) }

    private func refuses(_ patch: String, _ code: PatchError.Code) throws {
        let target = try PatchSchema.thing(#"{"containers":\#(Self.containers)}"#)
        #expect(throws: PatchError(code, "")) {
            try StrategicMergePatch.apply(try Value(json: patch), to: target, type: PatchSchema.type)
        }
    }
}
