import KubernetesTypes
import Objects
import Schema

/// Pods that ask for devices tolerate the taints of nodes that are kept for such pods.
struct ExtendedResourceToleration: MutatingAdmission {
    let name = "ExtendedResourceToleration"

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.resource.description == "pods", attributes.subresource.isEmpty,
            attributes.operation == .create || attributes.operation == .update
        else { return }
        var resources: Set<String> = []
        for list in ["initContainers", "containers"] {
            for container in attributes.object["spec"][list].array {
                for entry in container["resources"]["requests"].members where Self.isExtended(entry.key) { resources.insert(entry.key) }
            }
        }
        var tolerations = attributes.object["spec"]["tolerations"].array
        for resource in resources.sorted() {
            let wanted: Value = ["key": .string(resource), "operator": "Exists", "effect": "NoSchedule"]
            if !tolerations.contains(wanted) { tolerations.append(wanted) }
        }
        if !resources.isEmpty { attributes.object["spec"]["tolerations"] = .array(tolerations) }
    }

    /// A name with a domain that is not Kubernetes' own.
    private static func isExtended(_ name: String) -> Bool {
        guard let domain = name.split(separator: "/", maxSplits: 1).first, domain.count < name.count else { return false }
        return domain != "kubernetes.io" && !domain.hasSuffix(".kubernetes.io") && !name.hasPrefix("requests.")
    }
}
