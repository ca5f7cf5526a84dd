import Credentials
import KubernetesTypes
import Objects
import Schema
import Synchronization

/// Cluster IPs and node ports of services: each is given to one service only.
///
/// What is taken is known from the services themselves; a reservation covers the time between the choice and
/// the stored service, so that writers that race never get the same. Addresses come from the networks of the server's
/// own flag and of the ServiceCIDRs that there are.
final class ServiceAddresses: AllocationHook {
    private struct Pool {
        var addresses: Set<NetworkAddress> = []
        var ports: Set<Int64> = []
        var networks: [IPNetwork]
    }

    static let nodePorts: ClosedRange<Int64> = 30000...32767
    private let own: [IPNetwork]
    private let pool: Mutex<Pool>

    /// `cidrs` are one network, or one of each family, separated by a comma. Throws when they are something else, or too small.
    init(cidrs: String) throws {
        var networks: [IPNetwork] = []
        for text in cidrs.split(separator: ",") {
            guard let network = IPNetwork(text), network.base.family.bitCount - network.prefix >= 3, network.prefix >= 8 else {
                throw StatusError.badRequest("invalid service CIDR \(text)")
            }
            networks.append(network)
        }
        let families = networks.map(\.base.family)
        guard (1...2).contains(networks.count), Set(families).count == families.count else {
            throw StatusError.badRequest("the service CIDR is one network, or one of each family, not \(cidrs)")
        }
        own = networks
        pool = Mutex(Pool(networks: networks))
    }

    /// The families of the cluster, the one first that services have who ask for none.
    var families: [String] { own.map { $0.base.family == .v6 ? "IPv6" : "IPv4" } }

    /// The first address: the one of the `kubernetes` service.
    var first: String { own.first.map { "\(Self.address($0, 1))" } ?? "" }

    var networks: [IPNetwork] { pool.withLock { $0.networks } }

    /// Takes the networks of ServiceCIDRs, beside the server's own. One that goes gives no more addresses.
    func setNetworks(of ranges: [Value]) {
        var networks = own
        for range in ranges where range["metadata"]["deletionTimestamp"].isNull {
            for network in range["spec"]["cidrs"].strings.compactMap({ IPNetwork($0) }) where !networks.contains(network) { networks.append(network) }
        }
        let all = networks
        pool.withLock { $0.networks = all }
    }

    /// Takes over what stored services hold.
    func adopt(_ services: [EncodedObject]) {
        pool.withLock { pool in
            for service in services {
                let (addresses, ports) = Self.taken(service.value)
                pool.addresses.formUnion(addresses)
                pool.ports.formUnion(ports)
            }
        }
    }

    static func taken(_ service: Value) -> (Set<NetworkAddress>, Set<Int64>) {
        let spec = service["spec"]
        let texts = spec["clusterIPs"].strings + [spec["clusterIP"].string ?? ""]
        var ports = Set(spec["ports"].array.compactMap { $0["nodePort"].int }.filter { $0 > 0 })
        if let health = spec["healthCheckNodePort"].int, health > 0 { ports.insert(health) }
        return (Set(texts.compactMap { NetworkAddress($0) }), ports)
    }

    func allocate(_ object: inout Value, old: Value?, isDryRun: Bool) async throws(StatusError) -> Reservation {
        let (oldAddresses, oldPorts) = old.map(Self.taken) ?? ([], [])
        guard object.isObject else {
            return Reservation(confirm: { [self] in give(oldAddresses, oldPorts) })
        }
        var service = object
        var reservedAddresses: Set<NetworkAddress> = []
        var reservedPorts: Set<Int64> = []
        do throws(StatusError) {
            try allocateAddresses(&service, oldAddresses, &reservedAddresses)
            try allocatePorts(&service, oldPorts, &reservedPorts)
        } catch {
            give(reservedAddresses, reservedPorts)
            throw error
        }
        object = service
        let (newAddresses, newPorts) = Self.taken(service)
        let (addresses, ports) = (reservedAddresses, reservedPorts)
        return Reservation(
            confirm: { [self] in give(oldAddresses.subtracting(newAddresses), oldPorts.subtracting(newPorts)) },
            release: { [self] in give(addresses, ports) })
    }

    private func give(_ addresses: Set<NetworkAddress>, _ ports: Set<Int64>) {
        pool.withLock { pool in
            pool.addresses.subtract(addresses)
            pool.ports.subtract(ports)
        }
    }

    private func invalid(_ service: Value, _ error: FieldError) -> StatusError {
        .invalid(.init(group: "", version: "v1", kind: "Service"), service["metadata"]["name"].string ?? "", [error])
    }

    // MARK: addresses

    private func allocateAddresses(
        _ service: inout Value, _ old: Set<NetworkAddress>, _ reserved: inout Set<NetworkAddress>
    ) throws(StatusError) {
        if service["spec"]["type"].string == "ExternalName" {
            for key in ["clusterIP", "clusterIPs"] { service["spec"].remove(key) }
            return
        }
        var stated = service["spec"]["clusterIPs"].strings
        if stated.isEmpty, let single = service["spec"]["clusterIP"].string, !single.isEmpty { stated = [single] }
        if stated.first == "None" {
            service["spec"]["clusterIP"] = "None"
            service["spec"]["clusterIPs"] = ["None"]
            return
        }
        let wantedFamilies = service["spec"]["ipFamilies"].strings
        var given: [String] = []
        for (index, family) in (wantedFamilies.isEmpty ? Array(families.prefix(1)) : wantedFamilies).enumerated() {
            let wanted = index < stated.count ? stated[index] : ""
            if wanted.isEmpty {
                guard let free = pool.withLock({ Self.takeFree(family == "IPv6" ? .v6 : .v4, &$0) }) else {
                    throw .internalError("failed to allocate a serviceIP: range is full")
                }
                reserved.insert(free)
                given.append(free.description)
            } else {
                guard let address = NetworkAddress(wanted) else { return }
                if !old.contains(address) {
                    try take(address, wanted, service)
                    reserved.insert(address)
                }
                given.append(wanted)
            }
        }
        service["spec"]["clusterIP"] = given.first.map(Value.string) ?? .null
        service["spec"]["clusterIPs"] = Value(given)
    }

