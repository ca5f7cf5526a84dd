import KubernetesTypes
package import Schema
import Synchronization

/// Which kinds the server has right now: the built-in ones, and those that definitions add while it runs.
package final class ServedKinds: Sendable {
    struct Table: Sendable {
        var kinds: [GroupVersion: [String: ServedKind]] = [:]
        /// In the order in which discovery lists them.
        var groupVersions: [GroupVersion] = []
        /// Counts the changes, so that discovery documents know when they are out of date.
        var generation = 0
    }

    private let table = Mutex(Table())

    package init() {}

    package func kind(group: String, version: String, resource: String) -> ServedKind? {
        table.withLock { $0.kinds[GroupVersion(group: group, version: version)]?[resource] }
    }

    func isServed(_ groupVersion: GroupVersion) -> Bool { table.withLock { $0.kinds[groupVersion] != nil } }

    /// Whether the group is one of Kubernetes' own.
    func isBuiltIn(group: String) -> Bool {
        table.withLock { table in
            table.groupVersions.contains { groupVersion in
                groupVersion.group == group && table.kinds[groupVersion]?.values.contains { $0.isBuiltIn } == true
            }
        }
    }

    /// Any served version of the resource.
    package func kind(_ resource: GroupResource) -> ServedKind? {
        table.withLock { table in
            for groupVersion in table.groupVersions where groupVersion.group == resource.group {
                if let kind = table.kinds[groupVersion]?[resource.resource] { return kind }
            }
            return nil
        }
    }

    package func kind(_ id: GroupVersionKind) -> ServedKind? {
        table.withLock { $0.kinds[id.groupVersion]?.values.first { $0.description.id == id } }
    }

    package func add(_ kind: ServedKind) {
        kind.store.versions.add(kind.description, kind.conversion)
        table.withLock { table in
            let groupVersion = kind.groupVersion
            if table.kinds[groupVersion] == nil { table.groupVersions.append(groupVersion) }
            table.kinds[groupVersion, default: [:]][kind.description.resource] = kind
            table.generation += 1
        }
    }

    /// Takes one version of a resource away.
    func remove(_ groupVersion: GroupVersion, resource: String) {
        table.withLock { table in
            table.kinds[groupVersion]?[resource]?.store.versions.remove(groupVersion)
            table.kinds[groupVersion]?[resource] = nil
            if table.kinds[groupVersion]?.isEmpty == true {
                table.kinds[groupVersion] = nil
                table.groupVersions.removeAll { $0 == groupVersion }
            }
            table.generation += 1
        }
    }

    /// Stops to serve what is not wanted. The stores stay: the server itself works with them.
    func keepServed(_ isServed: (KindDescription) -> Bool) {
        for (groupVersion, kinds) in snapshot().kinds {
            for kind in kinds.values where !isServed(kind.description) { remove(groupVersion, resource: kind.description.resource) }
        }
    }

    package func remove(group: String, resource: String) {
        table.withLock { table in
            for groupVersion in table.groupVersions where groupVersion.group == group {
                table.kinds[groupVersion]?[resource] = nil
                if table.kinds[groupVersion]?.isEmpty == true {
                    table.kinds[groupVersion] = nil
                    table.groupVersions.removeAll { $0 == groupVersion }
                }
            }
            table.generation += 1
        }
    }

    func snapshot() -> Table { table.withLock { $0 } }

    /// Every store, once.
    package var stores: [ResourceStore] {
        let table = snapshot()
        var seen: Set<ObjectIdentifier> = []
        return table.groupVersions.flatMap { groupVersion in
            (table.kinds[groupVersion] ?? [:]).values.map(\.store).filter { seen.insert(ObjectIdentifier($0)).inserted }
        }
    }
}
