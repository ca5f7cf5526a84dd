import APIClient
package import APIServer
import Authentication
import ClusterDNS
import Controllers
import Credentials
import EtcdStorage
import Kubelet
package import Logging
import NIOCore
import NIOPosix
import NetworkPolicies
import Objects
import PodRoutes
import SQLiteStorage
import Scheduler
import ServiceProxy
import Storage
import Synchronization

/// A cluster in this process: the components that were asked for, started in order.
package final class LocalCluster: Sendable {
    private let settings: ClusterSettings
    private let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    private let storage: any Storage
    private let encryption: StoreEncryption?
    private let access: AccessControl
    package let server: APIServer
    let pki: ClusterPKI
    private let certificates: CertificateKeeper
    let nodeName: String
    /// The address under which the node and the API are known within the cluster.
    let address: String
    private let network: PodNetwork
    /// Further nodes on this machine.
    private let machines: LocalMachines?
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// Opens the store and makes the credentials. Throws when the data directory cannot be used.
    package init(_ settings: ClusterSettings, logger: Logger) async throws {
        self.settings = settings
        self.logger = logger
        nodeName = settings.nodeName.isEmpty ? LocalAddresses.hostname() : settings.nodeName
        try PrivateFile.makeFolder(settings.dataDirectory)
        let addresses = LocalAddresses.all()
        network = try PodNetwork(
            cidr: settings.podCIDR, dataDirectory: settings.dataDirectory, instance: settings.instance, logger: logger)
        machines = settings.nodeCount > 1 && settings.hasNode ? try LocalMachines(settings, nodeName: nodeName, logger: logger) : nil
        if !settings.nodeAddress.isEmpty || machines != nil {
            address = settings.nodeAddress.isEmpty ? machines?.gateway ?? "" : settings.nodeAddress
            guard NetworkAddress(address) != nil else { throw ClusterSettings.Problem("--node-ip takes an address, not \(address)") }
        } else if settings.listensOnLoopbackOnly {
            address = settings.hasNode ? network.gateway : settings.listenAddress
        } else {
            address = settings.listenAddress == "0.0.0.0" ? addresses.first ?? network.gateway : settings.listenAddress
        }
        guard let serviceAddress = IPv4Network(settings.serviceNetworkV4)?.firstAddress else {
            throw ClusterSettings.Problem("--service-cidr takes a network such as 10.96.0.0/16, not \(settings.serviceCIDR)")
        }
        pki = try ClusterPKI(
            directory: settings.dataDirectory + "/pki", nodeName: nodeName,
            addresses: Array(Set(addresses + ["127.0.0.1", address, serviceAddress])), alternativeNames: settings.alternativeNames,
            clusterDomain: settings.clusterDomain,
            lifetime: settings.certificateLifetime, authorityLifetime: settings.authorityLifetime)
        certificates = CertificateKeeper(folder: settings.dataDirectory + "/pki", logger: logger)
        group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let (storage, encryption) = try await Self.storage(settings, group, logger)
        self.storage = storage
        self.encryption = encryption
        let issuer = "https://kubernetes.default.svc.\(settings.clusterDomain)"
        access = try AccessControl(settings.access, ownIssuer: issuer, group: group, logger: logger)
        var api = APIServerSettings(
            clientAuthority: pki.authority.certificate, serving: pki.serving, kubeletClient: pki.kubeletClient,
            tokenIssuer: try ServiceAccountTokenIssuer(issuer: issuer, keyPEM: pki.tokenKey), advertiseAddress: address,
            external: access.external)
        api.kubeletClientName = ClusterPKI.kubeletClientName
        api.anonymous = access.anonymous
        api.audiences = access.audiences
        api.authorizers = access.authorizers
        api.admission = try settings.access.admission(group)
        api.frontProxy = FrontProxyConfiguration(
            authority: pki.frontProxyAuthority.certificate, allowedNames: [ClusterPKI.frontProxyName],
            client: pki.frontProxyClient)
        api.hosts = [settings.listenAddress]
        if settings.listensOnLoopbackOnly && settings.hasNode { api.hosts += [network.gateway] + (machines.map { [$0.gateway] } ?? []) }
        api.port = settings.listenPort
        api.serviceCIDR = settings.serviceCIDR
        api.options = settings.serving
        api.servesResourceMetrics = settings.has(.metrics)
        api.auditor = try settings.audit.auditor(group, logger)
        server = try APIServer(settings: api, storage: storage, group: group, logger: logger)
    }

    /// The engine, with what keeps its values encrypted. Servers that share an etcd share the file of the keys too, so
    /// none is made there.
    private static func storage(
        _ settings: ClusterSettings, _ group: any EventLoopGroup, _ logger: Logger
    ) async throws -> (any Storage, StoreEncryption?) {
        let engine: any Storage
        if let etcd = settings.etcd {
            if settings.snapshots.interval != nil {
                throw ClusterSettings.Problem("--snapshot-interval is for the embedded store; the state of an etcd cluster is saved with etcdctl")
            }
            engine = try await EtcdStorage(etcd, logger: logger)
        } else {
            engine = try await SQLiteStorage(path: settings.storePath)
        }
        var file = settings.encryptionFile
        if file.isEmpty, settings.etcd == nil { file = try StoreEncryption.ownFile(settings.dataDirectory + "/pki") }
        if file.isEmpty { return (engine, nil) }
        let encryption = try StoreEncryption(engine, path: file, group: group, logger: logger)
        return (encryption.storage, encryption)
    }

    /// Starts everything and writes the administrator's kubeconfig.
    package func start() async throws {
        if settings.hasNode {
            try ClusterFacts(settings).store(settings.factsPath)
            try await network.prepare()
        }
        try await machines?.prepare()
        try await server.start()
        if let encryption { keep(Task { await encryption.run() }) }
        if settings.snapshots.interval != nil {
            let schedule = SnapshotSchedule(
                settings: settings.snapshots, store: settings.storePath, folder: settings.snapshotFolder, logger: logger)
            keep(Task { await schedule.run() })
        }
        keep(Task { [access, server] in await access.run(server) })
        try startComponents()
        try Self.writeKubeconfig(pki.admin, settings, pki)
        try keepCertificates()
        if settings.has(.kubelet) {
            await NodeReadiness(transport: node, nodeName: nodeName, logger: logger).wait()
        }
        if let machines { await machines.waitUntilReady(administrator) }
        try PrivateFile.write("ready\n", to: settings.dataDirectory + "/ready")
    }

    private static func writeKubeconfig(_ admin: KeyPair, _ settings: ClusterSettings, _ pki: ClusterPKI) throws {
        var config = Kubeconfig(
            server: "https://\(settings.listenAddress == "0.0.0.0" ? "127.0.0.1" : settings.listenAddress):\(settings.listenPort)",
            authority: pki.authority.certificate, name: "martlet")
        config.clientCertificate = admin.certificate
        config.clientKey = admin.key
        try PrivateFile.write(config.yaml, to: settings.kubeconfigPath)
    }

    /// Sees to it that no certificate of this process ever ends while it is used.
    private func keepCertificates() throws {
        let entries: [(String, KeyPair, @Sendable () throws -> KeyPair, @Sendable (KeyPair) async throws -> Void)] = [
            // First, so that what is signed in the same round is signed under the newer one.
            ("ca", pki.authority.current.pem, pki.newAuthority, { [self] in
                try await take($0, "ca", pki.authority)
                // Clients who get this file anew trust the API for as long as the authority now holds.
                let admin = try ClusterPKI.pair(settings.dataDirectory + "/pki", "admin") ?? pki.admin
                try Self.writeKubeconfig(admin, settings, pki)
            }),
            ("front-proxy-ca", pki.frontProxyAuthority.current.pem, pki.newFrontProxyAuthority, { [self] in
                try await take($0, "front-proxy-ca", pki.frontProxyAuthority)
            }),
            ("apiserver", pki.serving, pki.newServing, { [server] in try server.replace(serving: $0) }),
            ("apiserver-kubelet-client", pki.kubeletClient, pki.newKubeletClient, { [server] in try server.replace(kubeletClient: $0) }),
            ("front-proxy-client", pki.frontProxyClient, pki.newFrontProxyClient, { [server] in try server.replace(frontProxyClient: $0) }),
            ("admin", pki.admin, pki.newAdministrator, { [settings, pki] pair in
                try ClusterPKI.store(pair, settings.dataDirectory + "/pki", "admin")
                try Self.writeKubeconfig(pair, settings, pki)
            }),
        ]
        for (name, current, issue, install) in entries {
            try certificates.add(CertificateKeeper.Entry(name: name, issue: issue, install: install), current: current)
        }
        keep(Task { [certificates] in await certificates.run() })
    }

    /// Puts an authority's newer certificate wherever the older one is trusted.
    private func take(_ pair: KeyPair, _ name: String, _ authority: RenewableAuthority) async throws {
        let renewed = try CertificateAuthority(pair)
        try ClusterPKI.store(pair, settings.dataDirectory + "/pki", name)
        authority.replace(renewed)
        try await server.replace(clientAuthority: pki.authority.certificate, frontProxyAuthority: pki.frontProxyAuthority.certificate)
    }

    private func transport(_ name: String, groups: [String] = []) -> InProcessTransport {
        InProcessTransport(
            server, user: UserInfo(name: name, groups: groups + [UserInfo.authenticatedGroup]), agent: name.split(separator: ":").last.map(String.init) ?? name)
    }

    /// This machine's node.
    private var node: InProcessTransport { transport("system:node:" + nodeName, groups: ["system:nodes", "martlet:nodes"]) }

    /// Who lets nodes join: roles are written, and tokens made.
    private var administrator: InProcessTransport { transport("martlet", groups: ["system:masters"]) }

    /// A service account of kube-system, without a token: nobody else gets its rights.
    private func account(_ name: String) -> InProcessTransport {
        transport("system:serviceaccount:kube-system:" + name, groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system"])
    }

    private func startComponents() throws {
        if settings.has(.controllerManager) {
            let transport = transport("system:kube-controller-manager"), period = settings.legacyTokenPeriod
            let networks = try settings.nodeNetworks()
            keep(led("kube-controller-manager", transport) { [self, pki, logger] in
                let context = ControllerContext(transport: transport, accounts: { self.account($0) }, logger: logger)
                await ControllerManager(
                    context, rootCertificate: TrustedCertificate(pki.authority), authority: pki.authority, legacyTokenPeriod: period,
                    nodeNetworks: networks, approvesServing: networks != nil).run()
            })
        }
        if settings.has(.scheduler) {
            let transport = transport("system:kube-scheduler")
            let configuration = try SchedulerConfiguration.read(settings.schedulerConfigFile)
            keep(led("kube-scheduler", transport) { [logger] in
                await PodScheduler(transport: transport, configuration: configuration, logger: logger).run()
            })
        }
        if settings.has(.kubelet) {
            let node = LocalNode(
                settings: settings, nodeName: nodeName, address: address, network: network, givesOwnNetwork: true, group: group, logger: logger)
            let transport = self.node
            let identity = try KubeletIdentity(
                pki: pki, certificates: certificates, nodeName: nodeName,
                addresses: [address] + (network.secondGateway.map { [$0] } ?? []), logger: logger
            ).make()
            keep(Task { await node.run(transport, identity) })
            let folders = LocalPathFolders(transport: transport, nodeName: nodeName, root: settings.volumesFolder, logger: logger)
            keep(Task { await folders.run() })
        }
        if settings.has(.kubelet) || settings.has(.controllerManager) {
            let transport = account("martlet-local-path")
            keep(led("martlet-local-path", transport) { [logger] in await LocalPathProvisioner(transport: transport, logger: logger).run() })
        }
        let services = NodeServices(settings: settings, nodeName: nodeName, network: network, logger: logger)
        if settings.has(.proxy) {
            let proxy = services.proxy(transport("system:kube-proxy"), group: group)
            keep(Task { await proxy.run() })
        }
        if settings.has(.networkPolicies) {
            let policies = services.policies(account("martlet-network-policies"))
            keep(Task { await policies.run() })
        }
        if settings.has(.dns) {
            let dns = try services.dns(account("martlet-dns"), group: group)
            let servers = NodeNameServers(transport: account("martlet-dns"), logger: logger)
            keep(Task { await dns.run() })
            keep(Task { await servers.run() })
        }
        if settings.hasNode, let own = NetworkAddress(address) {
            let routes = services.routes(self.node, own)
            keep(Task { await routes.run() })
        }
        try PrivateFile.write(settings.acceptsNodes ? "\(address):\(settings.listenPort)\n" : "", to: settings.dataDirectory + "/join-address")
        if settings.acceptsNodes {
            let join = JoinAccess(
                administrator, server: "https://\(address):\(settings.listenPort)", authority: pki.authority,
                facts: ClusterFacts(settings), isShared: storage.isShared, logger: logger)
            keep(Task { await join.run() })
        }
        if let machines {
            keep(Task { [pki, address, settings, administrator] in
                await machines.run(server: "\(address):\(settings.listenPort)", pin: pki.authority.certificate, administrator)
            })
        }
    }

    /// Runs a component of which a cluster has one: at once where this process is the only server, else when it leads.
    private func led(_ name: String, _ transport: any APITransport, _ work: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        guard storage.isShared else { return Task { await work() } }
        let election = LeaderElection(name, transport: transport, identity: LocalAddresses.processIdentity(), logger: logger)
        return Task { await election.run(work) }
    }

    private func keep(_ task: Task<Void, Never>) { tasks.withLock { $0.append(task) } }

    package func stop() async {
        let running = tasks.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        for task in running { task.cancel() }
        await Self.wait(for: running)
        await server.stop()
        await access.close()
        await storage.close()
        try? await group.shutdownGracefully()
    }

    /// Components close their listeners on the event loops that go next. What takes longer than this hangs, and is left behind.
    private static func wait(for tasks: [Task<Void, Never>]) async {
        let open = OpenTasks(tasks.count)
        for task in tasks {
            Task {
                await task.value
                open.close()
            }
        }
        for _ in 0..<50 where !open.isEmpty { try? await Task.sleep(for: .milliseconds(10)) }
    }

    private final class OpenTasks: Sendable {
        private let count: Mutex<Int>

        init(_ count: Int) { self.count = Mutex(count) }

        var isEmpty: Bool { count.withLock { $0 <= 0 } }
        func close() { count.withLock { $0 -= 1 } }
    }
}
