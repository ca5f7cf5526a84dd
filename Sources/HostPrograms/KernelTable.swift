package import Logging

/// A table of nftables that one task keeps as its component wants it: differences are written as long as the table is known to be whole,
/// and all of it after a failure, or when somebody took it away.
package struct KernelTable: Sendable {
    /// Somebody may flush all tables of the machine: a look once a minute finds that.
    package static let checkInterval: Duration = .seconds(60)
    private static let shortestPause: Duration = .milliseconds(200)
    private static let longestPause: Duration = .seconds(5)

    private let family: String
    private let name: String
    private let chain: String
    private let commandPrefix: [String]
    private let logger: Logger
    private var isWhole = false
    private var checked = ContinuousClock.now
    private var pause = shortestPause

    /// `family` and `name` are the table's, `chain` is one that it always has; `commandPrefix` stands before each command, as for another
    /// network namespace.
    package init(family: String, name: String, chain: String, commandPrefix: [String] = [], logger: Logger) {
        self.family = family
        self.name = name
        self.chain = chain
        self.commandPrefix = commandPrefix
        self.logger = logger
    }

    private func program(_ arguments: String...) -> HostProgram { HostProgram(commandPrefix + arguments) }

    /// Whether the kernel has all that was written, so that differences do. The kernel is asked once in `checkInterval`.
    package mutating func isIntact() async -> Bool {
        if isWhole, ContinuousClock.now - checked > Self.checkInterval {
            checked = .now
            // One that cannot be looked at is no lost table.
            let outcome = try? await program("nft", "list", "chain", family, name, chain).outcome()
            if let outcome, outcome.status != 0 { isWhole = false }
        }
        return isWhole
    }

    /// Writes commands; with none there is nothing to do. False when that failed: after a pause, which is longer each time, all has to be
    /// written anew.
    package mutating func write(_ commands: String) async -> Bool {
        if commands.isEmpty { return true }
        do throws(HostProgram.Failure) {
            try await program("nft", "-f", "-").run(input: commands)
            isWhole = true
            pause = Self.shortestPause
            return true
        } catch {
            logger.error("the kernel's rules are written anew", metadata: ["table": "\(family) \(name)", "reason": "\(error)"])
            isWhole = false
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
            return false
        }
    }

    /// Takes the table away.
    package func remove() async {
        _ = try? await program("nft", "delete", "table", family, name).outcome()
    }
}
