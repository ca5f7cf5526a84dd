import Cluster
import Logging
import UnixSignals

/// A cluster in this process, until SIGTERM or SIGINT.
struct ForegroundCluster {
    private let settings: ClusterSettings

    init(_ settings: ClusterSettings) { self.settings = settings }

    /// Throws when the cluster cannot start.
    func run() async throws {
        var logger = Logger(label: "martlet", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = Logger.Level(rawValue: settings.logLevel) ?? .info
        OpenFiles.raiseLimit()
        let lock = try ProcessLock(settings)
        defer { lock.release() }
        let cluster = try await LocalCluster(settings, logger: logger)
        do {
            try await cluster.start()
        } catch {
            logger.critical("the cluster cannot start", metadata: ["reason": "\(error)"])
            await cluster.stop()
            throw error
        }
        logger.info("the cluster is up", metadata: ["kubeconfig": "\(settings.kubeconfigPath)"])
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            logger.info("stopping", metadata: ["signal": "\(signal)"])
            break
        }
        await cluster.stop()
    }
}
