import APIClient
import ClusterDNS
import Credentials
import HTTPServing
import KubernetesTypes
import Kubelet
package import Logging
import NIOCore
import NIOPosix
import NetworkPolicies
import Objects
import PodRoutes
import ServiceProxy

/// A node of a cluster whose API server runs elsewhere.
package struct JoinedNode: Sendable {
    private let settings: ClusterSettings
    private let server: String?
    private let invitation: Invitation?
    private let logger: Logger
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    private let nodeName: String

    /// How often the node looks whether its pods' networks are still the same.
    private static let checkInterval: Duration = .seconds(30)

    /// `invitation` is needed until the node has joined once. `server` (`HOST:PORT`) is where the API listens; where it listened before when
    /// nil. Throws when the node has joined under another name.
    package init(_ settings: ClusterSettings, server: String?, invitation: Invitation?, logger: Logger) throws {
        let memory = NodeMemory(settings)
        if let name = memory?.name, !settings.nodeName.isEmpty, settings.nodeName != name {
            throw ClusterSettings.Problem("this node has joined as \(name); as another node it needs a folder of its own (--data-dir)")
        }
        var settings = settings
        if settings.nodeName.isEmpty { settings.nodeName = memory?.name ?? LocalAddresses.hostname() }
        // An address of before counts as long as the machine has it.
        let addresses = LocalAddresses.all()
        if settings.nodeAddress.isEmpty { settings.nodeAddress = addresses.first { $0 == memory?.address } ?? addresses.first ?? "" }
        self.settings = settings
        self.server = server
        self.invitation = invitation
        self.logger = logger
        nodeName = settings.nodeName
    }

    /// Joins where that is to be done, and then is a node until cancelled. Throws why it cannot join.
    package func run() async throws {
        do {
            try await join()
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try? await group.shutdownGracefully()
    }

    private func join() async throws {
        if try PrivateFile.read(settings.dataDirectory + "/pki/ca.key") != nil {
            throw ClusterSettings.Problem("\(settings.dataDirectory) has a cluster of its own; a node that joins another one needs a folder of its own (--data-dir)")
        }
        try PrivateFile.makeFolder(settings.dataDirectory)
        let address = try ownAddress()
        _ = try PodNetwork.pluginFolder()
        let config = try await kubeconfig(address)
        try NodeMemory(name: nodeName, address: address.description).store(settings)
        let transport = try HTTPSTransport(config, agent: "kubelet", group: group)
        let certificates = certificates(address, config.authority)
        let identity = try certificates.identity(nil)
        let rotation = Task { await certificates.run(transport, config, identity, logger) }
        await serve(transport, identity, address)
        rotation.cancel()
        await rotation.value
        await transport.close()
    }

    /// By what the node reaches its cluster: what it has, at the server that is said now, or what the invitation gets it.
    private func kubeconfig(_ address: NetworkAddress) async throws -> Kubeconfig {
        let path = settings.nodeKubeconfigPath
        if let text = try PrivateFile.read(path), var config = Kubeconfig(try YAML.parse(text)) {
            let holds = certificates(address, config.authority).holds(config)
            if !holds, invitation == nil {
                throw ClusterSettings.Problem("the node's certificate has ended, since it was away for too long; say --token and --discovery-token-ca-cert-hash once more")
            }
            if holds {
                if let server, config.server != "https://" + server {
                    config.server = "https://" + server
                    try PrivateFile.write(config.yaml, to: path)
                }
                return config
            }
        }
        guard let invitation else {
            throw ClusterSettings.Problem("this node has not joined yet: say the server, --token and --discovery-token-ca-cert-hash, as `martlet token create --print-join-command` prints them")
        }
        var cluster = try await ClusterDiscovery(invitation: invitation, group: group, logger: logger).find()
        cluster.token = invitation.token.text
        try await checkName(cluster)
        return try await certificates(address, cluster.authority).bootstrap(cluster, kubeconfig: path, logger)
    }

    /// Two machines of one name would take each other's pods: a name is free when no node has it, or one that is not heard of any more.
    private func checkName(_ cluster: Kubeconfig) async throws {
        let node = try? await HTTPSTransport.brief(cluster, agent: "martlet-join", group: group) { transport in
            try await APIClient(transport: transport, fieldManager: "martlet").get(Node.self, "", nodeName)
        }
        guard let node, node.isReady else { return }
        throw ClusterSettings.Problem("the cluster has a node \(nodeName) already, which is Ready; say another name (--node-name), or delete that node when its machine is gone")
    }

    private func ownAddress() throws -> NetworkAddress {
        guard let address = NetworkAddress(settings.nodeAddress), address.family == .v4, !address.isLoopback else {
            throw ClusterSettings.Problem("--node-ip takes an address of IPv4 by which other nodes reach this one, not \(settings.nodeAddress)")
        }
        return address
    }

    private func certificates(_ address: NetworkAddress, _ authority: String) -> NodeCertificates {
        NodeCertificates(
            nodeName: nodeName, address: address.description, folder: settings.dataDirectory + "/pki", clientAuthority: authority, rotatesClient: true,
            rotatesServer: true)
    }

    /// Is a node until cancelled. When the cluster gives its pods other networks, it goes on with those.
    private func serve(_ transport: HTTPSTransport, _ identity: ListenerIdentity, _ address: NetworkAddress) async {
        let registration = JoinedRegistration(client: APIClient(transport: transport, fieldManager: "kubelet"), nodeName: nodeName, logger: logger)
        var pause: Duration = .seconds(1)
        while !Task.isCancelled {
            do {
                let facts = try await registration.facts(stored: settings.factsPath)
                let networks = try await registration.networks(stored: settings.dataDirectory + "/networks")
                if Task.isCancelled { return }
                try await work(facts, networks, transport, identity, address, registration)
                pause = .seconds(1)
            } catch {
                if Task.isCancelled { return }
                logger.error("the node cannot work", metadata: ["reason": "\(error)"])
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(30))
            }
        }
    }

    private func work(
        _ facts: ClusterFacts, _ networks: [IPNetwork], _ transport: HTTPSTransport, _ identity: ListenerIdentity, _ address: NetworkAddress,
        _ registration: JoinedRegistration
    ) async throws {
        let settings = joined(facts, networks)
        let network = try PodNetwork(cidr: settings.podCIDR, dataDirectory: settings.dataDirectory, instance: settings.instance, logger: logger)
        try await network.prepare()
        let node = LocalNode(
            settings: settings, nodeName: nodeName, address: address.description, network: network, givesOwnNetwork: false, group: group, logger: logger)
        let services = NodeServices(settings: settings, nodeName: nodeName, network: network, logger: logger)
        let dns = settings.has(.dns) ? try services.dns(transport, group: group) : nil
        let proxy = services.proxy(transport, group: group), policies = services.policies(transport), routes = services.routes(transport, address)
        let folders = LocalPathFolders(transport: transport, nodeName: nodeName, root: settings.volumesFolder, logger: logger)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await folders.run() }
            group.addTask { await node.run(transport, identity, labels: NodeServices.labels(settings)) }
            group.addTask { await proxy.run() }
            group.addTask { await policies.run() }
            group.addTask { await routes.run() }
            if let dns { group.addTask { await dns.run() } }
            group.addTask {
                await NodeReadiness(transport: transport, nodeName: nodeName, logger: logger).wait()
                try? PrivateFile.write("ready\n", to: settings.dataDirectory + "/ready")
            }
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.checkInterval)
                if Task.isCancelled { break }
                guard let now = await registration.assigned(), now != networks else { continue }
                logger.warning("the cluster gives this node's pods other networks", metadata: ["networks": "\(now.map(\.description).joined(separator: ","))"])
                break
            }
            group.cancelAll()
        }
    }

    private func joined(_ facts: ClusterFacts, _ networks: [IPNetwork]) -> ClusterSettings {
        var settings = settings
        facts.apply(to: &settings)
        settings.podCIDR = networks.map(\.description).joined(separator: ",")
        return settings
    }
}

/// As what the node has joined, for the next start.
private struct NodeMemory {
    let name: String
    let address: String

    init(name: String, address: String) {
        self.name = name
        self.address = address
    }

    /// Nil when it has not joined yet.
    init?(_ settings: ClusterSettings) {
        guard let text = (try? PrivateFile.read(Self.path(settings))) ?? nil, let value = try? Value(json: Array(text.utf8)),
            let name = value["name"].string, !name.isEmpty
        else { return nil }
        self.init(name: name, address: value["address"].string ?? "")
    }

    private static func path(_ settings: ClusterSettings) -> String { settings.dataDirectory + "/node.json" }

    func store(_ settings: ClusterSettings) throws {
        let value: Value = ["name": .string(name), "address": .string(address)]
        try PrivateFile.write(value.jsonString, to: Self.path(settings))
    }
}
