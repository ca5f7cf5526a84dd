import APIClient
import Crypto
import KubernetesTypes
import Objects

/// Asks for the attachment of volumes of CSI drivers to the nodes of the pods that use them, and for its end: by
/// VolumeAttachments, which the driver's attacher carries out.
struct AttachController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let volumes = context.informers.shared(PersistentVolume.self)
        let attachments = context.informers.shared(VolumeAttachment.self)
        let users = ObjectIndex(context.pods) { pod in PodClaimNames.of(pod).map { pod.namespace + "/" + $0 } }
        let work = AttachWork(
            context: context, volumes: volumes, claims: context.informers.shared(PersistentVolumeClaim.self), attachments: attachments,
            drivers: context.informers.shared(CSIDriver.self), users: users, byVolume: ObjectIndex(attachments) { [AttachWork.volume(of: $0)] },
            byNode: ObjectIndex(attachments) { ["node/" + ($0.value["spec"]["nodeName"].string ?? "")] }, recorder: context.recorder("attachdetach-controller"))
        loop = ReconcileLoop("attachdetach", queue: queue, workers: 4, logger: context.logger) { key throws(StatusError) in
            if key.hasPrefix("node/") { return try await work.tell(String(key.dropFirst(5))) }
            if let pause = try await work.settle(volume: key) { queue.add(key, after: pause) }
        }
        context.pods.onChange { change in
            let pod = change.object
            if (pod.spec.nodeName ?? "").isEmpty { return }
            if case .updated(let old, let new) = change, old.spec.nodeName == new.spec.nodeName, PodState.isFinished(old) == PodState.isFinished(new) { return }
            for name in work.volumeNames(pod) { queue.add(name) }
        }
        volumes.onChange { if $0.object.value["spec"]["csi"].isObject { queue.add($0.object.name) } }
        attachments.onChange { change in
            if case .updated(let old, let new) = change, old.value["status"]["attached"].bool != true { work.tellAttached(new) }
            queue.add(AttachWork.volume(of: change.object))
            queue.add("node/" + (change.object.value["spec"]["nodeName"].string ?? ""))
        }
        context.nodes.onChange { change in
            guard case .updated(let old, let new) = change, old.value["status"]["volumesInUse"] != new.value["status"]["volumesInUse"] else { return }
            for attachment in work.byNode.objects("node/" + new.name) { queue.add(AttachWork.volume(of: attachment)) }
        }
    }
}

struct AttachWork: Sendable {
    let context: ControllerContext
    let volumes: Informer<PersistentVolume>
    let claims: Informer<PersistentVolumeClaim>
    let attachments: Informer<VolumeAttachment>
    let drivers: Informer<CSIDriver>
    let users: ObjectIndex<Pod>
    let byVolume: ObjectIndex<VolumeAttachment>
    let byNode: ObjectIndex<VolumeAttachment>
    let recorder: EventRecorder

    /// How long a node that still uses a volume is waited for.
    private static let patience: Int64 = 360

    static func volume(of attachment: VolumeAttachment) -> String { attachment.value["spec"]["source"]["persistentVolumeName"].string ?? "" }

    /// As kubelets look for it.
    static func name(handle: String, driver: String, node: String) -> String {
        let digest = SHA256.hash(data: Array((handle + driver + node).utf8))
        return "csi-" + digest.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }

    func volumeNames(_ pod: Pod) -> [String] {
        PodClaimNames.of(pod).compactMap { claims.get(pod.namespace, $0)?.value["spec"]["volumeName"].string }.filter { !$0.isEmpty }
    }

    /// Returns after how long to look again, when something has to be waited for.
    func settle(volume name: String) async throws(StatusError) -> Duration? {
        let known = byVolume.objects(name)
        let wanted = wantedNodes(name)
        var pause: Duration?
        for attachment in known where !attachment.isBeingDeleted && isOwn(attachment) {
            if wanted.keys.contains(attachment.value["spec"]["nodeName"].string ?? "") { continue }
            if let wait = try await detach(attachment) { pause = wait }
        }
        guard let volume = volumes.get(name), let csi = Optional(volume.value["spec"]["csi"]), csi.isObject else { return pause }
        let driver = csi["driver"].string ?? ""
        if drivers.get(driver)?.value["spec"]["attachRequired"].bool == false { return pause }
        let isExclusive = Set(volume.value["spec"]["accessModes"].strings).isSubset(of: ["ReadWriteOnce", "ReadWriteOncePod"])
        for (node, pod) in wanted.sorted(by: { $0.key < $1.key }) where !known.contains(where: { $0.value["spec"]["nodeName"].string == node }) {
            if isExclusive, byVolume.objects(name).contains(where: { $0.value["spec"]["nodeName"].string != node }) {
                let message = "Multi-Attach error for volume \"\(name)\" Volume is already exclusively attached to one node and can't be attached to another"
                recorder.record(pod, type: "Warning", reason: "FailedAttachVolume", message: message)
                pause = .seconds(5)
                continue
            }
            let made: Value = [
                "metadata": ["name": .string(Self.name(handle: csi["volumeHandle"].string ?? "", driver: driver, node: node))],
                "spec": ["attacher": .string(driver), "nodeName": .string(node), "source": ["persistentVolumeName": .string(name)]],
            ]
            do throws(StatusError) {
                try await context.client.create(VolumeAttachment(made))
            } catch where error.isAlreadyExists {
                continue
            }
        }
        return pause
    }

