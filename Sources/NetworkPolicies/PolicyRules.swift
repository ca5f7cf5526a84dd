package import KubernetesTypes
package import Objects

/// Something that rules depend on came, changed or went.
package enum PolicyEvent: Sendable {
    case policy(NetworkPolicy)
    case policyDeleted(NetworkPolicy)
    case namespace(Namespace)
    case namespaceDeleted(Namespace)
    case pod(Pod)
    case podDeleted(Pod)
}

/// Decides which connections of this node's pods may pass in one address family: events in, one transaction for `nft -f -` out.
///
/// An event costs what it changes: a pod is held against the selectors in use, a policy against the pods of its namespace
/// on this node and, for selectors that are new, against all pods.
package struct PolicyRules: Sendable {
    /// A set of the table, by what it stands for.
    private enum SetKey: Hashable {
        case members(PodSelection)
        /// The ports that the pods call by this name.
        case ports(PodSelection, String, String)

        var selection: PodSelection {
            switch self {
            case .members(let selection), .ports(let selection, _, _): selection
            }
        }

        func elements(_ pod: PodRecord) -> [String] {
            switch self {
            case .members: [pod.address]
            case .ports(_, let name, let transport):
                pod.ports.filter { $0.name == name && $0.transport == transport }.map { "\(pod.address) . \(transport) . \($0.number)" }
            }
        }
    }

    /// Pods that the same policies select in a direction.
    private struct Group: Hashable {
        let direction: PolicyTable.Direction
        /// In order.
        let policies: [String]
    }

    private let node: String
    private let family: NetworkAddress.Family
    private var table: PolicyTable
    private var policies: [String: CompiledPolicy] = [:]
    private var policiesByNamespace: [String: Set<String>] = [:]
    private var namespaces: [String: [String: String]] = [:]
    private var pods: [String: PodRecord] = [:]
    private var podsByNamespace: [String: Set<String>] = [:]
    private var sets: [SetKey: (name: String, uses: Int)] = [:]
    /// What each pod put into which set.
    private var elements: [String: [SetKey: [String]]] = [:]
    private var groups: [Group: (chain: String, pods: Set<String>)] = [:]
    private var groupsByPod: [String: [Group]] = [:]
    private var made = 0

    /// `instance` tells the tables of several clusters on one machine apart.
    package init(instance: String, node: String, family: NetworkAddress.Family = .v4) {
        self.node = node
        self.family = family
        table = PolicyTable(name: Self.tableName(instance), family: family)
    }

    package static func tableName(_ instance: String) -> String { "martlet-\(instance)-policies" }

    /// The whole table, in place of whatever was there.
    package mutating func takeAll() -> String { table.takeAll() }

    /// What changed since the last time; empty when nothing did.
    package mutating func takeChange() -> String { table.takeChange() }

    package mutating func handle(_ event: PolicyEvent) {
        switch event {
        case .policy(let policy): setPolicy(CompiledPolicy(policy, family: family), policy.namespace + "/" + policy.name)
        case .policyDeleted(let policy): setPolicy(nil, policy.namespace + "/" + policy.name)
        case .namespace(let namespace): setNamespace(namespace.name, namespace.labels)
        case .namespaceDeleted(let namespace): setNamespace(namespace.name, nil)
        case .pod(let pod): setPod(PodRecord(pod, node: node, family: family), pod.namespace + "/" + pod.name)
        case .podDeleted(let pod): setPod(nil, pod.namespace + "/" + pod.name)
        }
    }

    /// A server of the node that answers as if it were a pod: the cluster's DNS.
    package mutating func addServer(
        namespace: String, name: String, labels: [String: String], address: String, ports: [(name: String, transport: String, number: UInt16)]
    ) {
        let known = ports.map { PodRecord.Port(name: $0.name, transport: $0.transport, number: $0.number) }
        // A key that no pod has.
        setPod(PodRecord(namespace: namespace, labels: labels, address: address, isLocal: false, ports: Set(known)), "\(namespace)//\(name)")
    }

    // MARK: pods and namespaces

    private mutating func setPod(_ pod: PodRecord?, _ key: String) {
        let old = pods[key]
        if old == pod { return }
        if let old { podsByNamespace[old.namespace]?.remove(key) }
        pods[key] = pod
        if let pod { podsByNamespace[pod.namespace, default: []].insert(key) }
        fill(key)
        if old?.isLocal == true || pod?.isLocal == true {
            if let old, old.address != pod?.address { release(old.address, of: key) }
            isolate(key)
        }
    }

    private mutating func setNamespace(_ name: String, _ labels: [String: String]?) {
        if namespaces[name] == labels { return }
        namespaces[name] = labels
        for key in podsByNamespace[name] ?? [] { fill(key) }
    }

    /// Brings what a pod has in the sets up to date.
    private mutating func fill(_ key: String) {
        var new: [SetKey: [String]] = [:]
        if let pod = pods[key] {
            let labels = namespaces[pod.namespace] ?? [:]
            for set in sets.keys where set.selection.matches(pod, namespace: labels) { new[set] = set.elements(pod) }
        }
        for (set, gone) in elements[key] ?? [:] where new[set] != gone { put(gone, into: set, isThere: false) }
        for (set, come) in new where elements[key]?[set] != come { put(come, into: set, isThere: true) }
        elements[key] = new.isEmpty ? nil : new
    }

    private mutating func put(_ all: [String], into set: SetKey, isThere: Bool) {
        guard let name = sets[set]?.name else { return }
        for element in all { if isThere { table.addElement(element, to: name) } else { table.removeElement(element, from: name) } }
    }

    // MARK: policies

    private mutating func setPolicy(_ policy: CompiledPolicy?, _ key: String) {
        let old = policies[key]
        if old == policy { return }
        policies[key] = policy
        // First what is needed from now on, so that what stays is kept.
        if let policy {
            policiesByNamespace[policy.namespace, default: []].insert(key)
            for set in Self.sets(policy) { use(set) }
        }
        guard let namespace = policy?.namespace ?? old?.namespace else { return }
        if policy == nil { policiesByNamespace[namespace]?.remove(key) }
        for (group, state) in groups where group.policies.contains(key) { table.setChain(state.chain, rules(group)) }
        for pod in podsByNamespace[namespace] ?? [] where pods[pod]?.isLocal == true { isolate(pod) }
        if let old { for set in Self.sets(old) { disuse(set) } }
    }

    private mutating func use(_ set: SetKey) {
        if let known = sets[set] {
            sets[set] = (known.name, known.uses + 1)
            return
        }
        let name = nextName("s")
        sets[set] = (name, 1)
        if case .members = set { table.addSet(name, .addresses) } else { table.addSet(name, .ports) }
        for (key, pod) in pods where set.selection.matches(pod, namespace: namespaces[pod.namespace] ?? [:]) {
            let all = set.elements(pod)
            elements[key, default: [:]][set] = all
            put(all, into: set, isThere: true)
        }
    }

    private mutating func disuse(_ set: SetKey) {
        guard let known = sets[set] else { return }
        if known.uses > 1 {
            sets[set] = (known.name, known.uses - 1)
            return
        }
        sets[set] = nil
        table.removeSet(known.name)
        for key in Array(elements.keys) { elements[key]?[set] = nil }
    }

    private mutating func nextName(_ kind: String) -> String {
        made += 1
        return "\(kind)\(made)"
    }

    /// The sets that the rules of a policy look into, one for each time.
    private static func sets(_ policy: CompiledPolicy) -> [SetKey] {
        func sets(_ rule: PolicyRule, named owners: PodSelection?) -> [SetKey] {
            var found: [SetKey] = []
            for peer in rule.peers.map({ $0.map(Optional.some) }) ?? [nil] {
                if case .pods(let selection)? = peer { found.append(.members(selection)) }
                for port in rule.ports ?? [] {
                    if case .named(let name) = port.target { found.append(.ports(owners ?? destination(peer), name, port.transport)) }
                }
            }
            return found
        }
        return (policy.ingress ?? []).flatMap { sets($0, named: policy.selection) } + (policy.egress ?? []).flatMap { sets($0, named: nil) }
    }

    /// Whose names count for the ports of an egress rule.
    private static func destination(_ peer: PolicyPeer?) -> PodSelection {
        if case .pods(let selection)? = peer { selection } else { .all }
    }

    // MARK: isolation

    /// Puts a pod of this node into the groups of the policies that select it.
    private mutating func isolate(_ key: String) {
        var new: [Group] = []
        if let pod = pods[key], pod.isLocal {
            let selecting = (policiesByNamespace[pod.namespace] ?? []).sorted().compactMap { policies[$0] }.filter {
                $0.selection.matches(pod, namespace: [:])
            }
            let ingress = selecting.filter { $0.ingress != nil }.map(\.key), egress = selecting.filter { $0.egress != nil }.map(\.key)
            if !ingress.isEmpty { new.append(Group(direction: .ingress, policies: ingress)) }
            if !egress.isEmpty { new.append(Group(direction: .egress, policies: egress)) }
        }
        let old = groupsByPod[key] ?? []
        groupsByPod[key] = new.isEmpty ? nil : new
        for group in new { join(key, group) }
        if let address = pods[key]?.address {
            if !old.isEmpty, new.isEmpty {
                table.removeElement("\(address) . \(address)", from: PolicyTable.selves)
            } else if old.isEmpty, !new.isEmpty {
                table.addElement("\(address) . \(address)", to: PolicyTable.selves)
            }
            for direction in PolicyTable.Direction.allCases {
                table.setVerdict(direction, address, new.first { $0.direction == direction }.flatMap { groups[$0]?.chain })
            }
        }
        for group in old where !new.contains(group) { leave(key, group) }
    }

    /// What led from an address that the pod has no longer.
    private mutating func release(_ address: String, of key: String) {
        if groupsByPod[key] != nil { table.removeElement("\(address) . \(address)", from: PolicyTable.selves) }
        for group in groupsByPod.removeValue(forKey: key) ?? [] { leave(key, group) }
        // Another pod may have got it meanwhile.
        if let heir = pods.first(where: { $0.key != key && $0.value.isLocal && $0.value.address == address })?.key {
            for direction in PolicyTable.Direction.allCases {
                let group = (groupsByPod[heir] ?? []).first { $0.direction == direction }
                table.setVerdict(direction, address, group.flatMap { groups[$0]?.chain })
            }
        } else {
            for direction in PolicyTable.Direction.allCases { table.setVerdict(direction, address, nil) }
        }
    }

    private mutating func join(_ key: String, _ group: Group) {
        if groups[group] == nil {
            let chain = nextName(group.direction == .ingress ? "i" : "e")
            groups[group] = (chain, [])
            table.setChain(chain, rules(group))
        }
        groups[group]?.pods.insert(key)
    }

    private mutating func leave(_ key: String, _ group: Group) {
        groups[group]?.pods.remove(key)
        guard let state = groups[group], state.pods.isEmpty else { return }
        groups[group] = nil
        table.removeChain(state.chain)
    }

    // MARK: rules

    /// The rules of a chain: what any of the policies lets pass returns, the rest is dropped.
    private func rules(_ group: Group) -> [String] {
        var lines: [String] = []
        for policy in group.policies.compactMap({ policies[$0] }) {
            let isIngress = group.direction == .ingress
            for rule in (isIngress ? policy.ingress : policy.egress) ?? [] {
                for peer in rule.peers.map({ $0.map(Optional.some) }) ?? [nil] {
                    let match = self.match(peer, isIngress ? "saddr" : "daddr")
                    let owners = isIngress ? policy.selection : Self.destination(peer)
                    for port in matches(rule.ports, owners) {
                        let line = [match, port, "return"].filter { !$0.isEmpty }.joined(separator: " ")
                        if !lines.contains(line) { lines.append(line) }
                    }
                }
            }
        }
        return lines + ["drop"]
    }

    private func match(_ peer: PolicyPeer?, _ side: String) -> String {
        switch peer {
        case nil: return ""
        case .pods(let selection): return "\(family.table) \(side) @\(sets[.members(selection)]?.name ?? "")"
        case .block(let network, let except):
            let whole = "\(family.table) \(side) \(network)"
            // Some networks may lie within others.
            let outer = except.filter { one in !except.contains { $0 != one && $0.prefix <= one.prefix && $0.contains(one.base) } }
            let names = Set(outer.map(\.description)).sorted()
            return names.isEmpty ? whole : "\(whole) \(family.table) \(side) != { \(names.joined(separator: ", ")) }"
        }
    }

    /// One match for each kind of port; an empty one for all there are.
    private func matches(_ ports: [PolicyPort]?, _ owners: PodSelection) -> [String] {
        guard let ports else { return [""] }
        var lines: [String] = []
        for transport in ["tcp", "udp", "sctp"] {
            let own = ports.filter { $0.transport == transport }
            if own.contains(where: { $0.target == .any }) {
                lines.append("meta l4proto \(transport)")
                continue
            }
            let ranges = Self.merged(own.compactMap { if case .range(let first, let last) = $0.target { (first, last) } else { nil } })
            if !ranges.isEmpty {
                let texts = ranges.map { $0.0 == $0.1 ? "\($0.0)" : "\($0.0)-\($0.1)" }
                lines.append("meta l4proto \(transport) th dport { \(texts.joined(separator: ", ")) }")
            }
            for port in own {
                guard case .named(let name) = port.target, let set = sets[.ports(owners, name, transport)]?.name else { continue }
                lines.append("\(family.table) daddr . meta l4proto . th dport @\(set)")
            }
        }
        return lines
    }

    /// Ranges without overlaps, in order: nftables takes no others.
    private static func merged(_ ranges: [(UInt16, UInt16)]) -> [(UInt16, UInt16)] {
        var merged: [(UInt16, UInt16)] = []
        for range in ranges.sorted(by: { $0 < $1 }) {
            if let last = merged.last, UInt32(range.0) <= UInt32(last.1) + 1 {
                merged[merged.count - 1].1 = max(last.1, range.1)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}
