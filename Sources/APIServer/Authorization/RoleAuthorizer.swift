package import Objects
import Schema
import Synchronization

/// Role-based access control over the roles and bindings in the watch caches.
///
/// The bindings are turned into a table from subject to rules; a decision looks up the user and its groups.
/// The table is made anew when a role or a binding changed, by the next one who asks.
package final class RoleAuthorizer: Authorizer {
    private struct Grant: Sendable {
        /// Empty for the whole cluster.
        let namespace: String
        let rules: [PolicyRule]
        let reason: String
    }

    private struct Index: Sendable {
        var revisions: [Int64] = []
        var grants: [String: [Grant]] = [:]
    }

    private let roles: ResourceStore
    private let clusterRoles: ResourceStore
    private let bindings: ResourceStore
    private let clusterBindings: ResourceStore
    private let index = Mutex(Index())

    package init(roles: ResourceStore, clusterRoles: ResourceStore, bindings: ResourceStore, clusterBindings: ResourceStore) {
        self.roles = roles
        self.clusterRoles = clusterRoles
        self.bindings = bindings
        self.clusterBindings = clusterBindings
    }

    package func decide(_ request: AccessRequest) -> AccessDecision {
        let grants = current()
        for subject in Self.subjects(request.user) {
            for grant in grants[subject] ?? [] {
                guard grant.namespace.isEmpty || (request.isResourceRequest && grant.namespace == request.namespace) else { continue }
                if grant.rules.contains(where: { $0.allows(request) }) { return .allow(reason: grant.reason) }
            }
        }
        return .noOpinion()
    }

    /// All rules that hold for the user in the namespace, those of the whole cluster included.
    package func rules(for user: UserInfo, namespace: String) -> [PolicyRule] {
        let grants = current()
        return Self.subjects(user).flatMap { grants[$0] ?? [] }
            .filter { $0.namespace.isEmpty || $0.namespace == namespace }.flatMap(\.rules)
    }

    /// The rules of the role that a binding refers to; nil when there is no such role.
    package func rules(ofRole reference: Value, namespace: String) -> [PolicyRule]? {
        let name = reference["name"].string ?? ""
        let role: EncodedObject?
        if reference["kind"].string == "ClusterRole" {
            role = clusterRoles.cache.object(name)
        } else {
            role = roles.cache.object(ResourceStore.key(namespace, name))
        }
        return role.map { $0.value["rules"].array.map { PolicyRule($0) } }
    }

    private static func subjects(_ user: UserInfo) -> [String] {
        ["U" + user.name] + user.groups.map { "G" + $0 }
    }

    private func current() -> [String: [Grant]] {
        let revisions = [roles, clusterRoles, bindings, clusterBindings].map(\.cache.lastChange)
        if let grants = index.withLock({ $0.revisions == revisions ? $0.grants : nil }) { return grants }
        var grants: [String: [Grant]] = [:]
        // Of several bindings that allow the same the reason names the last.
        for binding in clusterBindings.all().reversed() { add(binding, kind: "ClusterRoleBinding", to: &grants) }
        for binding in bindings.all() { add(binding, kind: "RoleBinding", to: &grants) }
        index.withLock { $0 = Index(revisions: revisions, grants: grants) }
        return grants
    }

    private func add(_ binding: EncodedObject, kind: String, to grants: inout [String: [Grant]]) {
        let value = binding.value
        guard let rules = rules(ofRole: value["roleRef"], namespace: binding.namespace) else { return }
        for subject in value["subjects"].array {
            let name = subject["name"].string ?? ""
            let key: String
            let subjectText: String
            switch subject["kind"].string {
            case "User":
                key = "U" + name
                subjectText = "User \"\(name)\""
            case "Group":
                key = "G" + name
                subjectText = "Group \"\(name)\""
            case "ServiceAccount":
                let namespace = subject["namespace"].string ?? binding.namespace
                key = "Usystem:serviceaccount:\(namespace):\(name)"
                subjectText = "ServiceAccount \"\(name)/\(namespace)\""
            default: continue
            }
            let place = binding.namespace.isEmpty ? binding.name : "\(binding.name)/\(binding.namespace)"
            grants[key, default: []].append(
                Grant(
                    namespace: binding.namespace, rules: rules,
                    reason: "RBAC: allowed by \(kind) \"\(place)\" of \(value["roleRef"]["kind"].string ?? "") \"\(value["roleRef"]["name"].string ?? "")\" to \(subjectText)"))
        }
    }
}
