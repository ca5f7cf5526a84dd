import APIClient
import KubernetesTypes
import Logging
import Objects
import Synchronization

/// Watches the heartbeats of nodes: taints those that went silent, and takes their pods out of service.
struct NodeLifecycleController: Controller {
    let loop: ReconcileLoop
    private let nodes: Informer<Node>
    private let queue: WorkQueue
    private static let pause: Duration = .seconds(5)

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        self.queue = queue
        nodes = context.nodes
        let leases = context.leases
        let recorder = context.recorder("node-controller")
        let podsByNode = ObjectIndex(context.pods) { [$0.spec.nodeName ?? ""] }
        let heartbeats = Heartbeats()
        loop = ReconcileLoop("node-lifecycle", queue: queue, workers: 8, logger: context.logger) { name throws(StatusError) in
            guard let node = context.nodes.get(name) else { return }
            try await NodeCheck(context: context, leases: leases, podsByNode: podsByNode, heartbeats: heartbeats, recorder: recorder).check(node)
        }
        // What a node says of itself has its effect at once; that it says nothing only time tells.
        nodes.onChange { change in
            if case .deleted(let node) = change { return heartbeats.forget(node.name) }
            if case .updated(let old, let new) = change, NodeCheck.readyStatus(old) == NodeCheck.readyStatus(new), old.value["spec"] == new.value["spec"] { return }
            queue.add(change.object.name)
        }
    }

    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await loop.run() }
            while !Task.isCancelled {
                for node in nodes.encoded() { queue.add(node.name) }
                try? await ClusterTime.sleep(for: Self.pause)
            }
        }
    }
}

private struct NodeCheck: Sendable {
    let context: ControllerContext
    let leases: Informer<Lease>
    let podsByNode: ObjectIndex<Pod>
    let heartbeats: Heartbeats
    let recorder: EventRecorder

    private static let gracePeriod: Duration = .seconds(50)

    func check(_ node: Node) async throws(StatusError) {
        let lease = leases.get("kube-node-lease", node.name)?.value["spec"]["renewTime"].string
        let isSilent = heartbeats.silence(of: node, lease: lease, now: ClusterTime.now) > Self.gracePeriod
        // A node that has just been registered says nothing yet.
        if !isSilent, Self.readyStatus(node) == nil { return }
        var current = node
        if isSilent, Self.readyStatus(node) != "Unknown" {
            current = try await markUnknown(node)
            recorder.record(node, reason: "NodeNotReady", message: "Node \(node.name) status is now: NodeNotReady")
        }
        try await setTaints(current)
        if isSilent || Self.readyStatus(current) != "True" { try await markPodsNotReady(current) }
    }

    static func readyStatus(_ node: Node) -> String? {
        node.value["status"]["conditions"].array.first { $0["type"].string == "Ready" }?["status"].string
    }

    private func markUnknown(_ node: Node) async throws(StatusError) -> Node {
        var new = node
        let now = Value.string(Timestamp.now().text)
        let known = Set(node.value["status"]["conditions"].array.compactMap { $0["type"].string })
        new.value["status"]["conditions"] = .array(
            node.value["status"]["conditions"].array.map { condition in
                var condition = condition
                condition["status"] = "Unknown"
                condition["reason"] = "NodeStatusUnknown"
                condition["message"] = "Kubelet stopped posting node status."
                condition["lastTransitionTime"] = now
                return condition
            })
        for type in ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] where !known.contains(type) {
            new.value["status"]["conditions"].append([
                "type": .string(type), "status": "Unknown", "reason": "NodeStatusNeverUpdated", "message": "Kubelet never posted node status.",
                "lastHeartbeatTime": node.value["metadata"]["creationTimestamp"], "lastTransitionTime": now,
            ])
        }
        return try await context.client.updateStatus(new)
    }

    private func setTaints(_ node: Node) async throws(StatusError) {
        let wanted = NodeTaints.wanted(node, now: .now())
        if wanted == node.value["spec"]["taints"].array { return }
        let metadata: Value = ["resourceVersion": .string(node.resourceVersion)]
        try await context.client.patch(Node.self, "", node.name, ["spec": ["taints": wanted.isEmpty ? .null : .array(wanted)], "metadata": metadata])
    }

    /// Nobody says any more that the node's pods serve: so services stop sending there.
    private func markPodsNotReady(_ node: Node) async throws(StatusError) {
        for pod in podsByNode.objects(node.name) where PodState.isReady(pod) {
            let condition: Value = ["type": "Ready", "status": "False", "lastTransitionTime": .string(Timestamp.now().text)]
            do throws(StatusError) {
                try await context.client.patch(
                    Pod.self, pod.namespace, pod.name, ["metadata": ["uid": .string(pod.uid)], "status": ["conditions": [condition]]], as: .strategic, "status")
                recorder.record(pod, type: "Warning", reason: "NodeNotReady", message: "Node is not ready")
            } catch where error.isNotFound || error.isConflict {
                continue
            }
        }
    }
}

/// When each node was last heard of, by this process's own clock: after a pause of the controllers every node gets its time
/// again, and clocks that differ do no harm.
final class Heartbeats: Sendable {
    private struct Entry {
        var signs: [String] = []
        var heard: ContinuousClock.Instant
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// How long nothing has changed in the node's lease and in the times of its conditions.
    func silence(of node: Node, lease: String?, now: ContinuousClock.Instant) -> Duration {
        let signs = [lease ?? ""] + node.value["status"]["conditions"].array.compactMap { $0["lastHeartbeatTime"].string }
        return entries.withLock { entries in
            if let known = entries[node.name], known.signs == signs { return now - known.heard }
            entries[node.name] = Entry(signs: signs, heard: now)
            return .zero
        }
    }

    func forget(_ node: String) { _ = entries.withLock { $0.removeValue(forKey: node) } }
}
