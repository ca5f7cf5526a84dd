import ArgumentParser
import Cluster
#if canImport(Glibc)
import Glibc
#endif

struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Stop the cluster that runs in the background.")

    @OptionGroup var data: DataOptions

    func run() async throws {
        let settings = data.settings
        guard let holder = ProcessLock.holder(settings) else {
            print("Martlet does not run in \(settings.dataDirectory).")
            return
        }
        kill(holder, SIGTERM)
        for _ in 0..<1500 {
            if ProcessLock.holder(settings) == nil {
                print("Martlet is down.")
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw ClusterSettings.Problem("process \(holder) does not stop")
    }
}
