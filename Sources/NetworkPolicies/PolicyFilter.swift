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
    /// Somebody may flush all tables of the machine: a look once a minute finds that.
    static let checkInterval: Duration = .seconds(60)

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
        var isWhole = false
        var checked = ContinuousClock.now
        var pause: Duration = .milliseconds(200)
        waker.yield()
        for await _ in wake {
            guard isReady() else { continue }
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

    private func isTableLost() async -> Bool {
        guard let outcome = try? await HostProgram("nft", "list", "chain", family.table, table, "input").outcome() else { return false }
        return outcome.status != 0
    }
}
