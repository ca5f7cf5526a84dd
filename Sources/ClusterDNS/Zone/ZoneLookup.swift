import Objects

/// What the zone says to a question.
package enum ZoneAnswer: Sendable, Hashable {
    /// Records; none where the name exists but has no record of the type.
    case records([ResourceRecord], additionals: [ResourceRecord] = [])
    case noSuchName
    /// The name is an alias of one outside the zone, whose records belong to the answer too.
    case alias(ResourceRecord, DomainName)
    /// Not of this zone: somebody else knows.
    case elsewhere
}

extension ClusterZone {
    /// Answers a question; never changes anything.
    package func answer(_ question: Question) -> ZoneAnswer {
        if let labels = question.name.labels(below: origin) { return answer(question, labels) }
        if let address = Self.reversed(question.name) {
            let names = names(of: address)
            if names.isEmpty { return .elsewhere }
            return filtered(question, names.map { .pointer($0) })
        }
        return .elsewhere
    }

    private func answer(_ question: Question, _ labels: [String]) -> ZoneAnswer {
        guard let last = labels.last else { return apex(question) }
        switch (last, labels.count) {
        case ("dns-version", 1): return filtered(question, [.text(Self.version)])
        case ("dns", 1): return .records([])
        case ("dns", 2) where labels[0] == "ns": return filtered(question, serverAddresses.map { .address($0) })
        case ("svc", 1), ("pod", 1): return .records([])
        case ("svc", 2), ("pod", 2): return namespaces.contains(labels[0]) ? .records([]) : .noSuchName
        case ("svc", _): return service(question, Array(labels.dropLast()))
        case ("pod", 3): return pod(question, label: labels[0], namespace: labels[1])
        default: return .noSuchName
        }
    }

    private func apex(_ question: Question) -> ZoneAnswer {
        guard let server = origin.prepending("ns", "dns") else { return .records([]) }
        return filtered(question, [authority.data, .nameServer(server)])
    }

    /// The record that negative answers carry.
    package var authority: ResourceRecord {
        let server = origin.prepending("ns", "dns") ?? origin
        let keeper = origin.prepending("hostmaster") ?? origin
        return ResourceRecord(
            origin, ttl: Self.ttl, .authority(server: server, keeper: keeper, serial: serial, negativeTTL: Self.ttl))
    }

    /// Those of the data that have the type in question.
    private func filtered(_ question: Question, _ data: [RecordData], additionals: [ResourceRecord] = []) -> ZoneAnswer {
        let wanted = data.filter { question.type == RecordType.any || $0.type == question.type }
        return .records(wanted.map { ResourceRecord(question.name, ttl: Self.ttl, $0) }, additionals: wanted.isEmpty ? [] : additionals)
    }

    private func pod(_ question: Question, label: String, namespace: String) -> ZoneAnswer {
        guard namespaces.contains(namespace), let address = EndpointRecords.address(dashed: label) else { return .noSuchName }
        return filtered(question, [.address(address)])
    }

    // MARK: services

    /// `labels` end with the service's name and namespace.
    private func service(_ question: Question, _ labels: [String]) -> ZoneAnswer {
        let key = labels[labels.count - 1] + "/" + labels[labels.count - 2]
        guard let service = services[key], let name = serviceName(key) else { return .noSuchName }
        let below = labels.dropLast(2)
        if !service.externalName.isEmpty {
            guard below.isEmpty, let target = DomainName(service.externalName) else { return .noSuchName }
            return .alias(ResourceRecord(question.name, ttl: Self.ttl, .alias(target)), target)
        }
        let endpoints = service.isHeadless ? endpoints(key) : []
        switch below.count {
        case 0:
            // So the specification says.
            if service.isHeadless && endpoints.isEmpty { return .noSuchName }
            if question.type == RecordType.srv { return services(question, key, name, service) { _ in true } }
            let addresses = service.isHeadless ? unique(endpoints.map(\.address)) : service.addresses
            return filtered(question, addresses.map { .address($0) })
        case 1:
            let label = below[0]
            if label.hasPrefix("_") {
                let transport = label.dropFirst()
                return service.ports.contains { $0.transport == transport } ? .records([]) : .noSuchName
            }
            let addresses = unique(endpoints.filter { $0.label == label }.map(\.address))
            return addresses.isEmpty ? .noSuchName : filtered(question, addresses.map { .address($0) })
        case 2 where below[0].hasPrefix("_") && below[1].hasPrefix("_"):
            let (port, transport) = (String(below[0].dropFirst()), String(below[1].dropFirst()))
            return services(question, key, name, service) { $0.name.lowercased() == port && $0.transport == transport && !port.isEmpty }
        default: return .noSuchName
        }
    }

    private func unique(_ addresses: [NetworkAddress]) -> [NetworkAddress] {
        var seen: Set<NetworkAddress> = []
        return addresses.filter { seen.insert($0).inserted }
    }

    /// SRV records of the ports that are wanted.
    private func services(
        _ question: Question, _ key: String, _ name: DomainName, _ service: ServiceRecords, _ isWanted: (ServiceRecords.Port) -> Bool
    ) -> ZoneAnswer {
        var data: [RecordData] = []
        var additionals: [ResourceRecord] = []
        func add(_ port: UInt16, _ target: DomainName, _ weight: Int, _ addresses: [NetworkAddress]) {
            data.append(.service(priority: 0, weight: UInt16(clamping: weight), port: port, target: target))
            for address in addresses {
                let record = ResourceRecord(target, ttl: Self.ttl, .address(address))
                if !additionals.contains(record) { additionals.append(record) }
            }
        }
        if service.isHeadless {
            let parts = slices[key] ?? [:]
            let all = parts.values.flatMap { part in
                part.ports.filter(isWanted).flatMap { port in part.endpoints.map { (port.number, $0) } }
            }
            for (port, endpoint) in all {
                guard let target = name.prepending(endpoint.label) else { continue }
                add(port, target, max(1, 100 / max(1, all.count)), [endpoint.address])
            }
        } else {
            let ports = service.ports.filter(isWanted)
            for port in ports { add(port.number, name, max(1, 100 / max(1, ports.count)), service.addresses) }
        }
        if data.isEmpty { return .noSuchName }
        return filtered(question, data, additionals: additionals)
    }

    // MARK: reverse

    private static let v4Suffix = DomainName("in-addr.arpa") ?? .root
    private static let v6Suffix = DomainName("ip6.arpa") ?? .root

    /// The address in a name below `in-addr.arpa` or `ip6.arpa`.
    static func reversed(_ name: DomainName) -> NetworkAddress? {
        if let labels = name.labels(below: v4Suffix) {
            return labels.count == 4 ? NetworkAddress(labels.reversed().joined(separator: ".")) : nil
        }
        guard let labels = name.labels(below: v6Suffix), labels.count == 32 else { return nil }
        var bits: UInt128 = 0
        for label in labels.reversed() {
            guard label.utf8.count == 1, let digit = UInt128(label, radix: 16) else { return nil }
            bits = bits << 4 | digit
        }
        return NetworkAddress(v6: bits)
    }
}
