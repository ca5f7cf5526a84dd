import Objects

/// The nftables table of network policies: what it should hold, and what of that has not been written yet.
///
/// A connection has to pass the chain of its source's pod and the chain of its destination's, where these have one. Pods
/// that the same policies select share a chain: it lets pass by returning and ends with a drop. Which pods a selector means
/// stands in sets, so that a pod that comes or goes changes elements only.
struct PolicyTable: Sendable {
    enum Direction: String, Sendable, Hashable, CaseIterable {
        case ingress, egress
    }

    enum SetKind: Sendable {
        case addresses, ports, pairs
    }

    /// Pods with themselves: what they say to their own address, also by way of a service, always passes.
    static let selves = "selves"

    let family: NetworkAddress.Family
    let name: String
    /// Elements with the number of pods that they stand for.
    private var sets: [String: (kind: SetKind, elements: [String: Int])] = [:]
    private var chains: [String: [String]] = [:]
    private var verdicts: [Direction: [String: String]] = [:]

    private var isWritten = false
    private var newSets: Set<String> = []
    private var goneSets: Set<String> = []
    private var elementChanges: [String: [String: Bool]] = [:]
    private var changedChains: Set<String> = []
    private var writtenChains: Set<String> = []
    private var goneChains: Set<String> = []
    private var writtenVerdicts: [Direction: [String: String]] = [:]
    private var changedAddresses: [Direction: Set<String>] = [:]

    init(name: String, family: NetworkAddress.Family) {
        self.name = name
        self.family = family
        addSet(Self.selves, .pairs)
    }

    private var table: String { "\(family.table) \(name)" }

    // MARK: what it should hold

    mutating func addSet(_ set: String, _ kind: SetKind) {
        sets[set] = (kind, [:])
        newSets.insert(set)
    }

    mutating func removeSet(_ set: String) {
        sets[set] = nil
        elementChanges[set] = nil
        if newSets.remove(set) == nil { goneSets.insert(set) }
    }

    mutating func addElement(_ element: String, to set: String) {
        let count = sets[set]?.elements[element] ?? 0
        sets[set]?.elements[element] = count + 1
        if count == 0 { note(element, in: set, isThere: true) }
    }

    mutating func removeElement(_ element: String, from set: String) {
        guard let count = sets[set]?.elements[element] else { return }
        sets[set]?.elements[element] = count > 1 ? count - 1 : nil
        if count == 1 { note(element, in: set, isThere: false) }
    }

    /// What comes and goes again before it is written needs no writing.
    private mutating func note(_ element: String, in set: String, isThere: Bool) {
        if elementChanges[set]?[element] == !isThere {
            elementChanges[set]?[element] = nil
        } else {
            elementChanges[set, default: [:]][element] = isThere
        }
    }

    mutating func setChain(_ chain: String, _ rules: [String]) {
        if chains[chain] == rules { return }
        chains[chain] = rules
        changedChains.insert(chain)
        goneChains.remove(chain)
    }

    mutating func removeChain(_ chain: String) {
        chains[chain] = nil
        changedChains.remove(chain)
        if writtenChains.contains(chain) { goneChains.insert(chain) }
    }

    /// Leads what goes to (`ingress`) or comes from an address into a chain; nil into none.
    mutating func setVerdict(_ direction: Direction, _ address: String, _ chain: String?) {
        if verdicts[direction]?[address] == chain { return }
        verdicts[direction, default: [:]][address] = chain
        changedAddresses[direction, default: []].insert(address)
    }

    // MARK: the commands

