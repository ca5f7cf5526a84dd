package import APIClient
import HostPrograms
import KubernetesTypes
package import Logging
import Objects
import Synchronization

package struct NetworkPoliciesSettings: Sendable {
    /// Tells the tables of several clusters on one machine apart.
    package var instance: String
    package var nodeName: String
    /// Where this node's pods reach the cluster's DNS, when it is no pod; empty when it is one, or there is none.
    package var dnsAddress = ""

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
    private let rules: Mutex<PolicyRules>
    private let table: String
    private let logger: Logger
    private let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    /// Whether pods and namespaces are followed.
    private let isAsked = Mutex(false)
    private let knowledge = Mutex(Knowledge.none)
    private let demand: AsyncStream<Void>
    private let demands: AsyncStream<Void>.Continuation
    /// Somebody may flush all tables of the machine: a look once a minute finds that.
    private static let checkInterval: Duration = .seconds(60)

    package init(_ settings: NetworkPoliciesSettings, transport: any APITransport, logger: Logger) {
        self.logger = logger
        let client = APIClient(transport: transport, fieldManager: "martlet-network-policies")
        policies = Informer(NetworkPolicy.self, client: client, logger: logger)
        namespaces = Informer(Namespace.self, client: client, logger: logger)
        pods = Informer(Pod.self, client: client, logger: logger)
        table = PolicyRules.tableName(settings.instance)
        var rules = PolicyRules(instance: settings.instance, node: settings.nodeName)
        if !settings.dnsAddress.isEmpty {
            // Policies that allow names to be asked for name the pods that answer elsewhere.
            rules.addServer(
                namespace: "kube-system", name: "dns", labels: ["k8s-app": "kube-dns"], address: settings.dnsAddress,
                ports: [("dns", "udp", 53), ("dns-tcp", "tcp", 53)])
        }
        self.rules = Mutex(rules)
        (demand, demands) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
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
            waker.yield()
            await group.waitForAll()
        }
    }

    private func take(_ event: PolicyEvent) {
        rules.withLock { $0.handle(event) }
        waker.yield()
    }

    private func keepRules() async {
        var isWhole = false
        var checked = ContinuousClock.now
        var pause: Duration = .milliseconds(200)
        waker.yield()
        for await _ in wake {
            // Half of what policies speak of would cut off what they allow.
            guard knowledge.withLock({ $0 }) == .enough else { continue }
            if isWhole, ContinuousClock.now - checked > Self.checkInterval {
                checked = .now
                if await isTableLost() { isWhole = false }
            }
            let commands = rules.withLock { isWhole ? $0.takeChange() : $0.takeAll() }
            if commands.isEmpty { continue }
            do throws(HostProgram.Failure) {
                try await HostProgram("nft", "-f", "-").run(input: commands)
                isWhole = true
                pause = .milliseconds(200)
            } catch {
                logger.error("the rules of network policies are written anew", metadata: ["reason": "\(error)"])
                isWhole = false
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
                waker.yield()
            }
        }
    }

    private func remindOfCheck() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.checkInterval + .seconds(1))
            waker.yield()
        }
    }

    private func isTableLost() async -> Bool {
        guard let outcome = try? await HostProgram("nft", "list", "chain", "ip", table, "input").outcome() else { return false }
        return outcome.status != 0
    }
}
