package import APIServer
package import Authentication
package import Credentials
import Glibc
import Logging
import NIOPosix
package import SQLiteStorage
import Synchronization

/// An API server with a store in a folder of its own, for tests and measurements. It is reached without a network unless its settings
/// say otherwise, and can be stopped and started again on the same store.
package final class TrialServer: Sendable {
    /// A server that runs, and its store.
    package struct Running: Sendable {
        package let server: APIServer
        package let storage: SQLiteStorage
        /// Requests of an administrator.
        package let admin: InProcessTransport
    }

    package let authority: CertificateAuthority
    private let settings: APIServerSettings
    private let directory: String
    private let name: String
    private let state = Mutex<Running?>(nil)

    /// Starts a server. `prepare` may change its settings before; `base` is the folder for its own.
    package init(
        _ name: String, in base: String = "/tmp", addresses: [String] = [], prepare: (inout APIServerSettings, CertificateAuthority) throws -> Void = { _, _ in }
    ) async throws {
        self.name = name
        var template = Array("\(base)/martlet-\(name)-XXXXXX".utf8CString)
        directory = mkdtemp(&template).map { String(cString: $0) } ?? base
        authority = try CertificateAuthority(commonName: name)
        var request = CertificateRequest(commonName: "server")
        request.isServer = true
        request.addresses = addresses
        let serving = try authority.issue(request)
        let issuer = try ServiceAccountTokenIssuer(issuer: "https://kubernetes.default.svc.cluster.local", keyPEM: ServiceAccountTokenIssuer.newKey())
        var settings = APIServerSettings(
            clientAuthority: authority.pem.certificate, serving: serving, kubeletClient: serving, tokenIssuer: issuer, advertiseAddress: "127.0.0.1")
        settings.hosts = []
        try prepare(&settings, authority)
        self.settings = settings
        try await start()
    }

    /// Nil while it is stopped.
    package var running: Running? { state.withLock { $0 } }

    package func start() async throws {
        var logger = Logger(label: name)
        logger.logLevel = .critical
        let storage = try await SQLiteStorage(path: directory + "/state.db")
        let server = try APIServer(settings: settings, storage: storage, group: MultiThreadedEventLoopGroup.singleton, logger: logger)
        do {
            try await server.start()
        } catch {
            await server.stop()
            await storage.close()
            throw error
        }
        let admin = InProcessTransport(server, user: UserInfo(name: "admin", groups: [UserInfo.mastersGroup]), agent: name + "/1")
        state.withLock { $0 = Running(server: server, storage: storage, admin: admin) }
    }

    package func halt() async {
        let old = state.withLock { state in
            defer { state = nil }
            return state
        }
        await old?.server.stop()
        await old?.storage.close()
    }

    /// Stops, and takes the store away.
    package func close() async {
        await halt()
        for name in ["state.db", "state.db-wal", "state.db-shm"] { unlink(directory + "/" + name) }
        rmdir(directory)
    }
}
