import APIClient
import KubernetesTypes
import Objects

/// Puts the rules of other ClusterRoles into those that gather them by labels, as `admin`, `edit` and `view` do.
struct RoleAggregation: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let roles = context.informers.shared(ClusterRole.self)
        loop = ReconcileLoop("clusterrole-aggregation", queue: queue, workers: 1, logger: context.logger) { name throws(StatusError) in
            guard var role = roles.get(name), role.value["aggregationRule"].isObject else { return }
            let rules = Self.rules(of: role, roles.list())
            if rules == role.value["rules"].array { return }
            role.value["rules"] = .array(rules)
            try await context.client.update(role)
        }
        roles.onChange { _ in
            for role in roles.list() where role.value["aggregationRule"].isObject { queue.add(role.name) }
        }
    }

    /// The rules of all roles that one of the selectors matches, each once, in the order of the roles' names.
    static func rules(of role: ClusterRole, _ roles: [ClusterRole]) -> [Value] {
        let selectors = role.value["aggregationRule"]["clusterRoleSelectors"].array.map { Objects.LabelSelector($0) }
        var rules: [Value] = []
        var seen: Set<Value> = []
        for other in roles.sorted(by: { $0.name < $1.name }) where other.name != role.name && selectors.contains(where: { $0.matches(other.labels) }) {
            for rule in other.value["rules"].array where seen.insert(rule).inserted { rules.append(rule) }
        }
        return rules
    }
}
