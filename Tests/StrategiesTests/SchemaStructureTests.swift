import KubernetesTypes
import Objects
import Testing

@testable import Strategies

/// What the schemas of definitions may look like.
@Suite struct SchemaStructureTests {
    /// The errors of a schema of which `part` is the property `a`.
    private func problems(_ part: Value) -> [String] {
        var errors = FieldErrors()
        let schema: Value = ["type": "object", "properties": ["a": part]]
        errors.definitionSchema(FieldValue(schema, at: "s"), hasStatus: false)
        return errors.list.map { "\($0.field): \($0.message)" }.map { $0.replacing("s.properties[a]", with: "a") }
    }

    @Test(arguments: [
        (#"{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"bag"}"#, "a.x-kubernetes-list-type: Unsupported value"),
        (#"{"type":"object","x-kubernetes-list-type":"set"}"#, "a.type: Invalid value: \"object\": must be array"),
        (#"{"type":"string","x-kubernetes-map-type":"atomic"}"#, "a.type: Invalid value: \"string\": must be object"),
        (#"{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"map"}"#, "a.x-kubernetes-list-map-keys: Required value"),
        (#"{"type":"array","items":{"type":"object"},"x-kubernetes-list-map-keys":["k"]}"#, "a.x-kubernetes-list-type: Required value"),
        (#"{"type":"array","items":{"type":"string","nullable":true},"x-kubernetes-list-type":"set"}"#, "a.items.nullable: Forbidden"),
        (#"{"type":"string","x-kubernetes-embedded-resource":true}"#, "a.properties: Required value"),
        (#"{"type":"object","patternProperties":{"x":{"type":"string"}}}"#, "a.patternProperties: Forbidden"),
        (#"{"type":"null"}"#, "a.type: Unsupported value"),
        (#"{"type":"array","items":[{"type":"string"}]}"#, "a.items: Forbidden: items must be a schema object and not an array"),
        (#"{"anyOf":[{"type":"string"},{"type":"integer"}],"x-kubernetes-int-or-string":true}"#, "a.anyOf[0].type: Forbidden"),
        (#"{"type":"object","not":{"properties":{"metadata":{}}}}"#, "a.not.properties[metadata]: Forbidden"),
    ])
    func isRefused(_ part: String, _ first: String) throws {
        let found = problems(try Value(json: Array(part.utf8)))
        #expect(found.first?.hasPrefix(first) == true, "\(found)")
    }

    @Test(arguments: [
        #"{"anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true}"#,
        #"{"allOf":[{"anyOf":[{"type":"integer"},{"type":"string"}]},{"maximum":5}],"x-kubernetes-int-or-string":true}"#,
        #"{"type":"array","items":{"type":"object","x-kubernetes-map-type":"atomic"},"x-kubernetes-list-type":"set"}"#,
        #"{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"#
            + #""items":{"type":"object","properties":{"k":{"type":"string","default":"x"}}}}"#,
        #"{"type":"object","additionalProperties":{"type":"string"}}"#,
        #"{"x-kubernetes-preserve-unknown-fields":true}"#,
    ])
    func isAccepted(_ part: String) throws { #expect(problems(try Value(json: Array(part.utf8))) == []) }

    @Test func conditionsOfTheRootNameWhatIsThere() {
        var errors = FieldErrors()
        let schema: Value = ["type": "object", "properties": ["a": ["type": "string"]], "oneOf": [["properties": ["b": ["minLength": 1]]]]]
        errors.definitionSchema(FieldValue(schema, at: "s"), hasStatus: true)
        #expect(errors.list.map(\.field) == ["s", "s.properties[b]"])
        #expect(errors.list.last?.message == "Required value: because it is defined in s.oneOf[0].properties[b]")
    }

    @Test func pathsOfSelectableFields() {
        let schema: Value = ["properties": ["spec": ["properties": ["m": ["additionalProperties": ["type": "string"]]]]]]
        #expect((try? SimpleSchemaPath.find(".spec.m.x", in: schema))?.names == ["spec", "m", "x"])
        for (path, problem) in [
            ("spec", "expected [ or . but got: spec"), (".spec[0]", "array notation is not allowed"), (".spec.x", "does not refer to a valid field"),
            (".", "unexpected end of JSON path"),
        ] {
            do {
                _ = try SimpleSchemaPath.find(path, in: schema)
                Issue.record("\(path) is accepted")
            } catch {
                #expect(error.description == problem)
            }
        }
    }
}
