import Objects

/// One port of a service together with everything that decides where its connections go.
struct RoutedPort: Sendable, Hashable {
    /// `namespace/name:port/transport`: who it is in chain names.
    let id: String
    let transport: Transport
    /// The cluster address; nil when another service holds it.
    var clusterFrontend: Frontend?
    /// External addresses, those of a load balancer, and the node port: what comes from outside.
    var externalFrontends: [Frontend]
    /// Those of the external ones that source ranges guard.
    var guardedFrontends: [Frontend]
    let sourceRanges: [IPNetwork]
    let choice: EndpointChoice
    let isInternalLocal: Bool
    let isExternalLocal: Bool
    let affinitySeconds: Int?

    init(_ service: ProxiedService, _ port: ProxiedService.Port, _ choice: EndpointChoice) {
        id = "\(service.key):\(port.name.isEmpty ? String(port.number) : port.name)/\(port.transport.rawValue)"
        transport = port.transport
        func frontend(_ address: NetworkAddress) -> Frontend { Frontend(address: address, transport: port.transport, port: port.number) }
        let cluster = frontend(service.clusterAddress)
        clusterFrontend = cluster
        let balancers = service.loadBalancerAddresses.map(frontend)
        var external = balancers
        for address in service.externalAddresses where !service.loadBalancerAddresses.contains(address) { external.append(frontend(address)) }
        external.removeAll { $0 == cluster }
        if port.nodePort > 0 { external.append(Frontend(address: nil, transport: port.transport, port: port.nodePort)) }
        externalFrontends = external
        guardedFrontends = service.sourceRanges.isEmpty ? [] : balancers
        sourceRanges = service.sourceRanges
        self.choice = choice
        isInternalLocal = service.isInternalLocal
        isExternalLocal = service.isExternalLocal
        affinitySeconds = service.affinitySeconds
    }

    var frontends: [Frontend] { (clusterFrontend.map { [$0] } ?? []) + externalFrontends }
    var internalBackends: [Backend] { isInternalLocal ? choice.local : choice.cluster }
    var externalBackends: [Backend] { isExternalLocal ? choice.local : choice.cluster }
    var backends: Set<Backend> { Set(choice.cluster).union(choice.local) }

    /// Leaves out the frontends that `isKept` refuses.
    mutating func keepFrontends(_ isKept: (Frontend) -> Bool) {
        if let frontend = clusterFrontend, !isKept(frontend) { clusterFrontend = nil }
        externalFrontends.removeAll { !isKept($0) }
        guardedFrontends.removeAll { !isKept($0) }
    }
}
