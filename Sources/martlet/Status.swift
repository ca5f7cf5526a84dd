import ArgumentParser
import Cluster
import Credentials
import Objects

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say whether the cluster runs.")

    @OptionGroup var data: DataOptions

    @Option(name: .shortAndLong, help: "json for programs.")
    var output: String?

    func run() async throws {
        let settings = data.settings
        let holder = ProcessLock.holder(settings)
        let isNode = try PrivateFile.exists(settings.nodeKubeconfigPath)
        let isReady = (try PrivateFile.read(settings.dataDirectory + "/ready")) != nil && holder != nil
        if output == "json" {
            var value: Value = [
                "running": .bool(holder != nil), "ready": .bool(isReady), "dataDirectory": .string(settings.dataDirectory),
                "kubeconfig": .string(isNode ? settings.nodeKubeconfigPath : settings.kubeconfigPath), "role": isNode ? "node" : "server",
            ]
            if let holder { value["process"] = .int(Int64(holder)) }
            print(value.jsonString)
        } else if let holder {
            print("Martlet runs as process \(holder)\(isNode ? ", a node of a cluster elsewhere," : "") and is \(isReady ? "ready" : "starting").")
            print("  data:       \(settings.dataDirectory)")
            if !isNode { print("  kubeconfig: \(settings.kubeconfigPath)") }
        } else {
            print("Martlet does not run in \(settings.dataDirectory).")
        }
        if holder == nil { throw ExitCode(1) }
    }
}

struct KubeconfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubeconfig", abstract: "Print the administrator's kubeconfig.")

    @OptionGroup var data: DataOptions

    func run() throws {
        guard let text = try PrivateFile.read(data.dataDirectory + "/admin.kubeconfig") else {
            throw ClusterSettings.Problem("there is no cluster in \(data.dataDirectory) yet")
        }
        print(text, terminator: "")
    }
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the version.")

    func run() { print(Martlet.configuration.version) }
}
