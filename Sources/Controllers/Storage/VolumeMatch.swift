import KubernetesTypes
import Objects

/// Which volume suits a claim: a pure choice.
enum VolumeMatch {
    static let selectedNode = "volume.kubernetes.io/selected-node"

    /// The class by which claim and volume find each other; empty: none.
    static func storageClass(_ value: Value) -> String {
        value["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].string ?? value["spec"]["storageClassName"].string ?? ""
    }

    /// Whether a volume names this claim, with or without its uid.
    static func isReserved(_ volume: PersistentVolume, for claim: PersistentVolumeClaim) -> Bool {
        let reference = volume.value["spec"]["claimRef"]
        guard reference["name"].string == claim.name, reference["namespace"].string == claim.namespace else { return false }
        let uid = reference["uid"].string ?? ""
        return uid.isEmpty || uid == claim.uid
    }

    private static func size(_ volume: PersistentVolume) -> Quantity { Quantity(volume.value["spec"]["capacity"]["storage"]) ?? .zero }

    /// The volume that is reserved for the claim, or the smallest free one that is large enough. `node` is where it has to
    /// be reachable, nil when that does not matter.
    static func best(_ claim: PersistentVolumeClaim, _ volumes: [PersistentVolume], node: Node?) -> PersistentVolume? {
        if let reserved = volumes.first(where: { isReserved($0, for: claim) && !$0.isBeingDeleted }) { return suits(claim, reserved, node) ? reserved : nil }
        let free = volumes.filter { volume in
            !volume.value["spec"]["claimRef"].isObject && !volume.isBeingDeleted && volume.value["status"]["phase"].string == "Available"
                && suits(claim, volume, node)
        }
        return free.min { (size($0), $0.name) < (size($1), $1.name) }
    }

    static func suits(_ claim: PersistentVolumeClaim, _ volume: PersistentVolume, _ node: Node?) -> Bool {
        let (wanted, offered) = (claim.value["spec"], volume.value["spec"])
        guard storageClass(claim.value) == storageClass(volume.value), (wanted["volumeMode"].string ?? "Filesystem") == (offered["volumeMode"].string ?? "Filesystem"),
            Set(wanted["accessModes"].strings).isSubset(of: offered["accessModes"].strings),
            (Quantity(wanted["resources"]["requests"]["storage"]) ?? .zero) <= size(volume),
            (wanted["volumeAttributesClassName"].string ?? "") == (offered["volumeAttributesClassName"].string ?? "")
        else { return false }
        if wanted["selector"].isObject, !Objects.LabelSelector(wanted["selector"]).matches(volume.labels) { return false }
        guard let node else { return true }
        let required = offered["nodeAffinity"]["required"]
        if !required.isObject { return true }
        let affinity: Value = ["affinity": ["nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": required]]]
        return NodeAffinityRules(affinity).matches(KnownNode(EncodedObject(value: node.value)))
    }
}
