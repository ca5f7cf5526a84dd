import ArgumentParser
import Cluster
import Credentials
#if canImport(Glibc)
import Glibc
#endif
import Logging

struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop the cluster, or the node, that runs in the background.",
        discussion: "Containers go on, and the next `up` finds them. With --purge they end, and all state is removed.")

    @OptionGroup var data: DataOptions

    @Flag(help: "End all containers and remove the cluster with everything it stored.")
    var purge = false

    func run() async throws {
        let settings = data.settings
        if let holder = ProcessLock.holder(settings) {
            try await stop(holder, settings)
            print("Martlet is down.")
        } else {
            print("Martlet does not run in \(settings.dataDirectory).")
        }
        guard purge else { return }
        guard try [settings.dataDirectory + "/pki/ca.crt", settings.nodeKubeconfigPath].contains(where: { try PrivateFile.exists($0) }) else {
            throw ClusterSettings.Problem("there is no cluster in \(settings.dataDirectory)")
        }
        var logger = Logger(label: "martlet", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .warning
        try await ClusterRemoval(settings, logger: logger).run()
        print("All of it is removed.")
    }

    private func stop(_ holder: Int32, _ settings: ClusterSettings) async throws {
        kill(holder, SIGTERM)
        for _ in 0..<1500 {
            if ProcessLock.holder(settings) == nil { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw ClusterSettings.Problem("process \(holder) does not stop")
    }
}
