import Credentials
import KubernetesTypes
import Objects
import Schema
import Synchronization

/// Cluster IPs and node ports of services: each is given to one service only.
///
/// What is taken is known from the services themselves; a reservation covers the time between the choice and
/// the stored service, so that writers that race never get the same.
final class ServiceAddresses: AllocationHook {
    private struct Pool {
        var addresses: Set<UInt32> = []
        var ports: Set<Int64> = []
    }

    private let base: UInt32
    private let size: UInt32
    private static let nodePorts: ClosedRange<Int64> = 30000...32767
    private let pool = Mutex(Pool())

    /// Throws when `cidr` is not an IPv4 range of at least eight addresses.
    init(cidr: String) throws {
        let parts = cidr.split(separator: "/")
        guard parts.count == 2, let bits = UInt32(parts[1]), bits <= 29, bits >= 8, let address = Self.number(String(parts[0])) else {
            throw StatusError.badRequest("invalid service CIDR \(cidr)")
        }
        size = 1 << (32 - bits)
        base = address & ~(size - 1)
    }

    private static func number(_ text: String) -> UInt32? {
        guard let bytes = IPAddressBytes.parse(text), bytes.count == 4 else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func text(_ number: UInt32) -> String {
        "\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
    }

    /// The first address: the one of the `kubernetes` service.
    var first: String { Self.text(base + 1) }

    /// Takes over what stored services hold.
    func adopt(_ services: [EncodedObject]) {
        pool.withLock { pool in
            for service in services {
                let (addresses, ports) = taken(service.value)
                pool.addresses.formUnion(addresses)
                pool.ports.formUnion(ports)
            }
        }
    }

    private func taken(_ service: Value) -> (Set<UInt32>, Set<Int64>) {
        let spec = service["spec"]
        let texts = spec["clusterIPs"].strings + [spec["clusterIP"].string ?? ""]
        var ports = Set(spec["ports"].array.compactMap { $0["nodePort"].int }.filter { $0 > 0 })
        if let health = spec["healthCheckNodePort"].int, health > 0 { ports.insert(health) }
        return (Set(texts.compactMap(Self.number)), ports)
    }

    func allocate(_ object: inout Value, old: Value?, isDryRun: Bool) async throws(StatusError) -> Reservation {
        let (oldAddresses, oldPorts) = old.map(taken) ?? ([], [])
        guard object.isObject else {
            return Reservation(confirm: { [self] in give(oldAddresses, oldPorts) })
        }
        var service = object
        var reservedAddresses: Set<UInt32> = []
        var reservedPorts: Set<Int64> = []
        do throws(StatusError) {
            try allocateAddress(&service, oldAddresses, &reservedAddresses, old)
            try allocatePorts(&service, oldPorts, &reservedPorts)
        } catch {
            give(reservedAddresses, reservedPorts)
            throw error
        }
        object = service
        let (newAddresses, newPorts) = taken(service)
        let (addresses, ports) = (reservedAddresses, reservedPorts)
        return Reservation(
            confirm: { [self] in give(oldAddresses.subtracting(newAddresses), oldPorts.subtracting(newPorts)) },
            release: { [self] in give(addresses, ports) })
    }

    private func give(_ addresses: Set<UInt32>, _ ports: Set<Int64>) {
        pool.withLock { pool in
            pool.addresses.subtract(addresses)
            pool.ports.subtract(ports)
        }
    }

    private func invalid(_ service: Value, _ error: FieldError) -> StatusError {
        .invalid(.init(group: "", version: "v1", kind: "Service"), service["metadata"]["name"].string ?? "", [error])
    }

    private func allocateAddress(
        _ service: inout Value, _ old: Set<UInt32>, _ reserved: inout Set<UInt32>, _ oldService: Value?
    ) throws(StatusError) {
        let type = service["spec"]["type"].string ?? "ClusterIP"
        if type == "ExternalName" {
            for key in ["clusterIP", "clusterIPs"] { service["spec"].remove(key) }
            return
        }
        let wanted = service["spec"]["clusterIP"].string ?? service["spec"]["clusterIPs"][0].string ?? ""
        if wanted == "None" {
            service["spec"]["clusterIP"] = "None"
            service["spec"]["clusterIPs"] = ["None"]
            return
        }
        let chosen: UInt32
        if wanted.isEmpty {
            guard let free = pool.withLock({ takeFree(&$0) }) else {
                throw .internalError("failed to allocate a serviceIP: range is full")
            }
            chosen = free
        } else {
            guard let number = Self.number(wanted) else { return }
            if old.contains(number) {
                service["spec"]["clusterIPs"] = [.string(wanted)]
                service["spec"]["clusterIP"] = .string(wanted)
                return
            }
            guard number > base, number < base + size - 1 else {
                throw invalid(
                    service,
                    .invalid("spec.clusterIPs", [.string(wanted)], "failed to allocate IP \(wanted): the provided network does not match the current range"))
            }
            guard pool.withLock({ $0.addresses.insert(number).inserted }) else {
                throw invalid(
                    service, .invalid("spec.clusterIPs", [.string(wanted)], "failed to allocate IP \(wanted): provided IP is already allocated"))
            }
            chosen = number
        }
        reserved.insert(chosen)
        service["spec"]["clusterIP"] = .string(Self.text(chosen))
        service["spec"]["clusterIPs"] = [.string(Self.text(chosen))]
    }

    /// Random, and from the upper part of the range first: the lower part is for those who choose.
    private func takeFree(_ pool: inout Pool) -> UInt32? {
        let lower = min(max(16, size / 16), 256)
        for range in [(base + lower)..<(base + size - 1), (base + 2)..<(base + lower)] where !range.isEmpty {
            for _ in 0..<32 {
                let candidate = UInt32.random(in: range)
                if pool.addresses.insert(candidate).inserted { return candidate }
            }
            for candidate in range where pool.addresses.insert(candidate).inserted { return candidate }
        }
        return nil
    }

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