    /// Takes the address that a client chose.
    private func take(_ address: NetworkAddress, _ text: String, _ service: Value) throws(StatusError) {
        let isFree: Bool? = pool.withLock { pool in
            guard pool.networks.contains(where: { Self.isUsable(address, in: $0) }) else { return nil }
            return pool.addresses.insert(address).inserted
        }
        if isFree == true { return }
        let problem = isFree == nil ? "the provided network does not match the current range" : "provided IP is already allocated"
        throw invalid(service, .invalid("spec.clusterIPs", [.string(text)], "failed to allocate IP \(text): \(problem)"))
    }

    static func isUsable(_ address: NetworkAddress, in network: IPNetwork) -> Bool {
        guard network.contains(address) else { return false }
        let offset = address.bits - network.base.bits
        return offset > 0 && offset < usable(network)
    }

    /// One more than the last offset that is given out: the last address of IPv4 is for everybody.
    private static func usable(_ network: IPNetwork) -> UInt128 {
        let bits = network.base.family.bitCount - network.prefix
        // Of a large network of IPv6 more than this is never looked at.
        if bits > 64 { return 1 << 64 }
        let size: UInt128 = 1 << UInt128(bits)
        return network.base.family == .v4 ? size - 1 : size
    }

    private static func address(_ network: IPNetwork, _ offset: UInt128) -> NetworkAddress {
        network.base.family == .v4
            ? NetworkAddress(v4: UInt32(truncatingIfNeeded: network.base.bits + offset)) : NetworkAddress(v6: network.base.bits + offset)
    }

    /// Random, and from the upper part of a network first: the lower part is for those who choose.
    private static func takeFree(_ family: NetworkAddress.Family, _ pool: inout Pool) -> NetworkAddress? {
        let networks = pool.networks.filter { $0.base.family == family }
        for network in networks {
            let end = usable(network)
            let lower = min(min(max(16, end / 16), 256), end)
            for (from, to) in [(lower, end), (2, lower)] where from < to {
                for _ in 0..<32 {
                    let candidate = address(network, UInt128.random(in: from..<to))
                    if pool.addresses.insert(candidate).inserted { return candidate }
                }
                // A full network is no larger than what there are services: a walk finds the first that is free.
                var offset = from
                while offset < to, offset - from <= UInt128(pool.addresses.count) {
                    let candidate = address(network, offset)
                    if pool.addresses.insert(candidate).inserted { return candidate }
                    offset += 1
                }
            }
        }
        return nil
    }

    // MARK: ports

    private func allocatePorts(_ service: inout Value, _ old: Set<Int64>, _ reserved: inout Set<Int64>) throws(StatusError) {
        let type = service["spec"]["type"].string ?? "ClusterIP"
        let allocates = type == "NodePort"
            || (type == "LoadBalancer" && service["spec"]["allocateLoadBalancerNodePorts"].bool != false)
        // One number serves two protocols of one service.
        var own: [Int64: Set<String>] = [:]
        for index in service["spec"]["ports"].array.indices {
            let number = service["spec"]["ports"][index]["nodePort"].int ?? 0
            let transport = service["spec"]["ports"][index]["protocol"].string ?? "TCP"
            if type == "ClusterIP" || type == "ExternalName" { continue }
            if number != 0 {
                if old.contains(number) || (own[number] != nil && own[number]?.contains(transport) == false) {
                    own[number, default: []].insert(transport)
                    continue
                }
                let path = "spec.ports[\(index)].nodePort"
                guard Self.nodePorts.contains(number) else {
                    throw invalid(service, .invalid(path, .int(number), "provided port is not in the valid range. The range of valid ports is 30000-32767"))
                }
                guard pool.withLock({ $0.ports.insert(number).inserted }) else {
                    throw invalid(service, .invalid(path, .int(number), "provided port is already allocated"))
                }
                reserved.insert(number)
                own[number, default: []].insert(transport)
            } else if allocates {
                guard let free = takeFreePort() else { throw .internalError("failed to allocate a nodePort: range is full") }
                reserved.insert(free)
                own[free, default: []].insert(transport)
                service["spec"]["ports"][index]["nodePort"] = .int(free)
            }
        }
        if service["spec"]["externalTrafficPolicy"].string == "Local", type == "LoadBalancer",
            (service["spec"]["healthCheckNodePort"].int ?? 0) == 0, let free = takeFreePort()
        {
            reserved.insert(free)
            service["spec"]["healthCheckNodePort"] = .int(free)
        }
    }

    private func takeFreePort() -> Int64? {
        pool.withLock { pool in
            for _ in 0..<64 {
                let candidate = Int64.random(in: 30086...32767)
                if pool.ports.insert(candidate).inserted { return candidate }
            }
            return Self.nodePorts.first { pool.ports.insert($0).inserted }
        }
    }
}
