package import KubernetesTypes
package import Objects

/// The protocol of a port.
package enum Transport: String, Sendable, Hashable, CaseIterable {
    case tcp, udp, sctp

    /// From the API's `TCP`, `UDP`, `SCTP`; nothing means TCP.
    init?(api name: String?) {
        guard let name, !name.isEmpty else {
            self = .tcp
            return
        }
        self.init(rawValue: name.lowercased())
    }
}

/// Where a service is reached: an address and port, or a port on each address of the node.
struct Frontend: Sendable, Hashable {
    /// Nil for a node port.
    let address: NetworkAddress?
    let transport: Transport
    let port: UInt16
}

/// What the proxy needs of a Service, for one address family, copied when the object arrives.
package struct ProxiedService: Sendable, Hashable {
    struct Port: Sendable, Hashable {
        let name: String
        let transport: Transport
        let number: UInt16
        /// 0 when there is none.
        let nodePort: UInt16
    }

    /// `namespace/name`.
    package let key: String
    let clusterAddress: NetworkAddress
    let externalAddresses: [NetworkAddress]
    let loadBalancerAddresses: [NetworkAddress]
    /// Who may come in by the load balancer's addresses; empty: everybody.
    let sourceRanges: [IPNetwork]
    let isInternalLocal: Bool
    let isExternalLocal: Bool
    /// For how long a client stays with its endpoint; nil without session affinity.
    let affinitySeconds: Int?
    /// Where load balancers ask whether this node has endpoints; 0 when nowhere.
    let healthCheckPort: UInt16
    let ports: [Port]

    /// Nil for a service without address of this family: headless, an alias, or one that another proxy serves.
    package init?(_ service: KubernetesTypes.Service, family: NetworkAddress.Family) {
        let spec = service.spec
        let addresses = spec.clusterIPs.isEmpty ? [spec.clusterIP ?? ""] : spec.clusterIPs
        guard spec.type != "ExternalName", service.labels["service.kubernetes.io/service-proxy-name"] == nil,
            let address = addresses.compactMap({ NetworkAddress($0) }).first(where: { $0.family == family })
        else { return nil }
        func parse(_ texts: [String]) -> [NetworkAddress] {
            var seen: Set<NetworkAddress> = []
            return texts.compactMap { NetworkAddress($0) }.filter { $0.family == family && !$0.isLoopback && seen.insert($0).inserted }
        }
        key = service.namespace + "/" + service.name
        clusterAddress = address
        externalAddresses = parse(spec.externalIPs)
        let isBalanced = spec.type == "LoadBalancer"
        // An ingress of mode Proxy is a balancer that must see the traffic itself.
        let ingress = isBalanced ? service.status.loadBalancer.ingress.filter { $0.ipMode != "Proxy" } : []
        loadBalancerAddresses = parse(ingress.compactMap(\.ip))
        var ranges = spec.loadBalancerSourceRanges
        if ranges.isEmpty, let annotation = service.annotations["service.beta.kubernetes.io/load-balancer-source-ranges"] {
            ranges = annotation.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
        }
        sourceRanges = isBalanced ? ranges.compactMap { IPNetwork($0) }.filter { $0.base.family == family } : []
        isInternalLocal = spec.internalTrafficPolicy == "Local"
        isExternalLocal = spec.externalTrafficPolicy == "Local"
        let hasAffinity = spec.sessionAffinity == "ClientIP"
        affinitySeconds = hasAffinity ? Int(spec.sessionAffinityConfig.clientIP.timeoutSeconds ?? 10_800) : nil
        healthCheckPort = isBalanced && spec.externalTrafficPolicy == "Local" ? spec.healthCheckNodePort.flatMap { UInt16(exactly: $0) } ?? 0 : 0
        ports = spec.ports.compactMap { port in
            guard let number = port.port.flatMap({ UInt16(exactly: $0) }), let transport = Transport(api: port.protocol) else { return nil }
            let nodePort = port.nodePort.flatMap { UInt16(exactly: $0) } ?? 0
            return Port(name: port.name ?? "", transport: transport, number: number, nodePort: nodePort)
        }
    }
}
