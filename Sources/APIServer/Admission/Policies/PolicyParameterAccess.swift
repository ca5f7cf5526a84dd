import Authentication
import Authorization
import KubernetesTypes
import Objects
import Schema

/// Who makes a policy read objects has to be able to read them: a policy shows in its messages what its parameters hold.
struct PolicyParameterAccess: ValidatingAdmission {
    let name = "PolicyParameterAccess"
    let authorizer: AuthorizerChain
    let kinds: ServedKinds
    let policies: [String: ResourceStore]

    /// Which policies the bindings of each resource bind.
    private static let bound = [
        "validatingadmissionpolicybindings": "validatingadmissionpolicies", "mutatingadmissionpolicybindings": "mutatingadmissionpolicies",
    ]

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.resource.group == "admissionregistration.k8s.io", attributes.subresource.isEmpty,
            attributes.operation == .create || attributes.operation == .update, !attributes.user.groups.contains(UserInfo.mastersGroup)
        else { return }
        let resource = attributes.resource.resource
        if policies[resource] != nil {
            try checkPolicy(attributes)
        } else if let policy = Self.bound[resource], let store = policies[policy] {
            try checkBinding(attributes, store)
        }
    }

    private func checkPolicy(_ attributes: AdmissionAttributes) throws(StatusError) {
        let kind = attributes.object["spec"]["paramKind"]
        if !kind.isObject || kind == attributes.oldObject["spec"]["paramKind"] { return }
        var request = access(attributes.user, to: kind, verb: "get")
        request.name = "*"
        if authorizer.allows(request) { return }
        let text =
            "user \(attributes.user.name) must have \"get\" permission on all objects of the referenced paramKind (kind=\(kind["kind"].string ?? ""), apiVersion=\(kind["apiVersion"].string ?? ""))"
        throw .invalid(attributes.kind, attributes.name, [.forbidden("spec.paramKind", text)])
    }

    private func checkBinding(_ attributes: AdmissionAttributes, _ store: ResourceStore) throws(StatusError) {
        let spec = attributes.object["spec"], before = attributes.oldObject["spec"]
        let reference = spec["paramRef"]
        if !reference.isObject || (reference == before["paramRef"] && spec["policyName"] == before["policyName"]) { return }
        // Of a policy that is not there yet nobody knows what it will read.
        let policy = store.cache.object(spec["policyName"].string ?? "")?.value ?? .null
        let name = reference["name"].string ?? ""
        var request = access(attributes.user, to: policy["spec"]["paramKind"], verb: name.isEmpty ? "list" : "get")
        request.name = name
        request.namespace = reference["namespace"].string ?? ""
        if authorizer.allows(request) { return }
        let text = "user \(attributes.user.name) does not have \"\(request.verb)\" permission on the object referenced by paramRef"
        throw .invalid(attributes.kind, attributes.name, [.forbidden("spec.paramRef", text)])
    }

    /// The wish to read objects of a kind; of all kinds when the server does not know it.
    private func access(_ user: UserInfo, to kind: Value, verb: String) -> AccessRequest {
        var request = AccessRequest(user: user, verb: verb, isResourceRequest: true)
        let parts = (kind["apiVersion"].string ?? "").split(separator: "/")
        let id = GroupVersionKind(
            group: parts.count > 1 ? String(parts[0]) : "", version: String(parts.last ?? ""), kind: kind["kind"].string ?? "")
        let served = kinds.kind(id)
        request.group = served == nil ? "*" : id.group
        request.version = served == nil ? "*" : id.version
        request.resource = served?.description.resource ?? "*"
        return request
    }
}
