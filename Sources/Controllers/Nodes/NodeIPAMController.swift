import APIClient
import KubernetesTypes
package import Objects
import Synchronization

/// From which networks nodes get those of their pods.
package struct NodeNetworks: Sendable {
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    fileprivate let pools: [NodeNetworkPool]

    /// `cluster` holds a network of each family that pods have, the one that comes first in a node's list first. A node gets a
    /// network with `prefixes` fixed bits of each; what touches `reserved` (the services, what nodes bring themselves) is given
    /// to nobody. Throws when a network cannot be cut like that.
    package init(cluster: [IPNetwork], prefixes: [NetworkAddress.Family: Int] = [:], reserved: [IPNetwork] = []) throws(Problem) {
        var pools: [NodeNetworkPool] = []
        for network in cluster {
            let family = network.base.family
            let prefix = prefixes[family] ?? Self.usualPrefix(family)
            guard var pool = NodeNetworkPool(network, partPrefix: prefix) else {
                throw Problem(description: "\(network) cannot be divided into networks of /\(prefix) for nodes: it takes 1 to 65536 of them")
            }
            for other in reserved { pool.occupy(other) }
            pools.append(pool)
        }
        self.pools = pools
    }

    /// As `--node-cidr-mask-size-ipv4` and `-ipv6` of kube-controller-manager have it.
    package static func usualPrefix(_ family: NetworkAddress.Family) -> Int { family == .v4 ? 24 : 64 }
}

/// Gives each node the networks of its pods (`spec.podCIDRs`), as `--allocate-node-cidrs` has it.
///
/// Nodes that are only played need none. Nodes that get none since all are taken wait without a try of their own until one is given back.
struct NodeIPAMController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext, _ networks: NodeNetworks) {
        let queue = WorkQueue()
        let assignments = NodeNetworkAssignments(networks.pools)
        let recorder = context.recorder("cidrAllocator")
        loop = ReconcileLoop("node_ipam", queue: queue, workers: 4, logger: context.logger) { name throws(StatusError) in
            guard let node = context.nodes.get(name), !node.isBeingDeleted, !node.isPlayed, node.value["spec"]["podCIDRs"].array.isEmpty else { return }
            let given: [IPNetwork]
            switch assignments.assign(name) {
            case .given(let networks): given = networks
            case .waits(let isNew):
                if isNew { recorder.record(node, reason: "CIDRNotAvailable", message: "Node \(name) status is now: CIDRNotAvailable") }
                return
            }
            let texts = given.map(\.description)
            do throws(StatusError) {
                try await context.client.patch(Node.self, "", name, ["spec": ["podCIDR": .string(texts.first ?? ""), "podCIDRs": Value(texts)]])
            } catch where error.isNotFound {
                return
            } catch {
                // What was given stays so: the answer may be lost though the change is not.
                recorder.record(node, reason: "CIDRAssignmentFailed", message: "Node \(name) status is now: CIDRAssignmentFailed")
                throw error
            }
        }
        context.nodes.onChange { change in
            let name = change.object.name
            switch change {
            case .deleted:
                for waiting in assignments.remove(name) { queue.add(waiting) }
            default:
                let held = change.object.value["spec"]["podCIDRs"].strings.compactMap { IPNetwork($0) }
                if held.isEmpty { return queue.add(name) }
                for waiting in assignments.hold(name, held) { queue.add(waiting) }
            }
        }
    }
}

/// Who has which network, and who waits for one.
final class NodeNetworkAssignments: Sendable {
    enum Outcome: Equatable {
        case given([IPNetwork])
        /// There is none; `isNew` the first time that this node learns it.
        case waits(isNew: Bool)
    }

    private struct State {
        var pools: [NodeNetworkPool]
        var held: [String: [IPNetwork]] = [:]
        var waiting: Set<String> = []

        mutating func release(_ networks: [IPNetwork]) {
            for network in networks { for index in pools.indices { pools[index].release(network) } }
        }

        /// As many of those who wait as can be served now.
        mutating func served() -> [String] {
            let count = pools.map(\.freeCount).min() ?? 0
            return count > 0 ? Array(waiting.prefix(count)) : []
        }
    }

    private let state: Mutex<State>

    init(_ pools: [NodeNetworkPool]) { state = Mutex(State(pools: pools)) }

    /// What the node has already, or else a network of each family; all or nothing.
    func assign(_ node: String) -> Outcome {
        state.withLock { state in
            if let held = state.held[node] { return .given(held) }
            guard !state.pools.isEmpty, state.pools.allSatisfy({ $0.freeCount > 0 }) else {
                return .waits(isNew: state.waiting.insert(node).inserted)
            }
            var given: [IPNetwork] = []
            for index in state.pools.indices {
                if let part = state.pools[index].take() { given.append(part) }
            }
            state.held[node] = given
            state.waiting.remove(node)
            return .given(given)
        }
    }

    /// The node says itself what it has. Gives those who wait for what it let go.
    func hold(_ node: String, _ networks: [IPNetwork]) -> [String] {
        state.withLock { state in
            state.waiting.remove(node)
            let before = state.held[node] ?? []
            if before == networks { return [] }
            for network in networks { for index in state.pools.indices { state.pools[index].occupy(network) } }
            state.held[node] = networks
            state.release(before)
            return before.isEmpty ? [] : state.served()
        }
    }

    /// The node is gone. Gives those who wait for what it had.
    func remove(_ node: String) -> [String] {
        state.withLock { state in
            state.waiting.remove(node)
            guard let held = state.held.removeValue(forKey: node) else { return [] }
            state.release(held)
            return state.served()
        }
    }
}
