import Authentication
import Authorization
import Objects

/// From subjects to the roles that bindings give them, kept up to date event by event.
///
/// A decision looks at the bindings of one user and its groups, in one namespace and for the whole cluster. A changed
/// binding costs what it has subjects, a changed role its rules, however many bindings there are.
struct RoleIndex: Sendable {
    enum Source: Int, Sendable, CaseIterable {
        case roles, clusterRoles, bindings, clusterBindings
    }

    /// Which role a binding refers to.
    struct RoleKey: Sendable, Hashable {
        /// Empty for cluster roles.
        let namespace: String
        let name: String
    }

    private struct Subject: Hashable {
        enum Kind { case user, group }
        let kind: Kind
        let name: String
    }

    private struct Grant {
        /// Of the binding, by which grants are ordered.
        let key: String
        let role: RoleKey
        let reason: String
    }

    private struct Grants {
        /// By namespace; those of the whole cluster under the empty one.
        var places: [String: [Grant]] = [:]
    }

    private struct Binding {
        let namespace: String
        let subjects: [Subject]
    }

    private var rules: [RoleKey: [PolicyRule]] = [:]
    private var users: [String: Grants] = [:]
    private var groups: [String: Grants] = [:]
    private var bindings: [String: Binding] = [:]

    // MARK: changes

    /// Forgets everything of one source.
    mutating func clear(_ source: Source) {
        switch source {
        case .roles: rules = rules.filter { $0.key.namespace.isEmpty }
        case .clusterRoles: rules = rules.filter { !$0.key.namespace.isEmpty }
        case .bindings, .clusterBindings:
            for key in bindings.keys where key.hasPrefix(Self.prefix(source)) { removeBinding(key) }
        }
    }

    mutating func put(_ object: EncodedObject, in source: Source) {
        switch source {
        case .roles, .clusterRoles:
            rules[RoleKey(namespace: object.namespace, name: object.name)] = object.value["rules"].array.map { PolicyRule($0) }
        case .bindings, .clusterBindings: putBinding(object, source)
        }
    }

    mutating func remove(_ object: EncodedObject, in source: Source) {
        switch source {
        case .roles, .clusterRoles: rules[RoleKey(namespace: object.namespace, name: object.name)] = nil
        case .bindings, .clusterBindings: removeBinding(Self.prefix(source) + object.key)
        }
    }

    private static func prefix(_ source: Source) -> String { source == .clusterBindings ? "C/" : "N/" }

    private mutating func putBinding(_ object: EncodedObject, _ source: Source) {
        let key = Self.prefix(source) + object.key
        removeBinding(key)
        let value = object.value, reference = value["roleRef"], namespace = object.namespace
        let isCluster = reference["kind"].string == "ClusterRole"
        let role = RoleKey(namespace: isCluster ? "" : namespace, name: reference["name"].string ?? "")
        let place = namespace.isEmpty ? object.name : "\(object.name)/\(namespace)"
        let start = "RBAC: allowed by \(namespace.isEmpty ? "ClusterRoleBinding" : "RoleBinding") \"\(place)\" of "
            + "\(reference["kind"].string ?? "") \"\(role.name)\" to "
        var subjects: [Subject] = []
        for entry in value["subjects"].array {
            guard let (subject, text) = Self.subject(entry, namespace), !subjects.contains(subject) else { continue }
            subjects.append(subject)
            insert(Grant(key: key, role: role, reason: start + text), of: subject, namespace)
        }
        bindings[key] = Binding(namespace: namespace, subjects: subjects)
    }

    private static func subject(_ entry: Value, _ namespace: String) -> (Subject, String)? {
        let name = entry["name"].string ?? ""
        switch entry["kind"].string {
        case "User": return (Subject(kind: .user, name: name), "User \"\(name)\"")
        case "Group": return (Subject(kind: .group, name: name), "Group \"\(name)\"")
        case "ServiceAccount":
            let place = entry["namespace"].string ?? namespace
            return (Subject(kind: .user, name: "system:serviceaccount:\(place):\(name)"), "ServiceAccount \"\(name)/\(place)\"")
        default: return nil
        }
    }

    private mutating func insert(_ grant: Grant, of subject: Subject, _ namespace: String) {
        func add(_ grants: inout Grants) {
            var list = grants.places.removeValue(forKey: namespace) ?? []
            list.insert(grant, at: Self.position(of: grant.key, list))
            grants.places[namespace] = list
        }
        switch subject.kind {
        case .user: add(&users[subject.name, default: Grants()])
        case .group: add(&groups[subject.name, default: Grants()])
        }
    }

    private mutating func removeBinding(_ key: String) {
        guard let binding = bindings.removeValue(forKey: key) else { return }
        func drop(_ table: inout [String: Grants], _ name: String) {
            guard var grants = table.removeValue(forKey: name) else { return }
            if var list = grants.places.removeValue(forKey: binding.namespace) {
                let position = Self.position(of: key, list)
                if list.indices.contains(position), list[position].key == key { list.remove(at: position) }
                if !list.isEmpty { grants.places[binding.namespace] = list }
            }
            if !grants.places.isEmpty { table[name] = grants }
        }
        for subject in binding.subjects {
            if subject.kind == .user { drop(&users, subject.name) } else { drop(&groups, subject.name) }
        }
    }

    /// Where a grant is, or belongs.
    private static func position(of key: String, _ list: [Grant]) -> Int {
        var low = 0, high = list.count
        while low < high {
            let middle = (low + high) / 2
            if list[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: questions

    /// Why the request is allowed; nil when no role allows it.
    func reason(for request: AccessRequest) -> String? {
        if let grants = users[request.user.name], let reason = reason(grants, request) { return reason }
        for group in request.user.groups {
            if let grants = groups[group], let reason = reason(grants, request) { return reason }
        }
        return nil
    }

    private func reason(_ grants: Grants, _ request: AccessRequest) -> String? {
        // Of several bindings of the cluster that allow the same the reason names the last.
        if let reason = reason(grants.places[""]?.reversed(), request) { return reason }
        guard request.isResourceRequest, !request.namespace.isEmpty else { return nil }
        return reason(grants.places[request.namespace], request)
    }

    private func reason(_ list: (some Sequence<Grant>)?, _ request: AccessRequest) -> String? {
        guard let list else { return nil }
        for grant in list {
            guard let rules = rules[grant.role] else { continue }
            for rule in rules where rule.allows(request) { return grant.reason }
        }
        return nil
    }

    func rules(of role: RoleKey) -> [PolicyRule]? { rules[role] }

    /// All rules that hold for the user in the namespace, those of the whole cluster included.
    func rules(for user: UserInfo, namespace: String) -> [PolicyRule] {
        let all = [users[user.name]].compactMap { $0 } + user.groups.compactMap { groups[$0] }
        return all.flatMap { grants in
            let list = (grants.places[""] ?? []) + (namespace.isEmpty ? [] : grants.places[namespace] ?? [])
            return list.flatMap { rules[$0.role] ?? [] }
        }
    }
}
