import KubernetesTypes
import Objects
@testable import Scheduler

/// Nodes and pods by what a test cares about.
enum Sample {
    static func node(_ name: String, cpu: String = "4", memory: String = "8Gi", pods: String = "110", labels: [String: String] = [:], _ change: (inout Value) -> Void = { _ in }) -> NodeInfo {
        var node = Node(name: name)
        var all = labels
        all["kubernetes.io/hostname"] = name
        node.labels = all
        node.value["status"]["allocatable"] = ["cpu": .string(cpu), "memory": .string(memory), "pods": .string(pods)]
        change(&node.value)
        return NodeInfo(node)
    }

    static func pod(
        _ name: String, cpu: String = "", priority: Int64 = 0, labels: [String: String] = [:], namespace: String = "default",
        _ change: (inout Value) -> Void = { _ in }
    ) -> PodInfo {
        var pod = Pod(name: name, namespace: namespace)
        pod.value["metadata"]["uid"] = .string(namespace + "-" + name)
        pod.labels = labels
        var container: Value = ["name": "c", "image": "registry/image:1"]
        if !cpu.isEmpty { container["resources"] = ["requests": ["cpu": .string(cpu)]] }
        pod.value["spec"] = ["containers": [container], "priority": .int(priority)]
        change(&pod.value["spec"])
        return PodInfo(pod)
    }

    static func state(_ nodes: NodeInfo...) -> SchedulerState {
        var state = SchedulerState()
        for node in nodes { state.upsert(node) }
        return state
    }
}

extension SchedulerState.Decision {
    var node: String? { if case .bind(let node) = self { node } else { nil } }
    var verdict: SchedulerState.Verdict? { if case .unschedulable(let verdict) = self { verdict } else { nil } }
}

enum PodInfoBuilder {
    static func owned(_ name: String, by owner: String) -> Pod {
        var pod = Pod(name: name, namespace: "default")
        pod.value["metadata"]["uid"] = .string(name)
        pod.value["metadata"]["ownerReferences"] = [["kind": "ReplicaSet", "name": .string(owner), "uid": .string(owner), "controller": true]]
        return pod
    }
}
