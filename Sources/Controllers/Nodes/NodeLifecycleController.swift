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
    private let rates: SharedRates
    private static let pause: Duration = .seconds(5)

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        self.queue = queue
        nodes = context.nodes
        let leases = context.leases
        let recorder = context.recorder("node-controller")
        let podsByNode = ObjectIndex(context.pods) { [$0.spec.nodeName ?? ""] }
        let heartbeats = Heartbeats()
        let rates = SharedRates()
        self.rates = rates
        loop = ReconcileLoop("node-lifecycle", queue: queue, workers: 8, logger: context.logger) { name throws(StatusError) in
            guard let node = context.nodes.encodedObject(name).map(KnownNode.init) else { return }
            let check = NodeCheck(context: context, leases: leases, podsByNode: podsByNode, heartbeats: heartbeats, rates: rates, recorder: recorder)
            try await check.check(node)
        }
        // What a node says of itself has its effect at once; that it says nothing only time tells.
        nodes.onChange { change in
            if case .deleted(let node) = change {
                heartbeats.forget(node.name)
                return recorder.record(node, reason: "RemovingNode", message: "Node \(node.name) event: Removing Node \(node.name) from Controller")
            }
            if case .added(let node) = change {
                recorder.record(node, reason: "RegisteredNode", message: "Node \(node.name) event: Registered Node \(node.name) in Controller")
            }
            if case .updated(let old, let new) = change, NodeCheck.readyStatus(old) == NodeCheck.readyStatus(new), old.value["spec"] == new.value["spec"] { return }
            queue.add(change.object.name)
        }
    }

    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await loop.run() }
            while !Task.isCancelled {
                let known = nodes.encoded().map(KnownNode.init)
                rates.change { $0.note(known.map { EvictionRates.Sighting(zone: $0.zone, isReady: $0.facts.ready == "True") }) }
                for node in known { queue.add(node.name) }
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
    let rates: SharedRates
    let recorder: EventRecorder

    private static let gracePeriod: Duration = .seconds(50)

    /// Of a node that is well, and was at its present revision before, no tree is made.
    func check(_ known: KnownNode) async throws(StatusError) {
        let lease = leases.encodedObject("kube-node-lease/" + known.name)?.revision ?? 0
        let isSilent = heartbeats.silence(of: known, lease: lease, now: ClusterTime.now) > Self.gracePeriod
        if !isSilent, known.facts.ready == "True", heartbeats.isWell(known) { return }
        let node = Node(known.object.value)
        // A node that has just been registered says nothing yet.
        if !isSilent, Self.readyStatus(node) == nil { return }
        var current = node
        if isSilent, Self.readyStatus(node) != "Unknown" {
            current = try await markUnknown(node)
            recorder.record(node, reason: "NodeNotReady", message: "Node \(node.name) status is now: NodeNotReady")
        }
        if try await setTaints(current, known.zone), !isSilent, Self.readyStatus(current) == "True" { heartbeats.noteWell(known) }
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

    /// Returns whether the taints were as they should be.
    private func setTaints(_ node: Node, _ zone: String) async throws(StatusError) -> Bool {
        var wanted = NodeTaints.wanted(node, now: .now())
        let present = node.value["spec"]["taints"].array
        if rates.change({ $0.isAllLost }) { wanted.removeAll(where: NodeTaints.drivesAway) }
        if wanted == present { return true }
        // What drives pods away is held back when too many nodes are lost at once.
        let isNew = wanted.contains { NodeTaints.drivesAway($0) && !present.contains($0) }
        if isNew, !rates.change({ $0.take(zone, now: ClusterTime.now) }) { wanted.removeAll { NodeTaints.drivesAway($0) && !present.contains($0) } }
        if wanted == present { return false }
        let metadata: Value = ["resourceVersion": .string(node.resourceVersion)]
        try await context.client.patch(Node.self, "", node.name, ["spec": ["taints": wanted.isEmpty ? .null : .array(wanted)], "metadata": metadata])
        return false
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
        var heartbeat = 0
        var lease: Int64 = 0
        var heard: ContinuousClock.Instant
        /// The revision at which there was nothing to do.
        var well: Int64 = 0
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// How long nothing has changed in the node's lease, of which `lease` is the revision, and in the times of its conditions.
    func silence(of node: KnownNode, lease: Int64, now: ContinuousClock.Instant) -> Duration {
        entries.withLock { entries in
            let known = entries[node.name]
            if let known, known.heartbeat == node.facts.heartbeat, known.lease == lease { return now - known.heard }
            entries[node.name] = Entry(heartbeat: node.facts.heartbeat, lease: lease, heard: now, well: known?.well ?? 0)
            return .zero
        }
    }

    func isWell(_ node: KnownNode) -> Bool { entries.withLock { $0[node.name]?.well == node.object.revision } }

    func noteWell(_ node: KnownNode) { entries.withLock { $0[node.name]?.well = node.object.revision } }

    func forget(_ node: String) { _ = entries.withLock { $0.removeValue(forKey: node) } }
}

/// The rates of all zones, for the workers of the controller.
final class SharedRates: Sendable {
    private let rates = Mutex(EvictionRates())

    func change<T>(_ body: (inout EvictionRates) -> sending T) -> sending T { rates.withLock { body(&$0) } }
}
