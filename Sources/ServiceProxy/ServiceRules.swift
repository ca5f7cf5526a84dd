package import KubernetesTypes
package import Objects

/// Something that changes where connections go.
package enum ProxyEvent: Sendable {
    case service(KubernetesTypes.Service)
    case serviceDeleted(KubernetesTypes.Service)
    case slice(EndpointSlice)
    case sliceDeleted(EndpointSlice)
    /// The zone of this node, from its label.
    case zone(String?)
}

/// A change of the rules: what nftables is told, and which UDP flows must not go on as they were.
package struct RuleChange: Sendable {
    package enum StaleFlows: Sendable, Hashable {
        /// Flows that were translated to an endpoint that is no longer one.
        case backend(address: NetworkAddress, port: UInt16)
        /// Flows to a service that had no endpoint when they began; without address: to a node port.
        case frontend(address: NetworkAddress?, port: UInt16)
    }

    /// One transaction for `nft -f`; may be empty.
    package let commands: String
    package let staleFlows: [StaleFlows]
}

/// What a load balancer is told when it asks for a service on this node.
struct HealthCheck: Sendable, Hashable {
    /// `namespace/name`.
    let service: String
    let localEndpoints: Int
}

/// The rules of all services, kept up to date by differences: the proxy without its I/O.
///
/// Events note which services are touched; `takeChange` computes the difference for those only. A frontend that two
/// services claim belongs to the one whose name comes first: so every node, and every start, sends it the same way.
package struct ServiceRules: Sendable {
    private let layout: TableLayout
    private let node: String
    private var zone: String?
    private var services: [String: ProxiedService] = [:]
    /// By service, then by slice name.
    private var slices: [String: [String: SliceContent]] = [:]
    private var touched: Set<String> = []
    /// Services that lost a frontend to another: they let go before that one takes it.
    private var yielding: Set<String> = []
    /// Services that load balancers ask about.
    private var checked: Set<String> = []
    private var applied: [String: [RoutedPort]] = [:]
    private var owners: [Frontend: String] = [:]
    private var claimants: [Frontend: Set<String>] = [:]
    /// How many ports have an endpoint of this node at an address.
    private var localBackends: [NetworkAddress: Int] = [:]
    /// Of the addresses whose count changed since the last transaction: whether they were there.
    private var hairpinsBefore: [NetworkAddress: Bool] = [:]

    package init(_ layout: TableLayout, node: String) {
        self.layout = layout
        self.node = node
    }

    package mutating func handle(_ event: ProxyEvent) {
        switch event {
        case .service(let service):
            let key = service.namespace + "/" + service.name
            let content = ProxiedService(service, family: layout.family)
            guard services[key] != content else { return }
            services[key] = content
            if (content?.healthCheckPort ?? 0) > 0 { checked.insert(key) } else { checked.remove(key) }
            touched.insert(key)
        case .serviceDeleted(let service):
            let key = service.namespace + "/" + service.name
            checked.remove(key)
            if services.removeValue(forKey: key) != nil { touched.insert(key) }
        case .slice(let slice): set(slice, SliceContent(slice, family: layout.family, node: node))
        case .sliceDeleted(let slice): set(slice, nil)
        case .zone(let zone):
            guard self.zone != zone else { return }
            self.zone = zone
            touched.formUnion(services.keys)
        }
    }

    private mutating func set(_ slice: EndpointSlice, _ content: SliceContent?) {
        guard let service = slice.labels["kubernetes.io/service-name"], slice.labels["service.kubernetes.io/headless"] == nil else { return }
        let key = slice.namespace + "/" + service
        guard slices[key]?[slice.name] != content else { return }
        slices[key, default: [:]][slice.name] = content
        if slices[key]?.isEmpty == true { slices[key] = nil }
        touched.insert(key)
    }

    /// Forgets what is in the table: the next change is the whole table.
    package mutating func startOver() {
        applied = [:]
        owners = [:]
        claimants = [:]
        localBackends = [:]
        hairpinsBefore = [:]
        yielding = []
        touched = Set(services.keys)
    }

    /// The table's frame, and everything in it. For the start, and after the table was lost.
    package mutating func takeAll() -> RuleChange {
        startOver()
        let change = takeChange()
        return RuleChange(commands: layout.frame.map { $0 + "\n" }.joined() + change.commands, staleFlows: change.staleFlows)
    }

    /// What has changed since the last call.
    package mutating func takeChange() -> RuleChange {
        var transaction = RuleTransaction(layout)
        var stale: Set<RuleChange.StaleFlows> = []
        // Who has which frontend is settled first: each service then changes once.
        var former: [String: [RoutedPort]] = [:]
        while !touched.isEmpty || !yielding.isEmpty {
            let keys = (yielding.isEmpty ? touched : yielding).sorted()
            if yielding.isEmpty { touched = [] } else { yielding = [] }
            for key in keys { settle(key, &former) }
        }
        for key in former.keys.sorted() { emit(from: former[key] ?? [], to: applied[key] ?? [], &transaction, &stale) }
        for (address, wasPresent) in hairpinsBefore where wasPresent != (localBackends[address] != nil) {
            let key = "\(address) . \(address)"
            if wasPresent { transaction.removeElement(.hairpins, key) } else { transaction.addElement(.hairpins, key, nil) }
        }
        hairpinsBefore = [:]
        return RuleChange(commands: transaction.isEmpty ? "" : transaction.text, staleFlows: Array(stale))
    }

    /// Works out what a service has in the table. `former` takes what it had before this change.
    private mutating func settle(_ key: String, _ former: inout [String: [RoutedPort]]) {
        let old = applied[key] ?? []
        var new: [RoutedPort] = []
        if let service = services[key] {
            let endpoints = slices[key] ?? [:]
            new = service.ports.map {
                RoutedPort(service, $0, EndpointChoice(endpoints.values, name: $0.name, transport: $0.transport, node: node, zone: zone))
            }
        }
        release(Set(old.flatMap(\.frontends)).subtracting(new.flatMap(\.frontends)), of: key)
        for position in new.indices { new[position].keepFrontends { claim($0, for: key) } }
        if old == new { return }
        if former[key] == nil { former[key] = old }
        applied[key] = new.isEmpty ? nil : new
    }

    private mutating func emit(
        from old: [RoutedPort], to new: [RoutedPort], _ transaction: inout RuleTransaction, _ stale: inout Set<RuleChange.StaleFlows>
    ) {
        let before = Dictionary(old.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for id in Set(before.keys).union(after.keys) where before[id] != after[id] {
            change(from: before[id], to: after[id], &transaction)
            findStale(from: before[id], to: after[id], &stale)
        }
    }

    private mutating func change(from old: RoutedPort?, to new: RoutedPort?, _ transaction: inout RuleTransaction) {
        let rules = new.map { PortRules($0, layout) }
        transaction.change(from: old.map { PortRules($0, layout) }, to: rules)
        let before = Set((old?.choice.local ?? []).map(\.address))
        let after = Set((new?.choice.local ?? []).map(\.address))
        for address in after.symmetricDifference(before) {
            let count = localBackends[address] ?? 0
            if hairpinsBefore[address] == nil { hairpinsBefore[address] = count > 0 }
            let now = count + (after.contains(address) ? 1 : -1)
            localBackends[address] = now > 0 ? now : nil
        }
    }

    private func findStale(from old: RoutedPort?, to new: RoutedPort?, _ stale: inout Set<RuleChange.StaleFlows>) {
        guard (old ?? new)?.transport == .udp else { return }
        let before = old?.backends ?? []
        let after = new?.backends ?? []
        for backend in before.subtracting(after) { stale.insert(.backend(address: backend.address, port: backend.port)) }
        if before.isEmpty, !after.isEmpty {
            for frontend in new?.frontends ?? [] { stale.insert(.frontend(address: frontend.address, port: frontend.port)) }
        }
    }

    /// The answers for load balancers, by port.
    var healthChecks: [UInt16: HealthCheck] {
        var checks: [UInt16: HealthCheck] = [:]
        for key in checked {
            guard let service = services[key] else { continue }
            let addresses = Set((applied[key] ?? []).flatMap(\.choice.readyHere))
            checks[service.healthCheckPort] = HealthCheck(service: key, localEndpoints: addresses.count)
        }
        return checks
    }

    /// Of the flows that the kernel translates, those that go to endpoints that a service does not have: left over from
    /// before a restart.
    func leftOvers(_ flows: [TranslatedFlow]) -> [RuleChange.StaleFlows] {
        var backends: [Frontend: Set<Backend>] = [:]
        for port in applied.values.joined() where port.transport == .udp {
            for frontend in port.frontends { backends[frontend] = port.backends }
        }
        var stale: Set<RuleChange.StaleFlows> = []
        for flow in flows {
            let byAddress = backends[Frontend(address: flow.destination, transport: .udp, port: flow.port)]
            guard let known = byAddress ?? backends[Frontend(address: nil, transport: .udp, port: flow.port)], !known.contains(flow.backend) else { continue }
            stale.insert(.backend(address: flow.backend.address, port: flow.backend.port))
        }
        return Array(stale)
    }

    // MARK: claims

    private mutating func claim(_ frontend: Frontend, for key: String) -> Bool {
        guard let owner = owners[frontend], owner != key else {
            owners[frontend] = key
            return true
        }
        if key < owner {
            owners[frontend] = key
            claimants[frontend, default: []].insert(owner)
            yielding.insert(owner)
            touched.insert(key)
        } else {
            claimants[frontend, default: []].insert(key)
        }
        return false
    }

    private mutating func release(_ frontends: Set<Frontend>, of key: String) {
        for frontend in frontends where owners[frontend] == key {
            owners[frontend] = nil
            for waiting in claimants.removeValue(forKey: frontend) ?? [] { touched.insert(waiting) }
        }
    }
}
