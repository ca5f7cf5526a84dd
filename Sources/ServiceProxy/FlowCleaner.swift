import HostPrograms
import Logging
import Objects

/// Ends UDP flows that the kernel would go on translating to endpoints that are gone.
struct FlowCleaner: Sendable {
    /// In front of the program, as `ip netns exec NAME`.
    let prefix: [String]
    let logger: Logger

    /// The arguments of the `conntrack` program that delete the flows.
    static func arguments(_ flows: RuleChange.StaleFlows, family: NetworkAddress.Family) -> [String] {
        var arguments = ["conntrack", "-D", "-f", family == .v4 ? "ipv4" : "ipv6", "-p", "udp"]
        switch flows {
        case .backend(let address, let port): arguments += ["--reply-src", "\(address)", "--reply-port-src", "\(port)"]
        case .frontend(let address, let port):
            if let address { arguments += ["--orig-dst", "\(address)"] }
            arguments += ["--orig-port-dst", "\(port)"]
        }
        return arguments
    }

    func clean(_ flows: [RuleChange.StaleFlows], family: NetworkAddress.Family) async {
        for entry in flows {
            do throws(HostProgram.Failure) {
                // Status 1 says that there were none.
                let outcome = try await HostProgram(prefix + Self.arguments(entry, family: family)).outcome(limit: .seconds(10))
                if outcome.status > 1 { logger.warning("cannot end stale flows", metadata: ["reason": "\(outcome.errors)"]) }
            } catch {
                logger.warning("UDP clients may keep talking to endpoints that are gone", metadata: ["reason": "\(error)"])
                return
            }
        }
    }
}
