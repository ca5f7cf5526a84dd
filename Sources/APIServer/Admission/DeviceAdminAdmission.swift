import KubernetesTypes
import Objects
import Schema

/// Claims that reach into devices of others are for namespaces that an administrator has marked.
struct DeviceAdminAdmission: ValidatingAdmission {
    let name = "DeviceAdminAccess"
    let namespaces: ResourceStore
    private static let label = "resource.kubernetes.io/admin-access"

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.resource.group == "resource.k8s.io", let path = Self.request(attributes) else { return }
        let labels = namespaces.cache.object(attributes.namespace)?.value["metadata"]["labels"] ?? .null
        if labels[Self.label] == "true" { return }
        throw .invalid(
            attributes.kind, attributes.name,
            [.forbidden(path, "admin access to devices requires the `\(Self.label): true` label on the containing namespace")])
    }

    /// Where the object asks first for what only administrators get.
    private static func request(_ attributes: AdmissionAttributes) -> String? {
        let object = attributes.object
        switch (attributes.resource.resource, attributes.subresource, attributes.operation) {
        case ("resourceclaims", "", .create): return request(object["spec"], "spec")
        case ("resourceclaimtemplates", "", .create): return request(object["spec"]["spec"], "spec")
        case ("resourceclaims", "status", .update):
            if granted(attributes.oldObject) != nil { return nil }
            return granted(object).map { "status.allocation.devices.results[\($0)].adminAccess" }
        default: return nil
        }
    }

    private static func request(_ spec: Value, _ path: String) -> String? {
        let requests = spec["devices"]["requests"].array
        return requests.firstIndex { $0["exactly"]["adminAccess"].bool == true }.map { "\(path).devices.requests[\($0)].adminAccess" }
    }

    private static func granted(_ claim: Value) -> Int? {
        claim["status"]["allocation"]["devices"]["results"].array.firstIndex { $0["adminAccess"].bool == true }
    }
}
