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
    /// Pods that come beside those that are measured, five a second.
    var beside: (@Sendable (Int) -> Value)?
    /// What else is there before.
    var prepare: @Sendable (MemoryTransport, Int) -> Void = { _, _ in }
    /// What comes just before a measured pod.
    var companion: @Sendable (MemoryTransport, Int) -> Void = { _, _ in }
    /// Whether more pods, one by one, have room.
    var hasSingles = true
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

    /// With a wish instead of a demand.
    static func fond(_ name: String, _ namespace: String, _ kind: String, _ color: String) -> Value {
        var pod = pod(name, namespace: namespace, labels: ["color": color])
        let term: Value = [
            "labelSelector": ["matchLabels": ["color": .string(color)]], "topologyKey": "kubernetes.io/hostname", "namespaces": ["sched-0", "sched-1"],
        ]
        pod["spec"]["affinity"][kind] = ["preferredDuringSchedulingIgnoredDuringExecution": [["weight": 1, "podAffinityTerm": term]]]
        return pod
    }

    /// Away from its like in all namespaces with a label.
    static func acrossNamespaces(_ name: String, _ namespace: String) -> Value {
        var pod = pod(name, namespace: namespace, labels: ["color": "green"])
        let term: Value = [
            "labelSelector": ["matchLabels": ["color": "green"]], "topologyKey": "kubernetes.io/hostname", "namespaceSelector": ["matchLabels": ["team": "devops"]],
        ]
        pod["spec"]["affinity"]["podAntiAffinity"] = ["requiredDuringSchedulingIgnoredDuringExecution": [term]]
        return pod
    }

    static func spread(_ name: String, _ rule: String = "DoNotSchedule") -> Value {
        var pod = pod(name, labels: ["color": "blue"])
        pod["spec"]["topologySpreadConstraints"] = [[
            "maxSkew": 5, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": .string(rule),
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

    static func claiming(_ index: Int) -> Value {
        var pod = pod("pod-\(index)", cpu: "10m", memory: "10Mi")
        pod["spec"]["resourceClaims"] = [["name": "d", "resourceClaimName": .string("claim-\(index)")]]
        return pod
    }

    static func claim(_ index: Int) -> Value {
        let request: Value = ["name": "r", "exactly": ["deviceClassName": "device", "allocationMode": "ExactCount", "count": 1]]
        return [
            "metadata": ["name": .string("claim-\(index)"), "namespace": "default", "uid": .string("claim-\(index)")],
            "spec": ["devices": ["requests": [request]]],
        ]
    }

    static func slice(_ index: Int, devices: Int) -> Value {
        let node = "node-\(index)"
        return [
            "metadata": ["name": .string(node)],
            "spec": [
                "driver": "device.example.org", "nodeName": .string(node), "pool": ["name": .string(node), "generation": 1, "resourceSliceCount": 1],
                "devices": .array((0..<devices).map { ["name": .string("device-\($0)")] }),
            ],
        ]
    }

    static func daemon(_ index: Int, _ name: String) -> Value {
        var pod = pod(name)
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
            name: "preferred pod affinity", threshold: 90, pods: 5000, initialPods: 5000,
            initial: { Template.fond("initial-\($0)", "sched-0", "podAffinity", "red") }, measured: { Template.fond("pod-\($0)", "sched-1", "podAffinity", "red") }),
        SchedulingCase(
            name: "preferred pod anti-affinity", threshold: 90, pods: 5000, initialPods: 5000,
            initial: { Template.fond("initial-\($0)", "sched-0", "podAntiAffinity", "yellow") },
            measured: { Template.fond("pod-\($0)", "sched-1", "podAntiAffinity", "yellow") }),
        SchedulingCase(
            name: "anti-affinity by namespaces' labels", threshold: 24, nodes: 6000, pods: 1500, initialPods: 4000,
            initial: { Template.acrossNamespaces("initial-\($0)", "team-\($0 % 100)") }, measured: { Template.acrossNamespaces("pod-\($0)", "team-0") },
            prepare: { transport, _ in
                for index in 0..<100 { transport.put("namespaces", ["metadata": ["name": .string("team-\(index)"), "labels": ["team": "devops"]]]) }
            }, hasSingles: false),
        SchedulingCase(
            name: "mixed", threshold: 140, pods: 5000, initialPods: 10_000, node: zone(1),
            initial: { index in
                switch index % 5 {
                case 0: Template.affine("initial-\(index)", "sched-0", "podAffinity", ("color", "blue"), "topology.kubernetes.io/zone")
                case 1: Template.affine("initial-\(index)", "sched-0", "podAntiAffinity", ("color", "green"), "kubernetes.io/hostname")
                case 2: Template.fond("initial-\(index)", "sched-0", "podAffinity", "red")
                case 3: Template.fond("initial-\(index)", "sched-0", "podAntiAffinity", "yellow")
                default: Template.pod("initial-\(index)", namespace: "sched-0")
                }
            }),
        SchedulingCase(
            name: "preferred topology spread", threshold: 340, pods: 5000, initialPods: 5000, node: zone(3),
            measured: { Template.spread("pod-\($0)", "ScheduleAnyway") }),
        SchedulingCase(
            name: "devices", threshold: 56, nodes: 500, pods: 2500, initialPods: 0, measured: { Template.claiming($0) },
            prepare: { transport, nodes in
                transport.put("deviceclasses", ["metadata": ["name": "device"], "spec": [:]])
                for index in 0..<nodes { transport.put("resourceslices", Template.slice(index, devices: 10)) }
            }, companion: { $0.put("resourceclaims", Template.claim($1)) }),
        SchedulingCase(
            name: "preemption async", threshold: 570, pods: 5000, initialPods: 20_000, initial: { Template.pod("low-\($0)", cpu: "900m") },
            beside: { Template.pod("high-\($0)", cpu: "3000m", priority: 10) }),
        // Upstream asks for 570 of ordinary pods with five of these a second beside them.
        SchedulingCase(
            name: "preemption", threshold: 570, pods: 5000, initialPods: 20_000, initial: { Template.pod("low-\($0)", cpu: "900m") },
            measured: { Template.pod("high-\($0)", cpu: "3000m", priority: 10) }),
        SchedulingCase(
            name: "daemonset", threshold: 1100, nodes: 15_000, pods: 30_000, initialPods: 0,
            node: { index, node in if index == 0 { node["status"]["allocatable"] = ["cpu": "4000", "memory": "32Ti", "pods": "100000"] } },
            measured: { Template.daemon(0, "daemon-\($0)") }),
        SchedulingCase(name: "daemonset, one on each node", threshold: 1100, pods: 5000, initialPods: 0, measured: { Template.daemon($0, "daemon-\($0)") }, hasSingles: false),
        SchedulingCase(name: "churn", threshold: 710, hasChurn: true),
        SchedulingCase(
            name: "unschedulable", threshold: 590, initialPods: 100, hopeless: 200, beside: { Template.pod("large-\($0)", cpu: "100", priority: 10) }),
        SchedulingCase(
            name: "unschedulable, 20,000 there", threshold: 600, initialPods: 20_000, beside: { Template.pod("large-\($0)", cpu: "100", priority: 10) }),
        SchedulingCase(name: "10,000 unschedulable beside", threshold: 590, initialPods: 0, hopeless: 10_000),
    ]
}
