package import KubernetesTypes
package import Objects

/// The records of the cluster's domain, by version 1.1.0 of the Kubernetes DNS specification.
///
/// A value that events keep up to date and that answers questions; it does no I/O.
package struct ClusterZone: Sendable {
    package enum Event: Sendable {
        case service(KubernetesTypes.Service)
        case serviceDeleted(KubernetesTypes.Service)
        case slice(EndpointSlice)
        case sliceDeleted(EndpointSlice)
        case namespace(String)
        case namespaceDeleted(String)
    }

    /// Seconds for which clients may keep an answer.
    static let ttl: UInt32 = 5
    static let version = "1.1.0"

    let origin: DomainName
    /// The addresses under which the zone's server is known in the cluster.
    let serverAddresses: [NetworkAddress]
    private(set) var serial: UInt32
    /// By `namespace/name`.
    private(set) var services: [String: ServiceRecords] = [:]
    /// By service, then by slice.
    private(set) var slices: [String: [String: EndpointRecords]] = [:]
    private(set) var namespaces: Set<String> = []
    private var clusterAddresses: [NetworkAddress: String] = [:]
    /// Services with an endpoint at an address, and how many of their slices name it.
    private var endpointAddresses: [NetworkAddress: [String: Int]] = [:]

    /// `serial` should grow from start to start, as the time does.
    package init(origin: DomainName, serverAddresses: [NetworkAddress], serial: UInt32) {
        self.origin = origin
        self.serverAddresses = serverAddresses
        self.serial = serial
    }

    package mutating func handle(_ event: Event) {
        serial &+= 1
        switch event {
        case .service(let service): set(service, ServiceRecords(service))
        case .serviceDeleted(let service): set(service, nil)
        case .slice(let slice): set(slice, EndpointRecords(slice))
        case .sliceDeleted(let slice): set(slice, nil)
        case .namespace(let name): namespaces.insert(name)
        case .namespaceDeleted(let name): namespaces.remove(name)
        }
    }

    private mutating func set(_ service: KubernetesTypes.Service, _ records: ServiceRecords?) {
        let key = service.namespace + "/" + service.name
        for address in services[key]?.addresses ?? [] where clusterAddresses[address] == key { clusterAddresses[address] = nil }
        for address in records?.addresses ?? [] { clusterAddresses[address] = key }
        services[key] = records
    }

    private mutating func set(_ slice: EndpointSlice, _ records: EndpointRecords?) {
        guard let service = slice.labels["kubernetes.io/service-name"] else { return }
        let key = slice.namespace + "/" + service
        for endpoint in slices[key]?[slice.name]?.endpoints ?? [] {
            let count = (endpointAddresses[endpoint.address]?[key] ?? 1) - 1
            endpointAddresses[endpoint.address]?[key] = count > 0 ? count : nil
            if endpointAddresses[endpoint.address]?.isEmpty == true { endpointAddresses[endpoint.address] = nil }
        }
        for endpoint in records?.endpoints ?? [] { endpointAddresses[endpoint.address, default: [:]][key, default: 0] += 1 }
        slices[key, default: [:]][slice.name] = records
        if slices[key]?.isEmpty == true { slices[key] = nil }
    }

    /// The ready endpoints of a service, each once.
    func endpoints(_ key: String) -> [EndpointRecords.Endpoint] {
        guard let parts = slices[key] else { return [] }
        if parts.count == 1, let only = parts.values.first { return only.endpoints }
        var seen: Set<EndpointRecords.Endpoint> = []
        return parts.values.flatMap(\.endpoints).filter { seen.insert($0).inserted }
    }

    /// The names that lead to an address: of the service with this cluster address, or of endpoints of headless services.
    func names(of address: NetworkAddress) -> [DomainName] {
        if let key = clusterAddresses[address] { return serviceName(key).map { [$0] } ?? [] }
        return (endpointAddresses[address] ?? [:]).keys.sorted().filter { services[$0]?.isHeadless == true }.flatMap { key in
            endpoints(key).filter { $0.address == address }.compactMap { serviceName(key)?.prepending($0.label) }
        }
    }

    /// `name.namespace.svc.` and the zone.
    func serviceName(_ key: String) -> DomainName? {
        let parts = key.split(separator: "/")
        guard parts.count == 2 else { return nil }
        return origin.prepending(String(parts[1]), String(parts[0]), "svc")
    }
}
