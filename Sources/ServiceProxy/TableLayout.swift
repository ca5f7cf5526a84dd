package import Objects

/// The names and the frame of the proxy's nftables table for one address family.
///
/// A service port without session affinity and with the Cluster policy, which is nearly every one, is data only: an
/// element of `services` (or `node-ports`) that names the shared chain for its number of endpoints, and one element of
/// `endpoints` for each of them. So a change costs a few set elements whatever else is in the table, and a table of
/// 10,000 services has a handful of chains. Other ports have chains of their own.
package struct TableLayout: Sendable, Hashable {
    package let family: NetworkAddress.Family
    package let name: String
    /// The networks of the cluster's pods: what comes from elsewhere to a cluster address is masqueraded.
    package let podNetworks: [IPNetwork]
    /// The network of this node's pods, whose traffic to the outside is masqueraded; nil when somebody else does that.
    package let localPodNetwork: IPNetwork?
    /// The network of cluster addresses: what no service answers there is refused.
    package let serviceNetwork: IPNetwork?

    /// Ports with more endpoints than this have chains of their own. The shared chains are made with the frame: nft cannot
    /// read back a rule that looks up a map of this kind once the map has elements.
    static let largestShared = 32

    /// Marks a connection that is to be masqueraded: the bit that kube-proxy uses.
    static let mark = "0x4000"

    package init(
        family: NetworkAddress.Family, name: String, podNetworks: [IPNetwork], localPodNetwork: IPNetwork? = nil, serviceNetwork: IPNetwork? = nil
    ) {
        self.family = family
        self.name = name
        self.podNetworks = podNetworks.filter { $0.base.family == family }
        self.localPodNetwork = localPodNetwork.flatMap { $0.base.family == family ? $0 : nil }
        self.serviceNetwork = serviceNetwork.flatMap { $0.base.family == family ? $0 : nil }
    }

    /// `ip` or `ip6`: the family in nft's language, for tables and for header fields.
    var ip: String { family == .v4 ? "ip" : "ip6" }
    /// `ip martlet-x`, as every command names the table.
    var table: String { "\(ip) \(name)" }

    enum ElementMap: String, Sendable, Hashable, CaseIterable {
        case services
        case nodePorts = "node-ports"
        case endpoints
        case nodeEndpoints = "node-endpoints"
        case unserved
        case unservedNodePorts = "unserved-node-ports"
        case guarded
        case hairpins
    }

    private func definition(_ map: ElementMap) -> String {
        let address = family == .v4 ? "ipv4_addr" : "ipv6_addr"
        switch map {
        case .services, .unserved, .guarded: return "map \(table) \(map.rawValue) { type \(address) . inet_proto . inet_service : verdict; }"
        case .nodePorts, .unservedNodePorts: return "map \(table) \(map.rawValue) { type inet_proto . inet_service : verdict; }"
        case .endpoints:
            return "map \(table) \(map.rawValue) { typeof \(ip) daddr . meta l4proto . th dport . numgen random mod 2 : \(ip) daddr . th dport; }"
        case .nodeEndpoints:
            return "map \(table) \(map.rawValue) { typeof meta l4proto . th dport . numgen random mod 2 : \(ip) daddr . th dport; }"
        case .hairpins: return "set \(table) \(map.rawValue) { type \(address) . \(address); }"
        }
    }

    /// Whether a source lies outside of the cluster's pods, as a rule's condition with a space behind.
    var isNotPod: String {
        podNetworks.isEmpty ? "" : "\(ip) saddr != { \(podNetworks.map(\.description).joined(separator: ", ")) } "
    }

    static let marking = "meta mark set meta mark or \(mark)"

    /// Commands that put an empty table with the frame in place of whatever was there.
    var frame: [String] {
        var lines = ["add table \(table)", "delete table \(table)", "add table \(table)"]
        lines += ElementMap.allCases.map { "add \(definition($0))" }
        // The kernel routes no connection from ::1 to elsewhere.
        let isNodeAddress = "fib daddr type local" + (family == .v4 ? "" : " ip6 daddr != ::1")
        let key = "\(ip) daddr . meta l4proto . th dport"
        var chains: [(String, String, [String])] = []
        chains.append(("dispatch", "", [
            "\(key) vmap @services",
            "\(isNodeAddress) meta l4proto . th dport vmap @node-ports",
        ]))
        chains.append(("guard", "", ["ct state new \(key) vmap @guarded"]))
        // A reset ends a TCP client's attempt at once; an ICMP message only its second one.
        chains.append(("refuse", "", ["meta l4proto tcp reject with tcp reset", "reject"]))
        chains.append(("check", "", [
            "\(key) vmap @unserved",
            "\(isNodeAddress) meta l4proto . th dport vmap @unserved-node-ports",
        ] + (serviceNetwork.map { ["\(ip) daddr \($0) goto refuse"] } ?? [])))
        chains.append(("masquerade-marked", "", ["meta mark set meta mark xor \(Self.mark)", "masquerade fully-random"]))
        chains.append(("prerouting", "type nat hook prerouting priority dstnat; policy accept;", ["jump dispatch"]))
        chains.append(("output", "type nat hook output priority -100; policy accept;", ["jump dispatch"]))
        chains.append(("postrouting", "type nat hook postrouting priority srcnat; policy accept;", masquerading))
        if family == .v4 {
            // The kernel is told to route the loopback network, for node ports: so nobody else may send to it.
            chains.append(("loopback", "type filter hook prerouting priority raw; policy accept;", ["iif != lo ip daddr 127.0.0.0/8 drop"]))
        }
        for hook in ["prerouting", "output"] {
            chains.append(("guard-\(hook)", "type filter hook \(hook) priority -110; policy accept;", ["jump guard"]))
        }
        // After translation: what still goes to a service's address found no endpoint.
        for hook in ["input", "forward", "output"] {
            chains.append(("check-\(hook)", "type filter hook \(hook) priority filter; policy accept;", ["ct state new ct status & dnat == 0 jump check"]))
        }
        for count in 1...Self.largestShared { chains += sharedChains(count).map { ($0.name, "", $0.rules) } }
        lines += chains.map { "add chain \(table) \($0.0)" + ($0.1.isEmpty ? "" : " { \($0.1) }") }
        for chain in chains { lines += chain.2.map { "add rule \(table) \(chain.0) \($0)" } }
        return lines
    }

    private var masquerading: [String] {
        var rules = [
            "meta mark & \(Self.mark) == \(Self.mark) jump masquerade-marked",
            // A pod that reaches itself by way of a service must not see its own address as the source.
            "ct status & dnat == dnat \(ip) saddr . \(ip) daddr @hairpins masquerade fully-random",
        ]
        if let local = localPodNetwork {
            let multicast = family == .v4 ? "224.0.0.0/4" : "ff00::/8"
            let inside = Set(podNetworks + [local]).map(\.description).sorted() + [multicast]
            rules.append("\(ip) saddr \(local) \(ip) daddr != { \(inside.joined(separator: ", ")) } masquerade fully-random")
        }
        return rules
    }

    /// The shared chains for ports with `count` endpoints: one for cluster addresses, one for external addresses, one for
    /// node ports.
    private func sharedChains(_ count: Int) -> [(name: String, rules: [String])] {
        let transports = "meta l4proto { tcp, udp, sctp }"
        let pick = "numgen random mod \(count)"
        let byAddress = "\(transports) dnat \(ip) to \(ip) daddr . meta l4proto . th dport . \(pick) map @endpoints"
        let byPort = "\(transports) dnat \(ip) to meta l4proto . th dport . \(pick) map @node-endpoints"
        return [
            ("cluster-\(count)", [isNotPod + Self.marking, byAddress]), ("outside-\(count)", [Self.marking, byAddress]),
            ("node-\(count)", [Self.marking, byPort]),
        ]
    }
}
