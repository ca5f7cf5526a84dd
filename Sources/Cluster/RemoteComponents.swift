import APIClient
package import ClusterDNS
import ContainerRuntime
package import Controllers
package import Credentials
package import HTTPServing
package import Kubelet
package import Logging
import NIOCore
import NIOPosix
package import NetworkPolicies
import Objects
import Scheduler
package import ServiceProxy
import Synchronization

extension SchedulerConfiguration {
    /// From a file; what holds without one when `path` is empty.
    static func read(_ path: String) throws -> SchedulerConfiguration {
        if path.isEmpty { return SchedulerConfiguration() }
        guard let text = try PrivateFile.read(path) else { throw ClusterSettings.Problem("there is no scheduler configuration at \(path)") }
        do { return try SchedulerConfiguration(try YAML.parse(text)) } catch { throw ClusterSettings.Problem("\(path): \(error)") }
    }
}

/// One component in a process of its own, which meets the cluster only at the API that a kubeconfig names.
package final class RemoteComponents: Sendable {
    private let transport: HTTPSTransport
    private let group: MultiThreadedEventLoopGroup
    private let logger: Logger
    package let config: Kubeconfig

    /// Throws when the kubeconfig cannot be read or says too little.
    package init(kubeconfig path: String, component: String, logger: Logger) throws {
        guard let text = try PrivateFile.read(path) else { throw ClusterSettings.Problem("there is no kubeconfig at \(path)") }
        guard let config = Kubeconfig(try YAML.parse(text)) else { throw ClusterSettings.Problem("\(path) names no server in its current context") }
        self.config = config
        self.logger = logger
        group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        transport = try HTTPSTransport(config, agent: component, group: group)
    }

    /// `config` is the path of a KubeSchedulerConfiguration, empty for the usual one. Throws what is wrong with it.
    package func scheduler(config: String = "") async throws {
        let configuration = try SchedulerConfiguration.read(config)
        await election("kube-scheduler").run { [self] in
            await PodScheduler(transport: transport, configuration: configuration, logger: logger).run()
        }
    }

    private func election(_ name: String) -> LeaderElection {
        LeaderElection(name, transport: transport, identity: LocalAddresses.processIdentity(), logger: logger)
    }

    /// The transports of controllers' own accounts, each made once.
    private final class Accounts: Sendable {
        private let made = Mutex<[String: ServiceAccountTransport]>([:])

        func transport(_ name: String, _ make: () -> ServiceAccountTransport) -> ServiceAccountTransport {
            made.withLock { made in
                if let known = made[name] { return known }
                let new = make()
                made[name] = new
                return new
            }
        }

        func close() async {
            for transport in made.withLock({ Array($0.values) }) { await transport.close() }
        }
    }

    /// `rootCertificate` is the PEM that is published to every namespace; the kubeconfig's own when nil.
    /// `authority` signs certificates; without it nothing is signed.
    /// With `usesAccounts` each controller acts under its own service account. `nodeNetworks` are those that nodes get for their pods.
    package func controllerManager(
        rootCertificate: String?, authority: CertificateAuthority? = nil, usesAccounts: Bool = false,
        legacyTokenPeriod: Duration? = nil, nodeNetworks: NodeNetworks? = nil
    ) async {
        let known = Accounts()
        let own: @Sendable (String) -> any APITransport = { [transport, config, group] name in
            known.transport(name) { ServiceAccountTransport(name, manager: transport, config: config, group: group) }
        }
        let accounts = usesAccounts ? own : nil
        await election("kube-controller-manager").run { [self] in
            let context = ControllerContext(transport: transport, accounts: accounts, logger: logger)
            await ControllerManager(
                context, rootCertificate: TrustedCertificate(rootCertificate ?? config.authority), authority: authority.map { RenewableAuthority($0) },
                legacyTokenPeriod: legacyTokenPeriod, nodeNetworks: nodeNetworks).run()
        }
        await known.close()
    }

    /// Plays nodes until cancelled, and then takes them out of the cluster, unless they are to be kept.
    package func simulatedNodes(_ settings: SimulatedNodeSettings, keep: Bool) async {
        let nodes = SimulatedNodes(settings, transport: transport, logger: logger)
        await nodes.run()
        if keep { return }
        // What was cancelled can do no work any more.
        await Task.detached { await nodes.remove() }.value
    }

    package func proxy(_ settings: ServiceProxySettings) async { await ServiceProxy(settings, transport: transport, group: group, logger: logger).run() }

    package func networkPolicies(_ settings: NetworkPoliciesSettings) async {
        await NetworkPolicies(settings, transport: transport, logger: logger).run()
    }

    /// Throws when the cluster's domain is no domain name.
    package func dns(_ settings: ClusterDNSSettings) async throws {
        try await ClusterDNS(settings, transport: transport, group: group, logger: logger).run()
    }

    /// `socket` is the container runtime's. Throws when it cannot be reached.
    package func kubelet(_ settings: KubeletSettings, socket: String) async throws {
        let runtime = CRIClient(socket: socket)
        await Kubelet(settings, transport: transport, runtime: runtime, group: group, logger: logger).run()
        runtime.close()
    }

    /// Keeps the certificates of a node's kubelet until cancelled.
    package func rotate(_ certificates: NodeCertificates, _ identity: ListenerIdentity) async {
        await certificates.run(transport, config, identity, logger)
    }

    package func close() async {
        await transport.close()
        try? await group.shutdownGracefully()
    }
}
