import APIClient
import KubernetesTypes
import Objects
import Synchronization

/// What processors the nodes of each zone have, worked out when somebody asks and nodes have changed since, and the services
/// that want to know.
final class ZoneProcessors: Sendable {
    /// What of a node counts.
    private struct Part: Equatable {
        let counts: Bool
        let zone: String
        let amount: Int64

        init(_ node: Node) {
            let facts = KnownNode(EncodedObject(value: node.value)).facts
            let labels = node.labels
            counts = facts.ready == "True" && labels["node-role.kubernetes.io/control-plane"] == nil && labels["node-role.kubernetes.io/master"] == nil
            zone = labels["topology.kubernetes.io/zone"] ?? ""
            amount = Quantity(node.value["status"]["allocatable"]["cpu"])?.milli ?? 0
        }
    }

    private struct State {
        var isKnown = false
        var amounts: [String: Int64]?
        var services: Set<String> = []
    }

    private let nodes: Informer<Node>
    private let state = Mutex(State())

    /// Calls `changed` with the services that asked when the shares of zones may have changed.
    init(_ nodes: Informer<Node>, changed: @escaping @Sendable (String) -> Void) {
        self.nodes = nodes
        nodes.onChange { [weak self] change in
            guard let self, self.state.withLock({ !$0.services.isEmpty }) else { return }
            if case .updated(let old, let new) = change, Part(old) == Part(new) { return }
            let asking = self.state.withLock { state in
                state.isKnown = false
                return state.services
            }
            for service in asking { changed(service) }
        }
    }

    /// The processors by zone; nil when they cannot be known. `service` is told of from now on.
    func amounts(for service: String) -> [String: Int64]? {
        if let known = state.withLock({ state -> [String: Int64]?? in
            state.services.insert(service)
            return state.isKnown ? .some(state.amounts) : nil
        }) { return known }
        let amounts = Self.sum(nodes.list())
        state.withLock { state in
            state.isKnown = true
            state.amounts = amounts
        }
        return amounts
    }

    func forget(_ service: String) { _ = state.withLock { $0.services.remove(service) } }

    static func sum(_ nodes: [Node]) -> [String: Int64]? {
        var amounts: [String: Int64] = [:]
        for part in nodes.map(Part.init) where part.counts {
            if part.zone.isEmpty || part.amount == 0 { return nil }
            amounts[part.zone, default: 0] += part.amount
        }
        return amounts
    }
}
