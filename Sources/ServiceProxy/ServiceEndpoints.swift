import KubernetesTypes
import Objects

/// An address and port that a connection can be sent to.
struct Backend: Sendable, Hashable, Comparable, CustomStringConvertible {
    let address: NetworkAddress
    let port: UInt16

    static func < (left: Backend, right: Backend) -> Bool { (left.address, left.port) < (right.address, right.port) }

    var description: String { address.family == .v4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}

/// What the proxy needs of an EndpointSlice.
struct SliceContent: Sendable, Hashable {
    struct Port: Sendable, Hashable {
        let name: String
        let transport: Transport
        let number: UInt16
    }

    struct Endpoint: Sendable, Hashable {
        let address: NetworkAddress
        let isReady: Bool
        let isServing: Bool
        let isTerminating: Bool
        let isLocal: Bool
        /// Zones and nodes whose clients should use it; empty without hints.
        let zones: [String]
        let nodes: [String]
    }

    let ports: [Port]
    let endpoints: [Endpoint]

    /// Nil when the slice holds addresses of another family.
    init?(_ slice: EndpointSlice, family: NetworkAddress.Family, node: String) {
        guard slice.addressType == family.rawValue else { return nil }
        ports = slice.ports.compactMap { port in
            guard let number = port.port.flatMap({ UInt16(exactly: $0) }), number > 0, let transport = Transport(api: port.protocol) else { return nil }
            return Port(name: port.name ?? "", transport: transport, number: number)
        }
        endpoints = slice.endpoints.compactMap { endpoint in
            // Only the first address counts: the API treats the others as fungible.
            guard let address = endpoint.addresses.first.flatMap({ NetworkAddress($0) }), address.family == family else { return nil }
            let isReady = endpoint.conditions.ready ?? true
            return Endpoint(
                address: address, isReady: isReady, isServing: endpoint.conditions.serving ?? isReady,
                isTerminating: endpoint.conditions.terminating ?? false, isLocal: endpoint.nodeName == node,
                zones: endpoint.hints.forZones.compactMap(\.name), nodes: endpoint.hints.forNodes.compactMap(\.name))
        }
    }
}

/// Which endpoints take a port's connections.
struct EndpointChoice: Sendable, Hashable {
    /// From anywhere in the cluster; sorted.
    var cluster: [Backend] = []
    /// Those of this node.
    var local: [Backend] = []
    /// The addresses of ready endpoints of this node: those on their way out are no reason to send more here.
    var readyHere: Set<NetworkAddress> = []

    /// Ready endpoints; where there are none, those that still serve while they terminate.
    init(_ slices: some Collection<SliceContent>, name: String, transport: Transport, node: String, zone: String?) {
        var all: [Backend: SliceContent.Endpoint] = [:]
        for slice in slices {
            for port in slice.ports where port.name == name && port.transport == transport {
                for endpoint in slice.endpoints {
                    let backend = Backend(address: endpoint.address, port: port.number)
                    // While an endpoint moves from slice to slice it may be in both.
                    if let known = all[backend], known.isReady || !endpoint.isReady { continue }
                    all[backend] = endpoint
                }
            }
        }
        cluster = Self.usable(Self.hinted(all, node: node, zone: zone))
        local = Self.usable(all.filter(\.value.isLocal))
        readyHere = Set(all.filter { $0.value.isLocal && $0.value.isReady }.keys.map(\.address))
    }

    private static func usable(_ endpoints: [Backend: SliceContent.Endpoint]) -> [Backend] {
        let ready = endpoints.filter(\.value.isReady)
        return (ready.isEmpty ? endpoints.filter { $0.value.isServing && $0.value.isTerminating } : ready).keys.sorted()
    }

    /// Hints count only when every ready endpoint has them and one is meant for us.
    private static func hinted(_ endpoints: [Backend: SliceContent.Endpoint], node: String, zone: String?) -> [Backend: SliceContent.Endpoint] {
        let ready = endpoints.filter(\.value.isReady)
        guard !ready.isEmpty else { return endpoints }
        if ready.values.allSatisfy({ !$0.nodes.isEmpty }) {
            let mine = ready.filter { $0.value.nodes.contains(node) }
            if !mine.isEmpty { return mine }
        }
        if let zone, ready.values.allSatisfy({ !$0.zones.isEmpty }) {
            let mine = ready.filter { $0.value.zones.contains(zone) }
            if !mine.isEmpty { return mine }
        }
        return endpoints
    }
}
