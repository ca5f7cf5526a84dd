import KubernetesTypes
import Objects

/// The taints that follow from what a node says of itself: a pure rule.
enum NodeTaints {
    private static let prefix = "node.kubernetes.io/"
    private static let pressures = [
        "MemoryPressure": "memory-pressure", "DiskPressure": "disk-pressure", "PIDPressure": "pid-pressure", "NetworkUnavailable": "network-unavailable",
    ]
    private static let managed = Set((["not-ready", "unreachable", "unschedulable"] + pressures.values).map { prefix + $0 })

    /// Whether a taint is of those that this controller sets and that make pods leave.
    static func drivesAway(_ taint: Value) -> Bool { taint["effect"].string == "NoExecute" && managed.contains(taint["key"].string ?? "") }

    /// The node's taints as they should be; those that others set stay.
    static func wanted(_ node: Node, now: Timestamp) -> [Value] {
        var pairs: [(key: String, effect: String)] = []
        for condition in node.value["status"]["conditions"].array {
            let (type, status) = (condition["type"].string ?? "", condition["status"].string ?? "")
            if type == "Ready", status != "True" {
                let key = status == "False" ? "not-ready" : "unreachable"
                pairs += [(key, "NoSchedule"), (key, "NoExecute")]
            } else if let key = pressures[type], status == "True" {
                pairs.append((key, "NoSchedule"))
            }
        }
        if node.value["spec"]["unschedulable"].bool == true { pairs.append(("unschedulable", "NoSchedule")) }
        var taints = node.value["spec"]["taints"].array.filter { taint in
            let key = taint["key"].string ?? ""
            return !managed.contains(key) || pairs.contains { prefix + $0.key == key && $0.effect == taint["effect"].string }
        }
        for (key, effect) in pairs where !taints.contains(where: { $0["key"].string == prefix + key && $0["effect"].string == effect }) {
            taints.append(["key": .string(prefix + key), "effect": .string(effect), "timeAdded": .string(now.text)])
        }
        return taints
    }
}

/// Whether a toleration covers a taint.
enum TaintRules {
    static func tolerates(_ toleration: Value, _ taint: Value) -> Bool {
        let effect = toleration["effect"].string ?? ""
        if !effect.isEmpty, effect != taint["effect"].string { return false }
        let key = toleration["key"].string ?? ""
        if !key.isEmpty, key != taint["key"].string { return false }
        switch toleration["operator"].string ?? "Equal" {
        case "Exists": return true
        default: return !key.isEmpty && (toleration["value"].string ?? "") == (taint["value"].string ?? "")
        }
    }
}
