import KubernetesTypes
import Objects
import Schema

/// Images are always pulled, so that nobody uses one that only another tenant has the credentials for.
struct AlwaysPullImages: MutatingAdmission, ValidatingAdmission {
    let name = "AlwaysPullImages"
    let callsOthers = false

    private static let lists = ["initContainers", "containers", "ephemeralContainers"]

    private static func concerns(_ attributes: AdmissionAttributes) -> Bool {
        attributes.resource.description == "pods" && (attributes.subresource.isEmpty || attributes.subresource == "ephemeralcontainers")
            && (attributes.operation == .create || attributes.operation == .update)
    }

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard Self.concerns(attributes), attributes.operation == .create || !Self.keepsImages(attributes) else { return }
        for list in Self.lists {
            for index in attributes.object["spec"][list].array.indices {
                attributes.object["spec"][list][index]["imagePullPolicy"] = "Always"
            }
        }
        for index in attributes.object["spec"]["volumes"].array.indices where attributes.object["spec"]["volumes"][index]["image"].isObject {
            attributes.object["spec"]["volumes"][index]["image"]["pullPolicy"] = "Always"
        }
    }

    /// An update that brings no image leaves the pod as it is.
    private static func keepsImages(_ attributes: AdmissionAttributes) -> Bool {
        func images(_ pod: Value) -> Set<String> { Set(lists.flatMap { pod["spec"][$0].array.compactMap { $0["image"].string } }) }
        return images(attributes.object).isSubset(of: images(attributes.oldObject))
    }

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard Self.concerns(attributes), attributes.operation == .create || !Self.keepsImages(attributes) else { return }
        for list in Self.lists {
            for (index, container) in attributes.object["spec"][list].array.enumerated() {
                let policy = container["imagePullPolicy"].string ?? ""
                if policy == "Always" { continue }
                let error = FieldError.notSupported("spec.\(list)[\(index)].imagePullPolicy", .string(policy), ["Always"])
                throw .forbidden(attributes.resource, attributes.name, "\(error.field): \(error.message)")
            }
        }
    }
}
