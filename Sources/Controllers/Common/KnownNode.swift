import KubernetesTypes
import Objects

/// What decides where daemons run, of a node beside its labels.
final class NodeFacts: Sendable {
    let taints: [Value]

    init(_ value: Value) { taints = value["spec"]["taints"].array }
}

/// A node of an informer without its tree.
struct KnownNode: Sendable {
    let object: EncodedObject
    let facts: NodeFacts

    init(_ object: EncodedObject) {
        self.object = object
        facts = object.derived(NodeFacts.init)
    }

    var name: String { object.name }
}
