/// Group and version, such as `apps/v1`; the group of core is empty.
package struct GroupVersion: Sendable, Hashable, CustomStringConvertible {
    package let group: String
    package let version: String

    package init(group: String, version: String) {
        self.group = group
        self.version = version
    }

    /// Reads `apiVersion`: `v1`, `apps/v1`. Nil when there is more than one slash or no version.
    package init?(apiVersion: String) {
        let parts = apiVersion.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        switch parts.count {
        case 1 where !parts[0].isEmpty: self.init(group: "", version: String(parts[0]))
        case 2 where !parts[1].isEmpty: self.init(group: String(parts[0]), version: String(parts[1]))
        default: return nil
        }
    }

    /// The text of `apiVersion`.
    package var description: String { group.isEmpty ? version : group + "/" + version }
}

package struct GroupVersionKind: Sendable, Hashable, CustomStringConvertible {
    package let groupVersion: GroupVersion
    package let kind: String

    package init(groupVersion: GroupVersion, kind: String) {
        self.groupVersion = groupVersion
        self.kind = kind
    }

    package init(group: String, version: String, kind: String) {
        self.init(groupVersion: GroupVersion(group: group, version: version), kind: kind)
    }

    package var group: String { groupVersion.group }
    package var version: String { groupVersion.version }
    /// As Go prints it: `apps/v1, Kind=Deployment`.
    package var description: String { "\(groupVersion), Kind=\(kind)" }
}

package struct GroupResource: Sendable, Hashable, CustomStringConvertible {
    package let group: String
    package let resource: String

    package init(group: String, resource: String) {
        self.group = group
        self.resource = resource
    }

    /// As Kubernetes prints it: `deployments.apps`, `pods`.
    package var description: String { group.isEmpty ? resource : resource + "." + group }
}

/// A kind that has a place in the API: what discovery says of it, and its root type.
package struct KindDescription: Sendable {
    /// What can be done under `…/NAME/SUBRESOURCE`.
    package struct Subresource: Sendable, Hashable {
        /// `status`, `scale`, `log`, …
        package let name: String
        /// The kind that it takes and gives when that is another (`Scale`, `Eviction`, `Binding`).
        package let kind: GroupVersionKind?
        package let verbs: [String]

        package init(name: String, kind: GroupVersionKind? = nil, verbs: [String]) {
            self.name = name
            self.kind = kind
            self.verbs = verbs
        }
    }

    package let id: GroupVersionKind
    /// The plural name in paths; empty for kinds that are only bodies (`DeleteOptions`, `Scale`).
    package let resource: String
    package let singular: String
    package let shortNames: [String]
    package let categories: [String]
    package let isNamespaced: Bool
    /// Verbs of the resource itself, as discovery lists them.
    package let verbs: [String]
    package let subresources: [Subresource]
    package let type: MessageType

    package init(
        id: GroupVersionKind, resource: String, singular: String, shortNames: [String] = [], categories: [String] = [],
        isNamespaced: Bool, verbs: [String], subresources: [Subresource] = [], type: MessageType
    ) {
        self.id = id
        self.resource = resource
        self.singular = singular
        self.shortNames = shortNames
        self.categories = categories
        self.isNamespaced = isNamespaced
        self.verbs = verbs
        self.subresources = subresources
        self.type = type
    }

    package var groupResource: GroupResource { GroupResource(group: id.group, resource: resource) }
    package var hasStatus: Bool { subresources.contains { $0.name == "status" } }
    package var listKind: String { id.kind + "List" }
}
