import CEL
import KubernetesTypes
import Objects
@testable import Policies
import Schema
import Testing

@Suite struct PolicyTests {
    private static func request(_ object: Value, old: Value = .null) -> PolicyRequest {
        let kind = GroupVersionKind(group: "", version: "v1", kind: "ConfigMap")
        let resource = GroupVersionResource(group: "", version: "v1", resource: "configmaps")
        return PolicyRequest(
            operation: "CREATE", kind: kind, resource: resource, subresource: "", requestKind: kind, requestResource: resource, namespace: "n",
            name: "a", object: object, oldObject: old, user: ["username": "jane"], isDryRun: false, options: .emptyObject,
            namespaceObject: ["metadata": ["name": "n", "labels": ["tier": "gold"]]],
            decide: { AuthorizationAnswer(isAllowed: $0.verb == "get" && $0.resource == "secrets") })
    }

    private static func messages(_ spec: Value, _ object: Value, params: Value = .null) -> [String] {
        ValidatingPolicy(["spec": spec]).judge(request(object), params: params)?.violations.map(\.message) ?? ["left out"]
    }

    @Test func violationsSayWhat() {
        let spec: Value = [
            "validations": [
                ["expression": "object.data.a != 'x'"], ["expression": "object.data.a != 'y'", "message": "not y"],
                ["expression": "object.data.a != 'z'", "messageExpression": "'no ' + object.data.a"],
            ]
        ]
        #expect(Self.messages(spec, ["data": ["a": "x"]]) == ["failed expression: object.data.a != 'x'"])
        #expect(Self.messages(spec, ["data": ["a": "y"]]) == ["not y"])
        #expect(Self.messages(spec, ["data": ["a": "z"]]) == ["no z"])
        #expect(Self.messages(spec, ["data": ["a": "w"]]) == [])
        #expect(Self.messages(spec, .emptyObject).first == "expression 'object.data.a != 'x'' resulted in error: no such key: data")
    }

    @Test func failurePolicyIgnoreOverlooksErrors() {
        let spec: Value = ["failurePolicy": "Ignore", "validations": [["expression": "object.nope"], ["expression": "false", "message": "no"]]]
        #expect(Self.messages(spec, .emptyObject) == ["no"])
    }

    @Test func variablesAreLazyAndSeeThoseBefore() {
        let spec: Value = [
            "variables": [
                ["name": "a", "expression": "1"], ["name": "broken", "expression": "object.nope.deeper"], ["name": "a", "expression": "variables.a + 1"],
            ],
            "validations": [["expression": "variables.a == 2"], ["expression": "variables.broken == 1"]],
        ]
        #expect(
            Self.messages(spec, .emptyObject)
                == ["expression 'variables.broken == 1' resulted in error: composited variable \"broken\" fails to evaluate: no such key: nope"])
    }

    @Test func whatPoliciesSee() {
        let spec: Value = [
            "paramKind": ["apiVersion": "v1", "kind": "ConfigMap"],
            "validations": [
                ["expression": "request.userInfo.username == 'jane' && request.operation == 'CREATE' && !request.dryRun"],
                ["expression": "namespaceObject.metadata.labels['tier'] == 'gold'"], ["expression": "params.data.limit == '5'"], ["expression": "oldObject == null"],
                ["expression": "authorizer.group('').resource('secrets').namespace('n').check('get').allowed()"],
                ["expression": "!authorizer.requestResource.check('delete').allowed()"], ["expression": "!authorizer.path('/healthz').check('get').allowed()"],
            ],
        ]
        #expect(Self.messages(spec, .emptyObject, params: ["data": ["limit": "5"]]) == [])
    }

    @Test func conditionsLeaveOut() {
        func outcome(_ expressions: String...) -> MatchConditions.Outcome {
            MatchConditions(expressions.map { ["name": .string($0), "expression": .string($0)] }).outcome(of: Self.request(["a": 1]))
        }
        #expect(outcome("true", "object.a == 1") == .matches)
        #expect(outcome("object.nope", "false") == .excluded("false"))
        guard case .failed = outcome("object.nope", "true") else {
            Issue.record("a condition that cannot be evaluated does not hold")
            return
        }
    }

    @Test func mutationsFollowEachOther() throws {
        let policy = MutatingPolicy([
            "spec": [
                "mutations": [
                    ["patchType": "ApplyConfiguration", "applyConfiguration": ["expression": "Object{data: {'b': object.data.a}}"]],
                    ["patchType": "JSONPatch", "jsonPatch": ["expression": "[JSONPatch{op: 'add', path: '/data/' + jsonpatch.escapeKey('c/d'), value: object.data.b}]"]],
                ]
            ]
        ])
        var changes: [Value] = []
        _ = try policy.mutate(Self.request(["data": ["a": "x"]]), params: .null) { change, object in
            switch change {
            case .apply(let configuration):
                changes.append(configuration)
                var new = object
                new["data"]["b"] = configuration["data"]["b"]
                return new
            case .patch(let operations):
                changes.append(operations)
                return object
            }
        }
        #expect(changes == [["data": ["b": "x"]], [["op": "add", "path": "/data/c~1d", "value": "x"]]])
    }

    @Test func problemsAreFoundWhenWritten() {
        let problems = ExpressionProblems(
            [
                "variables": [["name": "v", "expression": "1 +"]],
                "validations": [["expression": "'text'"], ["expression": "variables.v == 1"], ["expression": "true", "messageExpression": "5"]],
                "auditAnnotations": [["key": "k", "valueExpression": "5"]],
            ], isMutating: false)
        #expect(problems.variables.count == 1)
        #expect(problems.body.map(\.field) == ["spec.validations[0].expression", "spec.validations[2].messageExpression"])
        #expect(problems.body.first?.message == "Invalid value: \"'text'\": must evaluate to bool but got string")
        #expect(problems.annotations.first?.message == "Invalid value: \"5\": must evaluate to one of [string null_type] but got int")
    }

    @Test func devicesAreSelected() throws {
        let device: Value = ["attributes": ["model": ["string": "x"], "other.example.com/n": ["int": 5]], "capacity": ["memory": ["value": "2Gi"]]]
        func selects(_ text: String) throws -> Bool { try DeviceSelector(text).selects(device, driver: "d.example.com") }
        #expect(try selects("device.driver == 'd.example.com' && device.attributes['d.example.com'].model == 'x'"))
        #expect(try selects("device.capacity['d.example.com'].memory.compareTo(quantity('1Gi')) >= 0"))
        #expect(try selects("device.attributes['other.example.com'].n == 5"))
        #expect(throws: DeviceSelector.Problem.self) { try selects("device.attributes['nope'].x == 1") }
        #expect(throws: DeviceSelector.Problem.self) { try DeviceSelector("5") }
        #expect(throws: DeviceSelector.Problem.self) { try DeviceSelector("device.nope") }
    }
}
