import APIClient
import Objects
import Schema
import Synchronization

/// Every object and who owns it.
final class OwnerGraph: Sendable {
    struct Node: Sendable {
        let uid: String
        let resource: ResourceIndex.Entry
        let object: EncodedObject

        var path: String {
            APIRequest.path(resource.groupVersion, resource.resource, namespace: object.namespace, name: object.name)
        }

        /// Whether it is being deleted and goes after its dependents.
        var waitsForDependents: Bool {
            let metadata = object.value["metadata"]
            return metadata["deletionTimestamp"].string != nil && metadata["finalizers"].strings.contains("foregroundDeletion")
        }

        /// Whether this dependent holds up the foreground deletion of the owner.
        func blocks(_ owner: String) -> Bool {
            object.value["metadata"]["ownerReferences"].array.contains {
                $0["uid"].string == owner && $0["blockOwnerDeletion"].bool == true
            }
        }
    }

    /// What is kept of each object, in few bytes.
    private struct Entry {
        let object: EncodedObject
        /// The place of its resource among the kinds.
        let kind: UInt16
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var dependents: [String: Set<String>] = [:]
        var kinds: [ResourceIndex.Entry] = []
        var kindNumbers: [ResourceIndex.Entry: UInt16] = [:]
        var resources: [String: ResourceIndex.Entry] = [:]

        mutating func number(of resource: ResourceIndex.Entry) -> UInt16 {
            if let known = kindNumbers[resource] { return known }
            let number = UInt16(truncatingIfNeeded: kinds.count)
            kinds.append(resource)
            kindNumbers[resource] = number
            resources["\(resource.groupVersion.group)/\(resource.kind)"] = resource
            return number
        }

        mutating func release(_ uid: String, from owner: String) {
            dependents[owner]?.remove(uid)
            if dependents[owner]?.isEmpty == true { dependents[owner] = nil }
        }
    }

    private let state = Mutex(State())

    func node(_ uid: String) -> Node? {
        state.withLock { state in
            state.entries[uid].map { Node(uid: uid, resource: state.kinds[Int($0.kind)], object: $0.object) }
        }
    }

    func dependents(of uid: String) -> Set<String> { state.withLock { $0.dependents[uid] ?? [] } }

    /// Whether the object waits, by way of others that wait too, for itself.
    func isInCircle(_ uid: String) -> Bool {
        var seen: Set<String> = []
        var next = [uid]
        while let current = next.popLast() {
            for dependent in dependents(of: current) {
                guard let node = node(dependent), node.waitsForDependents, node.blocks(current) else { continue }
                if dependent == uid { return true }
                if seen.insert(dependent).inserted { next.append(dependent) }
            }
        }
        return false
    }

    func resource(_ group: String, _ kind: String) -> ResourceIndex.Entry? { state.withLock { $0.resources["\(group)/\(kind)"] } }

    private static func identity(_ object: EncodedObject) -> (uid: String, owners: [String])? {
        let metadata = object.value["metadata"]
        guard let uid = metadata["uid"].string else { return nil }
        return (uid, metadata["ownerReferences"].array.compactMap { $0["uid"].string })
    }

    func upsert(_ resource: ResourceIndex.Entry, _ object: EncodedObject) {
        guard let (uid, owners) = Self.identity(object) else { return }
        let old = state.withLock { $0.entries[uid]?.object }
        // Trees are looked into outside the lock. Changes of one object come one after the other.
        let before = old.flatMap(Self.identity)?.owners ?? []
        state.withLock { state in
            let number = state.number(of: resource)
            for owner in before where !owners.contains(owner) { state.release(uid, from: owner) }
            state.entries[uid] = Entry(object: object, kind: number)
            for owner in owners where !before.contains(owner) { state.dependents[owner, default: []].insert(uid) }
        }
    }

    /// Forgets the object; returns its dependents.
    func remove(_ object: EncodedObject) -> Set<String> {
        guard let (uid, _) = Self.identity(object) else { return [] }
        let old = state.withLock { $0.entries.removeValue(forKey: uid)?.object }
        let owners = old.flatMap(Self.identity)?.owners ?? []
        return state.withLock { state in
            for owner in owners { state.release(uid, from: owner) }
            return state.dependents[uid] ?? []
        }
    }

    /// Takes a fresh list; returns the dependents of what is gone.
    func replace(_ resource: ResourceIndex.Entry, _ objects: [EncodedObject]) -> Set<String> {
        let present = Set(objects.map(\.key))
        let gone = state.withLock { state in
            let number = state.number(of: resource)
            return state.entries.values.filter { $0.kind == number && !present.contains($0.object.key) }
        }
        var dependents: Set<String> = []
        for entry in gone { dependents.formUnion(remove(entry.object)) }
        for object in objects { upsert(resource, object) }
        return dependents
    }
}
