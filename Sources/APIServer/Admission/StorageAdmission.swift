import KubernetesTypes
import Objects
import Schema

/// Volumes and claims that are in use are not deleted under their users.
struct StorageObjectInUseProtection: MutatingAdmission {
    let name = "StorageObjectInUseProtection"
    private static let finalizers = [
        "persistentvolumes": "kubernetes.io/pv-protection", "persistentvolumeclaims": "kubernetes.io/pvc-protection",
        "volumeattributesclasses.storage.k8s.io": "kubernetes.io/vac-protection",
    ]

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.operation == .create, attributes.subresource.isEmpty,
            let finalizer = Self.finalizers[attributes.resource.description]
        else { return }
        let present = attributes.object["metadata"]["finalizers"].strings
        if !present.contains(finalizer) { attributes.object["metadata"]["finalizers"] = Value(present + [finalizer]) }
    }
}

/// A bound claim grows only when its class says that its driver can do that.
struct PersistentVolumeClaimResize: ValidatingAdmission {
    let name = "PersistentVolumeClaimResize"
    let classes: ResourceStore

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.operation == .update, attributes.subresource.isEmpty,
            attributes.resource.description == "persistentvolumeclaims",
            attributes.oldObject["status"]["phase"].string == "Bound",
            let new = Quantity(attributes.object["spec"]["resources"]["requests"]["storage"]),
            let old = Quantity(attributes.oldObject["spec"]["resources"]["requests"]["storage"]), new > old
        else { return }
        let beta = attributes.object["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].string
        let className = beta ?? attributes.object["spec"]["storageClassName"].string ?? ""
        if classes.cache.object(className)?.value["allowVolumeExpansion"].bool == true { return }
        throw .forbidden(
            attributes.resource, attributes.name,
            "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize")
    }
}
