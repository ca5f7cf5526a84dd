import APIClient
import KubernetesTypes
import Objects

/// Binds claims to volumes, and says of volumes whether they are free.
struct VolumeBinder: Controller {
    let loop: ReconcileLoop
    private static let volumePrefix = "volume:"

    init(_ context: ControllerContext) {
        let queue = WorkQueue(baseDelay: .milliseconds(20), longestDelay: .seconds(30))
        let claims = context.informers.shared(PersistentVolumeClaim.self)
        let volumes = context.informers.shared(PersistentVolume.self)
        let byClaim = ObjectIndex(volumes) { volume in volume.value["spec"]["claimRef"]["uid"].string.map { [$0] } ?? [] }
        let classes = context.informers.shared(StorageClass.self)
        _ = context.nodes
        let recorder = context.recorder("persistentvolume-controller")
        // One at a time: two claims must not take the same volume.
        loop = ReconcileLoop("persistentvolume-binder", queue: queue, workers: 1, logger: context.logger) { key throws(StatusError) in
            let sync = VolumeSync(context: context, claims: claims, volumes: volumes, classes: classes, recorder: recorder)
            if key.hasPrefix(Self.volumePrefix) {
                if let volume = volumes.get(String(key.dropFirst(Self.volumePrefix.count))) { try await sync.sync(volume) }
            } else if let claim = claims.get(key) {
                try await sync.sync(claim)
            }
        }
        let waiting: @Sendable () -> Void = {
            for claim in claims.list() where (claim.value["spec"]["volumeName"].string ?? "").isEmpty { queue.add(claim.namespace + "/" + claim.name) }
        }
        claims.onChange { change in
            let claim = change.object
            queue.add(claim.namespace + "/" + claim.name)
            if let name = claim.value["spec"]["volumeName"].string, !name.isEmpty { queue.add(Self.volumePrefix + name) }
            // One that goes before it was bound may have had a volume made for it.
            if case .deleted = change { for volume in byClaim.encoded(claim.uid) { queue.add(Self.volumePrefix + volume.name) } }
        }
        volumes.onChange { change in
            let volume = change.object
            queue.add(Self.volumePrefix + volume.name)
            let reference = volume.value["spec"]["claimRef"]
            if let name = reference["name"].string {
                queue.add((reference["namespace"].string ?? "") + "/" + name)
            } else {
                waiting()
            }
        }
        classes.onChange { _ in waiting() }
    }
}

private struct VolumeSync: Sendable {
    let context: ControllerContext
    let claims: Informer<PersistentVolumeClaim>
    let volumes: Informer<PersistentVolume>
    let classes: Informer<StorageClass>
    let recorder: EventRecorder

    private static let completed = "pv.kubernetes.io/bind-completed"
    private static let byController = "pv.kubernetes.io/bound-by-controller"

    // MARK: claims

    func sync(_ claim: PersistentVolumeClaim) async throws(StatusError) {
        if let name = claim.value["spec"]["volumeName"].string, !name.isEmpty { return try await settle(claim, name) }
        if claim.isBeingDeleted { return }
        let storageClass = classes.get(VolumeMatch.storageClass(claim.value))
        let waitsForPod = storageClass?.value["volumeBindingMode"].string == "WaitForFirstConsumer"
        let node = claim.annotations[VolumeMatch.selectedNode].flatMap { context.nodes.get($0) }
        let isReserved = volumes.list().contains { VolumeMatch.isReserved($0, for: claim) }
        if waitsForPod, node == nil, !isReserved {
            recorder.record(claim, reason: "WaitForFirstConsumer", message: "waiting for first consumer to be created before binding")
            return try await setPhase(claim, "Pending")
        }
        if let volume = VolumeMatch.best(claim, volumes.list(), node: node) { return try await bind(claim, volume) }
        try await setPhase(claim, "Pending")
        guard let storageClass, let provisioner = storageClass.value["provisioner"].string, provisioner != "kubernetes.io/no-provisioner" else {
            let isUnknown = storageClass == nil && !VolumeMatch.storageClass(claim.value).isEmpty
            let name = VolumeMatch.storageClass(claim.value)
            recorder.record(
                claim, type: isUnknown ? "Warning" : "Normal", reason: isUnknown ? "ProvisioningFailed" : "FailedBinding",
                message: isUnknown
                    ? "storageclass.storage.k8s.io \"\(name)\" not found" : "no persistent volumes available for this claim and no storage class is set")
            return
        }
        try await ask(provisioner, for: claim)
    }

    /// Tells an external provisioner that the claim is for it.
    private func ask(_ provisioner: String, for claim: PersistentVolumeClaim) async throws(StatusError) {
        recorder.record(
            claim, reason: "ExternalProvisioning",
            message: "Waiting for a volume to be created either by the external provisioner '\(provisioner)' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.")
        let key = "volume.kubernetes.io/storage-provisioner"
        if claim.annotations[key] == provisioner { return }
        var annotations = Value.emptyObject
        annotations[key] = .string(provisioner)
        annotations["volume.beta.kubernetes.io/storage-provisioner"] = .string(provisioner)
        try await context.client.patch(PersistentVolumeClaim.self, claim.namespace, claim.name, ["metadata": ["annotations": annotations]])
    }

