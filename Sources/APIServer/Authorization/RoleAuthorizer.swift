import Authentication
package import Authorization
package import Objects
import Schema
import Synchronization

/// Role-based access control over the roles and bindings in the watch caches.
///
/// Each decision first takes what has changed since the last one, so that a role counts as soon as it is written.
package final class RoleAuthorizer: Authorizer {
    private struct State {
        var index = RoleIndex()
        /// Up to which revision each source is in the index.
        var revisions = [Int64](repeating: -1, count: RoleIndex.Source.allCases.count)
    }

    private let sources: [ResourceStore]
    private let state = Mutex(State())

    package init(roles: ResourceStore, clusterRoles: ResourceStore, bindings: ResourceStore, clusterBindings: ResourceStore) {
        sources = [roles, clusterRoles, bindings, clusterBindings]
    }

    package func decide(_ request: AccessRequest) -> AccessDecision {
        guard let reason = current({ $0.reason(for: request) }) else { return .noOpinion() }
        return .allow(reason: reason)
    }

    /// All rules that hold for the user in the namespace, those of the whole cluster included.
    package func rules(for user: UserInfo, namespace: String) -> [PolicyRule] {
        current { $0.rules(for: user, namespace: namespace) }
    }

    /// The rules of the role that a binding refers to; nil when there is no such role.
    package func rules(ofRole reference: Value, namespace: String) -> [PolicyRule]? {
        let isCluster = reference["kind"].string == "ClusterRole"
        let key = RoleIndex.RoleKey(namespace: isCluster ? "" : namespace, name: reference["name"].string ?? "")
        return current { $0.rules(of: key) }
    }

    private func current<T: Sendable>(_ ask: (borrowing RoleIndex) -> T) -> T {
        state.withLock { state in
            for source in RoleIndex.Source.allCases { update(source, &state) }
            return ask(state.index)
        }
    }

    private func update(_ source: RoleIndex.Source, _ state: inout State) {
        let cache = sources[source.rawValue].cache
        let seen = state.revisions[source.rawValue]
        if cache.lastChange == seen { return }
        if let (events, revision) = cache.changes(after: seen) {
            for event in events {
                if event.kind == .deleted {
                    state.index.remove(event.object, in: source)
                } else {
                    state.index.put(event.object, in: source)
                }
            }
            state.revisions[source.rawValue] = revision
            return
        }
        let (objects, revision) = cache.all()
        state.index.clear(source)
        for object in objects { state.index.put(object, in: source) }
        state.revisions[source.rawValue] = revision
    }
}
