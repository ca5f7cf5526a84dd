import KubernetesTypes
import Objects

/// What the zone needs of a Service.
struct ServiceRecords: Sendable, Hashable {
    struct Port: Sendable, Hashable {
        let name: String
        let transport: String
        let number: UInt16
    }

    /// Empty for a headless service.
    let addresses: [NetworkAddress]
    /// Where an ExternalName service points; empty for others.
    let externalName: String
    let ports: [Port]

    var isHeadless: Bool { addresses.isEmpty && externalName.isEmpty }

    init(_ service: KubernetesTypes.Service) {
        let spec = service.spec
        let isAlias = spec.type == "ExternalName"
        externalName = isAlias ? spec.externalName ?? "" : ""
        let texts = spec.clusterIPs.isEmpty ? [spec.clusterIP ?? ""] : spec.clusterIPs
        addresses = isAlias ? [] : texts.compactMap { NetworkAddress($0) }
        ports = spec.ports.compactMap { port in
            guard let number = port.port.flatMap({ UInt16(exactly: $0) }) else { return nil }
            return Port(name: port.name ?? "", transport: (port.protocol ?? "TCP").lowercased(), number: number)
        }
    }
}

/// What the zone needs of an EndpointSlice: its ready endpoints.
struct EndpointRecords: Sendable, Hashable {
    struct Endpoint: Sendable, Hashable {
        let address: NetworkAddress
        /// Its label below the service: the hostname, or the address with dashes.
        let label: String
    }

    let endpoints: [Endpoint]
    let ports: [ServiceRecords.Port]

    init(_ slice: EndpointSlice) {
        endpoints = slice.endpoints.filter { $0.conditions.ready ?? true }.flatMap { endpoint in
            endpoint.addresses.compactMap { NetworkAddress($0) }.map { address in
                let hostname = endpoint.hostname ?? ""
                return Endpoint(address: address, label: hostname.isEmpty ? Self.dashed(address) : hostname.lowercased())
            }
        }
        ports = slice.ports.compactMap { port in
            guard let number = port.port.flatMap({ UInt16(exactly: $0) }) else { return nil }
            return ServiceRecords.Port(name: port.name ?? "", transport: (port.protocol ?? "TCP").lowercased(), number: number)
        }
    }

    static func dashed(_ address: NetworkAddress) -> String {
        address.description.replacing(address.family == .v4 ? "." : ":", with: "-")
    }

    /// The address that a label with dashes stands for.
    static func address(dashed label: String) -> NetworkAddress? {
        NetworkAddress(label.replacing("-", with: ".")) ?? NetworkAddress(label.replacing("-", with: ":"))
    }
}
