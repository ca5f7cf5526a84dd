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

    static let checkInterval: Duration = .seconds(60)

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
    func remove() async {
        _ = try? await program("nft", "delete", "table", layout.ip, layout.name).outcome()
    }

    private func program(_ arguments: String...) -> HostProgram { HostProgram(commandPrefix + arguments) }

    /// Writes what changes until cancelled. `afterwards` is called when the table is as it should be.
    func keep(_ afterwards: @Sendable () async -> Void) async {
        var isWhole = false
        var checked = ContinuousClock.now
        var pause: Duration = .milliseconds(200)
        var stale: Set<RuleChange.StaleFlows> = []
        let cleaner = FlowCleaner(prefix: commandPrefix, logger: logger)
        var isLoopbackOpen = layout.family == .v6
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
                    pause = min(pause * 2, .seconds(5))
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

    private func isTableLost() async -> Bool {
        guard let outcome = try? await program("nft", "list", "chain", layout.ip, layout.name, "dispatch").outcome() else { return false }
        return outcome.status != 0
    }
}
