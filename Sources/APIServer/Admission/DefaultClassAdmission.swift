import KubernetesTypes
import Objects
import Schema

/// Claims and ingresses without a class get the default one.
struct DefaultClassAdmission: MutatingAdmission {
    let name = "DefaultStorageClass,DefaultIngressClass"
    let storageClasses: ResourceStore
    let ingressClasses: ResourceStore

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.operation == .create, attributes.subresource.isEmpty else { return }
        switch (attributes.kind.group, attributes.kind.kind) {
        case ("", "PersistentVolumeClaim"):
            guard !attributes.object["spec"].contains("storageClassName") else { return }
            if attributes.object["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].string != nil { return }
            if let name = Self.chosen(storageClasses, "storageclass.kubernetes.io/is-default-class") {
                attributes.object["spec"]["storageClassName"] = .string(name)
            }
        case ("networking.k8s.io", "Ingress"):
            guard !attributes.object["spec"].contains("ingressClassName"),
                attributes.object["metadata"]["annotations"]["kubernetes.io/ingress.class"].string == nil
            else { return }
            if let name = Self.chosen(ingressClasses, "ingressclass.kubernetes.io/is-default-class") {
                attributes.object["spec"]["ingressClassName"] = .string(name)
            }
        default: return
        }
    }

    /// The newest class that is marked as the default.
    private static func chosen(_ store: ResourceStore, _ annotation: String) -> String? {
        store.all().filter { $0.value["metadata"]["annotations"][annotation].string == "true" }
            .max { ($0.value["metadata"]["creationTimestamp"].string ?? "") < ($1.value["metadata"]["creationTimestamp"].string ?? "") }?.name
    }
}
