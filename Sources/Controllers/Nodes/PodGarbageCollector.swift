import APIClient
import KubernetesTypes
import Objects
import Synchronization

/// Deletes pods that no kubelet will ever finish: of nodes that are gone, deleted before they had a node, and the oldest
/// finished ones when there are too many.
struct PodGarbageCollector: Sendable {
    private let context: ControllerContext
    private let byNode: ObjectIndex<Pod>
    private let finished: ObjectIndex<Pod>
    private static let pause: Duration = .seconds(20)
    /// A node that is missing for less than this may only not have been seen yet.
    private static let quarantineSeconds: Int64 = 40
    private static let finishedLimit = 12_500

    init(_ context: ControllerContext) {
        self.context = context
        _ = context.nodes
        byNode = ObjectIndex(context.pods) { pod in
            let node = pod.spec.nodeName ?? ""
            return node.isEmpty ? (pod.isBeingDeleted ? [""] : []) : [node]
        }
        finished = ObjectIndex(context.pods) { PodState.isFinished($0) ? [""] : [] }
    }

    func run() async {
        var missingSince: [String: Int64] = [:]
        while !Task.isCancelled {
            let now = Timestamp.now().seconds
            let missing = byNode.terms.filter { !$0.isEmpty && context.nodes.get($0) == nil }
            missingSince = missingSince.filter { missing.contains($0.key) }
            for node in missing {
                let since = missingSince[node] ?? now
                missingSince[node] = since
                if now - since >= Self.quarantineSeconds { await collect(node) }
            }
            for pod in byNode.objects("") { await delete(pod, marking: false) }
            let old = finished.objects("")
            if old.count > Self.finishedLimit {
                let sorted = old.sorted { created($0) < created($1) }
                for pod in sorted.prefix(old.count - Self.finishedLimit) { await delete(pod, marking: false) }
            }
            try? await ClusterTime.sleep(for: Self.pause)
        }
    }

    private func created(_ pod: Pod) -> String { pod.value["metadata"]["creationTimestamp"].string ?? "" }

    private func collect(_ node: String) async {
        // The informer of nodes may lag behind that of pods.
        do throws(StatusError) {
            _ = try await context.client.get(Node.self, "", node)
        } catch {
            guard error.isNotFound else { return }
            for pod in byNode.objects(node) { await delete(pod, marking: true) }
        }
    }

    /// A pod that did not finish becomes `Failed` first, so that its controller counts it.
    private func delete(_ pod: Pod, marking: Bool) async {
        if marking, !PodState.isFinished(pod) {
            let condition: Value = [
                "type": "DisruptionTarget", "status": "True", "reason": "DeletionByPodGC", "message": "PodGC: node no longer exists",
                "lastTransitionTime": .string(Timestamp.now().text),
            ]
            let patch: Value = ["status": ["phase": "Failed", "conditions": [condition]]]
            _ = try? await context.client.patch(Pod.self, pod.namespace, pod.name, patch, as: .strategic, "status")
        }
        try? await context.client.delete(
            Pod.self, pod.namespace, pod.name, ["gracePeriodSeconds": 0, "preconditions": ["uid": .string(pod.uid)]])
    }
}
