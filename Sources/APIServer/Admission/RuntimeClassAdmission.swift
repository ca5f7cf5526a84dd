import KubernetesTypes
import Objects
import Schema

/// What a runtime class adds to its pods: the cost of the runtime, and where it is found.
///
/// That a pod states no other cost than its class is checked last, once the pod itself is known to be valid.
struct RuntimeClassAdmission: MutatingAdmission, ValidatingAdmission {
    let name = "RuntimeClass"
    let callsOthers = false
    let classes: ResourceStore

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard let found = try runtimeClass(attributes) else { return }
        let stated = attributes.object["spec"]["overhead"], fixed = found["overhead"]["podFixed"]
        if !fixed.members.isEmpty {
            if !stated.members.isEmpty, stated != fixed {
                throw Self.refusal(attributes, "Pod's Overhead doesn't match RuntimeClass's defined Overhead")
            }
            attributes.object["spec"]["overhead"] = fixed
        }
        for entry in found["scheduling"]["nodeSelector"].members {
            let own = attributes.object["spec"]["nodeSelector"][entry.key]
            if !own.isNull, own != entry.value {
                throw Self.refusal(
                    attributes,
                    "conflict: runtimeClass.scheduling.nodeSelector[\(entry.key)] = \(entry.value.string ?? ""); pod.spec.nodeSelector[\(entry.key)] = \(own.string ?? "")")
            }
            attributes.object["spec"]["nodeSelector"][entry.key] = entry.value
        }
        let tolerations = attributes.object["spec"]["tolerations"].array
        let added = found["scheduling"]["tolerations"].array.filter { !tolerations.contains($0) }
        if !added.isEmpty { attributes.object["spec"]["tolerations"] = .array(tolerations + added) }
    }

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard Self.concerns(attributes), !attributes.object["spec"]["overhead"].members.isEmpty else { return }
        let found = try runtimeClass(attributes)
        if found?["overhead"]["podFixed"].members.isEmpty ?? true {
            throw Self.refusal(attributes, "Pod Overhead set without corresponding RuntimeClass defined Overhead")
        }
    }

    private static func concerns(_ attributes: AdmissionAttributes) -> Bool {
        attributes.operation == .create && attributes.subresource.isEmpty && attributes.resource.description == "pods"
    }

    /// The class that a new pod names; nil when it names none.
    private func runtimeClass(_ attributes: AdmissionAttributes) throws(StatusError) -> Value? {
        guard Self.concerns(attributes), let name = attributes.object["spec"]["runtimeClassName"].string, !name.isEmpty
        else { return nil }
        guard let found = classes.cache.object(name)?.value else {
            throw Self.refusal(attributes, "RuntimeClass \"\(name)\" not found")
        }
        return found
    }

    private static func refusal(_ attributes: AdmissionAttributes, _ why: String) -> StatusError {
        .forbidden(attributes.resource, attributes.name, "pod rejected: \(why)")
    }
}
