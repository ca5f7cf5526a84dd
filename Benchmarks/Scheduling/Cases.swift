import Objects

/// A case of upstream's scheduler_perf: nodes, pods that are there before, pods that are measured.
struct SchedulingCase: Sendable {
    let name: String
    /// Pods a second that upstream asks of its own scheduler; 0 where it publishes none.
    let threshold: Double
    var nodes = 5000
    var pods = 10_000
    var initialPods = 1000
    var node: @Sendable (Int, inout Value) -> Void = { _, _ in }
    var initial: @Sendable (Int) -> Value = { Template.pod("initial-\($0)") }
    var measured: @Sendable (Int) -> Value = { Template.pod("pod-\($0)") }
    /// Pods that fit nowhere and wait beside.
    var hopeless = 0
    /// Whether nodes, pods and services come and go meanwhile.
    var hasChurn = false
}

enum Template {
    static func node(_ index: Int) -> Value {
        let name = "node-\(index)"
        return [
            "metadata": ["name": .string(name), "labels": ["kubernetes.io/hostname": .string(name)]], "spec": .emptyObject,
            "status": ["allocatable": ["cpu": "4", "memory": "32Gi", "pods": "110"]],
        ]
    }

    static func pod(
        _ name: String, namespace: String = "default", cpu: String = "100m", memory: String = "500Mi", labels: [String: String] = [:], priority: Int64 = 0
    ) -> Value {
        var metadata: Value = ["name": .string(name), "namespace": .string(namespace), "uid": .string(namespace + "/" + name), "generation": 1]
        metadata["creationTimestamp"] = "2026-01-01T00:00:00Z"
        metadata["labels"] = Value(labels)
        let tolerations: [Value] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].map {
            ["key": $0, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300]
        }
        let resources: Value = ["requests": ["cpu": .string(cpu), "memory": .string(memory)], "limits": ["cpu": .string(cpu), "memory": .string(memory)]]
        var spec: Value = ["containers": [["name": "pause", "image": "registry.k8s.io/pause:3.10", "resources": resources]]]
        spec["priority"] = .int(priority)
        spec["schedulerName"] = "default-scheduler"
        spec["tolerations"] = .array(tolerations)
        return ["metadata": metadata, "spec": spec, "status": ["phase": "Pending"]]
    }

    static func affine(_ name: String, _ namespace: String, _ kind: String, _ label: (String, String), _ key: String) -> Value {
        var pod = pod(name, namespace: namespace, labels: [label.0: label.1])
        let term: Value = [
            "labelSelector": ["matchLabels": Value([label.0: label.1])], "topologyKey": .string(key), "namespaces": ["sched-0", "sched-1"],
        ]
        pod["spec"]["affinity"][kind] = ["requiredDuringSchedulingIgnoredDuringExecution": [term]]
        return pod
    }

    static func spread(_ name: String) -> Value {
        var pod = pod(name, labels: ["color": "blue"])
        pod["spec"]["topologySpreadConstraints"] = [[
            "maxSkew": 5, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": ["matchLabels": ["color": "blue"]],
        ]]
        return pod
    }

    static func inZone(_ name: String) -> Value {
        var pod = pod(name)
        let expression: Value = ["key": "topology.kubernetes.io/zone", "operator": "In", "values": ["zone1", "zone2"]]
        pod["spec"]["affinity"] = ["nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": [["matchExpressions": [expression]]]]]]
        return pod
    }

    static func daemon(_ index: Int) -> Value {
        var pod = pod("daemon-\(index)")
        let field: Value = ["key": "metadata.name", "operator": "In", "values": [.string("node-\(index)")]]
        pod["spec"]["affinity"] = ["nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": [["matchFields": [field]]]]]]
        return pod
    }
}

enum SchedulingCases {
    private static func zone(_ count: Int) -> @Sendable (Int, inout Value) -> Void {
        { index, node in node["metadata"]["labels"]["topology.kubernetes.io/zone"] = .string("zone\(index % count + 1)") }
    }

    static let all: [SchedulingCase] = [
        SchedulingCase(name: "basic", threshold: 680),
        SchedulingCase(name: "node affinity", threshold: 220, node: zone(1), measured: { Template.inZone("pod-\($0)") }),
        SchedulingCase(
            name: "pod affinity", threshold: 35, pods: 5000, node: zone(1),
            initial: { Template.affine("initial-\($0)", "sched-0", "podAffinity", ("color", "blue"), "topology.kubernetes.io/zone") },
            measured: { Template.affine("pod-\($0)", "sched-1", "podAffinity", ("color", "blue"), "topology.kubernetes.io/zone") }),
        SchedulingCase(
            name: "pod anti-affinity", threshold: 60, pods: 2000,
            initial: { Template.affine("initial-\($0)", "sched-0", "podAntiAffinity", ("color", "green"), "kubernetes.io/hostname") },
            measured: { Template.affine("pod-\($0)", "sched-1", "podAntiAffinity", ("color", "green"), "kubernetes.io/hostname") }),
        SchedulingCase(name: "topology spread", threshold: 460, pods: 5000, node: zone(3), measured: { Template.spread("pod-\($0)") }),
        SchedulingCase(
            name: "preemption", threshold: 570, pods: 5000, initialPods: 20_000, initial: { Template.pod("low-\($0)", cpu: "900m") },
            measured: { Template.pod("high-\($0)", cpu: "3000m", priority: 10) }),
        SchedulingCase(name: "daemonset", threshold: 0, pods: 5000, initialPods: 0, measured: { Template.daemon($0) }),
        SchedulingCase(name: "churn", threshold: 710, hasChurn: true),
        SchedulingCase(name: "unschedulable", threshold: 590, initialPods: 0, hopeless: 200),
        SchedulingCase(name: "10,000 unschedulable beside", threshold: 590, initialPods: 0, hopeless: 10_000),
    ]
}
