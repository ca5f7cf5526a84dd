import APIClient
import KubernetesTypes
import Objects
import Synchronization

/// Deletes the pods that do not tolerate their node's NoExecute taints, or not for longer.
struct TaintEviction: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let recorder = context.recorder("taint-eviction-controller")
        let byNode = ObjectIndex(context.pods) { [$0.spec.nodeName ?? ""] }
        let sightings = TaintSightings()
        loop = ReconcileLoop("taint-eviction", queue: queue, workers: 8, logger: context.logger) { name throws(StatusError) in
            let taints = context.nodes.get(name).map(Self.evicting) ?? []
            let before = sightings.condemned(name)
            if taints.isEmpty {
                sightings.forget(name)
                return Self.pardon(before.isEmpty ? [] : byNode.objects(name).filter { before.contains($0.uid) }, recorder)
            }
            let now = Timestamp.now()
            let since = sightings.note(name, byNode.objects(name).map(\.uid), now)
            var next: Int64?
            var waiting: Set<String> = []
            for pod in byNode.objects(name) where !pod.isBeingDeleted {
                guard let left = Self.secondsLeft(pod, taints, since: since[pod.uid] ?? now, now: now) else {
                    if before.contains(pod.uid) { Self.pardon([pod], recorder) }
                    continue
                }
                if left > 0 {
                    next = min(next ?? left, left)
                    waiting.insert(pod.uid)
                } else {
                    try await Self.evict(pod, context.client, recorder)
                }
            }
            sightings.condemn(name, waiting)
            if let next { queue.add(name, after: .seconds(next)) }
        }
        context.nodes.onChange { change in
            if case .updated(let old, let new) = change, old.value["spec"]["taints"] == new.value["spec"]["taints"] { return }
            queue.add(change.object.name)
        }
        context.pods.onChange { change in
            let pod = change.object
            if case .deleted = change { return }
            if case .updated(let old, let new) = change, old.value["spec"] == new.value["spec"] { return }
            if let name = pod.spec.nodeName, let node = context.nodes.get(name), !Self.evicting(node).isEmpty { queue.add(name) }
        }
    }

    private static func evicting(_ node: Node) -> [Value] { node.value["spec"]["taints"].array.filter { $0["effect"].string == "NoExecute" } }

    /// How long a pod may stay; nil: for ever. `since` counts for taints that do not say when they were added.
    static func secondsLeft(_ pod: Pod, _ taints: [Value], since: Timestamp, now: Timestamp) -> Int64? {
        let tolerations = pod.value["spec"]["tolerations"].array
        var shortest: Int64?
        for taint in taints {
            let matching = tolerations.filter { TaintRules.tolerates($0, taint) }
            if matching.isEmpty { return 0 }
            guard let seconds = matching.compactMap({ $0["tolerationSeconds"].int }).min() else { continue }
            let added = taint["timeAdded"].string.flatMap { Timestamp($0) } ?? since
            let left = added.seconds + max(seconds, 0) - now.seconds
            shortest = min(shortest ?? left, left)
        }
        return shortest
    }

    /// Tells that pods may stay after all.
    private static func pardon(_ pods: [Pod], _ recorder: EventRecorder) {
        for pod in pods where !pod.isBeingDeleted {
            recorder.record(pod, reason: "TaintManagerEviction", message: "Cancelling deletion of Pod \(pod.namespace)/\(pod.name)")
        }
    }

    private static func evict(_ pod: Pod, _ client: APIClient, _ recorder: EventRecorder) async throws(StatusError) {
        recorder.record(pod, reason: "TaintManagerEviction", message: "Marking for deletion Pod \(pod.namespace)/\(pod.name)")
        let condition: Value = [
            "type": "DisruptionTarget", "status": "True", "reason": "DeletionByTaintManager",
            "message": "Taint manager: deleting due to NoExecute taint", "lastTransitionTime": .string(Timestamp.now().text),
        ]
        do throws(StatusError) {
            try await client.patch(Pod.self, pod.namespace, pod.name, ["status": ["conditions": [condition]]], as: .strategic, "status")
            try await client.delete(Pod.self, pod.namespace, pod.name, ["preconditions": ["uid": .string(pod.uid)]])
        } catch where error.isNotFound || error.isConflict {
            return
        }
    }
}

/// Since when pods are known to be on a node with taints that evict, and which of them will have to go.
private final class TaintSightings: Sendable {
    private let nodes = Mutex<[String: [String: Timestamp]]>([:])
    private let waiting = Mutex<[String: Set<String>]>([:])

    func condemned(_ node: String) -> Set<String> { waiting.withLock { $0[node] ?? [] } }

    func condemn(_ node: String, _ pods: Set<String>) { waiting.withLock { $0[node] = pods.isEmpty ? nil : pods } }

    func forget(_ node: String) {
        _ = nodes.withLock { $0.removeValue(forKey: node) }
        condemn(node, [])
    }

    /// Takes up pods that are new, and drops those that are gone.
    func note(_ node: String, _ pods: [String], _ now: Timestamp) -> [String: Timestamp] {
        nodes.withLock { nodes in
            let known = nodes[node] ?? [:]
            let current = Dictionary(pods.map { ($0, known[$0] ?? now) }, uniquingKeysWith: min)
            nodes[node] = current
            return current
        }
    }
}
