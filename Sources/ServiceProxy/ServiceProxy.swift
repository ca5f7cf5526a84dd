package import APIClient
import HostPrograms
import KubernetesTypes
package import Logging
package import NIOCore
package import Objects
import Synchronization

package struct ServiceProxySettings: Sendable {
    /// Tells the tables of several clusters on one machine apart.
    package var instance: String
    package var nodeName: String
    /// The networks of all pods of the cluster.
    package var podNetworks: [IPNetwork]
    /// This node's pods, whose traffic to the outside this proxy masquerades; nil when the pod network does that.
    package var localPodNetwork: IPNetwork?
    package var serviceNetwork: IPNetwork?
    /// Programs are run by these arguments in front, as `ip netns exec NAME`; empty for this process's own network.
    package var commandPrefix: [String] = []

    package init(instance: String, nodeName: String, podNetworks: [IPNetwork], localPodNetwork: IPNetwork? = nil, serviceNetwork: IPNetwork? = nil) {
        self.instance = instance
        self.nodeName = nodeName
        self.podNetworks = podNetworks
        self.localPodNetwork = localPodNetwork
        self.serviceNetwork = serviceNetwork
    }

    func layout(_ family: NetworkAddress.Family) -> TableLayout {
        TableLayout(
            family: family, name: "martlet-" + instance, podNetworks: podNetworks, localPodNetwork: localPodNetwork, serviceNetwork: serviceNetwork)
    }
}

/// Leads connections to services on to their endpoints, by rules in the kernel.
package final class ServiceProxy: Sendable {
    private let settings: ServiceProxySettings
    private let layout: TableLayout
    private let services: Informer<KubernetesTypes.Service>
    private let slices: Informer<EndpointSlice>
    private let node: Informer<Node>
    private let rules: Mutex<ServiceRules>
    private let logger: Logger
    private let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    private let health: HealthCheckServers

    package init(_ settings: ServiceProxySettings, transport: any APITransport, group: any EventLoopGroup, logger: Logger) {
        self.settings = settings
        self.logger = logger
        let client = APIClient(transport: transport, fieldManager: "kube-proxy")
        services = Informer(KubernetesTypes.Service.self, client: client, logger: logger)
        slices = Informer(EndpointSlice.self, client: client, logger: logger)
        node = Informer(Node.self, client: client, selection: .init(fields: "metadata.name=" + settings.nodeName), logger: logger)
        health = HealthCheckServers(group: group, logger: logger)
        layout = settings.layout(.v4)
        rules = Mutex(ServiceRules(layout, node: settings.nodeName))
        (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Keeps the rules until cancelled. They stay behind, so that connections survive a restart; `remove` takes them away.
    package func run() async {
        services.onChange { [weak self] change in
            if case .deleted(let service) = change { self?.take(.serviceDeleted(service)) } else { self?.take(.service(change.object)) }
        }
        slices.onChange { [weak self] change in
            if case .deleted(let slice) = change { self?.take(.sliceDeleted(slice)) } else { self?.take(.slice(change.object)) }
        }
        node.onChange { [weak self] change in self?.take(.zone(change.object.labels["topology.kubernetes.io/zone"])) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.services.run() }
            group.addTask { await self.slices.run() }
            group.addTask { await self.node.run() }
            group.addTask { await self.remindOfCheck() }
            await services.waitUntilSynced()
            await slices.waitUntilSynced()
            await node.waitUntilSynced()
            await keepRules()
            group.cancelAll()
        }
    }

    /// Takes the table away.
    package func remove() async {
        _ = try? await program("nft", "delete", "table", layout.ip, layout.name).outcome()
    }

    private func take(_ event: ProxyEvent) {
        rules.withLock { $0.handle(event) }
        waker.yield()
    }

    private func program(_ arguments: String...) -> HostProgram { HostProgram(settings.commandPrefix + arguments) }

    // MARK: writing

    private func keepRules() async {
        var isWhole = false
        var checked = ContinuousClock.now
        var pause: Duration = .milliseconds(200)
        var stale: Set<RuleChange.StaleFlows> = []
        let cleaner = FlowCleaner(prefix: settings.commandPrefix, logger: logger)
        var isLoopbackOpen = false
        waker.yield()
        for await _ in wake {
            if isWhole, ContinuousClock.now - checked > Self.checkInterval {
                checked = .now
                if await isTableLost() { isWhole = false }
            }
            let change = rules.withLock { isWhole ? $0.takeChange() : $0.takeAll() }
            let isDifference = isWhole
            if isDifference { stale.formUnion(change.staleFlows) }
            if !change.commands.isEmpty {
                do throws(HostProgram.Failure) {
                    try await program("nft", "-f", "-").run(input: change.commands)
                    isWhole = true
                    pause = .milliseconds(200)
                    // Only now: the table guards that network.
                    if !isLoopbackOpen { await openLoopback() }
                    isLoopbackOpen = true
                } catch {
                    logger.error("the service rules are written anew", metadata: ["reason": "\(error)"])
                    isWhole = false
                    try? await Task.sleep(for: pause)
                    pause = min(pause * 2, .seconds(30))
                    waker.yield()
                    continue
                }
            }
            if isWhole, !isDifference {
                // What changed while nobody looked.
                let flows = await cleaner.translatedFlows(family: layout.family)
                stale.formUnion(rules.withLock { $0.leftOvers(flows) })
            }
            await cleaner.clean(Array(stale), family: layout.family)
            stale = []
            await health.set(rules.withLock { $0.healthChecks })
        }
        await health.set([:])
    }

    /// Lets connections to a node port of 127.0.0.1 leave for a pod; the table keeps others out of that network.
    private func openLoopback() async {
        do throws(HostProgram.Failure) {
            try await program("sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1").run()
        } catch {
            logger.warning("node ports do not answer on 127.0.0.1", metadata: ["reason": "\(error)"])
        }
    }

    private static let checkInterval: Duration = .seconds(60)

    /// Somebody may flush all tables of the machine: a look once a minute finds that.
    private func remindOfCheck() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.checkInterval + .seconds(1))
            waker.yield()
        }
    }

    private func isTableLost() async -> Bool {
        guard let outcome = try? await program("nft", "list", "chain", layout.ip, layout.name, "dispatch").outcome() else { return false }
        return outcome.status != 0
    }
}
