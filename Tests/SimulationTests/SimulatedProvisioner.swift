import APIClient
import KubernetesTypes
import Logging
import Objects

/// Plays the provisioner of a class of storage: claims get volumes, and volumes that were let go of go.
struct SimulatedProvisioner: Sendable {
    static let className = "simulated"

    private let client: APIClient
    private let claims: Informer<PersistentVolumeClaim>
    private let volumes: Informer<PersistentVolume>
    private let logger: Logger

    init(_ client: APIClient, logger: Logger) {
        self.client = client
        self.logger = logger
        claims = Informer(PersistentVolumeClaim.self, client: client, logger: logger)
        volumes = Informer(PersistentVolume.self, client: client, logger: logger)
    }

    static var storageClass: StorageClass {
        StorageClass(["metadata": ["name": .string(className)], "provisioner": "simulated.example.com", "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"])
    }

    func run() async {
        let queue = WorkQueue()
        let loop = ReconcileLoop("provisioner", queue: queue, logger: logger) { key throws(StatusError) in
            if let claim = claims.get(key) { return try await provide(claim) }
            guard let volume = volumes.get(key), volume.value["status"]["phase"].string == "Released" else { return }
            do throws(StatusError) {
                try await client.delete(PersistentVolume.self, "", volume.name)
            } catch where error.isNotFound {
                return
            }
        }
        claims.onChange { queue.add($0.object.namespace + "/" + $0.object.name) }
        volumes.onChange { queue.add($0.object.name) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await claims.run() }
            group.addTask { await volumes.run() }
            group.addTask { await loop.run() }
        }
    }

    private func provide(_ claim: PersistentVolumeClaim) async throws(StatusError) {
        let spec = claim.value["spec"]
        guard spec["storageClassName"].string == Self.className, (spec["volumeName"].string ?? "").isEmpty, !claim.isBeingDeleted else { return }
        let volume: Value = [
            "metadata": ["name": .string("pvc-" + claim.uid), "annotations": ["pv.kubernetes.io/provisioned-by": "simulated"]],
            "spec": [
                "capacity": spec["resources"]["requests"], "accessModes": spec["accessModes"], "storageClassName": .string(Self.className),
                "persistentVolumeReclaimPolicy": "Delete", "hostPath": ["path": "/tmp/none"],
                "claimRef": [
                    "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": .string(claim.namespace), "name": .string(claim.name), "uid": .string(claim.uid),
                ],
            ],
        ]
        do throws(StatusError) {
            try await client.create(PersistentVolume(volume))
        } catch where error.isAlreadyExists {
            return
        }
    }
}
