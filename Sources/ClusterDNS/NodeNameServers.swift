package import APIClient
import KubernetesTypes
package import Logging
import Objects

/// Tells the cluster of the DNS servers on nodes that have joined: they may not write the service's endpoints themselves.
///
/// A node with the label `martlet.dev/dns` answers on the first address of each network of its pods. Its endpoints go with its Node object.
package struct NodeNameServers: Sendable {
    /// On the Node objects of nodes that answer.
    package static let label = "martlet.dev/dns"

    private let nodes: Informer<Node>
    private let client: APIClient
    private let port: Int
    private let logger: Logger

    package init(transport: any APITransport, port: Int = 53, logger: Logger) {
        client = APIClient(transport: transport, fieldManager: "martlet-dns")
        nodes = Informer(Node.self, client: client, selection: .init(labels: Self.label), logger: logger)
        self.port = port
        self.logger = logger
    }

    /// Works until cancelled.
    package func run() async {
        let queue = WorkQueue(baseDelay: .milliseconds(100), longestDelay: .seconds(30))
        let loop = ReconcileLoop("node-name-servers", queue: queue, workers: 1, logger: logger) { [nodes, client, port] name throws(StatusError) in
            guard let node = nodes.get(name), !node.isBeingDeleted else { return }
            for slice in Self.slices(node, port: port, client) { try await DNSServiceObjects.ensureSlice(slice, client) }
        }
        nodes.onChange { change in
            if case .deleted = change { return }
            queue.add(change.object.name)
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [nodes] in await nodes.run() }
            await nodes.waitUntilSynced()
            group.addTask { await loop.run() }
        }
    }

    static func slices(_ node: Node, port: Int, _ client: APIClient) -> [EndpointSlice] {
        let listeners = node.value["spec"]["podCIDRs"].strings.compactMap { IPNetwork($0)?.address(1) }
        let objects = DNSServiceObjects(client: client, addresses: [], listeners: listeners.map(\.description), port: port, nodeName: node.name)
        return listeners.map { listener in
            var slice = objects.slice(listener)
            slice.value["metadata"]["ownerReferences"] = [
                ["apiVersion": "v1", "kind": "Node", "name": .string(node.name), "uid": .string(node.uid)],
            ]
            return slice
        }
    }
}
