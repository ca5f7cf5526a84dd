import KubernetesTypes
import Objects
import Schema

/// Claims that reach into devices of others are for namespaces that an administrator has marked.
struct DeviceAdminAdmission: ValidatingAdmission {
    let name = "DeviceAdminAccess"
    let namespaces: ResourceStore
    private static let label = "resource.kubernetes.io/admin-access"

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.operation == .create, attributes.subresource.isEmpty, attributes.resource.group == "resource.k8s.io"
        else { return }
        let spec: Value
        switch attributes.resource.resource {
        case "resourceclaims": spec = attributes.object["spec"]
        case "resourceclaimtemplates": spec = attributes.object["spec"]["spec"]
        default: return
        }
        let requests = spec["devices"]["requests"].array
        let asking = requests.indices.filter { index in
            requests[index]["exactly"]["adminAccess"].bool == true
                || requests[index]["firstAvailable"].array.contains { $0["adminAccess"].bool == true }
        }
        guard !asking.isEmpty else { return }
        let labels = namespaces.cache.object(attributes.namespace)?.value["metadata"]["labels"] ?? .null
        if labels[Self.label] == "true" { return }
        throw .invalid(
            attributes.kind, attributes.name,
            asking.map {
                .forbidden(
                    "spec.devices.requests[\($0)].adminAccess",
                    "admin access to devices requires the `\(Self.label): true` label on the containing namespace")
            })
    }
}
