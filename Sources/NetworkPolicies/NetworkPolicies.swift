package import APIClient
import HostPrograms
import KubernetesTypes
package import Logging
package import Objects
import Synchronization

package struct NetworkPoliciesSettings: Sendable {
    /// Tells the tables of several clusters on one machine apart.
    package var instance: String
    package var nodeName: String
    /// Where this node's pods reach the cluster's DNS, when it is no pod; none when it is one, or there is none.
    package var dnsAddresses: [String] = []
    /// The families in which pods have addresses.
    package var families: [NetworkAddress.Family] = [.v4]

    package init(instance: String, nodeName: String) {
        self.instance = instance
        self.nodeName = nodeName
    }
}

/// Lets only those connections of this node's pods pass that their NetworkPolicies allow, by rules in the kernel.
package final class NetworkPolicies: Sendable {
    private let policies: Informer<NetworkPolicy>
    private let namespaces: Informer<Namespace>
    private let pods: Informer<Pod>
    private let filters: [PolicyFilter]
    /// Whether pods and namespaces are followed.
    private let isAsked = Mutex(false)
    private let knowledge = Mutex(Knowledge.none)
    private let demand: AsyncStream<Void>
    private let demands: AsyncStream<Void>.Continuation

    package init(_ settings: NetworkPoliciesSettings, transport: any APITransport, logger: Logger) {
        let client = APIClient(transport: transport, fieldManager: "martlet-network-policies")
        policies = Informer(NetworkPolicy.self, client: client, logger: logger)
        namespaces = Informer(Namespace.self, client: client, logger: logger)
        pods = Informer(Pod.self, client: client, logger: logger)
        filters = settings.families.map { PolicyFilter(settings, family: $0, logger: logger) }
        (demand, demands) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    private enum Knowledge {
        /// Nothing is known yet.
        case none
        /// There is a first policy, and what it speaks of is being read.
        case filling
        /// There is no policy, or all that policies speak of is known.
        case enough
    }

    /// Keeps the rules until cancelled. They stay behind, so that a restart opens nothing.
    package func run() async {
        policies.onChange { [weak self] change in
            // Pods and namespaces are followed from the first policy on: a large cluster without policies costs nothing here.
            self?.askForPods()
            if case .deleted(let policy) = change { self?.take(.policyDeleted(policy)) } else { self?.take(.policy(change.object)) }
        }
        namespaces.onChange { [weak self] change in
            if case .deleted(let namespace) = change { self?.take(.namespaceDeleted(namespace)) } else { self?.take(.namespace(change.object)) }
        }
        pods.onChange { [weak self] change in
            if case .deleted(let pod) = change { self?.take(.podDeleted(pod)) } else { self?.take(.pod(change.object)) }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.policies.run() }
            group.addTask { await self.followPods() }
            group.addTask { await self.remindOfCheck() }
            await policies.waitUntilSynced()
            knowledge.withLock { if $0 == .none { $0 = .enough } }
            await keepRules()
            group.cancelAll()
        }
    }

    private func askForPods() {
        let isFirst = isAsked.withLock { asked in
            defer { asked = true }
            return !asked
        }
        guard isFirst else { return }
        knowledge.withLock { $0 = .filling }
        demands.yield()
    }

    /// Waits for the first policy, then follows pods and namespaces until cancelled.
    private func followPods() async {
        var asked = demand.makeAsyncIterator()
        guard await asked.next() != nil else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.namespaces.run() }
            group.addTask { await self.pods.run() }
            await namespaces.waitUntilSynced()
            await pods.waitUntilSynced()
            knowledge.withLock { $0 = .enough }
            for filter in filters { filter.remind() }
            await group.waitForAll()
        }
    }

    private func take(_ event: PolicyEvent) {
        for filter in filters { filter.take(event) }
    }

    private func keepRules() async {
        await withTaskGroup(of: Void.self) { group in
            for filter in filters {
                // Half of what policies speak of would cut off what they allow.
                group.addTask { await filter.keep { self.knowledge.withLock { $0 } == .enough } }
            }
        }
    }

    private func remindOfCheck() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: KernelTable.checkInterval + .seconds(1))
            for filter in filters { filter.remind() }
        }
    }
}
