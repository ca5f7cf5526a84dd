@testable import Policies
import KubernetesTypes
import Objects
import Testing

/// Objects against the rules of their schema.
@Suite struct SchemaRulesTests {
    private static func texts(_ schema: Value, _ value: Value, old: Value? = nil) -> [String] {
        SchemaRules.compile(schema)?.errors(value, old: old).map(\.text) ?? ["no rules"]
    }

    private static func root(_ properties: Value, _ rules: String...) -> Value {
        ["type": "object", "properties": properties, "x-kubernetes-validations": .array(rules.map { ["rule": .string($0)] })]
    }

    @Test func aRuleThatFailsNamesItsPlace() {
        let schema: Value = ["type": "object", "properties": ["spec": Self.root(["a": ["type": "integer"]], "self.a > 0")]]
        #expect(Self.texts(schema, ["spec": ["a": 1]]) == [])
        #expect(Self.texts(schema, ["spec": ["a": 0]]) == ["spec: Invalid value: failed rule: self.a > 0"])
        #expect(Self.texts(schema, ["spec": .emptyObject]) == ["spec: Invalid value: \"object\": no such key: a evaluating rule: self.a > 0"])
        #expect(Self.texts(Self.root(["n": ["type": "integer"]], "self.n > 1"), ["n": 1]) == ["<nil>: Invalid value: failed rule: self.n > 1"])
    }

    /// Everything that holds for the value below it.
    @Test(arguments: [
        "!has(self.__null__)", "has(self.text)", "type(self.map['a']) == null_type", "'a' in self.map && self.map.size() == 2", "self.set == ['b', 'a']",
        "self.set + ['c', 'a'] == ['a', 'b', 'c']", "self.objects[0] != self.objects[1]", "self.objects[1] == self.objects[2]", "self.keyed == [self.keyed[1], self.keyed[0]]",
        "self.when.getFullYear() == 2024", "self.length == duration('90m')", "self.raw == b'hello'", "self.__namespace__ == 1", "self.a__dash__b == 2 && self.c__dot__d == 3",
        "self.number == 2.0 && type(self.number) == double", "self.either == '5%' || self.either == 5", "self.embedded.kind == 'Pod' && self.embedded.metadata.name == 'p'", "self.metadata.name == 'x' && self.kind == 'K'",
        "self.objects.all(o, has(o.known))", "self.keyed.exists(e, e.v == '2')", "self.map['b'] == 'c'", "type(self) == type(self)",
    ])
    func whatRulesSee(_ rule: String) {
        let keyed: Value = ["type": "object", "properties": ["k!": ["type": "string"], "v": ["type": "string"]]]
        let schema = Self.root(
            [
                "null": ["type": "string", "nullable": true], "text": ["type": "string"], "map": ["type": "object", "additionalProperties": ["type": "string", "nullable": true]],
                "set": ["type": "array", "x-kubernetes-list-type": "set", "items": ["type": "string"]],
                "objects": ["type": "array", "items": ["type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": ["known": ["type": "integer"]]]],
                "keyed": ["type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k!"], "items": keyed], "when": ["type": "string", "format": "date-time"],
                "length": ["type": "string", "format": "duration"], "raw": ["type": "string", "format": "byte"], "namespace": ["type": "integer"], "a-b": ["type": "integer"], "c.d": ["type": "integer"],
                "number": ["type": "number"], "either": ["x-kubernetes-int-or-string": true],
                "embedded": ["type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true],
            ], rule)
        let value: Value = [
            "kind": "K", "metadata": ["name": "x"], "null": .null, "text": "t", "map": ["a": .null, "b": "c"], "set": ["a", "b"],
            "objects": [["known": 1, "more": "a"], ["known": 1, "more": "b"], ["known": 1, "more": "b"]], "keyed": [["k!": "1", "v": "1"], ["k!": "2", "v": "2"]],
            "when": "2024-02-29T12:00:00Z", "length": "1h30m", "raw": "aGVsbG8=", "namespace": 1, "a-b": 2, "c.d": 3, "number": 2, "either": "5%",
            "embedded": ["kind": "Pod", "metadata": ["name": "p"]],
        ]
        #expect(RuleProblems.found(in: schema, at: "s").filter { !$0.message.contains("budget") && !$0.message.contains("contributed") } == [], "\(rule)")
        #expect(Self.texts(schema, value) == [], "\(rule)")
    }

