import APIClient
import KubernetesTypes
import Logging
import Objects
import Synchronization

/// The CSI drivers that registered at this node, and what the API is told of them: the CSINode, and labels of the node.
final class CSIDrivers: Sendable {
    struct Driver: Sendable {
        let client: CSIClient
        let node: CSIClient.Node
        let capabilities: CSICapabilities
    }

    struct Refusal: Error, CustomStringConvertible { let description: String }

    private let nodeName: String
    private let client: APIClient
    private let logger: Logger
    private let drivers = Mutex<[String: Driver]>([:])

    init(nodeName: String, client: APIClient, logger: Logger) {
        self.nodeName = nodeName
        self.client = client
        self.logger = logger
    }

    /// The driver of a name. Throws what an event is to say when it is not there.
    func driver(_ name: String) throws(Refusal) -> Driver {
        guard let driver = drivers.withLock({ $0[name] }) else {
            throw Refusal(description: "kubernetes.io/csi: driver name \(name) not found in the list of registered CSI drivers")
        }
        return driver
    }

    func register(_ plugin: PluginWatcher.Plugin) async throws {
        guard plugin.versions.contains(where: { $0.hasPrefix("1.") || $0.hasPrefix("v1.") || $0 == "v1" || $0 == "1" }) else {
            throw Refusal(description: "no version of the driver is supported: \(plugin.versions.joined(separator: ", "))")
        }
        let made = CSIClient(socket: plugin.endpoint)
        do {
            let node = try await made.node()
            let driver = Driver(client: made, node: node, capabilities: try await made.capabilities())
            try await tell(plugin.name, driver)
            drivers.withLock { $0.updateValue(driver, forKey: plugin.name) }?.client.close()
        } catch {
            made.close()
            throw error
        }
    }

    func unregister(_ plugin: PluginWatcher.Plugin) async {
        guard let gone = drivers.withLock({ $0.removeValue(forKey: plugin.name) }) else { return }
        gone.client.close()
        do throws(StatusError) {
            try await change { entries in entries.removeAll { $0["name"].string == plugin.name } }
        } catch {
            logger.warning("the node's drivers cannot be written", metadata: ["reason": "\(error)"])
        }
    }

    /// Makes the node's CSINode, as every node has one.
    func announce() async {
        while !Task.isCancelled {
            do throws(StatusError) {
                return try await change { _ in }
            } catch {
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func tell(_ name: String, _ driver: Driver) async throws(StatusError) {
        var entry: Value = ["name": .string(name), "nodeID": .string(driver.node.id), "topologyKeys": .null]
        let topology = driver.node.topology.sorted { $0.key < $1.key }
        if !topology.isEmpty { entry["topologyKeys"] = Value(topology.map(\.key)) }
        if driver.node.maximumVolumes > 0 { entry["allocatable"] = ["count": .int(driver.node.maximumVolumes)] }
        try await labelNode(name, driver.node)
        let made = entry
        try await change { entries in
            entries.removeAll { $0["name"].string == name }
            entries.append(made)
        }
    }

    /// Topology as labels, and the driver's name of the node as an annotation.
    private func labelNode(_ name: String, _ told: CSIClient.Node) async throws(StatusError) {
        let annotation = "csi.volume.kubernetes.io/nodeid"
        let node = try await client.get(Node.self, "", nodeName)
        var ids = node.annotations[annotation].flatMap { try? Value(json: $0) } ?? .emptyObject
        ids[name] = .string(told.id)
        var metadata: Value = ["annotations": [annotation: .string(ids.jsonString)]]
        if !told.topology.isEmpty { metadata["labels"] = Value(told.topology) }
        try await client.patch(Node.self, "", nodeName, ["metadata": metadata])
    }

    /// Changes the drivers of the CSINode, which is made when it is not there.
    private func change(_ body: (inout [Value]) -> Void) async throws(StatusError) {
        var tries = 5
        while true {
            do throws(StatusError) {
                return try await changeOnce(body)
            } catch {
                tries -= 1
                if tries == 0 || !error.isConflict && !error.isAlreadyExists { throw error }
            }
        }
    }

    private func changeOnce(_ body: (inout [Value]) -> Void) async throws(StatusError) {
        var known: CSINode?
        do throws(StatusError) { known = try await client.get(CSINode.self, "", nodeName) } catch {
            if !error.isNotFound { throw error }
        }
        guard var object = known else {
            let node = try await client.get(Node.self, "", nodeName)
            let owner: Value = ["apiVersion": "v1", "kind": "Node", "name": .string(nodeName), "uid": .string(node.uid)]
            var entries: [Value] = []
            body(&entries)
            try await client.create(
                CSINode(["metadata": ["name": .string(nodeName), "ownerReferences": [owner]], "spec": ["drivers": .array(entries)]]))
            return
        }
        var entries = object.value["spec"]["drivers"].array
        body(&entries)
        if entries == object.value["spec"]["drivers"].array { return }
        object.value["spec"]["drivers"] = .array(entries)
        try await client.update(object)
    }
}
