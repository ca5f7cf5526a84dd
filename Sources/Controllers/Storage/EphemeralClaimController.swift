import APIClient
import KubernetesTypes
import Objects

/// Makes the claims of pods' ephemeral volumes.
struct EphemeralClaimController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let claims = context.informers.shared(PersistentVolumeClaim.self)
        let recorder = context.recorder("ephemeral_volume")
        loop = ReconcileLoop("ephemeral-volume", queue: queue, workers: 2, logger: context.logger) { key throws(StatusError) in
            guard let pod = context.pods.get(key), !pod.isBeingDeleted, !PodState.isFinished(pod) else { return }
            for volume in pod.value["spec"]["volumes"].array where volume["ephemeral"].isObject {
                let name = pod.name + "-" + (volume["name"].string ?? "")
                if let known = claims.get(pod.namespace, name) {
                    if Ownership.isControlled(known, by: pod.uid) { continue }
                    let why = "PVC \(pod.namespace)/\(name) was not created for pod \(pod.namespace)/\(pod.name) (pod is not owner)"
                    recorder.record(pod, type: "Warning", reason: "FailedBinding", message: "ephemeral volume \(volume["name"].string ?? ""): \(why)")
                    throw StatusError.badRequest(why)
                }
                let template = volume["ephemeral"]["volumeClaimTemplate"]
                var claim = PersistentVolumeClaim(name: name, namespace: pod.namespace)
                for part in ["labels", "annotations"] where template["metadata"][part].isObject { claim.value["metadata"][part] = template["metadata"][part] }
                claim.value["metadata"]["ownerReferences"] = [Ownership.reference(to: pod)]
                claim.value["spec"] = template["spec"]
                do throws(StatusError) {
                    try await context.client.create(claim)
                } catch where error.isAlreadyExists {
                    continue
                }
            }
        }
        context.pods.onChange { change in
            guard case .added(let pod) = change, pod.value["spec"]["volumes"].array.contains(where: { $0["ephemeral"].isObject }) else { return }
            queue.add(pod.namespace + "/" + pod.name)
        }
    }
}