    @Test(arguments: [
        ("has(self.unknown.field)", "undefined field 'field'"), ("has(self.any)", "undefined field 'any'"), ("self.text == null", "found no matching overload for '_==_' applied to '(string, null)'"),
        ("self.text", "cel expression must evaluate to a bool"), ("self.metadata.namespace == ''", "undefined field 'namespace'"), ("true == ", "Syntax error"),
    ])
    func whatRulesDoNotSee(_ rule: String, _ problem: String) {
        let schema = Self.root(
            ["unknown": ["type": "object", "x-kubernetes-preserve-unknown-fields": true], "any": ["x-kubernetes-preserve-unknown-fields": true], "text": ["type": "string"]], rule)
        #expect(RuleProblems.found(in: schema, at: "s").contains { $0.message.contains(problem) }, "\(rule)")
    }

    @Test func transitionsNeedAnOldValue() {
        let schema: Value = ["type": "object", "properties": ["n": ["type": "integer", "x-kubernetes-validations": [["rule": "self >= oldSelf"]]]]]
        #expect(Self.texts(schema, ["n": 1]) == [])
        #expect(Self.texts(schema, ["n": 1], old: ["n": 2]) == ["n: Invalid value: 1: failed rule: self >= oldSelf"])
        #expect(Self.texts(schema, ["n": 1], old: .emptyObject) == [])
        let optional: Value = [
            "type": "object",
            "properties": ["n": ["type": "integer", "x-kubernetes-validations": [["rule": "oldSelf.hasValue() || self == 0", "optionalOldSelf": true]]]],
        ]
        #expect(Self.texts(optional, ["n": 1]) == ["n: Invalid value: 1: failed rule: oldSelf.hasValue() || self == 0"])
        #expect(Self.texts(optional, ["n": 1], old: ["n": 0]) == [])
    }

    /// What was wrong before and did not change is nobody's fault now.
    @Test func whatDidNotChangeIsNotHeldAgainstAnUpdate() {
        let part = Self.root(["n": ["type": "integer"]], "self.n < 5")
        let schema: Value = ["type": "object", "properties": ["a": part, "b": part]]
        #expect(Self.texts(schema, ["a": ["n": 9], "b": ["n": 1]], old: ["a": ["n": 9], "b": ["n": 2]]) == [])
        #expect(Self.texts(schema, ["a": ["n": 8], "b": ["n": 1]], old: ["a": ["n": 9], "b": ["n": 1]]).count == 1)
    }

    @Test func elementsOfKeyedListsHaveOldValues() {
        let items = Self.root(["k": ["type": "string"], "n": ["type": "integer"]], "self.n >= oldSelf.n")
        let schema: Value = [
            "type": "object", "properties": ["l": ["type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"], "items": items]],
        ]
        let old: Value = ["l": [["k": "a", "n": 1], ["k": "b", "n": 5]]]
        #expect(Self.texts(schema, ["l": [["k": "b", "n": 4], ["k": "c", "n": 0], ["k": "a", "n": 2]]], old: old) == ["l[0]: Invalid value: failed rule: self.n >= oldSelf.n"])
    }

    @Test func allRulesOfAnObjectShareABudget() {
        let rule = "self.all(a, self.all(b, self.all(c, a + b + c >= 0)))"
        let schema: Value = ["type": "object", "properties": ["l": ["type": "array", "items": ["type": "integer"], "x-kubernetes-validations": [["rule": .string(rule)]]]]]
        let many = Value.array((0..<200).map { .int($0) })
        #expect(Self.texts(schema, ["l": many]).first?.contains("no further validation rules will be run due to call cost exceeds limit for rule") == true
            || Self.texts(schema, ["l": many]).first?.contains("call cost exceeds limit for rule") == true)
    }
}
