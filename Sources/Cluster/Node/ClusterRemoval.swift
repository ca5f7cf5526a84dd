import ContainerRuntime
import Credentials
#if canImport(Glibc)
import Glibc
#endif
import HostPrograms
package import Logging
import ServiceProxy

/// Takes a cluster off this machine: its containers, network, rules, and all that it stored.
package struct ClusterRemoval: Sendable {
    private let settings: ClusterSettings
    private let logger: Logger

    package init(_ settings: ClusterSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// Nothing of the cluster may run any more. What is gone already is passed over. Throws when the data cannot be removed.
    package func run() async throws {
        let process = ContainerdProcess(root: settings.dataDirectory + "/containerd", name: settings.instance, logger: logger)
        let network = try PodNetwork(
            cidr: settings.podCIDR, dataDirectory: settings.dataDirectory, instance: settings.instance, logger: logger)
        // Containers outlive their containerd, and nobody else can end them.
        if !process.isRunning, process.hasContainers, let plugins = try? PodNetwork.pluginFolder() {
            _ = try? await process.start(networkFolder: network.folder, pluginFolder: plugins)
        }
        if process.isRunning { await removeSandboxes(process) }
        await process.stop()
        await network.remove()
        _ = try? await HostProgram("nft", "delete", "table", "ip", "martlet-" + settings.instance).outcome()
        Self.unmountAll(below: settings.dataDirectory)
        Self.unmountAll(below: process.stateFolder)
        try await HostProgram("rm", "-rf", "--one-file-system", settings.dataDirectory, process.stateFolder).run()
    }

    private func removeSandboxes(_ process: ContainerdProcess) async {
        let runtime = CRIClient(socket: process.socket)
        defer { runtime.close() }
        guard let sandboxes = try? await runtime.sandboxes() else { return }
        await withTaskGroup(of: Void.self) { group in
            for sandbox in sandboxes {
                group.addTask {
                    try? await runtime.stopSandbox(sandbox.id)
                    try? await runtime.removeSandbox(sandbox.id)
                }
            }
        }
    }

    private static func unmountAll(below folder: String) {
        guard let text = try? PrivateFile.read("/proc/self/mounts") else { return }
        for line in text.split(separator: "\n").reversed() {
            let words = line.split(separator: " ")
            if words.count > 1, words[1].hasPrefix(folder + "/") { umount2(String(words[1]), Int32(MNT_DETACH)) }
        }
    }
}
