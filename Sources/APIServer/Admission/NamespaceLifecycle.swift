import KubernetesTypes
import Objects
import Schema

/// Nothing is created in a namespace that does not exist or is being deleted, and the first ones stay.
struct NamespaceLifecycle: MutatingAdmission {
    let name = "NamespaceLifecycle"
    let namespaces: ResourceStore
    private static let permanent: Set<String> = ["default", "kube-system", "kube-public"]

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        if attributes.kind.kind == "Namespace", attributes.kind.group.isEmpty {
            if attributes.operation == .delete, Self.permanent.contains(attributes.name) {
                throw .forbidden(attributes.resource, attributes.name, "this namespace may not be deleted")
            }
            return
        }
        guard !attributes.namespace.isEmpty, attributes.operation == .create else { return }
        guard let namespace = namespaces.cache.object(attributes.namespace) else {
            throw .notFound(namespaces.resource, attributes.namespace)
        }
        if namespace.value["metadata"]["deletionTimestamp"].string != nil || namespace.value["status"]["phase"].string == "Terminating" {
            let base = StatusError.forbidden(
                attributes.resource, attributes.name,
                "unable to create new content in namespace \(attributes.namespace) because it is being terminated")
            var details = base.details
            details["causes"] = [
                [
                    "reason": "NamespaceTerminating",
                    "message": .string("namespace \(attributes.namespace) is being terminated"), "field": "metadata.namespace",
                ]
            ]
            throw StatusError(code: 403, reason: "Forbidden", message: base.message, details: details)
        }
    }
}
