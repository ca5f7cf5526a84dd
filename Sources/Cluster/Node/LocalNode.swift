import APIClient
import ContainerRuntime
import HTTPServing
import HostPrograms
import Kubelet
import Logging
import NIOCore
import Objects

/// This machine as a node of a cluster: its runtime, network, kubelet and proxy.
struct LocalNode: Sendable {
    let settings: ClusterSettings
    let nodeName: String
    let address: String
    let network: PodNetwork
    /// Whether the node says itself which networks its pods have; else the cluster gave them.
    let givesOwnNetwork: Bool
    let group: any EventLoopGroup
    let logger: Logger

    var containerd: ContainerdProcess {
        ContainerdProcess(root: settings.dataDirectory + "/containerd", name: settings.instance, logger: logger)
    }

    /// Starts the container runtime and makes sure that the pause image is there.
    private func startRuntime() async throws -> (runtime: CRIClient, containerd: Int32?) {
        let process = containerd
        let child = try await process.start(networkFolder: network.folder, pluginFolder: try PodNetwork.pluginFolder())
        let runtime = CRIClient(socket: process.socket)
        for attempt in 0... {
            do {
                if try await runtime.image(PauseImage.name) == nil { try await process.importImage(bytes: PauseImage.archive()) }
                return (runtime, child)
            } catch {
                if attempt == 100 { throw error }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        return (runtime, child)
    }

    /// Runs the node until cancelled. `identity` is what the kubelet's server shows.
    func run(_ transport: any APITransport, _ identity: ListenerIdentity, labels: [String: String] = [:]) async {
        do {
            let (runtime, child) = try await startRuntime()
            let supervision = Task { [containerd, network] in
                guard let plugins = try? PodNetwork.pluginFolder() else { return }
                await containerd.supervise(child, networkFolder: network.folder, pluginFolder: plugins)
            }
            defer { supervision.cancel() }
            var kubelet = KubeletSettings(
                nodeName: nodeName, address: address, root: settings.dataDirectory + "/kubelet",
                podCIDR: givesOwnNetwork ? settings.podCIDR : "", identity: identity)
            kubelet.nodeLabels = labels
            kubelet.secondAddress = network.secondGateway
            kubelet.listenAddress = address
            kubelet.resolverFile = ResolverFile.path()
            kubelet.clusterDomain = settings.clusterDomain
            kubelet.clusterDNS = settings.has(.dns) ? settings.dnsAddress : ""
            kubelet.localPathRoot = settings.volumesFolder
            kubelet.staticPodFolder = settings.dataDirectory + "/manifests"
            if !settings.evictionHard.isEmpty {
                guard let thresholds = EvictionThreshold.parse(settings.evictionHard) else {
                    throw ClusterSettings.Problem("--eviction-hard takes a list such as memory.available<100Mi, not \(settings.evictionHard)")
                }
                kubelet.evictionThresholds = thresholds
            }
            await Kubelet(kubelet, transport: transport, runtime: runtime, group: group, logger: logger).run()
            runtime.close()
        } catch {
            logger.critical("the node cannot start", metadata: ["reason": "\(error)"])
        }
    }
}
