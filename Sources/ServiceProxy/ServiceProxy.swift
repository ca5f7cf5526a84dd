package import APIClient
import HostPrograms
import KubernetesTypes
package import Logging
package import NIOCore
package import Objects

package struct ServiceProxySettings: Sendable {
    /// Tells the tables of several clusters on one machine apart.
    package var instance: String
    package var nodeName: String
    /// The networks of all pods of the cluster.
    package var podNetworks: [IPNetwork]
    /// This node's pods, whose traffic to the outside this proxy masquerades; none when the pod network does that.
    package var localPodNetworks: [IPNetwork]
    package var serviceNetworks: [IPNetwork]
    /// Programs are run by these arguments in front, as `ip netns exec NAME`; empty for this process's own network.
    package var commandPrefix: [String] = []

    package init(instance: String, nodeName: String, podNetworks: [IPNetwork], localPodNetworks: [IPNetwork] = [], serviceNetworks: [IPNetwork] = []) {
        self.instance = instance
        self.nodeName = nodeName
        self.podNetworks = podNetworks
        self.localPodNetworks = localPodNetworks
        self.serviceNetworks = serviceNetworks
    }

    /// IPv6 only where the cluster has networks of it.
    var families: [NetworkAddress.Family] {
        let hasSecond = (podNetworks + serviceNetworks).contains { $0.base.family == .v6 }
        return hasSecond ? [.v4, .v6] : [.v4]
    }

    func layout(_ family: NetworkAddress.Family) -> TableLayout {
        TableLayout(
            family: family, name: "martlet-" + instance, podNetworks: podNetworks,
            localPodNetwork: localPodNetworks.first { $0.base.family == family },
            serviceNetwork: serviceNetworks.first { $0.base.family == family })
    }
}

/// Leads connections to services on to their endpoints, by rules in the kernel.
package final class ServiceProxy: Sendable {
    private let services: Informer<KubernetesTypes.Service>
    private let slices: Informer<EndpointSlice>
    private let node: Informer<Node>
    private let tables: [ProxyTable]
    private let health: HealthCheckServers

    package init(_ settings: ServiceProxySettings, transport: any APITransport, group: any EventLoopGroup, logger: Logger) {
        let client = APIClient(transport: transport, fieldManager: "kube-proxy")
        services = Informer(KubernetesTypes.Service.self, client: client, logger: logger)
        slices = Informer(EndpointSlice.self, client: client, logger: logger)
        node = Informer(Node.self, client: client, selection: .init(fields: "metadata.name=" + settings.nodeName), logger: logger)
        health = HealthCheckServers(group: group, logger: logger)
        tables = settings.families.map { family in
            ProxyTable(settings.layout(family), node: settings.nodeName, commandPrefix: settings.commandPrefix, logger: logger)
        }
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
            for table in tables { group.addTask { await table.keep { await self.tellHealth() } } }
            await group.waitForAll()
        }
        await health.set([:])
    }

    /// Takes the tables away.
    package func remove() async {
        for table in tables { await table.remove() }
    }

    private func take(_ event: ProxyEvent) {
        for table in tables { table.take(event) }
    }

    /// A service of both families is healthy by the one that has more endpoints here.
    private func tellHealth() async {
        var checks: [UInt16: HealthCheck] = [:]
        for table in tables {
            checks.merge(table.healthChecks) { $0.localEndpoints >= $1.localEndpoints ? $0 : $1 }
        }
        await health.set(checks)
    }

    /// Somebody may flush all tables of the machine: a look once a minute finds that.
    private func remindOfCheck() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: KernelTable.checkInterval + .seconds(1))
            for table in tables { table.remind() }
        }
    }
}
