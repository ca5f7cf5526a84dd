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
    private let invitation: Invitation?
    private let logger: Logger
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    private let nodeName: String

    /// How often the node looks whether its pods' networks are still the same.
    private static let checkInterval: Duration = .seconds(30)

    /// `invitation` is needed until the node has joined once.
    package init(_ settings: ClusterSettings, invitation: Invitation?, logger: Logger) {
        self.settings = settings
        self.invitation = invitation
        self.logger = logger
        nodeName = settings.nodeName.isEmpty ? LocalAddresses.hostname() : settings.nodeName
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
        var authority = ""
        if let text = try PrivateFile.read(settings.nodeKubeconfigPath), let config = Kubeconfig(try YAML.parse(text)) {
            authority = config.authority
        } else {
            guard let invitation else {
                throw ClusterSettings.Problem("this node has not joined yet: say the server, --token and --discovery-token-ca-cert-hash, as `martlet token create --print-join-command` prints them")
            }
            var cluster = try await ClusterDiscovery(invitation: invitation, group: group, logger: logger).find()
            authority = cluster.authority
            cluster.token = invitation.token.text
            try await checkName(cluster)
            try await certificates(address, authority).bootstrap(cluster, kubeconfig: settings.nodeKubeconfigPath, logger)
        }
        guard let text = try PrivateFile.read(settings.nodeKubeconfigPath), let config = Kubeconfig(try YAML.parse(text)) else {
            throw ClusterSettings.Problem("\(settings.nodeKubeconfigPath) is no kubeconfig")
        }
        let transport = try HTTPSTransport(config, agent: "kubelet", group: group)
        let certificates = certificates(address, authority)
        let identity = try certificates.identity(nil)
        let rotation = Task { await certificates.run(transport, config, identity, logger) }
        await serve(transport, identity, address)
        rotation.cancel()
        await rotation.value
        await transport.close()
    }

    /// Two machines of one name would take each other's pods: a name is free when no node has it, or one that is not heard of any more.
    private func checkName(_ cluster: Kubeconfig) async throws {
        let transport = try HTTPSTransport(cluster, agent: "martlet-join", group: group)
        let node = try? await APIClient(transport: transport, fieldManager: "martlet").get(Node.self, "", nodeName)
        await transport.close()
        guard let node, NodeReadiness.isReady(node) else { return }
        throw ClusterSettings.Problem("the cluster has a node \(nodeName) already, which is Ready; say another name (--node-name), or delete that node when its machine is gone")
    }

    private func ownAddress() throws -> NetworkAddress {
        let text = settings.nodeAddress.isEmpty ? LocalAddresses.all().first ?? "" : settings.nodeAddress
        guard let address = NetworkAddress(text), address.family == .v4, !address.isLoopback else {
            throw ClusterSettings.Problem("--node-ip takes an address of IPv4 by which other nodes reach this one, not \(text)")
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
