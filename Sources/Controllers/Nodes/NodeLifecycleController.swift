import APIClient
import KubernetesTypes
import Logging
import Objects

/// Watches the heartbeats of nodes: taints those that went silent, and evicts their pods after the tolerated
/// time.
struct NodeLifecycleController: Sendable {
    private let context: ControllerContext
    private let recorder: EventRecorder
    private let podsByNode: ObjectIndex<Pod>
    private static let gracePeriodSeconds: Int64 = 50
    private static let taints = [
        "NotReady": "node.kubernetes.io/not-ready", "Unreachable": "node.kubernetes.io/unreachable",
    ]

    init(_ context: ControllerContext) {
        self.context = context
        podsByNode = ObjectIndex(context.pods) { [$0.spec.nodeName ?? ""] }
        _ = context.nodes
        _ = context.leases
        recorder = context.recorder("node-controller")
    }

    func run() async {
        while !Task.isCancelled {
            for node in context.nodes.list() {
                do throws(StatusError) {
                    try await check(node)
                } catch {
                    context.logger.debug("a node could not be checked", metadata: ["node": "\(node.name)", "reason": "\(error)"])
                }
            }
            try? await Task.sleep(for: .seconds(5))
        }
    }

    private func check(_ node: Node) async throws(StatusError) {
        let now = Timestamp.now()
        let lease = context.leases.get("kube-node-lease", node.name)
        let renewed = lease?.value["spec"]["renewTime"].string.flatMap { Timestamp($0) }
        let created = node.value["metadata"]["creationTimestamp"].string.flatMap { Timestamp($0) } ?? now
        let isSilent = now.seconds - (renewed ?? created).seconds > Self.gracePeriodSeconds
        var current = node
        if isSilent, readyStatus(node) != "Unknown" {
            current = try await markUnknown(node)
            recorder.record(node, reason: "NodeNotReady", message: "Node \(node.name) status is now: NodeNotReady")
        }
        try await setTaints(current)
        try await evict(current, now)
    }

    private func readyStatus(_ node: Node) -> String {
        node.value["status"]["conditions"].array.first { $0["type"].string == "Ready" }?["status"].string ?? "Unknown"
    }

    private func markUnknown(_ node: Node) async throws(StatusError) -> Node {
        var new = node
        let now = Value.string(Timestamp.now().text)
        new.value["status"]["conditions"] = .array(
            node.value["status"]["conditions"].array.map { condition in
                var condition = condition
                condition["status"] = "Unknown"
                condition["reason"] = "NodeStatusUnknown"
                condition["message"] = "Kubelet stopped posting node status."
                condition["lastTransitionTime"] = now
                return condition
            })
        return try await context.client.updateStatus(new)
    }

    private func setTaints(_ node: Node) async throws(StatusError) {
        let status = readyStatus(node)
        let wanted: [String] = status == "True" ? [] : status == "False" ? ["node.kubernetes.io/not-ready"] : ["node.kubernetes.io/unreachable"]
        let managed = Set(Self.taints.values)
        let present = node.value["spec"]["taints"].array
        let kept = present.filter { !managed.contains($0["key"].string ?? "") || wanted.contains($0["key"].string ?? "") }
        var new = kept
        for key in wanted {
            for effect in ["NoSchedule", "NoExecute"] where !new.contains(where: { $0["key"].string == key && $0["effect"].string == effect }) {
                new.append(["key": .string(key), "effect": .string(effect), "timeAdded": .string(Timestamp.now().text)])
            }
        }
        if node.value["spec"]["unschedulable"].bool == true {
            if !new.contains(where: { $0["key"].string == "node.kubernetes.io/unschedulable" }) {
                new.append(["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule", "timeAdded": .string(Timestamp.now().text)])
            }
        } else {
            new.removeAll { $0["key"].string == "node.kubernetes.io/unschedulable" }
        }
        if new == present { return }
        try await context.client.patch(Node.self, "", node.name, ["spec": ["taints": new.isEmpty ? .null : .array(new)], "metadata": ["resourceVersion": .string(node.resourceVersion)]])
    }

    /// Deletes the pods that do not tolerate the node's NoExecute taints any longer.
    private func evict(_ node: Node, _ now: Timestamp) async throws(StatusError) {
        let taints = node.value["spec"]["taints"].array.filter { $0["effect"].string == "NoExecute" }
        if taints.isEmpty { return }
        for pod in podsByNode.objects(node.name) where !pod.isBeingDeleted {
            let isDue = taints.contains { taint in
                let matching = pod.value["spec"]["tolerations"].array.filter { TaintRules.tolerates($0, taint) }
                if matching.isEmpty { return true }
                guard let seconds = matching.compactMap({ $0["tolerationSeconds"].int }).min() else { return false }
                let added = taint["timeAdded"].string.flatMap { Timestamp($0) } ?? now
                return now.seconds - added.seconds >= seconds
            }
            guard isDue else { continue }
            recorder.record(pod, reason: "TaintManagerEviction", message: "Marking for deletion Pod \(pod.namespace)/\(pod.name)")
            try? await context.client.delete(Pod.self, pod.namespace, pod.name, ["preconditions": ["uid": .string(pod.uid)]])
        }
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
