import APIClient
import KubernetesTypes
import Objects

/// The ControllerRevisions of a DaemonSet or StatefulSet: what its template was, for `kubectl rollout history` and `undo`.
struct RevisionHistory<Owner: ObjectView>: Sendable {
    let context: ControllerContext
    let owner: Owner
    let selector: Objects.LabelSelector
    /// The label that tells a revision's hash.
    let hashLabel: String

    /// Settles ownership and returns the revisions in their order.
    func revisions() async throws(StatusError) -> [ControllerRevision] {
        let claims = Claims<Owner, ControllerRevision>(context: context, owner: owner, selector: selector) { !$0.isBeingDeleted }
        return try await claims.settled().sorted { ($0.revision ?? 0, $0.name) < ($1.revision ?? 0, $1.name) }
    }

    /// What a revision keeps: a patch that puts the template back.
    static func content(_ owner: Owner) -> Value {
        var template = owner.value["spec"]["template"]
        template["$patch"] = "replace"
        return ["spec": ["template": template]]
    }

    /// The present template's revision: a known one, moved to the front if need be, or a new one. The second value is the
    /// owner's collision count when a hash met another content.
    func current(_ known: [ControllerRevision], collisions: Int64) async throws(StatusError) -> (revision: ControllerRevision, collisions: Int64) {
        let content = Self.content(owner)
        let next = (known.last?.revision ?? 0) + 1
        if let equal = known.last(where: { $0.value["data"] == content }) {
            if equal.name == known.last?.name { return (equal, collisions) }
            var moved = equal
            moved.revision = next
            return (try await context.client.update(moved), collisions)
        }
        var collisions = collisions
        while true {
            let hash = TemplateHash.of(content, collisions: collisions)
            var revision = ControllerRevision(name: "\(owner.name)-\(hash)", namespace: owner.namespace)
            var labels = owner.value["spec"]["template"]["metadata"]["labels"].stringMap
            labels[hashLabel] = hash
            revision.labels = labels
            let copied = owner.annotations.filter { $0.key != "kubectl.kubernetes.io/last-applied-configuration" }
            if !copied.isEmpty { revision.annotations = copied }
            revision.value["metadata"]["ownerReferences"] = [Ownership.reference(to: owner)]
            revision.value["data"] = content
            revision.revision = next
            do throws(StatusError) {
                return (try await context.client.create(revision), collisions)
            } catch where error.isAlreadyExists {
                let found = try await context.client.get(ControllerRevision.self, owner.namespace, revision.name)
                if found.value["data"] == content { return (found, collisions) }
                collisions += 1
            }
        }
    }

    /// Deletes the oldest revisions beyond the limit that no pod has.
    func trim(_ known: [ControllerRevision], keeping live: Set<String>, limit: Int) async throws(StatusError) {
        let idle = known.filter { !live.contains($0.name) && !live.contains(hash(of: $0)) }
        for revision in idle.prefix(max(0, idle.count - limit)) {
            do throws(StatusError) {
                try await context.client.delete(ControllerRevision.self, revision.namespace, revision.name)
            } catch where error.isNotFound {
                continue
            }
        }
    }

    func hash(of revision: ControllerRevision) -> String { revision.labels[hashLabel] ?? "" }
}
