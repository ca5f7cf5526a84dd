import KubernetesTypes
import Objects
import Schema

/// What a runtime class adds to its pods: the cost of the runtime, and where it is found.
struct RuntimeClassAdmission: MutatingAdmission {
    let name = "RuntimeClass"
    let classes: ResourceStore

    func admit(_ attributes: inout AdmissionAttributes, warnings: WarningList) async throws(StatusError) {
        guard attributes.operation == .create, attributes.subresource.isEmpty, attributes.resource.description == "pods"
        else { return }
        func refuse(_ why: String) -> StatusError {
            .forbidden(attributes.resource, attributes.name, "pod rejected: \(why)")
        }
        let stated = attributes.object["spec"]["overhead"]
        guard let className = attributes.object["spec"]["runtimeClassName"].string, !className.isEmpty else {
            if !stated.members.isEmpty { throw refuse("Pod Overhead set without corresponding RuntimeClass defined Overhead") }
            return
        }
        guard let found = classes.cache.object(className)?.value else { throw refuse("RuntimeClass \"\(className)\" not found") }
        let fixed = found["overhead"]["podFixed"]
        if !fixed.members.isEmpty {
            if !stated.members.isEmpty, stated != fixed { throw refuse("Pod's Overhead doesn't match RuntimeClass's defined Overhead") }
            attributes.object["spec"]["overhead"] = fixed
        } else if !stated.members.isEmpty {
            throw refuse("Pod Overhead set without corresponding RuntimeClass defined Overhead")
        }
        for entry in found["scheduling"]["nodeSelector"].members {
            let own = attributes.object["spec"]["nodeSelector"][entry.key]
            if !own.isNull, own != entry.value {
                throw refuse("conflict: runtimeClass.scheduling.nodeSelector[\(entry.key)] = \(entry.value.string ?? ""); pod.spec.nodeSelector[\(entry.key)] = \(own.string ?? "")")
            }
            attributes.object["spec"]["nodeSelector"][entry.key] = entry.value
        }
        let tolerations = attributes.object["spec"]["tolerations"].array
        let added = found["scheduling"]["tolerations"].array.filter { !tolerations.contains($0) }
        if !added.isEmpty { attributes.object["spec"]["tolerations"] = .array(tolerations + added) }
    }
}
