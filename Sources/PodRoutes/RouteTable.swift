import HostPrograms
import Logging
import Objects

/// The kernel's routes to other nodes' pods, and this node's end of the overlay; by the programs `ip` and `bridge`.
struct RouteTable: Sendable {
    /// By which number our routes are known among others.
    private static let protocolNumber = "77"
    /// What VXLAN takes of a packet of 1,500 bytes that travels by IPv4.
    private static let overlayMTU = "1450"
    /// The port that the kernel and other networks of this kind use.
    private static let overlayPort = "8472"

    let device: String
    let overlayID: Int
    let address: NetworkAddress
    let podNetworks: [IPNetwork]
    let localNetworks: [IPNetwork]
    /// Programs are run by these arguments in front, as `ip netns exec NAME`.
    let commandPrefix: [String]

    private func program(_ arguments: String...) -> HostProgram { HostProgram(commandPrefix + arguments) }

    /// Makes this node's end of the overlay, anew where it belongs to another address. Throws what the kernel says.
    func ensureDevice() async throws(HostProgram.Failure) {
        guard let hardware = localNetworks.lazy.compactMap({ HardwareAddress($0) }).first else { return }
        let shown = try await program("ip", "-d", "link", "show", device).outcome()
        let words = shown.output.split { $0.isWhitespace }.map(String.init)
        let isRight = shown.status == 0 && words.contains(address.description) && words.contains(hardware.description)
            && words.firstIndex(of: "id").map { words[($0 + 1)...].first == String(overlayID) } ?? false
        if !isRight {
            if shown.status == 0 { try await program("ip", "link", "delete", device).run() }
            try await program(
                "ip", "link", "add", device, "address", hardware.description, "mtu", Self.overlayMTU, "type", "vxlan", "id", String(overlayID), "local",
                address.description, "dstport", Self.overlayPort, "nolearning"
            ).run()
        }
        for network in localNetworks {
            let family = network.base.family == .v4 ? ["-4"] : ["-6"]
            let whole = "/\(network.base.family.bitCount)"
            try await HostProgram(
                commandPrefix + ["ip"] + family + ["address", "replace", network.base.description + whole, "dev", device]
                    + (network.base.family == .v6 ? ["nodad"] : [])
            ).run()
        }
        try await program("ip", "link", "set", device, "up").run()
    }

    func removeDevice() async { _ = try? await program("ip", "link", "delete", device).outcome() }

    /// Whether the kernel reaches an address without a router.
    func isNeighbor(_ address: NetworkAddress) async -> Bool {
        guard let outcome = try? await program("ip", "-j", "route", "get", address.description).outcome(), outcome.status == 0,
            let found = try? Value(json: Array(outcome.output.utf8)), let route = found.array.first
        else { return false }
        return route["gateway"].isNull && route["via"].isNull && route["dev"].string != device && route["type"].string != "unreachable"
    }

    /// Writes entries and takes others away. Throws when one of the new ones is refused; the others are there all the same.
    func change(adding: Set<RouteEntry>, removing: Set<RouteEntry>) async throws(HostProgram.Failure) {
        // A network's route is replaced in place, so that there is no moment without one.
        let kept = Set(adding.compactMap(\.network))
        var links: [String] = [], forwarding: [String] = []
        for entry in removing {
            if let network = entry.network, kept.contains(network) { continue }
            append(entry, verb: "del", &links, &forwarding)
        }
        // Routes come last: what they lead to is there then.
        for entry in adding.sorted(by: { $0.order < $1.order }) { append(entry, verb: "replace", &links, &forwarding) }
        if !forwarding.isEmpty { try await run(["bridge", "-force", "-batch", "-"], forwarding, removing: removing) }
        if !links.isEmpty { try await run(["ip", "-force", "-batch", "-"], links, removing: removing) }
    }

    private func run(_ words: [String], _ lines: [String], removing: Set<RouteEntry>) async throws(HostProgram.Failure) {
        let outcome = try await HostProgram(commandPrefix + words).outcome(input: lines.map { $0 + "\n" }.joined())
        // What was to go may be gone.
        let problems = outcome.errors.split(separator: "\n").filter { line in
            !line.contains("No such process") && !line.contains("No such file") && !line.hasPrefix("Command failed")
        }
        if outcome.status != 0, let first = problems.first { throw HostProgram.Failure("\(words[0]): \(first)") }
    }

    private func append(_ entry: RouteEntry, verb: String, _ links: inout [String], _ forwarding: inout [String]) {
        switch entry {
        case .direct(let network, let via):
            links.append("route \(verb) \(network) via \(via) proto \(Self.protocolNumber)")
        case .overlay(let network, let via):
            links.append("route \(verb) \(network) via \(via) dev \(device) onlink proto \(Self.protocolNumber)")
        case .neighbor(let address, let hardware):
            links.append("neighbor \(verb) \(address) lladdr \(hardware) dev \(device)" + (verb == "del" ? "" : " nud permanent"))
        case .tunnel(let hardware, let address):
            forwarding.append("fdb \(verb) \(hardware) dev \(device) dst \(address) self")
        }
    }

    /// The networks to which routes of ours lead, also those of a former run.
    func present() async -> Set<IPNetwork> {
        var found: Set<IPNetwork> = []
        for family in ["-4", "-6"] {
            guard let outcome = try? await program("ip", family, "-j", "route", "show", "proto", Self.protocolNumber).outcome(), outcome.status == 0,
                let list = try? Value(json: Array(outcome.output.utf8))
            else { continue }
            for route in list.array {
                guard let text = route["dst"].string else { continue }
                let host = text.contains(":") ? "/128" : "/32"
                guard let network = IPNetwork(text.contains("/") ? text : text + host) else { continue }
                if podNetworks.contains(where: { $0.contains(network.base) }) { found.insert(network) }
            }
        }
        return found
    }

    func remove(_ networks: Set<IPNetwork>) async {
        for network in networks {
            let family = network.base.family == .v4 ? "-4" : "-6"
            _ = try? await program("ip", family, "route", "del", network.description, "proto", Self.protocolNumber).outcome()
        }
    }
}

extension RouteEntry {
    /// The network that a route leads to; nil for what is no route.
    var network: IPNetwork? {
        switch self {
        case .direct(let network, _), .overlay(let network, _): network
        default: nil
        }
    }

    fileprivate var order: Int { network == nil ? 0 : 1 }
}
