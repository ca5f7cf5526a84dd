import APIClient
import KubernetesTypes
import Objects

/// An informer's objects by something else than their names.
final class ObjectIndex<T: ObjectView>: Sendable {
    private let informer: Informer<T>
    private let number: Int

    /// To be made before the informer runs.
    init(_ informer: Informer<T>, by terms: @escaping @Sendable (T) -> [String]) {
        self.informer = informer
        number = informer.addIndex(by: terms)
    }

    /// Every term that has objects.
    var terms: [String] { informer.terms(number) }

    func count(_ term: String) -> Int { informer.count(number, term) }

    func encoded(_ term: String) -> [EncodedObject] { informer.encoded(number, term) }

    func objects(_ term: String) -> [T] { informer.encoded(number, term).map { T($0.value) } }
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

    /// Without the trees.
    func encoded(of uid: String) -> [EncodedObject] { index.encoded(uid) }

    func encodedOrphans(in namespace: String) -> [EncodedObject] { index.encoded(Self.orphans(namespace)) }

    func orphans(in namespace: String) -> [T] { index.objects(Self.orphans(namespace)) }
}
