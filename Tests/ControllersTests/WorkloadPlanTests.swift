@testable import Controllers
import KubernetesTypes
import Objects
import Testing

@Suite struct PodFactoryTests {
    @Test func takesOnlyWhatPodsShareFromATemplate() {
        let template: Value = [
            "metadata": [
                "name": "same", "namespace": "other", "uid": "u", "creationTimestamp": .null, "labels": ["app": "a"], "annotations": ["k": "v"],
                "finalizers": ["example.com/f"],
            ], "spec": ["containers": []],
        ]
        let made = PodFactory.make(template, owner: ReplicaSet(name: "set", namespace: "default")).value["metadata"]
        #expect(Set(made.members.keys) == ["labels", "annotations", "finalizers", "generateName", "namespace", "ownerReferences"])
        #expect(made["generateName"].string == "set-")
        #expect(made["namespace"].string == "default")
    }
}

@Suite struct StaleDisruptionsTests {
    private func pod(_ age: Int64, status: String = "True", reason: String = "EvictionByEvictionAPI", phase: String = "Running", isBeingDeleted: Bool = false) -> Pod {
        Sample.pod("p", phase: phase, isBeingDeleted: isBeingDeleted) {
            $0["status"]["conditions"] = [[
                "type": "DisruptionTarget", "status": .string(status), "reason": .string(reason),
                "lastTransitionTime": .string(Timestamp(seconds: Sample.now.seconds - age).text),
            ]]
        }
    }

    @Test func whatCameToNothingIsTakenBack() {
        #expect(StaleDisruptions.step(pod(20), now: Sample.now) == .wait(100))
        #expect(StaleDisruptions.step(pod(120), now: Sample.now) == .takeBack)
        #expect(StaleDisruptions.step(pod(500, status: "False"), now: Sample.now) == .nothing)
        #expect(StaleDisruptions.step(pod(500, reason: "TerminationByKubelet"), now: Sample.now) == .nothing)
        #expect(StaleDisruptions.step(pod(500, isBeingDeleted: true), now: Sample.now) == .nothing)
        #expect(StaleDisruptions.step(pod(500, phase: "Failed"), now: Sample.now) == .nothing)
        #expect(StaleDisruptions.step(Sample.pod("p"), now: Sample.now) == .nothing)
    }
}

@Suite struct StatefulPlanTests {
    private func set(_ replicas: Int, _ spec: (inout Value) -> Void = { _ in }) -> StatefulSet {
        var set = StatefulSet(name: "db", namespace: "default")
        set.value["spec"] = ["replicas": Value(replicas)]
        spec(&set.value["spec"])
        return set
    }

    private func pod(_ ordinal: Int, _ hash: String = "new", ready: Bool = true, phase: String = "Running", isBeingDeleted: Bool = false) -> Pod {
        Sample.pod("db-\(ordinal)", phase: phase, ready: ready, isBeingDeleted: isBeingDeleted, labels: ["controller-revision-hash": hash])
    }

    private func steps(_ set: StatefulSet, _ pods: [Pod]) -> [String] {
        StatefulPlan(set, pods: pods, updateHash: "new", now: Sample.now).steps.map {
            switch $0 {
            case .create(let ordinal, let isUpdated): "create \(ordinal) \(isUpdated ? "new" : "old")"
            case .delete(let pod): "delete \(pod.name)"
            }
        }
    }

    @Test func scalingDownStopsAtAPodThatIsNotWell() {
        #expect(steps(set(0), [pod(0), pod(1), pod(2)]) == ["delete db-2"])
        #expect(steps(set(0), [pod(0, ready: false), pod(1), pod(2, ready: false)]) == [])
        // The lowest of the unwell goes when its turn comes: it would never get well otherwise.
        #expect(steps(set(0), [pod(0), pod(1), pod(2, ready: false)]) == ["delete db-2"])
    }

    @Test func oneAfterTheOther() {
        #expect(steps(set(3), []) == ["create 0 new"])
        #expect(steps(set(3), [pod(0, ready: false)]) == [])
        #expect(steps(set(3), [pod(0)]) == ["create 1 new"])
        #expect(steps(set(3), [pod(0), pod(2)]) == ["create 1 new"])
        #expect(steps(set(3), [pod(0), pod(1, phase: "Failed"), pod(2)]) == ["delete db-1"])
    }

