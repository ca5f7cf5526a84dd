import HostPrograms
import Logging
import Objects

/// A UDP flow whose destination the kernel changes.
struct TranslatedFlow: Sendable, Hashable {
    let destination: NetworkAddress
    let port: UInt16
    let backend: Backend

    /// From a line of `conntrack -L`: the flow as it began, and the one of its answers. Nil for everything else.
    init?(_ line: some StringProtocol) {
        var fields: [String: [String]] = [:]
        for word in line.split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { fields[String(parts[0]), default: []].append(String(parts[1])) }
        }
        guard let destinations = fields["dst"], let sources = fields["src"], let ports = fields["dport"], let answers = fields["sport"],
            [destinations.count, sources.count, ports.count, answers.count].allSatisfy({ $0 == 2 }), let destination = NetworkAddress(destinations[0]),
            let port = UInt16(ports[0]), let address = NetworkAddress(sources[1]), let answer = UInt16(answers[1])
        else { return nil }
        self.destination = destination
        self.port = port
        backend = Backend(address: address, port: answer)
        if address == destination, answer == port { return nil }
    }
}

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

    /// The UDP flows that the kernel translates now; none when they cannot be listed.
    func translatedFlows(family: NetworkAddress.Family) async -> [TranslatedFlow] {
        let arguments = prefix + ["conntrack", "-L", "-f", family == .v4 ? "ipv4" : "ipv6", "-p", "udp", "--dst-nat"]
        guard let outcome = try? await HostProgram(arguments).outcome(limit: .seconds(10)), outcome.status == 0 else { return [] }
        return outcome.output.split(whereSeparator: \.isNewline).compactMap { TranslatedFlow($0) }
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
