import Objects

/// What has to change in a stored role or binding so that it grants at least what the built-in one does.
///
/// What somebody added stays; what somebody took away comes back, unless the object's annotation says to leave it alone.
enum RoleReconciliation: Equatable {
    /// Nothing, or nothing that may be done.
    case none
    case update(Value)
    /// What a binding refers to cannot be changed: it is deleted, and made with these contents.
    case recreate(Value)

    static let annotation = "rbac.authorization.kubernetes.io/autoupdate"

    private static func isProtected(_ stored: Value) -> Bool { stored["metadata"]["annotations"][annotation].string == "false" }

    static func role(stored: Value, wanted: Value) -> RoleReconciliation {
        if isProtected(stored) { return .none }
        var new = withMarks(stored, wanted)
        let selectors = wanted["aggregationRule"]["clusterRoleSelectors"].array
        if selectors.isEmpty {
            // The rules of an aggregating role are none of ours.
            let have = stored["rules"].array.map { PolicyRule($0) }
            let missing = wanted["rules"].array.filter { !PolicyRule.covers(have, PolicyRule($0)) }
            if !missing.isEmpty { new["rules"] = .array(stored["rules"].array + missing) }
        } else {
            let have = stored["aggregationRule"]["clusterRoleSelectors"].array
            let missing = selectors.filter { !have.contains($0) }
            if !missing.isEmpty { new["aggregationRule"]["clusterRoleSelectors"] = .array(have + missing) }
        }
        return new == stored ? .none : .update(new)
    }

    static func binding(stored: Value, wanted: Value) -> RoleReconciliation {
        if isProtected(stored) { return .none }
        guard stored["roleRef"] == wanted["roleRef"] else { return .recreate(wanted) }
        var new = withMarks(stored, wanted)
        let have = stored["subjects"].array
        let missing = wanted["subjects"].array.filter { !have.contains($0) }
        if !missing.isEmpty { new["subjects"] = .array(have + missing) }
        return new == stored ? .none : .update(new)
    }

    /// With the labels and annotations of the built-in one; where both have one, the stored one counts.
    private static func withMarks(_ stored: Value, _ wanted: Value) -> Value {
        var new = stored
        for marks in ["labels", "annotations"] {
            for mark in wanted["metadata"][marks].members where stored["metadata"][marks][mark.key] == .null {
                new["metadata"][marks][mark.key] = mark.value
            }
        }
        return new
    }
}

extension DefaultRoles {
    /// What the API server may do at kubelets, under the name that it shows them.
    static func kubeletClientBinding(_ user: String) -> Value {
        let group: Value = "rbac.authorization.k8s.io"
        return [
            "metadata": ["name": .string(user), "annotations": [RoleReconciliation.annotation: "true"]],
            "roleRef": ["apiGroup": group, "kind": "ClusterRole", "name": "system:kubelet-api-admin"],
            "subjects": [["apiGroup": group, "kind": "User", "name": .string(user)]],
        ]
    }
}
