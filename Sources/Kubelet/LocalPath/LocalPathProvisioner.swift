package import APIClient
import KubernetesTypes
package import Logging
import Objects

/// Gives each claim that asks for one a volume that is a folder of a node; a cluster has one of it.
///
/// A claim waits until the scheduler has chosen a node for its first pod. The volume then names a folder of that node, which
/// its kubelet makes when it mounts it. So data stay where they are, and pods follow them. A volume that was let go of is
/// deleted when its node says that the folder is gone (`LocalPathFolders`).
package struct LocalPathProvisioner: Sendable {
    package static let name = "martlet.dev/local-path"
    private static let className = "local-path"
    private static let selectedNode = "volume.kubernetes.io/selected-node"
    private static let volumePrefix = "volume:"
    private static let classKey = "class"

    private let client: APIClient
    private let logger: Logger
    private let claims: Informer<PersistentVolumeClaim>
    private let volumes: Informer<PersistentVolume>
    private let classes: Informer<StorageClass>
    private let nodes: Informer<Node>
    private let recorder: EventRecorder

    package init(transport: any APITransport, logger: Logger) {
        client = APIClient(transport: transport, fieldManager: "local-path-provisioner")
        self.logger = logger
        claims = Informer(PersistentVolumeClaim.self, client: client, logger: logger)
        volumes = Informer(PersistentVolume.self, client: client, logger: logger)
        classes = Informer(StorageClass.self, client: client, logger: logger)
        nodes = Informer(Node.self, client: client, logger: logger)
        recorder = EventRecorder(client: client, component: Self.name)
    }

    /// Works until cancelled.
    package func run() async {
        let queue = WorkQueue(baseDelay: .milliseconds(100), longestDelay: .seconds(30))
        let loop = ReconcileLoop("local-path", queue: queue, workers: 2, logger: logger) { [self] key throws(StatusError) in
            if key == Self.classKey { return try await ensureClass() }
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
        classes.onChange { [claims] change in
            for claim in claims.list() where claim.value["spec"]["storageClassName"].string == change.object.name { queue.add(claim.namespace + "/" + claim.name) }
        }
        nodes.onChange { change in
            switch change {
            case .deleted: return
            // A class that somebody deleted comes again with a node, not with each of its heartbeats.
            case .updated(let old, let new): if LocalPathNode.root(of: old) == nil, LocalPathNode.root(of: new) != nil { queue.add(Self.classKey) }
            case .added(let node): if LocalPathNode.root(of: node) != nil { queue.add(Self.classKey) }
            }
            for name in LocalPathNode.removed(by: change.object) { queue.add(Self.volumePrefix + name) }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [classes] in await classes.run() }
            group.addTask { [nodes] in await nodes.run() }
            group.addTask { [claims] in await claims.run() }
            group.addTask { [volumes] in await volumes.run() }
            await classes.waitUntilSynced()
            await nodes.waitUntilSynced()
            await claims.waitUntilSynced()
            await volumes.waitUntilSynced()
            group.addTask { await loop.run() }
        }
    }

    /// The class is the default one, unless the cluster has classes already.
    private func ensureClass() async throws(StatusError) {
        if classes.get(Self.className) != nil { return }
        var metadata: Value = ["name": .string(Self.className)]
        if classes.list().isEmpty { metadata["annotations"] = ["storageclass.kubernetes.io/is-default-class": "true"] }
        let storageClass = StorageClass([
            "metadata": metadata, "provisioner": .string(Self.name), "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer",
        ])
        do throws(StatusError) {
            try await client.create(storageClass)
        } catch where error.isAlreadyExists {
            return
        }
    }

    // MARK: claims

    private func provision(_ claim: PersistentVolumeClaim) async throws(StatusError) {
        let name = LocalPathVolume.name(for: claim)
        guard (claim.value["spec"]["volumeName"].string ?? "").isEmpty, !claim.isBeingDeleted, let node = claim.annotations[Self.selectedNode], !node.isEmpty,
            let storageClass = classes.get(claim.value["spec"]["storageClassName"].string ?? ""), storageClass.value["provisioner"].string == Self.name,
            volumes.get(name) == nil
        else { return }
        if let problem = Self.problem(claim) { return tell(claim, storageClass, problem) }
        switch try await offer(of: node) {
        case .nothing(let why):
            try await takeBack(claim)
            tell(claim, storageClass, why)
        case .folder(let root):
            do throws(StatusError) {
                try await client.create(Self.volume(claim, storageClass, node: node, root: root))
                recorder.record(claim, reason: "ProvisioningSucceeded", message: "Successfully provisioned volume \(name)")
            } catch where error.isAlreadyExists {
                return
            }
        }
    }

    private func tell(_ claim: PersistentVolumeClaim, _ storageClass: StorageClass, _ problem: String) {
        recorder.record(claim, type: "Warning", reason: "ProvisioningFailed", message: "failed to provision volume with StorageClass \"\(storageClass.name)\": \(problem)")
    }

    private enum Offer {
        case folder(String)
        case nothing(String)
    }

    private func offer(of name: String) async throws(StatusError) -> Offer {
        if let root = nodes.get(name).flatMap(LocalPathNode.root) { return .folder(root) }
        // The informer may not have shown it yet.
        do throws(StatusError) {
            let node = try await client.get(Node.self, "", name)
            return LocalPathNode.root(of: node).map { .folder($0) } ?? .nothing("node \"\(name)\" offers no folders as volumes")
        } catch where error.isNotFound {
            return .nothing("node \"\(name)\" not found")
        }
    }

    /// Lets the scheduler choose again, as external provisioners do.
    private func takeBack(_ claim: PersistentVolumeClaim) async throws(StatusError) {
        var new = claim
        new.value["metadata"]["annotations"].remove(Self.selectedNode)
        do throws(StatusError) {
            try await client.update(new)
        } catch where error.isNotFound {
            return
        }
    }

    /// What the folder of a node cannot be; nil when the claim asks for nothing of that kind.
    static func problem(_ claim: PersistentVolumeClaim) -> String? {
        let spec = claim.value["spec"]
        if spec["volumeMode"].string == "Block" { return "volumes of mode Block are not offered" }
        let modes = spec["accessModes"].strings.filter { $0 != "ReadWriteOnce" && $0 != "ReadWriteOncePod" }
        if !modes.isEmpty { return "access mode \(modes[0]) is not offered, as the volume is a folder of one node" }
        if spec["selector"].isObject { return "a claim with a selector cannot be provisioned for" }
        return spec["dataSource"].isObject ? "data sources are not offered" : nil
    }

    static func volume(_ claim: PersistentVolumeClaim, _ storageClass: StorageClass, node: String, root: String) -> PersistentVolume {
        let spec = claim.value["spec"]
        let name = LocalPathVolume.name(for: claim)
        var annotations = Value.emptyObject
        annotations[LocalPathVolume.provisionedBy] = .string(Self.name)
        let term: Value = ["matchExpressions": [["key": .string(LocalPathVolume.hostname), "operator": "In", "values": [.string(node)]]]]
        return PersistentVolume([
            "metadata": ["name": .string(name), "annotations": annotations],
            "spec": [
                "capacity": ["storage": spec["resources"]["requests"]["storage"]], "accessModes": spec["accessModes"],
                "persistentVolumeReclaimPolicy": .string(storageClass.value["reclaimPolicy"].string ?? "Delete"),
                "storageClassName": .string(storageClass.name), "volumeMode": "Filesystem", "local": ["path": .string(root + "/" + name)],
                "claimRef": [
                    "kind": "PersistentVolumeClaim", "apiVersion": "v1", "namespace": .string(claim.namespace), "name": .string(claim.name),
                    "uid": .string(claim.uid),
                ],
                "nodeAffinity": ["required": ["nodeSelectorTerms": [term]]],
            ],
        ])
    }

    // MARK: volumes

    /// Whether a volume may be deleted: nobody claims it any more, and its node has removed the folder.
    static func isDone(_ volume: PersistentVolume, node: (String) -> Node?) -> Bool {
        guard let folder = LocalPathVolume(volume), folder.isReleased, let node = node(folder.node) else { return false }
        return LocalPathNode.removed(by: node).contains(folder.name)
    }

    private func release(_ volume: PersistentVolume) async throws(StatusError) {
        guard !volume.isBeingDeleted, Self.isDone(volume, node: { nodes.get($0) }) else { return }
        do throws(StatusError) {
            try await client.delete(PersistentVolume.self, "", volume.name, ["preconditions": ["uid": .string(volume.uid)]])
            logger.info("removed a volume", metadata: ["volume": "\(volume.name)"])
        } catch where error.isNotFound || error.isConflict {
            return
        }
    }
}
