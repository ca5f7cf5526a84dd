import Objects

/// Everything in the table that belongs to one service port.
struct PortRules: Sendable {
    struct Element: Sendable, Hashable {
        let map: TableLayout.ElementMap
        let key: String
    }

    /// What an element leads to.
    private(set) var elements: [Element: String] = [:]
    /// Chains with their rules; a chain stands behind those that it names.
    private(set) var chains: [(name: String, rules: [String])] = []
    /// Sets of clients, by name, with how long a client stays in it (seconds).
    private(set) var clientSets: [String: Int] = [:]

    private let layout: TableLayout
    private let port: RoutedPort

    init(_ port: RoutedPort, _ layout: TableLayout) {
        self.port = port
        self.layout = layout
        addInternal()
        addExternal()
        if !port.guardedFrontends.isEmpty {
            let chain = name("guard")
            let ranges = port.sourceRanges.map(\.description).joined(separator: ", ")
            chains.append((chain, ["\(layout.ip) saddr != { \(ranges) } drop"]))
            for frontend in port.guardedFrontends { set(.guarded, key(frontend), "goto \(chain)") }
        }
    }

    private func key(_ frontend: Frontend) -> String {
        let port = "\(frontend.transport.rawValue) . \(frontend.port)"
        return frontend.address.map { "\($0) . \(port)" } ?? port
    }

    /// A chain or set name of this port: readable, and unique by its hash.
    private func name(_ role: String, _ backend: Backend? = nil) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in (port.id + (backend.map { "|\($0)" } ?? "")).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let shown = port.id.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "/" ? $0 : "_" }
        return "\(role)-\(String(hash, radix: 36))-\(String(shown.prefix(80)))"
    }

    private mutating func set(_ map: TableLayout.ElementMap, _ key: String, _ value: String) { elements[Element(map: map, key: key)] = value }

    // MARK: from inside of the cluster

    private mutating func addInternal() {
        guard let frontend = port.clusterFrontend else { return }
        let backends = port.internalBackends
        guard !backends.isEmpty else { return set(.unserved, key(frontend), port.choice.cluster.isEmpty ? "goto refuse" : "drop") }
        if isPlain(backends) {
            spread(backends, over: frontend, "cluster")
        } else {
            let balancing = addBalancing(port.isInternalLocal ? "local" : "all", backends)
            let entry = name("internal")
            chains.append((entry, [layout.isNotPod + TableLayout.marking, "goto \(balancing)"]))
            set(.services, key(frontend), "goto \(entry)")
        }
    }

    /// Whether data alone says it.
    private func isPlain(_ backends: [Backend]) -> Bool { port.affinitySeconds == nil && backends.count <= TableLayout.largestShared }

    /// A port that is data only.
    private mutating func spread(_ backends: [Backend], over frontend: Frontend, _ chain: String) {
        let isNodePort = frontend.address == nil
        set(isNodePort ? .nodePorts : .services, key(frontend), "goto \(chain)-\(backends.count)")
        for (position, backend) in backends.enumerated() {
            set(isNodePort ? .nodeEndpoints : .endpoints, "\(key(frontend)) . \(position)", "\(backend.address) . \(backend.port)")
        }
    }

    // MARK: from outside

    private mutating func addExternal() {
        guard !port.externalFrontends.isEmpty else { return }
        let backends = port.externalBackends
        if backends.isEmpty {
            let verdict = port.choice.cluster.isEmpty ? "goto refuse" : "drop"
            for frontend in port.externalFrontends {
                set(frontend.address == nil ? .unservedNodePorts : .unserved, key(frontend), verdict)
            }
        }
        if isPlain(backends), !port.isExternalLocal {
            guard !backends.isEmpty else { return }
            for frontend in port.externalFrontends { spread(backends, over: frontend, frontend.address == nil ? "node" : "outside") }
            return
        }
        guard !port.choice.cluster.isEmpty || !backends.isEmpty else { return }
        let entry = name("external")
        var rules: [String] = []
        if port.isExternalLocal {
            if !port.choice.cluster.isEmpty {
                // Pods and the node itself are not "external": for them the policy does not count.
                let all = addBalancing("all", port.choice.cluster)
                for network in layout.podNetworks { rules.append("\(layout.ip) saddr \(network) goto \(all)") }
                rules.append("fib saddr type local \(TableLayout.marking)")
                rules.append("fib saddr type local goto \(all)")
            }
            if !backends.isEmpty { rules.append("goto \(addBalancing("local", backends))") }
        } else {
            rules = [TableLayout.marking, "goto \(addBalancing("all", backends))"]
        }
        chains.append((entry, rules))
        for frontend in port.externalFrontends {
            set(frontend.address == nil ? .nodePorts : .services, key(frontend), "goto \(entry)")
        }
    }

    /// The chain of this port that picks one of `backends`; made once a role.
    private mutating func addBalancing(_ role: String, _ backends: [Backend]) -> String {
        let chain = name(role)
        if chains.contains(where: { $0.name == chain }) { return chain }
        let transport = "meta l4proto \(port.transport.rawValue)"
        guard let seconds = port.affinitySeconds else {
            let targets = backends.enumerated().map { "\($0.offset) : \($0.element.address) . \($0.element.port)" }.joined(separator: ", ")
            chains.append((chain, ["\(transport) dnat \(layout.ip) to numgen random mod \(backends.count) map { \(targets) }"]))
            return chain
        }
        var rules: [String] = []
        var verdicts: [String] = []
        for (position, backend) in backends.enumerated() {
            let endpoint = name("endpoint", backend)
            let clients = name("clients-\(seconds)", backend)
            if clientSets.updateValue(seconds, forKey: clients) == nil {
                chains.append((endpoint, ["update @\(clients) { \(layout.ip) saddr }", "\(transport) dnat \(layout.ip) to \(backend)"]))
            }
            rules.append("\(layout.ip) saddr @\(clients) goto \(endpoint)")
            verdicts.append("\(position) : goto \(endpoint)")
        }
        rules.append("numgen random mod \(backends.count) vmap { \(verdicts.joined(separator: ", ")) }")
        chains.append((chain, rules))
        return chain
    }
}
