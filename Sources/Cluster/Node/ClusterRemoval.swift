import ContainerRuntime
import Credentials
#if canImport(Glibc)
import Glibc
#endif
import HostPrograms
import Kubelet
package import Logging
import NetworkPolicies
import PodRoutes
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
        try await LocalMachines.remove(settings, logger: logger)
        let process = ContainerdProcess(root: settings.dataDirectory + "/containerd", name: settings.instance, logger: logger)
        let network = try PodNetwork(
            cidr: settings.podCIDR, dataDirectory: settings.dataDirectory, instance: settings.instance, logger: logger)
        await removeSandboxes(process, networkFolder: network.folder)
        await process.stop()
        await killShims(process)
        await network.remove()
        await removeRoutes()
        for table in ["martlet-" + settings.instance, PolicyRules.tableName(settings.instance)] {
            for family in ["ip", "ip6"] { _ = try? await HostProgram("nft", "delete", "table", family, table).outcome() }
        }
        UsualFolder.takeBack(root: settings.dataDirectory + "/kubelet")
        Self.unmountAll(below: settings.dataDirectory)
        Self.unmountAll(below: process.stateFolder)
        try await HostProgram("rm", "-rf", "--one-file-system", settings.dataDirectory, process.stateFolder).run()
    }

    /// What the node knew of its cluster says which routes are its.
    private func removeRoutes() async {
        var settings = settings
        ClusterFacts.stored(settings.factsPath)?.apply(to: &settings)
        await PodRoutes.remove(device: NodeServices.overlayDevice(settings), podNetworks: settings.podNetworks)
    }

    /// Containers outlive their containerd, so it is started for their end where it is gone. It takes connections before it can
    /// say which sandboxes there are, hence the repetition.
    private func removeSandboxes(_ process: ContainerdProcess, networkFolder: String) async {
        for _ in 0..<100 {
            if !process.isRunning {
                guard process.hasContainers, let plugins = try? PodNetwork.pluginFolder() else { return }
                _ = try? await process.start(networkFolder: networkFolder, pluginFolder: plugins)
            }
            let runtime = CRIClient(socket: process.socket)
            defer { runtime.close() }
            if let sandboxes = try? await runtime.sandboxes() { return await remove(sandboxes, runtime) }
            try? await Task.sleep(for: .milliseconds(200))
        }
        logger.warning("containerd does not answer; its containers are killed")
    }

    private func remove(_ sandboxes: [SandboxSummary], _ runtime: CRIClient) async {
        await withTaskGroup(of: Void.self) { group in
            for sandbox in sandboxes {
                group.addTask {
                    try? await runtime.stopSandbox(sandbox.id)
                    try? await runtime.removeSandbox(sandbox.id)
                }
            }
        }
    }

    /// What containerd could not end ends with the shim that holds it.
    private func killShims(_ process: ContainerdProcess) async {
        for shim in await processes("-f", "--", "^[^ ]*containerd-shim[^ ]* .*-address \(process.socket)( |$)") {
            for container in await processes("-P", "\(shim)") { kill(container, SIGKILL) }
            kill(shim, SIGKILL)
        }
    }

    private func processes(_ arguments: String...) async -> [Int32] {
        guard let outcome = try? await HostProgram(["pgrep"] + arguments).outcome() else { return [] }
        return outcome.output.split(separator: "\n").compactMap { Int32($0) }
    }

    private static func unmountAll(below folder: String) {
        guard let text = try? PrivateFile.read("/proc/self/mounts") else { return }
        for line in text.split(separator: "\n").reversed() {
            let words = line.split(separator: " ")
            if words.count > 1, words[1].hasPrefix(folder + "/") { umount2(String(words[1]), Int32(MNT_DETACH)) }
        }
    }
}
