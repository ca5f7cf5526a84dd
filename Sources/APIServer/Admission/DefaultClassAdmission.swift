import KubernetesTypes
import Objects
import Schema

/// Claims without a class get the default one.
struct DefaultStorageClass: MutatingAdmission {
    let name = "DefaultStorageClass"
    let classes: ResourceStore

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.operation == .create, attributes.subresource.isEmpty, attributes.kind.group.isEmpty,
            attributes.kind.kind == "PersistentVolumeClaim", !attributes.object["spec"].contains("storageClassName")
        else { return }
        if attributes.object["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].string != nil { return }
        if let name = DefaultClass.chosen(classes, "storageclass.kubernetes.io/is-default-class") {
            attributes.object["spec"]["storageClassName"] = .string(name)
        }
    }
}

/// Ingresses without a class get the default one.
struct DefaultIngressClass: MutatingAdmission {
    let name = "DefaultIngressClass"
    let classes: ResourceStore

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.operation == .create, attributes.subresource.isEmpty, attributes.kind.group == "networking.k8s.io",
            attributes.kind.kind == "Ingress", !attributes.object["spec"].contains("ingressClassName"),
            attributes.object["metadata"]["annotations"]["kubernetes.io/ingress.class"].string == nil
        else { return }
        if let name = DefaultClass.chosen(classes, "ingressclass.kubernetes.io/is-default-class") {
            attributes.object["spec"]["ingressClassName"] = .string(name)
        }
    }
}

enum DefaultClass {
    /// The newest class that is marked as the default.
    static func chosen(_ store: ResourceStore, _ annotation: String) -> String? {
        store.all().filter { $0.value["metadata"]["annotations"][annotation].string == "true" }
            .max { ($0.value["metadata"]["creationTimestamp"].string ?? "") < ($1.value["metadata"]["creationTimestamp"].string ?? "") }?.name
    }
}
