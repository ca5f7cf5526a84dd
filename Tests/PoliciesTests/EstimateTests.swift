@testable import Policies
import CEL
import KubernetesTypes
import Objects
import Testing

/// What rules are estimated to cost, as Kubernetes estimates it: with the largest sizes that a request allows, and
/// with sizes that the schema states.
@Suite struct EstimateTests {
    private static func list(_ items: Value, _ rule: String, _ most: Int64? = nil) -> Value {
        var schema: Value = ["type": "array", "items": items, "x-kubernetes-validations": [["rule": .string(rule)]]]
        if let most { schema["maxItems"] = .int(most) }
        return schema
    }

    private static func map(_ values: Value, _ rule: String, _ most: Int64? = nil) -> Value {
        var schema: Value = ["type": "object", "additionalProperties": values, "x-kubernetes-validations": [["rule": .string(rule)]]]
        if let most { schema["maxProperties"] = .int(most) }
        return schema
    }

    private static func text(_ rule: String, _ most: Int64? = nil) -> Value {
        var schema: Value = ["type": "string", "x-kubernetes-validations": [["rule": .string(rule)]]]
        if let most { schema["maxLength"] = .int(most) }
        return schema
    }

    private static func cost(_ schema: Value) throws -> UInt64 {
        let declared = try #require(SchemaDeclaration.type(of: schema, isResource: false))
        return try SchemaRule(schema["x-kubernetes-validations"][0], declared, schema).estimatedCost
    }

    private static let object: Value = ["type": "object", "required": ["required"], "properties": ["required": ["type": "string"], "optional": ["type": "string"]]]

    @Test(arguments: [
        ("number", "", 4_718_591), ("string", "", 3_145_727), ("boolean", "", 1_887_437), ("string", "duration", 2_359_295),
        ("string", "date", 725_936), ("string", "date-time", 428_963),
    ] as [(String, String, UInt64)])
    func listsHoldWhatARequestHolds(_ type: String, _ format: String, _ expected: UInt64) throws {
        var items: Value = ["type": .string(type)]
        if !format.isEmpty { items["format"] = .string(format) }
        #expect(try Self.cost(Self.list(items, "self.all(x, true)")) == expected)
        #expect(try Self.cost(Self.list(items, "self.all(x, true)", 10)) == 32)
    }

    @Test func mapsToo() throws {
        #expect(try Self.cost(Self.map(["type": "number"], "self.all(x, true)")) == 1_348_169)
        #expect(try Self.cost(Self.map(["type": "string"], "self.all(x, true)")) == 1_179_647)
        #expect(try Self.cost(Self.map(Self.object, "self.all(x, true)")) == 428_963)
        #expect(try Self.cost(Self.map(["type": "number"], "self.all(x, true)", 10)) == 32)
        #expect(try Self.cost(Self.map(["type": "number"], "self['x'] == 0.0")) == 2)
        #expect(try Self.cost(Self.list(Self.object, "self.all(x, true)")) == 555_128)
        #expect(try Self.cost(Self.list(["x-kubernetes-int-or-string": true], "self.all(x, true)")) == 4_718_591)
    }

    @Test func textsAreTraversed() throws {
        #expect(try Self.cost(Self.text("self.contains('test')")) == 314_574)
        #expect(try Self.cost(Self.text("self.contains('test')", 10)) == 5)
        #expect(try Self.cost(Self.text("self.startsWith('test')")) == 2)
        #expect(try Self.cost(Self.text("size(self + 'hello') > size('hello')")) == 314_578)
        #expect(try Self.cost(Self.text("size(self + 'hello') > size('hello')", 4)) == 7)
        #expect(try Self.cost(Self.text("self.matches('x')")) == 314_574)
        #expect(try Self.cost(Self.text("self.matches('x')", 50)) == 22)
        #expect(try Self.cost(Self.text("''.matches('(((((((((())))))))))[0-9]')")) == 7)
        #expect(try Self.cost(Self.text("self.matches('')")) == 1)
        #expect(try Self.cost(Self.text("self == 'x'")) == 2)
        #expect(try Self.cost(Self.text("self == 'x'", 0)) == 1)
    }

    @Test func elementsHaveTheirSizes() throws {
        #expect(try Self.cost(Self.list(["type": "number"], "self[1] == 0.0")) == 2)
        #expect(try Self.cost(Self.list(["type": "string"], "self[1] == self[1]")) == 314_577)
        #expect(try Self.cost(Self.list(["type": "number"], "self.all(x, self.all(y, true))", 10)) == 352)
        #expect(try Self.cost(Self.list(["type": "number"], "self.all(x, self.all(y, self.all(z, true)))", 10)) == 3_552)
        #expect(try Self.cost(Self.list(["x-kubernetes-int-or-string": true], "self[0] == 5")) == 3)
        #expect(try Self.cost(Self.list(Self.object, "self[0] == null")) == 2)
        #expect(try Self.cost(Self.list(["type": "object", "additionalProperties": ["type": "number"]], "self.all(x, x.y == 25.2)", 12)) == 74)
        #expect(try Self.cost(Self.list(["type": "string", "format": "duration"], "self[0].getHours() == 2")) == 4)
    }

    @Test func whatCostsTooMuchIsRefused() {
        let rule = "self.all(x, self.all(y, x == y))"
        let schema: Value = ["type": "object", "properties": ["a": Self.list(["type": "string"], rule)]]
        let advice = "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)"
        #expect(
            RuleProblems.found(in: schema, at: "schema").map(\.text) == [
                "schema.properties[a].x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x \(advice)",
                "schema.properties[a].x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema",
                "schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x \(advice)",
            ])
        let bounded: Value = ["type": "object", "properties": ["a": Self.list(["type": "string", "maxLength": 10], rule, 100)]]
        #expect(RuleProblems.found(in: bounded, at: "schema").isEmpty)
    }
}
