import Authentication
import Authorization
import KubernetesTypes
import Objects
import Schema

/// Nobody grants what they do not have: whoever writes a role has to hold its rules, and whoever binds one too,
/// unless they may `escalate` or `bind`.
struct EscalationCheck: ValidatingAdmission {
    let authorizer: AuthorizerChain
    let roles: RoleAuthorizer

    var name: String { "RBAC" }

    private static let group = "rbac.authorization.k8s.io"

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.resource.group == Self.group, attributes.operation != .delete,
            !attributes.user.groups.contains(UserInfo.mastersGroup)
        else { return }
        switch attributes.resource.resource {
        case "roles", "clusterroles": try checkRole(attributes)
        case "rolebindings", "clusterrolebindings": try checkBinding(attributes)
        default: return
        }
    }

    private func checkRole(_ attributes: AdmissionAttributes) throws(StatusError) {
        let rules = attributes.object["rules"].array
        if attributes.operation == .update, rules == attributes.oldObject["rules"].array,
            attributes.object["aggregationRule"] == attributes.oldObject["aggregationRule"]
        {
            return
        }
        if allows("escalate", attributes, attributes.resource.resource, attributes.name) { return }
        var all = rules.map { PolicyRule($0) }
        // An aggregate may come to hold anything.
        if attributes.object["aggregationRule"].isObject {
            all += [PolicyRule(verbs: ["*"], groups: ["*"], resources: ["*"]), PolicyRule(verbs: ["*"], paths: ["*"])]
        }
        try confirm(all, attributes)
    }

    private func checkBinding(_ attributes: AdmissionAttributes) throws(StatusError) {
        let reference = attributes.object["roleRef"]
        if attributes.operation == .update, reference == attributes.oldObject["roleRef"],
            attributes.object["subjects"] == attributes.oldObject["subjects"]
        {
            return
        }
        let resource = reference["kind"].string == "ClusterRole" ? "clusterroles" : "roles"
        if allows("bind", attributes, resource, reference["name"].string ?? "") { return }
        guard let rules = roles.rules(ofRole: reference, namespace: attributes.namespace) else {
            throw .notFound(GroupResource(group: Self.group, resource: resource), reference["name"].string ?? "")
        }
        try confirm(rules, attributes)
    }

    private func allows(_ verb: String, _ attributes: AdmissionAttributes, _ resource: String, _ name: String) -> Bool {
        var access = AccessRequest(user: attributes.user, verb: verb, isResourceRequest: true)
        access.group = Self.group
        access.version = "v1"
        access.resource = resource
        access.namespace = attributes.namespace
        access.name = name
        return authorizer.allows(access)
    }

    /// Throws when the user lacks some of the rules in the namespace of the object.
    private func confirm(_ rules: [PolicyRule], _ attributes: AdmissionAttributes) throws(StatusError) {
        let held = roles.rules(for: attributes.user, namespace: attributes.namespace)
        let missing = rules.filter { !PolicyRule.covers(held, $0) }
        if missing.isEmpty { return }
        let user = attributes.user
        let groups = user.groups.map { "\"\($0)\"" }.joined(separator: " ")
        throw .forbidden(
            attributes.resource, attributes.name,
            "user \"\(user.name)\" (groups=[\(groups)]) is attempting to grant RBAC permissions not currently held:\n"
                + missing.map(\.compactText).joined(separator: "\n"))
    }
}

extension PolicyRule {
    /// The rule as refusals show it: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`.
    var compactText: String {
        func list(_ name: String, _ texts: [String]) -> String? {
            texts.isEmpty ? nil : "\(name):[\(texts.map { "\"\($0)\"" }.joined(separator: " "))]"
        }
        let parts = [
            list("APIGroups", groups), list("Resources", resources), list("ResourceNames", resourceNames),
            list("NonResourceURLs", paths), list("Verbs", verbs),
        ]
        return "{" + parts.compactMap { $0 }.joined(separator: ", ") + "}"
    }
}
