import Objects

/// Why a node cannot take a pod, in the words of upstream's events.
struct Refusal: Sendable, Equatable {
    let reasons: [String]
    /// Whether the node could take it if other pods went away.
    let mayHelpToPreempt: Bool

    static func fixed(_ reason: String) -> Refusal { Refusal(reasons: [reason], mayHelpToPreempt: false) }
    static func movable(_ reason: String) -> Refusal { Refusal(reasons: [reason], mayHelpToPreempt: true) }
}

/// The filters that look at one node and its own pods only.
enum NodeFilters {
    private static let unschedulable = Taint(key: "node.kubernetes.io/unschedulable", effect: "NoSchedule")

    /// The refusal of the first filter that says no; nil when the node fits. `reserved` is what pods of at least the same
    /// priority will take here.
    static func refusal(_ pod: PodInfo, _ node: NodeInfo, reserved: ResourceVector? = nil, reservedPods: Int = 0) -> Refusal? {
        if node.isUnschedulable, !pod.tolerations.contains(where: { $0.covers(unschedulable) }) { return .fixed("node(s) were unschedulable") }
        if !node.taints.isEmpty, hasUntolerated(pod, node) { return .fixed("node(s) had untolerated taint(s)") }
        if !matchesAffinity(pod, node) { return .fixed("node(s) didn't match Pod's node affinity/selector") }
        for port in pod.ports where node.ports.contains(where: { $0.conflicts(with: port) }) {
            return .movable("node(s) didn't have free ports for the requested pod ports")
        }
        if let why = insufficient(pod, node, reserved, reservedPods) { return why }
        for terms in pod.volumeTerms where !terms.contains(where: { $0.matches(node) }) {
            return .fixed("node(s) didn't match PersistentVolume's node affinity")
        }
        return nil
    }

    private static func hasUntolerated(_ pod: PodInfo, _ node: NodeInfo) -> Bool {
        node.taints.contains { taint in
            (taint.effect == "NoSchedule" || taint.effect == "NoExecute") && !pod.tolerations.contains { $0.covers(taint) }
        }
    }

    static func matchesAffinity(_ pod: PodInfo, _ node: NodeInfo) -> Bool {
        for (key, value) in pod.nodeSelector where node.labels[key] != value { return false }
        guard let terms = pod.requiredNodeTerms else { return true }
        return terms.contains { $0.matches(node) }
    }

    private static func insufficient(_ pod: PodInfo, _ node: NodeInfo, _ reserved: ResourceVector?, _ reservedPods: Int) -> Refusal? {
        var reasons: [String] = []
        // What the empty node could not give either is no matter of other pods.
        var isHopeless = false
        func check(_ name: String, _ wanted: Int64, _ used: Int64, _ held: Int64, _ limit: Int64) {
            guard wanted > 0, wanted > limit - used - held else { return }
            reasons.append("Insufficient " + name)
            if wanted > limit { isHopeless = true }
        }
        if Int64(node.pods.count + reservedPods) + 1 > node.podLimit { reasons.append("Too many pods") }
        let (wanted, used, limit) = (pod.requests, node.used, node.allocatable)
        check("cpu", wanted.milliCPU, used.milliCPU, reserved?.milliCPU ?? 0, limit.milliCPU)
        check("memory", wanted.memory, used.memory, reserved?.memory ?? 0, limit.memory)
        check("ephemeral-storage", wanted.ephemeralStorage, used.ephemeralStorage, reserved?.ephemeralStorage ?? 0, limit.ephemeralStorage)
        if !wanted.extended.isEmpty {
            for (name, amount) in wanted.extended.sorted(by: { $0.key < $1.key }) {
                check(name, amount, used.extended[name] ?? 0, reserved?.extended[name] ?? 0, limit.extended[name] ?? 0)
            }
        }
        return reasons.isEmpty ? nil : Refusal(reasons: reasons, mayHelpToPreempt: !isHopeless)
    }
}