    /// Tells the pod that waited for it.
    func tellAttached(_ attachment: VolumeAttachment) {
        guard attachment.value["status"]["attached"].bool == true, let node = attachment.value["spec"]["nodeName"].string else { return }
        let volume = Self.volume(of: attachment)
        guard let pod = wantedNodes(volume)[node] else { return }
        recorder.record(pod, reason: "SuccessfulAttachVolume", message: "AttachVolume.Attach succeeded for volume \"\(volume)\" ")
    }

    /// Nodes with pods that use the volume, each with one of them.
    private func wantedNodes(_ name: String) -> [String: Pod] {
        guard let reference = volumes.get(name)?.value["spec"]["claimRef"], let namespace = reference["namespace"].string, let claim = reference["name"].string
        else { return [:] }
        var nodes: [String: Pod] = [:]
        for pod in users.objects(namespace + "/" + claim) where !PodState.isFinished(pod) {
            if let node = pod.spec.nodeName, !node.isEmpty { nodes[node] = pod }
        }
        return nodes
    }

    private func detach(_ attachment: VolumeAttachment) async throws(StatusError) -> Duration? {
        let nodeName = attachment.value["spec"]["nodeName"].string ?? ""
        if let node = context.nodes.get(nodeName), let name = uniqueName(attachment), node.value["status"]["volumesInUse"].strings.contains(name) {
            let ready = node.value["status"]["conditions"].array.first { $0["type"].string == "Ready" }
            let since = ready?["lastTransitionTime"].string.flatMap { Timestamp($0) }
            let isLost = ready?["status"].string != "True" && since.map { Timestamp.now().seconds - $0.seconds > Self.patience } ?? false
            let isOutOfService = node.value["spec"]["taints"].array.contains { $0["key"].string == "node.kubernetes.io/out-of-service" }
            if !isLost, !isOutOfService { return .seconds(10) }
        }
        do throws(StatusError) {
            try await context.client.delete(VolumeAttachment.self, "", attachment.name)
        } catch where error.isNotFound {
            return nil
        }
        return nil
    }

    /// Whether the attachment was asked for here. Others made by hand stay as they are.
    private func isOwn(_ attachment: VolumeAttachment) -> Bool {
        guard let csi = volumes.get(Self.volume(of: attachment))?.value["spec"]["csi"], csi.isObject else {
            return attachment.name.hasPrefix("csi-") && attachment.name.utf8.count == 4 + 64
        }
        let node = attachment.value["spec"]["nodeName"].string ?? ""
        return attachment.name == Self.name(handle: csi["volumeHandle"].string ?? "", driver: csi["driver"].string ?? "", node: node)
    }

    /// As nodes name a volume in their status.
    private func uniqueName(_ attachment: VolumeAttachment) -> String? {
        guard let csi = volumes.get(Self.volume(of: attachment))?.value["spec"]["csi"], csi.isObject else { return nil }
        return "kubernetes.io/csi/\(csi["driver"].string ?? "")^\(csi["volumeHandle"].string ?? "")"
    }

    /// Tells a node's kubelet what is attached to it.
    func tell(_ name: String) async throws(StatusError) {
        guard let node = context.nodes.get(name) else { return }
        let attached = byNode.objects("node/" + name).filter { $0.value["status"]["attached"].bool == true }.compactMap(uniqueName).sorted()
        let list = Value.array(attached.map { ["name": .string($0), "devicePath": ""] })
        if node.value["status"]["volumesAttached"].array == list.array { return }
        do throws(StatusError) {
            try await context.client.patch(Node.self, "", name, ["status": ["volumesAttached": list]], as: .merge, "status")
        } catch where error.isNotFound {
            return
        }
    }
}