    /// A claim that names its volume.
    private func settle(_ claim: PersistentVolumeClaim, _ name: String) async throws(StatusError) {
        guard let volume = volumes.get(name) else {
            guard claim.annotations[Self.completed] != nil else { return try await setPhase(claim, "Pending") }
            recorder.record(claim, type: "Warning", reason: "ClaimLost", message: "Bound claim has lost its PersistentVolume. Data on the volume is lost!")
            return try await setPhase(claim, "Lost")
        }
        let reference = volume.value["spec"]["claimRef"]
        if !reference.isObject || VolumeMatch.isReserved(volume, for: claim) { return try await bind(claim, volume) }
        if claim.annotations[Self.completed] != nil {
            recorder.record(claim, type: "Warning", reason: "ClaimMisbound", message: "Two claims are bound to the same volume, this one is bound incorrectly")
            return try await setPhase(claim, "Lost")
        }
        recorder.record(claim, type: "Warning", reason: "FailedBinding", message: "volume \"\(name)\" already bound to a different claim.")
        try await setPhase(claim, "Pending")
    }

    /// Four writes, each of which may be the last before a crash: volume, its status, claim, its status.
    private func bind(_ claim: PersistentVolumeClaim, _ volume: PersistentVolume) async throws(StatusError) {
        var volume = volume
        if volume.value["spec"]["claimRef"]["uid"].string != claim.uid {
            if !volume.value["spec"]["claimRef"].isObject { volume.value["metadata"]["annotations"][Self.byController] = "yes" }
            volume.value["spec"]["claimRef"] = [
                "kind": "PersistentVolumeClaim", "apiVersion": "v1", "namespace": .string(claim.namespace), "name": .string(claim.name),
                "uid": .string(claim.uid), "resourceVersion": .string(claim.resourceVersion),
            ]
            volume = try await context.client.update(volume)
        }
        if volume.value["status"]["phase"].string != "Bound" { volume = try await setPhase(volume, "Bound") }
        var claim = claim
        if claim.value["spec"]["volumeName"].string != volume.name || claim.annotations[Self.completed] == nil {
            if claim.value["spec"]["volumeName"].string != volume.name {
                claim.value["spec"]["volumeName"] = .string(volume.name)
                claim.value["metadata"]["annotations"][Self.byController] = "yes"
            }
            claim.value["metadata"]["annotations"][Self.completed] = "yes"
            claim = try await context.client.update(claim)
        }
        var status = claim.value["status"].isObject ? claim.value["status"] : .emptyObject
        status["phase"] = "Bound"
        status["accessModes"] = volume.value["spec"]["accessModes"]
        // Later changes of both are the resizer's to tell.
        if !status["capacity"].isObject || claim.value["status"]["phase"].string != "Bound" {
            status["capacity"] = volume.value["spec"]["capacity"]
            let attributes = volume.value["spec"]["volumeAttributesClassName"]
            status.set("currentVolumeAttributesClassName", attributes.string.map { $0.isEmpty ? nil : attributes } ?? nil)
        }
        if status == claim.value["status"] { return }
        claim.value["status"] = status
        try await context.client.updateStatus(claim)
    }

    private func setPhase(_ claim: PersistentVolumeClaim, _ phase: String) async throws(StatusError) {
        if claim.value["status"]["phase"].string == phase { return }
        var new = claim
        new.value["status"]["phase"] = .string(phase)
        try await context.client.updateStatus(new)
    }

    // MARK: volumes

    func sync(_ volume: PersistentVolume) async throws(StatusError) {
        let reference = volume.value["spec"]["claimRef"]
        let uid = reference["uid"].string ?? ""
        if !reference.isObject || uid.isEmpty {
            if volume.value["status"]["phase"].string != "Available" { _ = try await setPhase(volume, "Available") }
            return
        }
        let (namespace, name) = (reference["namespace"].string ?? "", reference["name"].string ?? "")
        if let claim = claims.get(namespace, name), claim.uid == uid {
            let isBound = claim.value["spec"]["volumeName"].string == volume.name
            if isBound, volume.value["status"]["phase"].string != "Bound" { _ = try await setPhase(volume, "Bound") }
            return
        }
        // The informer may not have shown the claim yet.
        do throws(StatusError) {
            let fresh = try await context.client.get(PersistentVolumeClaim.self, namespace, name)
            if fresh.uid == uid { return }
        } catch where error.isNotFound {}
        var released = volume
        if !["Released", "Failed"].contains(volume.value["status"]["phase"].string) { released = try await setPhase(volume, "Released") }
        guard let refusal = VolumeReclaim.refusal(released), released.value["status"]["message"].string != refusal.message else { return }
        _ = try await setPhase(released, "Failed", message: refusal.message)
        recorder.record(volume, type: "Warning", reason: refusal.reason, message: refusal.message)
    }

    private func setPhase(_ volume: PersistentVolume, _ phase: String, message: String = "") async throws(StatusError) -> PersistentVolume {
        var new = volume
        new.value["status"]["phase"] = .string(phase)
        new.value["status"].set("message", message.isEmpty ? nil : .string(message))
        new.value["status"]["lastPhaseTransitionTime"] = .string(Timestamp.now().text)
        return try await context.client.updateStatus(new)
    }
}
