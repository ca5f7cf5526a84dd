import Glibc
package import HostPrograms

/// A network of its own on this machine, with a loopback device; `remove` takes it away.
package struct NetworkNamespace: Sendable {
    package let name: String

    package static var isPossible: Bool { getuid() == 0 && access("/usr/sbin/nft", X_OK) == 0 && access("/usr/sbin/ip", X_OK) == 0 }

    /// What stands before a command that is to run in it.
    package var commandPrefix: [String] { ["ip", "netns", "exec", name] }

    package init(_ role: String) async throws {
        name = "mt-test-\(getpid())-\(role)"
        try await HostProgram("ip", "netns", "add", name).run()
        try await run("ip", "link", "set", "lo", "up")
    }

    @discardableResult
    package func run(_ arguments: String..., input: String = "") async throws -> String {
        try await HostProgram(commandPrefix + arguments).run(input: input)
    }

    package func outcome(_ arguments: String...) async throws -> HostProgram.Outcome {
        try await HostProgram(commandPrefix + arguments).outcome(limit: .seconds(20))
    }

    package func remove() async { _ = try? await HostProgram("ip", "netns", "delete", name).outcome() }

    /// Joins two networks by a pair of devices. `own` and `other` are addresses with prefixes.
    package func connect(_ device: String, _ own: String, to space: NetworkNamespace, _ otherDevice: String, _ other: String) async throws {
        try await HostProgram("ip", "link", "add", device, "netns", name, "type", "veth", "peer", "name", otherDevice, "netns", space.name).run()
        for (side, device, address) in [(self, device, own), (space, otherDevice, other)] {
            try await side.run("ip", "address", "add", address, "dev", device)
            try await side.run("ip", "link", "set", device, "up")
        }
    }
}
