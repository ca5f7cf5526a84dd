package import APIClient
#if canImport(Glibc)
import Glibc
#endif
import KubernetesTypes
package import Logging
import Objects
import Synchronization

/// Makes a folder of this node for each claim that asks for one, and removes it when its volume is released.
///
/// A claim waits until the scheduler has chosen a node for its first pod; then that node's provisioner makes folder and
/// volume. So data stay where they are, and pods follow them.
package struct LocalPathProvisioner: Sendable {
    package static let name = "martlet.dev/local-path"
    private static let className = "local-path"
    private static let provisionedBy = "pv.kubernetes.io/provisioned-by"
    private static let selectedNode = "volume.kubernetes.io/selected-node"

    private let client: APIClient
    private let nodeName: String
    private let root: String
    private let logger: Logger
    private let claims: Informer<PersistentVolumeClaim>
    private let volumes: Informer<PersistentVolume>
    private let classes: Informer<StorageClass>
    private let recorder: EventRecorder

    /// Folders lie below `root`.
    package init(transport: any APITransport, nodeName: String, root: String, logger: Logger) {
        client = APIClient(transport: transport, fieldManager: "local-path-provisioner")
        self.nodeName = nodeName
        self.root = root
        self.logger = logger
        claims = Informer(PersistentVolumeClaim.self, client: client, logger: logger)
        volumes = Informer(PersistentVolume.self, client: client, logger: logger)
        classes = Informer(StorageClass.self, client: client, logger: logger)
        recorder = EventRecorder(client: client, component: Self.name)
    }

    private static let volumePrefix = "volume:"

    /// Works until cancelled.
    package func run() async {
        let queue = WorkQueue(baseDelay: .milliseconds(100), longestDelay: .seconds(30))
        let loop = ReconcileLoop("local-path", queue: queue, workers: 2, logger: logger) { [self] key throws(StatusError) in
            if key.hasPrefix(Self.volumePrefix) {
                if let volume = volumes.get(String(key.dropFirst(Self.volumePrefix.count))) { try await release(volume) }
            } else if let claim = claims.get(key) {
                try await provision(claim)
            }
        }
        claims.onChange { change in
            if case .deleted = change { return }
            queue.add(change.object.namespace + "/" + change.object.name)
        }
        volumes.onChange { change in
            if case .deleted = change { return }
            queue.add(Self.volumePrefix + change.object.name)
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [classes] in await classes.run() }
            await classes.waitUntilSynced()
            await ensureClass()
            group.addTask { [claims] in await claims.run() }
            group.addTask { [volumes] in await volumes.run() }
            await claims.waitUntilSynced()
            await volumes.waitUntilSynced()
            group.addTask { await loop.run() }
        }
    }

    /// The class is the default one, unless the cluster has classes already.
    private func ensureClass() async {
        if classes.get(Self.className) != nil { return }
        var metadata: Value = ["name": .string(Self.className)]
        if classes.list().isEmpty { metadata["annotations"] = ["storageclass.kubernetes.io/is-default-class": "true"] }
        let storageClass = StorageClass([
            "metadata": metadata, "provisioner": .string(Self.name), "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer",
        ])
        do throws(StatusError) {
            try await client.create(storageClass)
        } catch {
            if !error.isAlreadyExists { logger.warning("the storage class cannot be made", metadata: ["reason": "\(error)"]) }
        }
    }

    // MARK: claims

    private func provision(_ claim: PersistentVolumeClaim) async throws(StatusError) {
        guard (claim.value["spec"]["volumeName"].string ?? "").isEmpty, !claim.isBeingDeleted, claim.annotations[Self.selectedNode] == nodeName,
            let storageClass = classes.get(claim.value["spec"]["storageClassName"].string ?? ""), storageClass.value["provisioner"].string == Self.name
        else { return }
        let name = "pvc-" + claim.uid
        if volumes.get(name) != nil { return }
        if let problem = Self.problem(claim) {
            recorder.record(claim, type: "Warning", reason: "ProvisioningFailed", message: "failed to provision volume with StorageClass \"\(storageClass.name)\": \(problem)")
            return
        }
        let path = root + "/" + name
        do throws(HostFile.Failure) {
            try HostFile.makeFolder(path)
        } catch {
            throw .internalError(error.description)
        }
        chmod(path, 0o777)
        do throws(StatusError) {
            try await client.create(volume(claim, storageClass, name: name, path: path))
            recorder.record(claim, reason: "ProvisioningSucceeded", message: "Successfully provisioned volume \(name)")
        } catch where error.isAlreadyExists {
            return
        }
    }

    /// What the folder of a node cannot be; nil when the claim asks for nothing of that kind.
    private static func problem(_ claim: PersistentVolumeClaim) -> String? {
        let spec = claim.value["spec"]
        if spec["volumeMode"].string == "Block" { return "volumes of mode Block are not offered" }
        let modes = spec["accessModes"].strings.filter { $0 != "ReadWriteOnce" && $0 != "ReadWriteOncePod" }
        if !modes.isEmpty { return "access mode \(modes[0]) is not offered, as the volume is a folder of one node" }
        if spec["selector"].isObject { return "a claim with a selector cannot be provisioned for" }
        return spec["dataSource"].isObject ? "data sources are not offered" : nil
    }

    private func volume(_ claim: PersistentVolumeClaim, _ storageClass: StorageClass, name: String, path: String) -> PersistentVolume {
        let spec = claim.value["spec"]
        var annotations = Value.emptyObject
        annotations[Self.provisionedBy] = .string(Self.name)
        let term: Value = ["matchExpressions": [["key": "kubernetes.io/hostname", "operator": "In", "values": [.string(nodeName)]]]]
        return PersistentVolume([
            "metadata": ["name": .string(name), "annotations": annotations],
            "spec": [
                "capacity": ["storage": spec["resources"]["requests"]["storage"]], "accessModes": spec["accessModes"],
                "persistentVolumeReclaimPolicy": .string(storageClass.value["reclaimPolicy"].string ?? "Delete"),
                "storageClassName": .string(storageClass.name), "volumeMode": "Filesystem", "local": ["path": .string(path)],
                "claimRef": [
                    "kind": "PersistentVolumeClaim", "apiVersion": "v1", "namespace": .string(claim.namespace), "name": .string(claim.name),
                    "uid": .string(claim.uid),
                ],
                "nodeAffinity": ["required": ["nodeSelectorTerms": [term]]],
            ],
        ])
    }

    // MARK: volumes

    /// Removes a volume that nobody claims any more, with its folder.
    private func release(_ volume: PersistentVolume) async throws(StatusError) {
        let spec = volume.value["spec"]
        // Only what this provisioner made, where it made it: whoever edits a volume must not have other folders removed.
        guard volume.annotations[Self.provisionedBy] == Self.name, spec["persistentVolumeReclaimPolicy"].string == "Delete",
            volume.value["status"]["phase"].string == "Released", volume.name.hasPrefix("pvc-"), !volume.name.contains("/"),
            spec["local"]["path"].string == root + "/" + volume.name, isHere(spec)
        else { return }
        HostFile.remove(root + "/" + volume.name)
        do throws(StatusError) {
            try await client.delete(PersistentVolume.self, "", volume.name, ["preconditions": ["uid": .string(volume.uid)]])
            logger.info("removed a volume", metadata: ["volume": "\(volume.name)"])
        } catch where error.isNotFound || error.isConflict {
            return
        }
    }

    private func isHere(_ spec: Value) -> Bool {
        spec["nodeAffinity"]["required"]["nodeSelectorTerms"].array.contains { term in
            term["matchExpressions"].array.contains { $0["key"].string == "kubernetes.io/hostname" && $0["values"].strings == [nodeName] }
        }
    }
}