    @Test func allAtOnceWhenParallel() {
        let parallel = set(3) { $0["podManagementPolicy"] = "Parallel" }
        #expect(steps(parallel, [pod(1, ready: false)]) == ["create 0 new", "create 2 new"])
        #expect(steps(parallel, (0..<5).map { pod($0) }) == ["delete db-4", "delete db-3"])
    }

    @Test func shrinksFromTheTop() {
        #expect(steps(set(1), [pod(0), pod(1), pod(2)]) == ["delete db-2"])
        #expect(steps(set(1), [pod(0), pod(1), pod(2, isBeingDeleted: true)]) == [])
        #expect(steps(set(1) { $0["ordinals"] = ["start": 5] }, [pod(0), pod(5)]) == ["delete db-0"])
    }

    @Test func rollsFromTheTopDown() {
        #expect(steps(set(3), [pod(0, "old"), pod(1, "old"), pod(2, "old")]) == ["delete db-2"])
        #expect(steps(set(3), [pod(0, "old"), pod(1, "old"), pod(2)]) == ["delete db-1"])
        #expect(steps(set(3), [pod(0, "old"), pod(1, "old"), pod(2, ready: false)]) == [])
        #expect(steps(set(2) { $0["updateStrategy"] = ["type": "OnDelete"] }, [pod(0, "old"), pod(1, "old")]) == [])
    }

    @Test func thePartitionKeepsTheOld() {
        let parted = set(3) { $0["updateStrategy"] = ["type": "RollingUpdate", "rollingUpdate": ["partition": 2]] }
        #expect(steps(parted, [pod(0, "old"), pod(1, "old"), pod(2, "old")]) == ["delete db-2"])
        #expect(steps(parted, [pod(0, "old"), pod(1, "old"), pod(2)]) == [])
        #expect(steps(parted, [pod(1, "old"), pod(2)]) == ["create 0 old"])
    }

    @Test func severalMayBeDownAtOnce() {
        let quick = set(4) { spec in
            spec["podManagementPolicy"] = "Parallel"
            spec["updateStrategy"] = ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": 2]]
        }
        #expect(steps(quick, (0..<4).map { pod($0, "old") }) == ["delete db-3", "delete db-2"])
    }

