import Authentication
import KubernetesTypes
import Logging
import Objects
import Policies
import Schema

/// Tells in the status of each ValidatingAdmissionPolicy which of its expressions do not fit the kinds that it is for.
final class PolicyStatus: Sendable {
    private let kind: ServedKind
    private let kinds: ServedKinds
    private let logger: Logger
    private let follower = CacheFollower()
    private static let user = UserInfo(name: "system:apiserver", groups: [UserInfo.mastersGroup])
    /// More kinds are not looked at.
    private static let kindLimit = 10

    init(policies: ServedKind, kinds: ServedKinds, logger: Logger) {
        kind = policies
        self.kinds = kinds
        self.logger = logger
    }

    /// Writes what is due, and goes on doing so with every change of a policy.
    func start() async { await follower.start(kind.store.cache) { [self] in await reconcile() } }

    func stop() { follower.stop() }

    private func reconcile() async {
        for policy in kind.store.all() {
            let generation = policy.value["metadata"]["generation"].int ?? 0
            if policy.value["status"]["observedGeneration"].int == generation { continue }
            await write(warnings(policy.value), generation, policy.name)
        }
    }

    private func write(_ warnings: [Value], _ generation: Int64, _ name: String) async {
        var context = WriteContext(user: Self.user, fieldManager: "validatingadmissionpolicy-status", version: kind.groupVersion)
        context.subresource = "status"
        do {
            _ = try await kind.store.update(UpdateRequest(namespace: "", name: name), context) { stored throws(StatusError) in
                var new = stored
                if stored["metadata"]["generation"].int ?? 0 != generation { return stored }
                new["status"]["observedGeneration"] = .int(generation)
                new["status"]["typeChecking"] = warnings.isEmpty ? .emptyObject : ["expressionWarnings": .array(warnings)]
                return new
            }
        } catch where !error.isNotFound {
            logger.warning("the status of a policy cannot be written", metadata: ["policy": "\(name)", "reason": "\(error)"])
        } catch {
            logger.debug("a policy went before its status was written", metadata: ["policy": "\(name)"])
        }
    }

    /// By field, what each kind says to the expression there.
    private func warnings(_ policy: Value) -> [Value] {
        var order: [String] = []
        var texts: [String: String] = [:]
        for (id, object) in matched(policy["spec"]["matchConstraints"]["resourceRules"].array) {
            for problem in ValidatingPolicy.typeProblems(policy, object: object) {
                if texts[problem.field] == nil { order.append(problem.field) }
                texts[problem.field, default: ""] += "\(id.group)/\(id.version), Kind=\(id.kind): \(problem.problem)\n"
            }
        }
        return order.map { ["fieldRef": .string($0), "warning": .string(texts[$0] ?? "")] }
    }

    /// The kinds that the rules name outright.
    private func matched(_ rules: [Value]) -> [(GroupVersionKind, DeclaredObject)] {
        var found: [(GroupVersionKind, DeclaredObject)] = []
        for rule in rules {
            for group in rule["apiGroups"].strings where group != "*" {
                for version in rule["apiVersions"].strings where version != "*" {
                    for resource in rule["resources"].strings where !resource.contains("*") && !resource.contains("/") {
                        guard found.count < Self.kindLimit, let served = kinds.kind(group: group, version: version, resource: resource),
                            !found.contains(where: { $0.0 == served.description.id }), let object = declared(served)
                        else { continue }
                        found.append((served.description.id, object))
                    }
                }
            }
        }
        return found
    }

    private func declared(_ served: ServedKind) -> DeclaredObject? {
        if let custom = served.custom { return DeclaredObject(schema: custom.statedSchema) }
        return DeclaredObject(served.description.type)
    }
}
