import APIClient
import APIServer
import Authentication
import Authorization
import Controllers
import Credentials
import Glibc
import Kubelet
import KubernetesTypes
import Logging
import NIOPosix
import Objects
import Scheduler
import SQLiteStorage
import Synchronization

/// A whole control plane and its nodes in this process, without a network: the server, all controllers, the scheduler, and
/// kubelets that are played.
final class SimulatedCluster: Sendable {
    let client: APIClient
    private let server: APIServer
    private let transport: InProcessTransport
    /// What controllers and the scheduler go through.
    private let componentTransport: any APITransport
    private let storage: SQLiteStorage
    private let authority: CertificateAuthority
    private let directory: String
    private let logger: Logger
    private let running = Mutex<[String: Task<Void, Never>]>([:])

    /// `canary` is a mistake that components are to make.
    init(canary: Canary? = nil) async throws {
        // In memory where that is possible: what the disk does is tested elsewhere.
        let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(base)/martlet-simulation-XXXXXX".utf8CString)
        directory = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
        authority = try CertificateAuthority(commonName: "simulation")
        var request = CertificateRequest(commonName: "server")
        request.isServer = true
        let serving = try authority.issue(request)
        let issuer = try ServiceAccountTokenIssuer(issuer: "https://simulation", keyPEM: ServiceAccountTokenIssuer.newKey())
        var settings = APIServerSettings(
            clientAuthority: authority.pem.certificate, serving: serving, kubeletClient: serving, tokenIssuer: issuer,
            advertiseAddress: "127.0.0.1")
        settings.hosts = []
        storage = try await SQLiteStorage(path: directory + "/state.db")
        var logger = Logger(label: "simulation")
        logger.logLevel = .critical
        self.logger = logger
        server = try APIServer(settings: settings, storage: storage, group: MultiThreadedEventLoopGroup.singleton, logger: logger)
        try await server.start()
        transport = InProcessTransport(server, user: UserInfo(name: "admin", groups: [UserInfo.mastersGroup]), agent: "simulation/1")
        client = APIClient(transport: transport, fieldManager: "simulation")
        if let canary { componentTransport = FaultyTransport(transport, canary) } else { componentTransport = transport }
    }

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
        start("controllers") { [componentTransport, authority, logger] in
            let context = ControllerContext(transport: componentTransport, logger: logger)
            let authority = RenewableAuthority(authority)
            await ControllerManager(context, rootCertificate: TrustedCertificate(authority), authority: authority).run()
        }
    }

    func startScheduler() { start("scheduler") { [componentTransport, logger] in await PodScheduler(transport: componentTransport, logger: logger).run() } }

    /// Watches everything from now on.
    func startLedger(_ namespace: String) -> Ledger {
        let ledger = Ledger(client, namespace: namespace)
        start("ledger") { await ledger.run() }
        return ledger
    }

    /// Plays one node; its name is `name0`.
    func startNode(_ name: String) {
        start(name) { [transport, logger] in
            var settings = SimulatedNodeSettings()
            settings.prefix = name
            settings.cpu = "4"
            settings.pods = 20
            await SimulatedNodes(settings, transport: transport, logger: logger).run()
        }
    }

    func stop() async {
        for name in running.withLock({ Array($0.keys) }) { await kill(name) }
        await server.stop()
        await storage.close()
        for name in ["state.db", "state.db-wal", "state.db-shm"] { unlink(directory + "/" + name) }
        rmdir(directory)
    }
}
