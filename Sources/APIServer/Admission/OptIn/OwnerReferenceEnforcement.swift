import Authentication
import Authorization
import KubernetesTypes
import Objects
import Schema

/// Who names an owner lets the object be deleted with it, and who lets it hold up the owner's deletion holds up that:
/// so both need the right to do it themselves.
struct OwnerReferenceEnforcement: ValidatingAdmission {
    let name = "OwnerReferencesPermissionEnforcement"
    let authorizer: AuthorizerChain
    let kinds: ServedKinds

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.operation == .create || attributes.operation == .update,
            !(attributes.resource.description == "pods" && attributes.subresource == "status")
        else { return }
        let new = attributes.object["metadata"]["ownerReferences"].array
        let old = attributes.oldObject["metadata"]["ownerReferences"].array
        if new == old { return }
        // Nobody could name an owner before an object has a name; a generated one is not known to roles.
        if !Self.sameOwners(new, old) { try mayDelete(attributes) }
        let known = Set(old.filter { $0["blockOwnerDeletion"].bool == true }.map { $0["uid"].string ?? "" })
        for reference in new where reference["blockOwnerDeletion"].bool == true && !known.contains(reference["uid"].string ?? "") {
            try mayFinalize(reference, attributes)
        }
    }

    private static func sameOwners(_ new: [Value], _ old: [Value]) -> Bool {
        func stripped(_ references: [Value]) -> [Value] {
            references.map { reference in
                var copy = reference
                copy.remove("blockOwnerDeletion")
                return copy
            }
        }
        return stripped(new) == stripped(old)
    }

    private func mayDelete(_ attributes: AdmissionAttributes) throws(StatusError) {
        var request = AccessRequest(user: attributes.user, verb: "delete", isResourceRequest: true)
        request.group = attributes.resource.group
        request.version = attributes.version
        request.resource = attributes.resource.resource
        request.subresource = attributes.subresource
        request.namespace = attributes.namespace
        request.name = attributes.name
        try require(request, attributes, "cannot set an ownerRef on a resource you can't delete")
    }

    private func mayFinalize(_ reference: Value, _ attributes: AdmissionAttributes) throws(StatusError) {
        let parts = (reference["apiVersion"].string ?? "").split(separator: "/").map(String.init)
        let id = GroupVersionKind(
            group: parts.count > 1 ? parts[0] : "", version: parts.last ?? "", kind: reference["kind"].string ?? "")
        guard let kind = kinds.kind(id) else {
            throw .forbidden(
                attributes.resource, attributes.name,
                "cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion \(reference["apiVersion"].string ?? "") Kind \(id.kind): no matches for kind \"\(id.kind)\" in version \"\(reference["apiVersion"].string ?? "")\"")
        }
        var request = AccessRequest(user: attributes.user, verb: "update", isResourceRequest: true)
        request.group = id.group
        request.version = id.version
        request.resource = kind.description.resource
        request.subresource = "finalizers"
        request.namespace = kind.description.isNamespaced ? attributes.namespace : ""
        request.name = reference["name"].string ?? ""
        try require(
            request, attributes,
            "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on")
    }

    private func require(_ request: AccessRequest, _ attributes: AdmissionAttributes, _ refusal: String) throws(StatusError) {
        switch authorizer.decide(request) {
        case .allow: return
        case .deny(let reason), .noOpinion(let reason):
            throw .forbidden(attributes.resource, attributes.name, "\(refusal): \(reason), <nil>")
        }
    }
}
