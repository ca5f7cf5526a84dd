import APIClient
import KubernetesTypes
import Objects

/// Keeps claims that pods use, and volumes that claims use, from being deleted: by a finalizer that goes when the use ends.
struct ClaimProtection: Controller {
    let loop: ReconcileLoop
    private static let finalizer = "kubernetes.io/pvc-protection"

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let claims = context.informers.shared(PersistentVolumeClaim.self)
        let users = ObjectIndex(context.pods) { pod in PodClaimNames.of(pod).map { pod.namespace + "/" + $0 } }
        loop = ReconcileLoop("pvc-protection", queue: queue, workers: 2, logger: context.logger) { key throws(StatusError) in
            guard let claim = claims.get(key) else { return }
            let isUsed = users.objects(key).contains { !PodState.isFinished($0) && !($0.spec.nodeName ?? "").isEmpty }
            try await FinalizerChange(client: context.client, finalizer: Self.finalizer).settle(claim, isUsed: isUsed)
        }
        claims.onChange { queue.add($0.object.namespace + "/" + $0.object.name) }
        context.pods.onChange { change in
            let pod = change.object
            if case .added = change { return }
            for name in PodClaimNames.of(pod) { queue.add(pod.namespace + "/" + name) }
        }
    }
}

struct VolumeProtection: Controller {
    let loop: ReconcileLoop
    private static let finalizer = "kubernetes.io/pv-protection"

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let volumes = context.informers.shared(PersistentVolume.self)
        loop = ReconcileLoop("pv-protection", queue: queue, workers: 2, logger: context.logger) { key throws(StatusError) in
            guard let volume = volumes.get(key) else { return }
            let isUsed = volume.value["status"]["phase"].string == "Bound"
            try await FinalizerChange(client: context.client, finalizer: Self.finalizer).settle(volume, isUsed: isUsed)
        }
        volumes.onChange { queue.add($0.object.name) }
    }
}

/// The claims that a pod uses.
enum PodClaimNames {
    static func of(_ pod: Pod) -> [String] {
        pod.value["spec"]["volumes"].array.compactMap { volume in
            if let name = volume["persistentVolumeClaim"]["claimName"].string { return name }
            return volume["ephemeral"].isObject ? pod.name + "-" + (volume["name"].string ?? "") : nil
        }
    }
}

/// Puts a finalizer on what lives, and takes it off what is to go and is used no more.
struct FinalizerChange: Sendable {
    let client: APIClient
    let finalizer: String

    func settle<T: ObjectView>(_ object: T, isUsed: Bool) async throws(StatusError) {
        let has = object.metadata.finalizers.contains(finalizer)
        var new = object
        if object.isBeingDeleted {
            guard has, !isUsed else { return }
            new.metadata.finalizers.removeAll { $0 == finalizer }
        } else {
            if has { return }
            new.metadata.finalizers.append(finalizer)
        }
        do throws(StatusError) {
            try await client.update(new)
        } catch where error.isNotFound {
            return
        }
    }
}
