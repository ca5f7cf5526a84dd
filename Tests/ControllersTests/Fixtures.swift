@testable import Controllers
import KubernetesTypes
import Objects

enum Sample {
    static let now = Timestamp(seconds: 1_800_000_000)

    /// A pod by what controllers look at. `age` is in seconds.
    static func pod(
        _ name: String, phase: String = "Running", ready: Bool = true, node: String = "n", age: Int64 = 1000, isBeingDeleted: Bool = false,
        labels: [String: String] = [:], _ change: (inout Value) -> Void = { _ in }
    ) -> Pod {
        var pod = Pod(name: name, namespace: "default")
        let since = Value.string(Timestamp(seconds: now.seconds - age).text)
        pod.value["metadata"]["uid"] = .string("uid-" + name)
        pod.value["metadata"]["creationTimestamp"] = since
        pod.labels = labels
        if isBeingDeleted { pod.value["metadata"]["deletionTimestamp"] = .string(now.text) }
        pod.value["spec"] = ["nodeName": .string(node), "containers": [["name": "c", "image": "i"]]]
        let isReady = ready && phase == "Running"
        pod.value["status"] = [
            "phase": .string(phase), "conditions": [["type": "Ready", "status": isReady ? "True" : "False", "lastTransitionTime": since]],
        ]
        change(&pod.value)
        return pod
    }

    static func node(_ name: String, _ change: (inout Value) -> Void = { _ in }) -> Node {
        var node = Node(name: name)
        change(&node.value)
        return node
    }
}

/// The planners take pods as informers know them; tables of tests have whole ones.
extension KnownPod {
    init(_ pod: Pod) { self.init(EncodedObject(value: pod.value)) }
}

extension JobCensus {
    init(_ job: Job, _ pods: [Pod]) { self.init(job, pods.map { KnownPod($0) }) }
}

extension StatefulPlan {
    init(_ set: StatefulSet, pods: [Pod], updateHash: String, now: Timestamp) {
        self.init(set, pods: pods.map { KnownPod($0) }, updateHash: updateHash, now: now)
    }
}

extension DaemonPlan {
    init(_ set: DaemonSet, nodes: [Node], pods: [Pod], hash: String, now: Timestamp, isHeldBack: (String) -> Bool) {
        self.init(
            set, nodes: nodes.map { KnownNode(EncodedObject(value: $0.value)) }, pods: pods.map { KnownPod($0) }, hash: hash, now: now, isHeldBack: isHeldBack)
    }
}

extension DaemonStatus {
    init(_ set: DaemonSet, nodes: [Node], pods: [Pod], hash: String, now: Timestamp) {
        self.init(set, nodes: nodes.map { KnownNode(EncodedObject(value: $0.value)) }, pods: pods.map { KnownPod($0) }, hash: hash, now: now)
    }
}

extension ResourceUsage {
    func wish(_ usage: [String: Quantity], _ pods: [Pod], current: Int64, now: Timestamp) throws(Problem) -> Wish {
        try wish(usage, pods.map { KnownPod($0) }, current: current, now: now)
    }
}

extension QuotaUsage {
    static func pod(_ pod: Pod, now: Timestamp) -> [String: Quantity] { self.pod(KnownPod(pod), now: now) }
    static func covers(_ quota: Value, _ pod: Pod) -> Bool { covers(quota, pod.value["spec"]) }
}