    /// Puts the whole table in place of whatever was there.
    mutating func takeAll() -> String {
        settle()
        var lines = ["add table \(table)", "delete table \(table)", "add table \(table)"]
        for (set, state) in sets.sorted(by: { $0.key < $1.key }) { lines.append(definition(set, state.kind)) }
        lines += frame
        lines += chains.keys.sorted().map { "add chain \(table) \($0)" }
        for (chain, rules) in chains.sorted(by: { $0.key < $1.key }) { lines += rules.map { "add rule \(table) \(chain) \($0)" } }
        for (set, state) in sets.sorted(by: { $0.key < $1.key }) where !state.elements.isEmpty {
            lines.append(elements("add", set, Array(state.elements.keys)))
        }
        for direction in Direction.allCases {
            let entries = (verdicts[direction] ?? [:]).map { "\($0.key) : jump \($0.value)" }
            if !entries.isEmpty { lines.append(elements("add", direction.rawValue, entries)) }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// What differs from what was written last; empty when nothing does.
    mutating func takeChange() -> String {
        guard isWritten else { return takeAll() }
        var lines = newSets.sorted().compactMap { set in sets[set].map { definition(set, $0.kind) } }
        lines += changedChains.sorted().map { "\(writtenChains.contains($0) ? "flush" : "add") chain \(table) \($0)" }
        var added: [String] = []
        for direction in Direction.allCases {
            var leaving: [String] = []
            var coming: [String] = []
            for address in changedAddresses[direction] ?? [] {
                let old = writtenVerdicts[direction]?[address], new = verdicts[direction]?[address]
                if old == new { continue }
                if old != nil { leaving.append(address) }
                if let new { coming.append("\(address) : jump \(new)") }
            }
            if !leaving.isEmpty { lines.append(elements("delete", direction.rawValue, leaving)) }
            if !coming.isEmpty { added.append(elements("add", direction.rawValue, coming)) }
        }
        for (set, changes) in elementChanges.sorted(by: { $0.key < $1.key }) {
            let leaving = changes.filter { !$0.value }.map(\.key), coming = changes.filter(\.value).map(\.key)
            if !leaving.isEmpty { lines.append(elements("delete", set, leaving)) }
            if !coming.isEmpty { added.append(elements("add", set, coming)) }
        }
        lines += goneChains.sorted().map { "flush chain \(table) \($0)" }
        for chain in changedChains.sorted() { lines += (chains[chain] ?? []).map { "add rule \(table) \(chain) \($0)" } }
        lines += added
        lines += goneChains.sorted().map { "delete chain \(table) \($0)" }
        lines += goneSets.sorted().map { "delete set \(table) \($0)" }
        settle()
        return lines.map { $0 + "\n" }.joined()
    }

    private mutating func settle() {
        isWritten = true
        newSets = []
        goneSets = []
        elementChanges = [:]
        changedChains = []
        writtenChains = Set(chains.keys)
        goneChains = []
        for direction in Direction.allCases {
            for address in changedAddresses[direction] ?? [] { writtenVerdicts[direction, default: [:]][address] = verdicts[direction]?[address] }
        }
        changedAddresses = [:]
    }

    private func definition(_ set: String, _ kind: SetKind) -> String { "add set \(table) \(set) { type \(type(kind)); }" }

    private func type(_ kind: SetKind) -> String {
        switch kind {
        case .addresses: family.addressType
        case .ports: "\(family.addressType) . inet_proto . inet_service"
        case .pairs: "\(family.addressType) . \(family.addressType)"
        }
    }

    private func elements(_ verb: String, _ set: String, _ all: [String]) -> String {
        "\(verb) element \(table) \(set) { \(all.sorted().joined(separator: ", ")) }"
    }

    /// The node's own connections to its pods pass by: they leave through `output`.
    private var frame: [String] {
        let known = "ct state established,related accept", ip = family.table
        // What neighbours say to find each other is no connection; without it nothing else would arrive.
        let neighbours = family == .v4 ? [] : ["icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept"]
        var lines = Direction.allCases.map { "add map \(table) \($0.rawValue) { type \(family.addressType) : verdict; }" }
        // After the translation of addresses, so that services are seen as the pods behind them.
        lines.append("add chain \(table) forward { type filter hook forward priority filter; policy accept; }")
        lines.append("add chain \(table) input { type filter hook input priority filter; policy accept; }")
        let own = "\(ip) saddr . \(ip) daddr @\(Self.selves) accept"
        let out = "\(ip) saddr vmap @egress", into = "\(ip) daddr vmap @ingress"
        for rule in [known] + neighbours + [own, out, into] { lines.append("add rule \(table) forward \(rule)") }
        for rule in [known] + neighbours + [out] { lines.append("add rule \(table) input \(rule)") }
        return lines
    }
}

extension NetworkAddress.Family {
    /// In nft's language: the family of a table, and of header fields.
    var table: String { self == .v4 ? "ip" : "ip6" }
    fileprivate var addressType: String { self == .v4 ? "ipv4_addr" : "ipv6_addr" }
}
