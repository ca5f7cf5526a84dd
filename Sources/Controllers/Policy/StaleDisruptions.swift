import APIClient
import KubernetesTypes
import Objects

/// Takes the announcement back that a pod is to be disrupted when two minutes later nothing has come of it.
struct StaleDisruptions: Controller {
    let loop: ReconcileLoop

    private static let type = "DisruptionTarget"
    private static let patience: Int64 = 120

    enum Step: Equatable {
        case nothing
        case wait(Int64)
        case takeBack
    }

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        loop = ReconcileLoop("disruption_stale", queue: queue, logger: context.logger) { key throws(StatusError) in
            guard let pod = context.pods.get(key) else { return }
            switch Self.step(pod, now: .now()) {
            case .nothing: return
            case .wait(let seconds): queue.add(key, after: .seconds(seconds))
            case .takeBack:
                let condition: Value = ["type": .string(Self.type), "status": "False", "lastTransitionTime": .string(Timestamp.now().text)]
                let change: Value = ["metadata": ["uid": .string(pod.uid)], "status": ["conditions": [condition]]]
                do throws(StatusError) {
                    try await context.client.patch(Pod.self, pod.namespace, pod.name, change, as: .strategic, "status")
                } catch where error.isNotFound || error.isConflict {
                    return
                }
            }
        }
        context.pods.onChange { change in
            if case .deleted = change { return }
            let pod = change.object
            if Self.step(pod, now: .now()) != .nothing { queue.add(pod.namespace + "/" + pod.name) }
        }
    }

    /// What a kubelet announces it carries out, however long that takes.
    static func step(_ pod: Pod, now: Timestamp) -> Step {
        let conditions = pod.value["status"]["conditions"].array
        guard let condition = conditions.first(where: { $0["type"].string == type }), condition["status"].string == "True",
            condition["reason"].string != "TerminationByKubelet", !pod.isBeingDeleted, !["Succeeded", "Failed"].contains(PodState.phase(pod))
        else { return .nothing }
        let since = condition["lastTransitionTime"].string.flatMap { Timestamp($0)?.seconds } ?? now.seconds
        let left = since + patience - now.seconds
        return left > 0 ? .wait(left) : .takeBack
    }
}
