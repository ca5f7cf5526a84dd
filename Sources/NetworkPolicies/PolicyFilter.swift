import HostPrograms
import Logging
import Objects
import Synchronization

/// The filter of one address family in the kernel, and the work of keeping it.
final class PolicyFilter: Sendable {
    private let family: NetworkAddress.Family
    private let table: String
    private let rules: Mutex<PolicyRules>
    private let logger: Logger
    private let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    init(_ settings: NetworkPoliciesSettings, family: NetworkAddress.Family, logger: Logger) {
        self.family = family
        self.logger = logger
        table = PolicyRules.tableName(settings.instance)
        var rules = PolicyRules(instance: settings.instance, node: settings.nodeName, family: family)
        if let address = settings.dnsAddresses.lazy.compactMap({ NetworkAddress($0) }).first(where: { $0.family == family }) {
            // Policies that allow names to be asked for name the pods that answer elsewhere.
            rules.addServer(
                namespace: "kube-system", name: "dns", labels: ["k8s-app": "kube-dns"], address: address.description,
                ports: [("dns", "udp", 53), ("dns-tcp", "tcp", 53)])
        }
        self.rules = Mutex(rules)
        (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func take(_ event: PolicyEvent) {
        rules.withLock { $0.handle(event) }
        waker.yield()
    }

    /// Has the kernel's rules looked at once more.
    func remind() { waker.yield() }

    /// Writes what changes until cancelled, whenever `isReady`.
    func keep(_ isReady: @Sendable () -> Bool) async {
        var kernel = KernelTable(family: family.table, name: table, chain: "input", logger: logger)
        waker.yield()
        for await _ in wake {
            guard isReady() else { continue }
            let isIntact = await kernel.isIntact()
            if await !kernel.write(rules.withLock({ isIntact ? $0.takeChange() : $0.takeAll() })) { waker.yield() }
        }
    }
}
