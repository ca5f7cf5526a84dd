import APIClient
import KubernetesTypes
import Objects

/// Notices claims that want to grow, and says to whom that falls: volumes are made larger by the resizers of their drivers.
struct ExpansionController: Controller {
    let loop: ReconcileLoop
    private static let annotation = "volume.kubernetes.io/storage-resizer"

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let claims = context.informers.shared(PersistentVolumeClaim.self)
        let volumes = context.informers.shared(PersistentVolume.self)
        let recorder = context.recorder("volume_expand")
        loop = ReconcileLoop("volume-expand", queue: queue, workers: 1, logger: context.logger) { key throws(StatusError) in
            guard let claim = claims.get(key), Self.wantsMore(claim), let volume = volumes.get(claim.value["spec"]["volumeName"].string ?? "") else { return }
            let driver = volume.value["spec"]["csi"]["driver"].string
            recorder.record(claim, reason: "ExternalExpanding", message: "waiting for an external controller to expand this PVC")
            guard let driver, claim.annotations[Self.annotation] != driver else { return }
            var annotations = Value.emptyObject
            annotations[Self.annotation] = .string(driver)
            do throws(StatusError) {
                try await context.client.patch(PersistentVolumeClaim.self, claim.namespace, claim.name, ["metadata": ["annotations": annotations]])
            } catch where error.isNotFound {
                return
            }
        }
        claims.onChange { change in
            if case .deleted = change { return }
            if case .updated(let old, let new) = change, old.value["spec"]["resources"] == new.value["spec"]["resources"] { return }
            if Self.wantsMore(change.object) { queue.add(change.object.namespace + "/" + change.object.name) }
        }
    }

    private static func wantsMore(_ claim: PersistentVolumeClaim) -> Bool {
        guard claim.value["status"]["phase"].string == "Bound", let wanted = Quantity(claim.value["spec"]["resources"]["requests"]["storage"]),
            let has = Quantity(claim.value["status"]["capacity"]["storage"])
        else { return false }
        return has < wanted
    }
}
