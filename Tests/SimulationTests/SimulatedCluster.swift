import APIClient
import Controllers
import Credentials
import Kubelet
import Logging
import Objects
import Scheduler
import Synchronization

/// A whole control plane and its nodes in this process, without a network: the server, all controllers, the scheduler, a provisioner
/// of volumes, and kubelets that are played.
final class SimulatedCluster: Sendable {
    let client: APIClient
    private let server: SimulatedServer
    /// What controllers and the scheduler go through.
    private let componentTransport: any APITransport
    private let logger: Logger
    private let running = Mutex<[String: Task<Void, Never>]>([:])

    /// `canary` is a mistake that components are to make.
    init(canary: Canary? = nil) async throws {
        var logger = Logger(label: "simulation")
        logger.logLevel = .critical
        self.logger = logger
        server = try await SimulatedServer()
        client = APIClient(transport: server, fieldManager: "simulation")
        if let canary { componentTransport = FaultyTransport(server, canary) } else { componentTransport = server }
    }

    /// The server stops and starts again; everything else goes on as well as it can.
    func restartServer() async throws { try await server.restart() }

    // MARK: components

    private func start(_ name: String, _ body: @escaping @Sendable () async -> Void) {
        running.withLock { running in
            if running[name] == nil { running[name] = Task { await body() } }
        }
    }

    /// Ends a component in the middle of whatever it does.
    func kill(_ name: String) async {
        let task = running.withLock { $0.removeValue(forKey: name) }
        task?.cancel()
        await task?.value
    }

    func startControllers() {
        start("controllers") { [componentTransport, authority = server.authority, logger] in
            let context = ControllerContext(transport: componentTransport, logger: logger)
            let authority = RenewableAuthority(authority)
            await ControllerManager(context, rootCertificate: TrustedCertificate(authority), authority: authority).run()
        }
    }

    func startScheduler() { start("scheduler") { [componentTransport, logger] in await PodScheduler(transport: componentTransport, logger: logger).run() } }

    func startProvisioner() { start("provisioner") { [client, logger] in await SimulatedProvisioner(client, logger: logger).run() } }

    /// The provisioner of folders, and the part of it that a node runs.
    func startLocalPathProvisioner() {
        start("local-path") { [server, logger] in await LocalPathProvisioner(transport: server, logger: logger).run() }
    }

    func startLocalPathFolders(_ node: String, root: String) {
        start("folders of " + node) { [server, logger] in await LocalPathFolders(transport: server, nodeName: node, root: root, logger: logger).run() }
    }

    /// Watches everything from now on.
    func startLedger(_ namespace: String) -> Ledger {
        let ledger = Ledger(client, namespace: namespace)
        start("ledger") { await ledger.run() }
        return ledger
    }

    /// Plays one node; its name is `name0`.
    func startNode(_ name: String) {
        start(name) { [server, logger] in
            var settings = SimulatedNodeSettings()
            settings.prefix = name
            settings.cpu = "4"
            settings.pods = 20
            await SimulatedNodes(settings, transport: server, logger: logger).run()
        }
    }

    func stop() async {
        for name in running.withLock({ Array($0.keys) }) { await kill(name) }
        await server.close()
    }
}
