import KubernetesTypes
import Objects

/// How the pods of other nodes are reached.
package enum RouteMode: String, Sendable, CaseIterable {
    /// By the node's address where it lies in a network of this node, else through the overlay.
    case automatic = "auto"
    /// Through the overlay, also where nodes are neighbours: for networks that carry nothing with pods' addresses.
    case overlay = "vxlan"
    /// By the node's address only: the network's routers know the way.
    case direct
}

/// Something that the kernel is told, so that it knows where another node's pods are.
enum RouteEntry: Sendable, Hashable {
    /// Packets for a network go to a node as they are.
    case direct(IPNetwork, via: NetworkAddress)
    /// They go through the overlay, to a node's end of it.
    case overlay(IPNetwork, via: NetworkAddress)
    /// Which hardware address an end of the overlay has.
    case neighbor(NetworkAddress, HardwareAddress)
    /// On which node that is.
    case tunnel(HardwareAddress, to: NetworkAddress)
}

/// The hardware address of a node's end of the overlay. It is made of the first address of the node's pods, so that everybody knows
/// it without being told.
struct HardwareAddress: Sendable, Hashable, CustomStringConvertible {
    private let bits: UInt32

    /// Nil for a network of IPv6.
    init?(_ network: IPNetwork) {
        guard network.base.family == .v4 else { return nil }
        bits = UInt32(truncatingIfNeeded: network.base.bits)
    }

    /// Locally administered, not for a group.
    var description: String {
        let bytes = [0x0a, 0x4d, UInt8(truncatingIfNeeded: bits >> 24), UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits)]
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}

/// Which routes lead to the pods of the other nodes: the part without I/O.
struct RoutePlan: Sendable {
    /// Another node, as far as the way to its pods is concerned.
    private struct Peer: Sendable, Equatable {
        let address: NetworkAddress
        let networks: [IPNetwork]
    }

    private let node: String
    private let podNetworks: [IPNetwork]
    private let localNetworks: [IPNetwork]
    private let mode: RouteMode
    private var peers: [String: Peer] = [:]

    /// `podNetworks` are those of all pods, `localNetworks` those of this node's.
    init(node: String, podNetworks: [IPNetwork], localNetworks: [IPNetwork], mode: RouteMode) {
        self.node = node
        self.podNetworks = podNetworks
        self.localNetworks = localNetworks
        self.mode = mode
    }

    /// Whether there is another node at all.
    var isEmpty: Bool { peers.isEmpty }
    /// The addresses of the other nodes.
    var addresses: Set<NetworkAddress> { Set(peers.values.map(\.address)) }

    /// Takes a node as it is now. Gives whether something follows from it.
    mutating func set(_ object: Node) -> Bool {
        let new = peer(object)
        guard peers[object.name] != new else { return false }
        peers[object.name] = new
        return true
    }

    mutating func remove(_ name: String) -> Bool { peers.removeValue(forKey: name) != nil }

    /// Nil for this node, for one that is only played, and for one without a network or an address.
    private func peer(_ object: Node) -> Peer? {
        guard object.name != node, !object.isPlayed else { return nil }
        // What a node says of itself must not draw traffic that is not for its pods.
        let networks = object.value["spec"]["podCIDRs"].strings.compactMap { IPNetwork($0) }.filter { network in
            podNetworks.contains { $0.contains(network.base) && $0.prefix <= network.prefix }
                && !localNetworks.contains { $0.contains(network.base) || network.contains($0.base) }
        }
        let addresses = object.value["status"]["addresses"].array.filter { $0["type"].string == "InternalIP" }
        let usable = addresses.lazy.compactMap { NetworkAddress($0["address"].string ?? "") }.first { address in
            address.family == .v4 && !address.isLoopback && address.bits != 0 && !podNetworks.contains { $0.contains(address) }
        }
        guard let usable, !networks.isEmpty else { return nil }
        return Peer(address: usable, networks: networks)
    }

    /// What the kernel has to be told. `isNeighbor` says whether an address lies in a network of this node. Of two nodes that claim
    /// a network the one whose name comes first has it.
    func entries(isNeighbor: (NetworkAddress) -> Bool) -> Set<RouteEntry> {
        var entries: Set<RouteEntry> = []
        var taken: Set<IPNetwork> = []
        for (_, peer) in peers.sorted(by: { $0.key < $1.key }) {
            let isDirect = mode == .direct || (mode == .automatic && isNeighbor(peer.address))
            let hardware = peer.networks.lazy.compactMap { HardwareAddress($0) }.first
            var usesOverlay = false
            for network in peer.networks where taken.insert(network).inserted {
                if isDirect, network.base.family == .v4 {
                    entries.insert(.direct(network, via: peer.address))
                } else if mode != .direct, let hardware {
                    // Nodes know each other by IPv4 only, so their pods' IPv6 always goes through the overlay.
                    entries.insert(.overlay(network, via: network.base))
                    entries.insert(.neighbor(network.base, hardware))
                    usesOverlay = true
                }
            }
            if usesOverlay, let hardware { entries.insert(.tunnel(hardware, to: peer.address)) }
        }
        return entries
    }
}
