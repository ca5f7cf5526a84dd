import Authentication
import KubernetesTypes
import Logging
import Objects
import Schema

/// Keeps the rules of cluster roles that are made of others: `admin`, `edit`, `view`, and what users define.
///
/// It stands beside the authorizer, not among the controllers, so that the roles which every cluster has say
/// something as soon as the server answers.
final class RoleAggregation: Sendable {
    private let kind: ServedKind
    private let logger: Logger
    private let follower = CacheFollower()
    /// A master: what the server itself keeps is nothing to ask an authorizer about that may be away.
    private static let user = UserInfo(
        name: "system:serviceaccount:kube-system:clusterrole-aggregation-controller",
        groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", UserInfo.authenticatedGroup, UserInfo.mastersGroup])

    init(clusterRoles: ServedKind, logger: Logger) {
        kind = clusterRoles
        self.logger = logger
    }

    /// Writes what is due, and goes on doing so with every change of a cluster role.
    func start() async { await follower.start(kind.store.cache) { [self] in await reconcile() } }

    func stop() { follower.stop() }

    /// One aggregate may be part of another, so it goes on until nothing changes.
    private func reconcile() async {
        for _ in 0..<8 {
            var hasChanged = false
            let roles = kind.store.all()
            for role in roles where role.value["aggregationRule"].isObject {
                let rules = Self.rules(of: role, roles)
                if rules == role.value["rules"].array { continue }
                hasChanged = true
                await write(rules, role)
            }
            if !hasChanged { return }
        }
    }

    private func write(_ rules: [Value], _ role: EncodedObject) async {
        let context = WriteContext(
            user: Self.user, fieldManager: "clusterrole-aggregation-controller", version: kind.groupVersion)
        do {
            _ = try await kind.store.update(UpdateRequest(namespace: "", name: role.name), context) { stored throws(StatusError) in
                var new = stored
                new["rules"] = rules.isEmpty ? .null : .array(rules)
                return new
            }
        } catch {
            logger.warning("a role cannot be aggregated", metadata: ["role": "\(role.name)", "reason": "\(error)"])
        }
    }

    /// The rules of all roles that a selector of the aggregate picks, each rule once, by the names of the roles.
    static func rules(of aggregate: EncodedObject, _ roles: [EncodedObject]) -> [Value] {
        var rules: [Value] = []
        var seen: Set<Value> = []
        for selector in aggregate.value["aggregationRule"]["clusterRoleSelectors"].array {
            let selects = Objects.LabelSelector(selector)
            for role in roles where role.name != aggregate.name && selects.matches({ role.label($0) }) {
                for rule in role.value["rules"].array where seen.insert(rule).inserted { rules.append(rule) }
            }
        }
        return rules
    }
}
