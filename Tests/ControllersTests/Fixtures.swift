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
