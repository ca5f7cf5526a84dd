import APIClient
import APIServer
import Authentication
import Authorization
import Credentials
import Glibc
import KubernetesTypes
import Logging
import NIOPosix
import Objects
import SQLiteStorage
import Synchronization

/// The API server of a simulation on a store of its own. It can be stopped and started again while others go on asking.
final class SimulatedServer: APITransport {
    private struct Running {
        let server: APIServer
        let storage: SQLiteStorage
        let transport: InProcessTransport
    }

    let authority: CertificateAuthority
    private let settings: APIServerSettings
    private let directory: String
    private let logger: Logger
    private let running = Mutex<Running?>(nil)

    init(logger: Logger) async throws {
        self.logger = logger
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
        self.settings = settings
        try await start()
    }

    private func start() async throws {
        let storage = try await SQLiteStorage(path: directory + "/state.db")
        let server = try APIServer(settings: settings, storage: storage, group: MultiThreadedEventLoopGroup.singleton, logger: logger)
        try await server.start()
        let transport = InProcessTransport(server, user: UserInfo(name: "admin", groups: [UserInfo.mastersGroup]), agent: "simulation/1")
        running.withLock { $0 = Running(server: server, storage: storage, transport: transport) }
    }

    private func halt() async {
        let old = running.withLock { running in
            defer { running = nil }
            return running
        }
        await old?.server.stop()
        await old?.storage.close()
    }

    /// Stops, and starts again on the same store. Little time passes meanwhile: it is held back for a moment, and goes on where
    /// stopping or starting waits for it.
    func restart() async throws {
        let busy = Task {
            for _ in 0..<100 where !Task.isCancelled {
                _ = ClusterTime.now
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
        defer { busy.cancel() }
        await halt()
        try await start()
    }

    func close() async {
        await halt()
        for name in ["state.db", "state.db-wal", "state.db-shm"] { unlink(directory + "/" + name) }
        rmdir(directory)
    }

    // MARK: requests

    private func transport() throws(StatusError) -> InProcessTransport {
        guard let transport = running.withLock({ $0?.transport }) else { throw .unavailable("the server does not run") }
        return transport
    }

    func send(_ request: APIRequest) async throws(StatusError) -> Value { try await transport().send(request) }
    func list(_ request: APIRequest) async throws(StatusError) -> ObjectPage { try await transport().list(request) }
    func watch(_ request: APIRequest) async throws(StatusError) -> any WatchSource { try await transport().watch(request) }
}
