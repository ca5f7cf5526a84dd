import KubernetesTypes
import Objects
import Schema

/// Gives pods the number of their priority class, and keeps the classes in order.
struct PriorityAdmission: MutatingAdmission, ValidatingAdmission {
    let name = "Priority"
    let callsOthers = false
    let classes: ResourceStore
    private static let system: Set<String> = ["system-cluster-critical", "system-node-critical"]

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.subresource.isEmpty else { return }
        switch attributes.resource.description {
        case "pods" where attributes.operation == .create:
            try setPriority(&attributes.object, attributes)
        case "pods" where attributes.operation == .update:
            keepPriority(&attributes.object, attributes.oldObject)
        default: return
        }
    }

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.subresource.isEmpty, attributes.resource.description == "priorityclasses.scheduling.k8s.io" else { return }
        try checkClass(attributes)
    }

    /// A client that does not know the number leaves it out.
    private func keepPriority(_ pod: inout Value, _ old: Value) {
        if pod["spec"]["priority"].isNull, old["spec"].contains("priority") { pod["spec"]["priority"] = old["spec"]["priority"] }
        if pod["spec"]["preemptionPolicy"].isNull, old["spec"].contains("preemptionPolicy") {
            pod["spec"]["preemptionPolicy"] = old["spec"]["preemptionPolicy"]
        }
    }

    private func checkClass(_ attributes: AdmissionAttributes) throws(StatusError) {
        if attributes.operation == .delete {
            guard Self.system.contains(attributes.name) else { return }
            throw .forbidden(attributes.resource, attributes.name, "this is a system priority class and cannot be deleted")
        }
        guard attributes.object["globalDefault"].bool == true else { return }
        let name = attributes.object["metadata"]["name"].string ?? ""
        if let other = classes.all().first(where: { $0.value["globalDefault"].bool == true && $0.name != name }) {
            throw .forbidden(
                attributes.resource, attributes.name,
                "PriorityClass \(other.name) is already marked as default. Only one default can exist")
        }
    }

    private func setPriority(_ pod: inout Value, _ attributes: AdmissionAttributes) throws(StatusError) {
        var className = pod["spec"]["priorityClassName"].string ?? ""
        var priority: Int64 = 0
        var policy = "PreemptLowerPriority"
        if className.isEmpty {
            let byDefault = classes.all().filter { $0.value["globalDefault"].bool == true }
                .min { ($0.value["value"].int ?? 0) < ($1.value["value"].int ?? 0) }
            if let byDefault {
                className = byDefault.name
                priority = byDefault.value["value"].int ?? 0
                policy = byDefault.value["preemptionPolicy"].string ?? policy
            }
        } else {
            guard let found = classes.cache.object(className)?.value else {
                throw .forbidden(attributes.resource, attributes.name, "no PriorityClass with name \(className) was found")
            }
            priority = found["value"].int ?? 0
            policy = found["preemptionPolicy"].string ?? policy
        }
        if let stated = pod["spec"]["priority"].int, stated != priority {
            throw .forbidden(
                attributes.resource, attributes.name,
                "the integer value of priority (\(stated)) must not be provided in pod spec; priority admission controller computed \(priority) from the given PriorityClass name")
        }
        if let stated = pod["spec"]["preemptionPolicy"].string, stated != policy {
            throw .forbidden(
                attributes.resource, attributes.name,
                "the string value of PreemptionPolicy (\(stated)) must not be provided in pod spec; priority admission controller computed \(policy) from the given PriorityClass name")
        }
        if !className.isEmpty { pod["spec"]["priorityClassName"] = .string(className) }
        pod["spec"]["priority"] = .int(priority)
        pod["spec"]["preemptionPolicy"] = .string(policy)
    }
}