    @Test(arguments: [("db-0", 0), ("db-12", 12), ("db-01", nil), ("db-", nil), ("dbx-1", nil), ("db-1a", nil)])
    func ordinals(_ name: String, _ expected: Int?) { #expect(StatefulIdentity.ordinal(name, of: "db") == expected) }
}

@Suite struct DaemonPlanTests {
    private func set(_ spec: (inout Value) -> Void = { _ in }) -> DaemonSet {
        var set = DaemonSet(name: "agent", namespace: "default")
        set.value["spec"] = ["template": ["spec": .emptyObject], "updateStrategy": ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": 1]]]
        spec(&set.value["spec"])
        return set
    }

    private func pod(_ name: String, on node: String, _ hash: String = "new", phase: String = "Running", ready: Bool = true) -> Pod {
        Sample.pod(name, phase: phase, ready: ready, node: node, labels: ["controller-revision-hash": hash])
    }

    private func plan(_ set: DaemonSet, _ nodes: [Node], _ pods: [Pod], heldBack: Bool = false) -> DaemonPlan {
        DaemonPlan(set, nodes: nodes, pods: pods, hash: "new", now: Sample.now) { _ in heldBack }
    }

    @Test func oneOnEveryNodeThatTakesIt() {
        let nodes = [
            Sample.node("a"), Sample.node("b") { $0["spec"]["taints"] = [["key": "k", "effect": "NoSchedule"]] },
            Sample.node("c") { $0["spec"]["taints"] = [["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"]] },
        ]
        #expect(plan(set(), nodes, []).creations == ["a", "c"])
        let tolerant = set { $0["template"]["spec"]["tolerations"] = [["operator": "Exists"]] }
        #expect(plan(tolerant, nodes, []).creations == ["a", "b", "c"])
        let chosen = set { $0["template"]["spec"]["nodeSelector"] = ["disk": "ssd"] }
        #expect(plan(chosen, nodes, [pod("x", on: "a")]).deletions.map(\.name) == ["x"])
    }

    @Test func aTaintedNodeKeepsItsPodUntilItEvicts() {
        let soft = Sample.node("a") { $0["spec"]["taints"] = [["key": "k", "effect": "NoSchedule"]] }
        #expect(plan(set(), [soft], [pod("x", on: "a")]).deletions.isEmpty)
        let hard = Sample.node("a") { $0["spec"]["taints"] = [["key": "k", "effect": "NoExecute"]] }
        #expect(plan(set(), [hard], [pod("x", on: "a")]).deletions.map(\.name) == ["x"])
    }

    @Test func failedPodsAreReplacedAfterTheirPause() {
        let failed = [pod("x", on: "a", phase: "Failed")]
        #expect(plan(set(), [Sample.node("a")], failed).failed.map(\.name) == ["x"])
        let held = plan(set(), [Sample.node("a")], failed, heldBack: true)
        #expect(held.deletions.isEmpty && held.lookAgainIn == 1)
    }

    @Test func rollsWithinTheLimit() {
        let nodes = ["a", "b", "c"].map { Sample.node($0) }
        let old = ["a", "b", "c"].map { pod("p" + $0, on: $0, "old") }
        #expect(plan(set(), nodes, old).deletions.count == 1)
        // One is down already, with the old template: it goes, and no other.
        let broken = [pod("pa", on: "a", "old", ready: false), old[1], old[2]]
        #expect(plan(set(), nodes, broken).deletions.map(\.name) == ["pa"])
        // One is down with the new template: nothing else may go.
        #expect(plan(set(), nodes, [pod("pa", on: "a", ready: false), old[1], old[2]]).deletions.isEmpty)
        #expect(plan(set { $0["updateStrategy"] = ["type": "OnDelete"] }, nodes, old).deletions.isEmpty)
    }

    @Test func surgesBeforeItTakesAway() {
        let surging = set { $0["updateStrategy"]["rollingUpdate"] = ["maxSurge": 1, "maxUnavailable": 0] }
        let nodes = ["a", "b"].map { Sample.node($0) }
        let old = ["a", "b"].map { pod("p" + $0, on: $0, "old") }
        let first = plan(surging, nodes, old)
        #expect(first.creations == ["a"] && first.deletions.isEmpty)
        let second = plan(surging, nodes, old + [pod("new", on: "a")])
        #expect(second.deletions.map(\.name) == ["pa"])
    }

    @Test func numbers() {
        let status = DaemonStatus(
            set(), nodes: ["a", "b", "c"].map { Sample.node($0) }, pods: [pod("x", on: "a"), pod("y", on: "b", "old", ready: false)], hash: "new",
            now: Sample.now)
        #expect(status.required == ["desiredNumberScheduled": 3, "currentNumberScheduled": 2, "numberMisscheduled": 0, "numberReady": 1])
        #expect(status.optional == ["updatedNumberScheduled": 1, "numberAvailable": 1, "numberUnavailable": 2])
    }
}

@Suite struct DeletionOrderTests {
    @Test func theLeastMissedGoFirst() {
        let cheap = Sample.pod("cheap") { $0["metadata"]["annotations"] = ["controller.kubernetes.io/pod-deletion-cost": "-5"] }
        let restarted = Sample.pod("restarted") { $0["status"]["containerStatuses"] = [["restartCount": 3]] }
        let pods = [
            Sample.pod("old", age: 100_000), Sample.pod("young", age: 1), restarted, cheap, Sample.pod("crowded", node: "full"),
            Sample.pod("unready", ready: false), Sample.pod("pending", phase: "Pending"), Sample.pod("homeless", phase: "Pending", node: ""),
        ]
        let order = DeletionOrder<KnownPod>(pods.map { KnownPod($0) }, neighbours: ["full": 5, "n": 1], now: Sample.now)
        #expect(order.pods.map(\.name) == ["homeless", "pending", "unready", "cheap", "crowded", "young", "restarted", "old"])
    }
}
