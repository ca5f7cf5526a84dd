import ArgumentParser
import Cluster
import ClusterDNS
import Controllers
import Credentials
import Logging
import NetworkPolicies
import Objects
import ServiceProxy
import UnixSignals

/// What every component that runs by itself is told.
struct ComponentOptions: ParsableArguments {
    @Option(help: "The kubeconfig by which the component reaches the API.")
    var kubeconfig: String

    @Option(help: "debug, info, warning or error.")
    var logLevel = "info"

    var logger: Logger {
        var logger = Logger(label: "martlet", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
        return logger
    }

    /// Runs a component until SIGTERM or SIGINT.
    func run(_ name: String, _ body: @escaping @Sendable (RemoteComponents) async throws -> Void) async throws {
        let logger = logger
        let components = try RemoteComponents(kubeconfig: kubeconfig, component: name, logger: logger)
        logger.info("started", metadata: ["component": "\(name)", "server": "\(components.config.server)"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body(components) }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { return }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
        await components.close()
    }
}

extension IPNetwork {
    /// Networks separated by commas, as flags have them. Throws for what is none.
    static func list(_ text: String) throws -> [IPNetwork] {
        try text.split(separator: ",").map { part in
            guard let network = IPNetwork(part) else { throw ValidationError("\(part) is no network") }
            return network
        }
    }
}

struct SchedulerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "scheduler", abstract: "Run the scheduler by itself.")
    @OptionGroup var component: ComponentOptions

    @Option(help: "A KubeSchedulerConfiguration: profiles, their plug-ins, extenders.")
    var config = ""

    func run() async throws {
        let config = config
        try await component.run("kube-scheduler") { try await $0.scheduler(config: config) }
    }
}

struct ControllerManagerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "controller-manager", abstract: "Run the controllers by themselves.")
    @OptionGroup var component: ComponentOptions

    @Option(help: "The certificate that pods trust the API by; the kubeconfig's authority by default.")
    var rootCaFile: String?

    @Option(help: "PEM of the authority that signs certificate requests; without it none are signed.")
    var clusterSigningCertFile: String?

    @Flag(help: "Let each controller act under its own service account, with its own role.")
    var useServiceAccountCredentials = false

    @Option(help: "PEM of that authority's key.")
    var clusterSigningKeyFile: String?

    @Option(help: ArgumentHelp("After what time without use tokens of service accounts end that were made by themselves (8760h).", valueName: "TIME"))
    var legacyServiceAccountTokenCleanUpPeriod: String?

    @Flag(help: "Give each node the addresses of its pods.")
    var allocateNodeCIDRs = false

    @Option(help: "The addresses of all nodes' pods, separated by commas.")
    var clusterCIDR = ""

    @Option(help: "The addresses of services, which no node gets.")
    var serviceClusterIPRange = ""

    @Option(name: .customLong("node-cidr-mask-size-ipv4"), help: "The prefix of a node's network of IPv4.")
    var nodeMaskSizeV4 = NodeNetworks.usualPrefix(.v4)

    @Option(name: .customLong("node-cidr-mask-size-ipv6"), help: "The prefix of a node's network of IPv6.")
    var nodeMaskSizeV6 = NodeNetworks.usualPrefix(.v6)

    private func nodeNetworks() throws -> NodeNetworks? {
        guard allocateNodeCIDRs else { return nil }
        let cluster = try IPNetwork.list(clusterCIDR)
        if cluster.isEmpty { throw ValidationError("--allocate-node-cidrs needs --cluster-cidr") }
        return try NodeNetworks(
            cluster: cluster, prefixes: [.v4: nodeMaskSizeV4, .v6: nodeMaskSizeV6], reserved: IPNetwork.list(serviceClusterIPRange))
    }

    func run() async throws {
        let networks = try nodeNetworks()
        let root = try rootCaFile.map { try PrivateFile.read($0) } ?? nil
        var authority: CertificateAuthority?
        if let clusterSigningCertFile, let clusterSigningKeyFile {
            guard let certificate = try PrivateFile.read(clusterSigningCertFile), let key = try PrivateFile.read(clusterSigningKeyFile) else {
                throw ValidationError("there is no file \(clusterSigningCertFile) or \(clusterSigningKeyFile)")
            }
            authority = try CertificateAuthority(KeyPair(certificate: certificate, key: key))
        }
        let signer = authority
        let usesAccounts = useServiceAccountCredentials
        let period = try legacyServiceAccountTokenCleanUpPeriod.map { try ClusterSettings.legacyTokenPeriod($0) }
        try await component.run("kube-controller-manager") {
            await $0.controllerManager(rootCertificate: root, authority: signer, usesAccounts: usesAccounts, legacyTokenPeriod: period, nodeNetworks: networks)
        }
    }
}

struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "proxy", abstract: "Run the service proxy by itself.")
    @OptionGroup var component: ComponentOptions

    @Option(help: "The node's name; the host's by default.")
    var hostnameOverride: String?

    @Option(help: "The networks of all pods, separated by commas.")
    var clusterCIDR = "10.244.0.0/16"

    @Option(help: "The network of services; connections to addresses of it that no service has are refused.")
    var serviceCIDR: String?

    func run() async throws {
        let networks = try IPNetwork.list(clusterCIDR)
        let settings = try ServiceProxySettings(
            instance: "proxy", nodeName: hostnameOverride ?? LocalAddresses.hostname(), podNetworks: networks,
            serviceNetworks: IPNetwork.list(serviceCIDR ?? ""))
        try await component.run("kube-proxy") { await $0.proxy(settings) }
    }
}

struct NetworkPoliciesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network-policies", abstract: "Enforce NetworkPolicies on this node, by itself.")
    @OptionGroup var component: ComponentOptions

    @Option(help: "The node's name; the host's by default.")
    var hostnameOverride: String?

    @Option(help: "Where this node's pods reach the cluster's DNS when no pod answers there; an address of each family.")
    var dnsAddress = ""

    func run() async throws {
        var settings = NetworkPoliciesSettings(instance: "node", nodeName: hostnameOverride ?? LocalAddresses.hostname())
        settings.dnsAddresses = dnsAddress.split(separator: ",").map(String.init)
        if LocalAddresses.kernelHasIPv6 { settings.families.append(.v6) }
        let ready = settings
        try await component.run("martlet-network-policies") { await $0.networkPolicies(ready) }
    }
}

struct DNSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "dns", abstract: "Run the cluster's DNS by itself.")
    @OptionGroup var component: ComponentOptions

    @Option(help: "The addresses to answer on, separated by commas.")
    var bindAddress: String

    @Option(help: "The cluster IP of the DNS service; one of each family, separated by commas.")
    var clusterDNS = "10.96.0.10"

    @Option(help: "The domain of the cluster.")
    var clusterDomain = "cluster.local"

    @Option(help: "The node's name; the host's by default.")
    var hostnameOverride: String?

    func run() async throws {
        var settings = ClusterDNSSettings(
            listenAddresses: bindAddress.split(separator: ",").map(String.init), serviceAddresses: clusterDNS.split(separator: ",").map(String.init),
            nodeName: hostnameOverride ?? LocalAddresses.hostname())
        settings.clusterDomain = clusterDomain
        let ready = settings
        try await component.run("martlet-dns") { try await $0.dns(ready) }
    }
}

/// The API server by itself: `up` with only that component, in the foreground.
struct APIServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "apiserver", abstract: "Run the API server by itself.")
    @OptionGroup var data: DataOptions
    @OptionGroup(title: "API server") var serving: ServingFlags
    @OptionGroup var access: AccessOptions

    @Option(help: "The address to listen on.")
    var bindAddress = "0.0.0.0"

    @Option(help: "The port to listen on.")
    var securePort = 6443

    @Option(help: "The addresses of services.")
    var serviceClusterIPRange = "10.96.0.0/16"

    @Option(help: "debug, info, warning or error.")
    var logLevel = "info"

    func run() async throws {
        var settings = data.settings
        settings.listenAddress = bindAddress
        settings.listenPort = securePort
        settings.serviceCIDR = serviceClusterIPRange
        settings.logLevel = logLevel
        settings.components = [.apiserver]
        try serving.apply(to: &settings)
        access.apply(to: &settings.access)
        try await ForegroundCluster(settings).run()
    }
}

/// Writes the script by which a shell completes `martlet`'s words.
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "completion", abstract: "Print the completion script of a shell.")

    @Argument(help: "bash, zsh or fish.")
    var shell: String

    func run() throws {
        guard let known = CompletionShell(rawValue: shell) else { throw ValidationError("known shells are bash, zsh and fish") }
        print(Martlet.completionScript(for: known))
    }
}
