import HostPrograms
import Logging
import Objects
import Synchronization

/// The proxy's table of one address family, and the work of keeping it.
final class ProxyTable: Sendable {
    private let layout: TableLayout
    private let rules: Mutex<ServiceRules>
    private let commandPrefix: [String]
    private let logger: Logger
    private let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    init(_ layout: TableLayout, node: String, commandPrefix: [String], logger: Logger) {
        self.layout = layout
        self.commandPrefix = commandPrefix
        self.logger = logger
        rules = Mutex(ServiceRules(layout, node: node))
        (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func take(_ event: ProxyEvent) {
        rules.withLock { $0.handle(event) }
        waker.yield()
    }

    /// Has the table looked at, should somebody have taken it away.
    func remind() { waker.yield() }

    var healthChecks: [UInt16: HealthCheck] { rules.withLock { $0.healthChecks } }

    /// Takes the table away.
    func remove() async { await kernel.remove() }

    private func program(_ arguments: String...) -> HostProgram { HostProgram(commandPrefix + arguments) }

    private var kernel: KernelTable {
        KernelTable(family: layout.ip, name: layout.name, chain: "dispatch", commandPrefix: commandPrefix, logger: logger)
    }

    /// Writes what changes until cancelled. `afterwards` is called when the table is as it should be.
    func keep(_ afterwards: @Sendable () async -> Void) async {
        var kernel = kernel
        var stale: Set<RuleChange.StaleFlows> = []
        let cleaner = FlowCleaner(prefix: commandPrefix, logger: logger)
        var isLoopbackOpen = layout.family == .v6
        waker.yield()
        for await _ in wake {
            let isDifference = await kernel.isIntact()
            let change = rules.withLock { isDifference ? $0.takeChange() : $0.takeAll() }
            if isDifference { stale.formUnion(change.staleFlows) }
            guard await kernel.write(change.commands) else {
                waker.yield()
                continue
            }
            // Only now: the table guards that network.
            if !isLoopbackOpen { await openLoopback() }
            isLoopbackOpen = true
            if !isDifference {
                // What changed while nobody looked.
                let flows = await cleaner.translatedFlows(family: layout.family)
                stale.formUnion(rules.withLock { $0.leftOvers(flows) })
            }
            await cleaner.clean(Array(stale), family: layout.family)
            stale = []
            await afterwards()
        }
    }

    /// Lets connections to a node port of 127.0.0.1 leave for a pod; the table keeps others out of that network.
    private func openLoopback() async {
        do throws(HostProgram.Failure) {
            try await program("sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1").run()
        } catch {
            logger.warning("node ports do not answer on 127.0.0.1", metadata: ["reason": "\(error)"])
        }
    }
}
