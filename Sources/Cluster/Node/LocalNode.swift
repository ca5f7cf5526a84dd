import APIClient
import ContainerRuntime
import Credentials
import HTTPServing
import HostPrograms
import Kubelet
import Logging
import NIOCore
import Objects
import Synchronization

/// This machine as a node of a cluster: its runtime, network, kubelet and proxy.
struct LocalNode: Sendable {
    let settings: ClusterSettings
    let pki: ClusterPKI
    let certificates: CertificateKeeper
    let nodeName: String
    let address: String
    let network: PodNetwork
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

    /// What the kubelet's server shows; the keeper sees to it that it never gets old.
    private func identity() throws -> ListenerIdentity {
        let addresses = [address] + (network.secondGateway.map { [$0] } ?? [])
        let issue: @Sendable () throws -> KeyPair = { [pki, nodeName, addresses] in try pki.kubeletServing(node: nodeName, addresses: addresses) }
        let first = try issue()
        let shown = ShownCertificate(first)
        let identity = try ListenerIdentity(
            certificate: first.certificate, key: first.key, clientAuthorities: pki.authority.certificate)
        pki.authority.onRenewal { [pki, logger] in
            do {
                try identity.replace(clientAuthorities: pki.authority.certificate)
            } catch {
                logger.error("the kubelet cannot take up the renewed authority", metadata: ["reason": "\(error)"])
            }
        }
        try certificates.add(
            CertificateKeeper.Entry(name: "kubelet", issue: issue) { pair in
                try identity.replace(certificate: pair.certificate, key: pair.key)
                shown.replace(pair)
            }, current: first)
        CertificateMetrics.tell(.server) { shown.remaining }
        return identity
    }

    /// Runs the node until cancelled.
    func run(_ transport: any APITransport) async {
        do {
            let (runtime, child) = try await startRuntime()
            let supervision = Task { [containerd, network] in
                guard let plugins = try? PodNetwork.pluginFolder() else { return }
                await containerd.supervise(child, networkFolder: network.folder, pluginFolder: plugins)
            }
            defer { supervision.cancel() }
            var kubelet = KubeletSettings(
                nodeName: nodeName, address: address, root: settings.dataDirectory + "/kubelet", podCIDR: settings.podCIDR,
                identity: try identity())
            kubelet.secondAddress = network.secondGateway
            kubelet.listenAddress = address
            kubelet.clusterDomain = settings.clusterDomain
            kubelet.clusterDNS = settings.has(.dns) ? settings.dnsAddress : ""
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

/// Since when and until when the certificate holds that the kubelet's server shows, for its metrics.
private final class ShownCertificate: Sendable {
    private let identity: Mutex<CertificateIdentity?>

    init(_ pair: KeyPair) { identity = Mutex(CertificateIdentity(pem: pair.certificate)) }

    /// Seconds; negative when it has ended.
    var remaining: Int64 { (identity.withLock { $0?.notAfter } ?? 0) - Timestamp.now().seconds }

    func replace(_ pair: KeyPair) {
        let before = identity.withLock { identity in
            defer { identity = CertificateIdentity(pem: pair.certificate) }
            return identity
        }
        CertificateMetrics.rotated(.server, after: before.map { Timestamp.now().seconds - $0.notBefore } ?? 0)
    }
}
