import Objects
@testable import Scheduler
import Testing

@Suite struct NodeFilterTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let reasons: [String]?
        var node: @Sendable (inout Value) -> Void = { _ in }
        var pod: @Sendable (inout Value) -> Void = { _ in }

        var testDescription: String { name }
    }

    private static func affinity(_ key: String, _ rule: String, _ values: [String]) -> Value {
        let term: Value = ["matchExpressions": [["key": .string(key), "operator": .string(rule), "values": Value(values)]]]
        return ["nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": [term]]]]
    }

    private static let noMatch = "node(s) didn't match Pod's node affinity/selector"
    private static let tainted: @Sendable (inout Value) -> Void = { $0["spec"]["taints"] = [["key": "k", "value": "v", "effect": "NoSchedule"]] }

    private static let restartsAll = "node declared features check failed - unsatisfied requirements: RestartAllContainersOnContainerExits"
    private static let restarting: @Sendable (inout Value) -> Void = {
        $0["containers"] = [["name": "c", "restartPolicyRules": [["action": "Restart"], ["action": "RestartAllContainers"]]]]
    }

    static let cases: [Case] = [
        Case(name: "plain", reasons: nil),
        Case(name: "cordoned", reasons: ["node(s) were unschedulable"], node: { $0["spec"]["unschedulable"] = true }),
        Case(
            name: "cordoned, tolerated", reasons: nil, node: { $0["spec"]["unschedulable"] = true },
            pod: { $0["tolerations"] = [["key": "node.kubernetes.io/unschedulable", "operator": "Exists"]] }),
        Case(name: "taint", reasons: ["node(s) had untolerated taint(s)"], node: tainted),
        Case(name: "taint, tolerated", reasons: nil, node: tainted, pod: { $0["tolerations"] = [["key": "k", "value": "v"]] }),
        Case(
            name: "taint, other value", reasons: ["node(s) had untolerated taint(s)"], node: tainted,
            pod: { $0["tolerations"] = [["key": "k", "value": "w"]] }),
        Case(name: "taint, everything tolerated", reasons: nil, node: tainted, pod: { $0["tolerations"] = [["operator": "Exists"]] }),
        Case(
            name: "soft taint", reasons: nil, node: { $0["spec"]["taints"] = [["key": "k", "effect": "PreferNoSchedule"]] }),
        Case(name: "selector", reasons: [noMatch], pod: { $0["nodeSelector"] = ["disk": "ssd"] }),
        Case(
            name: "selector matches", reasons: nil, node: { $0["metadata"]["labels"]["disk"] = "ssd" }, pod: { $0["nodeSelector"] = ["disk": "ssd"] }),
        Case(name: "In", reasons: [noMatch], pod: { $0["affinity"] = affinity("zone", "In", ["a"]) }),
        Case(name: "NotIn without label", reasons: nil, pod: { $0["affinity"] = affinity("zone", "NotIn", ["a"]) }),
        Case(name: "Exists", reasons: [noMatch], pod: { $0["affinity"] = affinity("zone", "Exists", []) }),
        Case(name: "DoesNotExist", reasons: nil, pod: { $0["affinity"] = affinity("zone", "DoesNotExist", []) }),
        Case(
            name: "Gt", reasons: nil, node: { $0["metadata"]["labels"]["cores"] = "8" }, pod: { $0["affinity"] = affinity("cores", "Gt", ["4"]) }),
        Case(
            name: "Lt", reasons: [noMatch], node: { $0["metadata"]["labels"]["cores"] = "8" },
            pod: { $0["affinity"] = affinity("cores", "Lt", ["4"]) }),
        Case(
            name: "no terms", reasons: [noMatch],
            pod: { $0["affinity"] = ["nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": [.emptyObject]]]] }),
        Case(
            name: "too much cpu and memory", reasons: ["Insufficient cpu", "Insufficient memory"],
            pod: { $0["containers"] = [["name": "c", "resources": ["requests": ["cpu": "5", "memory": "9Gi"]]]] }),
        Case(
            name: "extended resource", reasons: ["Insufficient example.org/gpu"],
            pod: { $0["containers"] = [["name": "c", "resources": ["requests": ["example.org/gpu": "1"]]]] }),
        Case(name: "overhead", reasons: ["Insufficient cpu"], pod: { $0["overhead"] = ["cpu": "5"] }),
        Case(
            name: "greedy init container", reasons: ["Insufficient cpu"],
            pod: { $0["initContainers"] = [["name": "i", "resources": ["requests": ["cpu": "5"]]]] }),
        Case(
            name: "sidecar and container add up", reasons: ["Insufficient cpu"],
            pod: {
                $0["initContainers"] = [["name": "i", "restartPolicy": "Always", "resources": ["requests": ["cpu": "2"]]]]
                $0["containers"] = [["name": "c", "resources": ["requests": ["cpu": "3"]]]]
            }),
        Case(name: "restarts all, not declared", reasons: [restartsAll], pod: restarting),
        Case(name: "restarts all, declared", reasons: nil, node: { $0["status"]["declaredFeatures"] = ["RestartAllContainersOnContainerExits"] }, pod: restarting),
        Case(name: "restarts all, another declared", reasons: [restartsAll], node: { $0["status"]["declaredFeatures"] = ["Other"] }, pod: restarting),
        Case(
            name: "an init container restarts all", reasons: [restartsAll],
            pod: { $0["initContainers"] = [["name": "i", "restartPolicyRules": [["action": "RestartAllContainers"]]]] }),
        Case(
            name: "restarts itself", reasons: nil, pod: { $0["containers"] = [["name": "c", "restartPolicyRules": [["action": "Restart"]]]] }),
        Case(name: "no room for pods", reasons: ["Too many pods"], node: { $0["status"]["allocatable"]["pods"] = "0" }),
    ]

    @Test(arguments: cases) func refusal(_ example: Case) {
        let node = Sample.node("n", example.node)
        var state = Sample.state(node)
        #expect(state.refusals(of: Sample.pod("p", example.pod))["n"]?.reasons == example.reasons)
    }

    @Test(arguments: [
        ("0.0.0.0", "10.0.0.1", "TCP", true), ("10.0.0.2", "10.0.0.1", "TCP", false), ("10.0.0.1", "10.0.0.1", "UDP", false),
        ("", "10.0.0.1", "TCP", true),
    ]) func hostPorts(_ first: String, _ second: String, _ transport: String, _ conflicts: Bool) {
        func pod(_ name: String, _ address: String, _ transport: String) -> PodInfo {
            Sample.pod(name) { $0["containers"] = [["name": "c", "ports": [["hostPort": 80, "hostIP": .string(address), "protocol": .string(transport)]]]] }
        }
        var state = Sample.state(Sample.node("n"))
        state.place(pod("a", first, "TCP"), on: "n")
        let refusal = state.refusals(of: pod("b", second, transport))["n"]
        #expect((refusal?.reasons == ["node(s) didn't have free ports for the requested pod ports"]) == conflicts)
        state.remove("default-a")
        #expect(state.refusals(of: pod("b", second, transport)).isEmpty)
    }

    @Test func theMessageCountsReasons() {
        var state = Sample.state(
            Sample.node("a", cpu: "1"), Sample.node("b", cpu: "1"), Sample.node("c") { $0["spec"]["unschedulable"] = true })
        let pod = Sample.pod("p", cpu: "2")
        let verdict = state.decide(pod).verdict
        let outcome = verdict.map { state.preempt(pod, $0, [], 0) }
        guard case .some(.none(let why)) = outcome else {
            Issue.record("it found a node")
            return
        }
        let expected =
            "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
        #expect(verdict?.message(why) == expected)
    }
}
