import APIClient
import KubernetesTypes
import Objects

/// Keeps classes of volume attributes that claims or volumes name from being deleted.
struct AttributesClassProtection: Controller {
    let loop: ReconcileLoop
    private static let finalizer = "kubernetes.io/vac-protection"

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let classes = context.informers.shared(VolumeAttributesClass.self)
        let claims = context.informers.shared(PersistentVolumeClaim.self)
        let volumes = context.informers.shared(PersistentVolume.self)
        let claimUsers = ObjectIndex(claims) { Self.names(of: $0) }
        let volumeUsers = ObjectIndex(volumes) { [$0.value["spec"]["volumeAttributesClassName"].string ?? ""].filter { !$0.isEmpty } }
        loop = ReconcileLoop("volumeattributesclass-protection", queue: queue, workers: 1, logger: context.logger) { key throws(StatusError) in
            guard let known = classes.get(key) else { return }
            let isUsed = !claimUsers.objects(key).isEmpty || !volumeUsers.objects(key).isEmpty
            try await FinalizerChange(client: context.client, finalizer: Self.finalizer).settle(known, isUsed: isUsed)
        }
        classes.onChange { queue.add($0.object.name) }
        claims.onChange { change in
            if case .added = change { return }
            for name in Self.names(of: change.object) { queue.add(name) }
            if case .updated(let old, _) = change { for name in Self.names(of: old) { queue.add(name) } }
        }
        volumes.onChange { change in
            if case .added = change { return }
            if let name = change.object.value["spec"]["volumeAttributesClassName"].string { queue.add(name) }
            if case .updated(let old, _) = change, let name = old.value["spec"]["volumeAttributesClassName"].string { queue.add(name) }
        }
    }

    /// The class that a claim asks for, that it has, and that it is being given.
    private static func names(of claim: PersistentVolumeClaim) -> [String] {
        let (spec, status) = (claim.value["spec"], claim.value["status"])
        let all = [
            spec["volumeAttributesClassName"].string, status["currentVolumeAttributesClassName"].string,
            status["modifyVolumeStatus"]["targetVolumeAttributesClassName"].string,
        ]
        return Array(Set(all.compactMap { $0 }.filter { !$0.isEmpty }))
    }
}
