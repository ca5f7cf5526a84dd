import Controllers
import Objects

/// Which addresses pods and services of the cluster have.
extension ClusterSettings {
    private static func networks(_ text: String) -> [IPNetwork] { text.split(separator: ",").compactMap { IPNetwork($0) } }

    /// The networks of this machine's pods.
    var localPodNetworks: [IPNetwork] { Self.networks(podCIDR) }

    /// The networks of all nodes' pods, of each family one. Where only those of this machine are given, the /16 or /56 around them.
    var podNetworks: [IPNetwork] {
        if !clusterCIDR.isEmpty { return Self.networks(clusterCIDR) }
        return localPodNetworks.compactMap { IPNetwork($0.base, prefix: min($0.prefix, $0.base.family == .v4 ? 16 : 56)) }
    }

    /// What nodes get of it; nil in a control plane without nodes of its own that was not told of any network, as upstream's
    /// manager gives none without `--allocate-node-cidrs`. Throws when the networks of all pods cannot be divided, or do not hold this machine's.
    func nodeNetworks() throws -> NodeNetworks? {
        guard hasNode || !clusterCIDR.isEmpty else { return nil }
        let cluster = podNetworks, own = localPodNetworks
        guard !cluster.isEmpty, clusterCIDR.isEmpty || cluster.count == clusterCIDR.split(separator: ",").count else {
            throw Problem("--cluster-cidr takes a network such as 10.244.0.0/16 or 10.244.0.0/16,fd00:244::/56, not \(clusterCIDR)")
        }
        guard own.allSatisfy({ network in cluster.contains { $0.contains(network.base) && $0.prefix <= network.prefix } }) else {
            throw Problem("--pod-cidr (\(podCIDR)) is not within --cluster-cidr (\(clusterCIDR))")
        }
        var prefixes: [NetworkAddress.Family: Int] = [:]
        for network in own { prefixes[network.base.family] = network.prefix }
        return try NodeNetworks(cluster: cluster, prefixes: prefixes, reserved: serviceNetworks + (hasNode ? own : []))
    }

    /// Whether other machines can join: nodes that are further away than this machine's loopback reach the API.
    var acceptsNodes: Bool { has(.apiserver) && hasNode && (!listensOnLoopbackOnly || nodeCount > 1) }

    /// The overlay's number, the same on all nodes: made of what tells clusters apart on a machine, or as the cluster said.
    var overlayID: Int {
        get { joinedOverlayID ?? Int(instance.utf8.reduce(UInt32(7)) { ($0 &* 31) &+ UInt32($1) } % 0xff_fffe) + 1 }
        set { joinedOverlayID = newValue }
    }

    var serviceNetworks: [IPNetwork] { Self.networks(serviceCIDR) }

    /// The network of services of IPv4, which nodes and DNS use.
    package var serviceNetworkV4: String { serviceCIDR.split(separator: ",").map(String.init).first { !$0.contains(":") } ?? serviceCIDR }

    /// The cluster IP of the DNS service: the tenth of the service network, as everywhere.
    package var dnsAddress: String { IPv4Network(serviceNetworkV4)?.address(10) ?? "10.96.0.10" }

    /// The cluster IPs of the DNS service, that of IPv4 first: one in each network of services.
    package var dnsAddresses: [String] {
        let second = serviceNetworks.first { $0.base.family == .v6 && $0.prefix <= 124 }
        return [dnsAddress] + (second.map { [NetworkAddress(v6: $0.base.bits | 10).description] } ?? [])
    }
}
