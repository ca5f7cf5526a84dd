import KubernetesTypes
import Objects

/// What becomes of volumes whose claims are gone, as far as the cluster itself has a say: those of a provisioner are deleted by that,
/// others by nobody, and none is emptied for the next claim.
enum VolumeReclaim {
    struct Refusal: Equatable {
        /// Of the Event.
        let reason: String
        let message: String
    }

    /// Why a volume's reclaim policy cannot be followed; nil when it can, or somebody else does it.
    static func refusal(_ volume: PersistentVolume) -> Refusal? {
        switch volume.value["spec"]["persistentVolumeReclaimPolicy"].string {
        case "Recycle": return Refusal(reason: "VolumeFailedRecycle", message: "No recycler plugin found for the volume!")
        case "Delete":
            guard (volume.annotations["pv.kubernetes.io/provisioned-by"] ?? "").isEmpty else { return nil }
            return Refusal(
                reason: "VolumeFailedDelete", message: "error getting deleter volume plugin for volume \"\(volume.name)\": no deletable volume plugin matched")
        default: return nil
        }
    }
}
