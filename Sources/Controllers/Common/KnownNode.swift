import KubernetesTypes
import Objects

/// What decides where daemons run and whether a node lives, beside its labels.
final class NodeFacts: Sendable {
    let taints: [Value]
    /// The status of the Ready condition; nil when it says nothing.
    let ready: String?
    /// Differs when the node was heard of again.
    let heartbeat: Int

    init(_ value: Value) {
        taints = value["spec"]["taints"].array
        var hasher = Hasher()
        var ready: String?
        for condition in value["status"]["conditions"].array {
            hasher.combine(condition["lastHeartbeatTime"].string)
            if condition["type"].string == "Ready" { ready = condition["status"].string }
        }
        self.ready = ready
        heartbeat = hasher.finalize()
    }
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
    var zone: String { "\(object.label("topology.kubernetes.io/region") ?? ""):\(object.label("topology.kubernetes.io/zone") ?? "")" }
}
