import Objects
import Patching
import Schema

/// What a write through one path cannot change, whatever the client sends: nobody comes to own it by such a write.
enum ResetFields {
    private static let status = FieldSet(fields: [["status"]])
    private static let spec = FieldSet(fields: [["spec"]])
    private static let specAndMetadata = FieldSet(fields: [["spec"], ["metadata"]])
    private static let specAndLabels = FieldSet(fields: [["spec"], ["metadata", "labels"]])
    private static let podStatus = FieldSet(
        fields: [["spec"], ["metadata", "deletionTimestamp"], ["metadata", "ownerReferences"]])
    private static let specAndStatus = FieldSet(fields: [["spec"], ["status"]])
    private static let none = FieldSet()

    private static let metadataFixedGroups: Set<String> = [
        "admissionregistration.k8s.io", "resource.k8s.io", "apiextensions.k8s.io", "flowcontrol.apiserver.k8s.io",
    ]

    static func fields(_ kind: KindDescription, isBuiltIn: Bool, subresource: String) -> FieldSet {
        switch subresource {
        case "" where kind.id.kind == "CertificateSigningRequest": return specAndStatus
        case "", "scale": return kind.hasStatus ? status : none
        case "status":
            if !isBuiltIn || metadataFixedGroups.contains(kind.id.group) { return specAndMetadata }
            switch kind.id.kind {
            case "Pod": return podStatus
            case "Deployment": return specAndLabels
            default: return spec
            }
        case "finalize": return status
        case "approval": return spec
        case "ephemeralcontainers", "resize": return status
        default: return none
        }
    }
}
