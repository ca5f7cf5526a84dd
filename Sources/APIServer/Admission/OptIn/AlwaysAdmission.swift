import KubernetesTypes
import Schema

/// Lets everything through; there so that configurations that name it still load.
struct AlwaysAdmit: MutatingAdmission {
    let name = "AlwaysAdmit"

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {}
}

/// Lets nothing through.
struct AlwaysDeny: MutatingAdmission, ValidatingAdmission {
    let name = "AlwaysDeny"
    let callsOthers = false

    private static func refusal(_ attributes: AdmissionAttributes) -> StatusError {
        .forbidden(attributes.resource, attributes.name, "admission control is denying all modifications")
    }

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) { throw Self.refusal(attributes) }

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) { throw Self.refusal(attributes) }
}
