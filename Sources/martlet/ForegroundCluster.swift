import Cluster
import Logging
import UnixSignals

/// What serves a data directory in this process, until SIGTERM or SIGINT.
struct ForegroundProcess {
    let settings: ClusterSettings
    let logger: Logger
    private let lock: ProcessLock

    /// Throws when another process serves the directory.
    init(_ settings: ClusterSettings) throws {
        self.settings = settings
        var logger = Logger(label: "martlet", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = Logger.Level(rawValue: settings.logLevel) ?? .info
        self.logger = logger
        OpenFiles.raiseLimit()
        lock = try ProcessLock(settings)
    }

    /// Returns at the first signal.
    func waitForSignal() async {
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            logger.info("stopping", metadata: ["signal": "\(signal)"])
            break
        }
    }

    func release() { lock.release() }
}

/// A cluster in this process.
struct ForegroundCluster {
    private let settings: ClusterSettings

    init(_ settings: ClusterSettings) { self.settings = settings }

    /// Throws when the cluster cannot start.
    func run() async throws {
        let process = try ForegroundProcess(settings)
        defer { process.release() }
        let cluster = try await LocalCluster(settings, logger: process.logger)
        do {
            try await cluster.start()
        } catch {
            process.logger.critical("the cluster cannot start", metadata: ["reason": "\(error)"])
            await cluster.stop()
            throw error
        }
        process.logger.info("the cluster is up", metadata: ["kubeconfig": "\(settings.kubeconfigPath)"])
        await process.waitForSignal()
        await cluster.stop()
    }
}

/// A node in this process, of a cluster that runs elsewhere.
struct ForegroundNode {
    let settings: ClusterSettings
    let server: String?
    let invitation: Invitation?

    /// Throws why the node cannot join.
    func run() async throws {
        let process = try ForegroundProcess(settings)
        defer { process.release() }
        let node = try JoinedNode(settings, server: server, invitation: invitation, logger: process.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await node.run() }
            group.addTask { await process.waitForSignal() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
