@testable import Policies
import KubernetesTypes
import Objects
import Testing

@Suite struct SchemaRulesTests {
    private static func schema(_ rule: String) -> Value {
        ["type": "object", "properties": ["spec": ["type": "object", "properties": ["a": ["type": "integer"]], "x-kubernetes-validations": [["rule": .string(rule)]]]]]
    }

    @Test func aRuleThatFailsNamesItsPlace() throws {
        let rules = try #require(SchemaRules.compile(Self.schema("self.a > 0")))
        #expect(rules.errors(["spec": ["a": 1]], old: nil).isEmpty)
        #expect(rules.errors(["spec": ["a": 0]], old: nil).map(\.text) == ["spec: Invalid value: failed rule: self.a > 0"])
    }
}
