import Objects

/// Why a node cannot take a pod, in the words of upstream's events.
enum Filters {
    /// The reasons of the first filter that says no; empty when the node fits.
    static func reasons(_ pod: PodInfo, _ node: NodeInfo) -> [String] {
        if node.isUnschedulable, !tolerates(pod, ["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"]) {
            return ["node(s) were unschedulable"]
        }
        if let taint = untolerated(pod, node) {
            let value = taint["value"].string ?? ""
            return ["node(s) had untolerated taint {\(taint["key"].string ?? "")\(value.isEmpty ? ": " : ": " + value)}"]
        }
        if !matchesAffinity(pod, node) { return ["node(s) didn't match Pod's node affinity/selector"] }
        for port in pod.ports where node.pods.values.contains(where: { $0.ports.contains { $0.conflicts(with: port) } }) {
            return ["node(s) didn't have free ports for the requested pod ports"]
        }
        return insufficient(pod, node)
    }

    private static func tolerates(_ pod: PodInfo, _ taint: Value) -> Bool {
        pod.spec["tolerations"].array.contains { Tolerations.covers($0, taint) }
    }

    private static func untolerated(_ pod: PodInfo, _ node: NodeInfo) -> Value? {
        node.taints.first { taint in
            let effect = taint["effect"].string
            return (effect == "NoSchedule" || effect == "NoExecute") && !tolerates(pod, taint)
        }
    }

    static func matchesAffinity(_ pod: PodInfo, _ node: NodeInfo) -> Bool {
        for (key, value) in pod.spec["nodeSelector"].stringMap where node.labels[key] != value { return false }
        let required = pod.spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        guard required.isObject else { return true }
        return required["nodeSelectorTerms"].array.contains { NodeTerms.matches($0, node) }
    }

    private static func insufficient(_ pod: PodInfo, _ node: NodeInfo) -> [String] {
        var reasons: [String] = []
        if Int64(node.pods.count) + 1 > node.podLimit { reasons.append("Too many pods") }
        let free = node.allocatable - node.used
        if pod.requests.milliCPU > 0, pod.requests.milliCPU > free.milliCPU { reasons.append("Insufficient cpu") }
        if pod.requests.memory > 0, pod.requests.memory > free.memory { reasons.append("Insufficient memory") }
        if pod.requests.ephemeralStorage > 0, pod.requests.ephemeralStorage > free.ephemeralStorage {
            reasons.append("Insufficient ephemeral-storage")
        }
        for (name, amount) in pod.requests.extended where amount > free.extended[name] ?? 0 { reasons.append("Insufficient \(name)") }
        return reasons
    }
}

enum Tolerations {
    static func covers(_ toleration: Value, _ taint: Value) -> Bool {
        let effect = toleration["effect"].string ?? ""
        if !effect.isEmpty, effect != taint["effect"].string { return false }
        let key = toleration["key"].string ?? ""
        if !key.isEmpty, key != taint["key"].string { return false }
        if toleration["operator"].string == "Exists" { return true }
        return !key.isEmpty && (toleration["value"].string ?? "") == (taint["value"].string ?? "")
    }
}

/// Terms of node affinity.
enum NodeTerms {
    static func matches(_ term: Value, _ node: NodeInfo) -> Bool {
        let expressions = term["matchExpressions"].array
        let fields = term["matchFields"].array
        // A term without conditions matches nothing.
        if expressions.isEmpty && fields.isEmpty { return false }
        return expressions.allSatisfy { holds($0) { node.labels[$0] } }
            && fields.allSatisfy { holds($0) { $0 == "metadata.name" ? node.name : nil } }
    }

    private static func holds(_ expression: Value, _ look: (String) -> String?) -> Bool {
        guard let name = expression["operator"].string, let `operator` = LabelSelector.Operator(rawValue: name) else { return false }
        return LabelSelector.Requirement(
            key: expression["key"].string ?? "", operator: `operator`, values: Set(expression["values"].strings)
        ).matches(look)
    }
}

/// How well a node suits a pod; more is better.
enum Scores {
    static func total(_ pod: PodInfo, _ node: NodeInfo) -> Int64 {
        leastAllocated(pod, node) + balanced(pod, node) + preferredAffinity(pod, node) * 2 - untolerated(pod, node) * 3
    }

    private static func fractions(_ pod: PodInfo, _ node: NodeInfo) -> (cpu: Double, memory: Double) {
        // Pods that ask for nothing count as if they asked for a little, so that they spread too.
        func nonzero(_ wanted: Int64, _ least: Int64) -> Double { Double(max(wanted, least)) }
        let cpu = nonzero(pod.requests.milliCPU, 100) + node.pods.values.reduce(0) { $0 + nonzero($1.requests.milliCPU, 100) }
        let memory = nonzero(pod.requests.memory, 200 << 20) + node.pods.values.reduce(0) { $0 + nonzero($1.requests.memory, 200 << 20) }
        return (
            min(cpu / Double(max(node.allocatable.milliCPU, 1)), 1), min(memory / Double(max(node.allocatable.memory, 1)), 1)
        )
    }

    private static func leastAllocated(_ pod: PodInfo, _ node: NodeInfo) -> Int64 {
        let used = fractions(pod, node)
        return Int64(((1 - used.cpu) + (1 - used.memory)) * 50)
    }

    private static func balanced(_ pod: PodInfo, _ node: NodeInfo) -> Int64 {
        let used = fractions(pod, node)
        return Int64((1 - abs(used.cpu - used.memory) / 2) * 100)
    }

    private static func preferredAffinity(_ pod: PodInfo, _ node: NodeInfo) -> Int64 {
        let preferred = pod.spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"].array
        if preferred.isEmpty { return 0 }
        let total = preferred.reduce(0) { $0 + ($1["weight"].int ?? 0) }
        let matched = preferred.filter { NodeTerms.matches($0["preference"], node) }.reduce(0) { $0 + ($1["weight"].int ?? 0) }
        return total == 0 ? 0 : matched * 100 / total
    }

    private static func untolerated(_ pod: PodInfo, _ node: NodeInfo) -> Int64 {
        let soft = node.taints.filter { taint in
            taint["effect"].string == "PreferNoSchedule" && !pod.spec["tolerations"].array.contains { Tolerations.covers($0, taint) }
        }
        return Int64(min(soft.count, 4)) * 25
    }
}
