import KubernetesTypes
import Objects
import Schema

/// Nobody gets addresses of others by naming them as external ones of a service; those that are there may stay or go.
struct DenyServiceExternalIPs: ValidatingAdmission {
    let name = "DenyServiceExternalIPs"

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.resource.description == "services", attributes.subresource.isEmpty,
            attributes.operation == .create || attributes.operation == .update
        else { return }
        let new = Set(attributes.object["spec"]["externalIPs"].strings), old = Set(attributes.oldObject["spec"]["externalIPs"].strings)
        if new.isSubset(of: old) { return }
        throw .forbidden(attributes.resource, attributes.name, "Use of external IPs is denied by admission control")
    }
}
