import APIClient
import KubernetesTypes
import Objects
import Synchronization

/// An informer's objects by something else than their names. Made before other handlers are added, so that it is up to date
/// when these run.
final class ObjectIndex<T: ObjectView>: Sendable {
    private let informer: Informer<T>
    private let keys = Mutex<[String: Set<String>]>([:])

    init(_ informer: Informer<T>, by terms: @escaping @Sendable (T) -> [String]) {
        self.informer = informer
        informer.onChange { [weak self] change in
            switch change {
            case .added(let object): self?.change(object, [], terms(object))
            case .updated(let old, let new): self?.change(new, terms(old), terms(new))
            case .deleted(let object): self?.change(object, terms(object), [])
            }
        }
    }

    private func change(_ object: T, _ old: [String], _ new: [String]) {
        if old == new { return }
        let key = object.namespace.isEmpty ? object.name : object.namespace + "/" + object.name
        keys.withLock { keys in
            for term in old where !new.contains(term) {
                keys[term]?.remove(key)
                if keys[term]?.isEmpty == true { keys[term] = nil }
            }
            for term in new { keys[term, default: []].insert(key) }
        }
    }

    /// Every term that has objects.
    var terms: [String] { keys.withLock { Array($0.keys) } }

    func count(_ term: String) -> Int { keys.withLock { $0[term]?.count ?? 0 } }

    func objects(_ term: String) -> [T] { keys.withLock { $0[term] ?? [] }.compactMap { informer.get($0) } }
}

/// Objects by who controls them.
final class OwnerIndex<T: ObjectView>: Sendable {
    private let index: ObjectIndex<T>

    init(_ informer: Informer<T>) {
        index = ObjectIndex(informer) { object in
            [Ownership.controller(of: object)?.uid ?? Self.orphans(object.namespace)]
        }
    }

    private static func orphans(_ namespace: String) -> String { "orphans of " + namespace }

    func objects(of uid: String) -> [T] { index.objects(uid) }

    func orphans(in namespace: String) -> [T] { index.objects(Self.orphans(namespace)) }
}
