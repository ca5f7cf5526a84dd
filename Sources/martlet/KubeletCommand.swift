import ArgumentParser
import Cluster
import Credentials
import Kubelet
import Objects

struct KubeletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "kubelet", abstract: "Run the node's agent by itself, with a container runtime that is there.")
    @OptionGroup var component: ComponentOptions

    @Option(help: "The node's name; the host's by default.")
    var hostnameOverride: String?

    @Option(help: "The node's address; the first of the host's by default.")
    var nodeIP: String?

    @Option(help: "Where pods' volumes and logs lie.")
    var rootDir = "/var/lib/kubelet"

    @Option(help: "The socket of the container runtime.")
    var containerRuntimeEndpoint = "unix:///run/containerd/containerd.sock"

    @Option(help: "The addresses of this node's pods, where the cluster does not give them.")
    var podCIDR = ""

    @Option(help: "The address of the cluster's DNS.")
    var clusterDNS = ""

    @Option(help: "The domain of the cluster.")
    var clusterDomain = "cluster.local"

    @Option(help: "The file with the name servers of pods that do not ask the cluster's.")
    var resolvConf = "/etc/resolv.conf"

    @Option(help: "The folder of static pods' manifests.")
    var podManifestPath = ""

    @Option(help: "Where the kubelet's server listens.")
    var address = "0.0.0.0"

    @Option(help: "The port of the kubelet's server.")
    var port = 10250

    @Option(help: "The most pods that the node takes.")
    var maxPods = 110

    @Option(help: "Below which amounts pods are evicted, such as memory.available<100Mi,nodefs.available<10%.")
    var evictionHard: String?

    @Option(help: "PEM of the serving certificate; without it one is asked of the cluster, or made by the kubelet itself.")
    var tlsCertFile: String?

    @Option(help: "PEM of the serving certificate's key.")
    var tlsPrivateKeyFile: String?

    @Flag(help: "Ask the cluster for the client certificate, and for the next one before it ends.")
    var rotateCertificates = false

    @Flag(help: "Ask the cluster for the serving certificate, and for the next one before it ends. Somebody has to approve it.")
    var rotateServerCertificates = false

    @Option(help: "A kubeconfig with a bootstrap token: by it the first client certificate is asked for, when there is no kubeconfig yet.")
    var bootstrapKubeconfig: String?

    @Option(help: "Where certificates lie; pki below --root-dir by default.")
    var certDir: String?

    @Option(help: "PEM of the authority whose clients may use the kubelet's server.")
    var clientCaFile: String

    func run() async throws {
        let address = nodeIP ?? LocalAddresses.all().first ?? "127.0.0.1"
        let certificates = NodeCertificates(
            nodeName: hostnameOverride ?? LocalAddresses.hostname(), address: address, folder: certDir ?? rootDir + "/pki",
            clientAuthority: try certificateFile(clientCaFile), rotatesClient: rotateCertificates, rotatesServer: rotateServerCertificates)
        if let bootstrapKubeconfig { try await certificates.bootstrap(bootstrapKubeconfig, kubeconfig: component.kubeconfig, component.logger) }
        var given: KeyPair?
        if let tlsCertFile, let tlsPrivateKeyFile {
            given = KeyPair(certificate: try certificateFile(tlsCertFile), key: try certificateFile(tlsPrivateKeyFile))
        }
        let identity = try certificates.identity(given)
        var settings = KubeletSettings(
            nodeName: certificates.nodeName, address: address, root: rootDir, podCIDR: podCIDR, identity: identity)
        settings.listenAddress = self.address
        settings.port = port
        settings.clusterDNS = clusterDNS
        settings.clusterDomain = clusterDomain
        settings.resolverFile = resolvConf
        settings.staticPodFolder = podManifestPath
        settings.maximumPods = maxPods
        if let evictionHard {
            guard let thresholds = EvictionThreshold.parse(evictionHard) else { throw ValidationError("\(evictionHard) is no list of eviction thresholds") }
            settings.evictionThresholds = thresholds
        }
        let socket = containerRuntimeEndpoint.hasPrefix("unix://") ? String(containerRuntimeEndpoint.dropFirst(7)) : containerRuntimeEndpoint
        let ready = settings
        try await component.run("kubelet") { components in
            async let rotation: Void = components.rotate(certificates, identity)
            try await components.kubelet(ready, socket: socket)
            await rotation
        }
    }

    private func certificateFile(_ path: String) throws -> String {
        guard let text = try PrivateFile.read(path) else { throw ValidationError("there is no file \(path)") }
        return text
    }
}
