import Objects

/// One atomic change of the table, put together in the order in which nftables wants it.
struct RuleTransaction {
    private let layout: TableLayout
    private var leaving: [TableLayout.ElementMap: [String]] = [:]
    private var coming: [TableLayout.ElementMap: [String]] = [:]
    private var newChains: [String] = []
    private var rules: [String] = []
    private var oldChains: [String] = []
    private var newSets: [String] = []
    private var oldSets: [String] = []

    init(_ layout: TableLayout) { self.layout = layout }

    var isEmpty: Bool {
        leaving.isEmpty && coming.isEmpty && newChains.isEmpty && rules.isEmpty && oldChains.isEmpty && newSets.isEmpty && oldSets.isEmpty
    }

    mutating func addElement(_ map: TableLayout.ElementMap, _ key: String, _ value: String?) {
        coming[map, default: []].append(value.map { "\(key) : \($0)" } ?? key)
    }

    mutating func removeElement(_ map: TableLayout.ElementMap, _ key: String) { leaving[map, default: []].append(key) }

    private mutating func addChain(_ name: String, _ rules: [String], isNew: Bool) {
        newChains.append("\(isNew ? "add" : "flush") chain \(layout.table) \(name)")
        self.rules += rules.map { "add rule \(layout.table) \(name) \($0)" }
    }

    /// Turns what one port has in the table into what it should have.
    mutating func change(from old: PortRules?, to new: PortRules?) {
        let before = old?.elements ?? [:]
        let after = new?.elements ?? [:]
        for (element, value) in before where after[element] != value { removeElement(element.map, element.key) }
        for (element, value) in after where before[element] != value { addElement(element.map, element.key, value) }
        let oldSets = old?.clientSets ?? [:]
        let newSets = new?.clientSets ?? [:]
        for name in oldSets.keys where newSets[name] == nil { self.oldSets.append(name) }
        for (name, seconds) in newSets where oldSets[name] == nil {
            let address = layout.family == .v4 ? "ipv4_addr" : "ipv6_addr"
            self.newSets.append("add set \(layout.table) \(name) { type \(address); flags dynamic,timeout; timeout \(seconds)s; }")
        }
        let oldChains = Dictionary((old?.chains ?? []).map { ($0.name, $0.rules) }, uniquingKeysWith: { first, _ in first })
        for (name, rules) in new?.chains ?? [] where oldChains[name] != rules { addChain(name, rules, isNew: oldChains[name] == nil) }
        let kept = Set((new?.chains ?? []).map(\.name))
        // Whoever names a chain comes behind it in the list: so the last goes first.
        for (name, _) in (old?.chains ?? []).reversed() where !kept.contains(name) { self.oldChains.append(name) }
    }

    private func elementLines(_ verb: String, _ elements: [TableLayout.ElementMap: [String]]) -> [String] {
        TableLayout.ElementMap.allCases.compactMap { map in
            elements[map].map { "\(verb) element \(layout.table) \(map.rawValue) { \($0.sorted().joined(separator: ", ")) }" }
        }
    }

    /// The input of `nft -f -`.
    var text: String {
        var lines = elementLines("delete", leaving) + newSets + newChains
        lines += oldChains.map { "flush chain \(layout.table) \($0)" }
        lines += rules + elementLines("add", coming)
        lines += oldChains.map { "delete chain \(layout.table) \($0)" } + oldSets.map { "delete set \(layout.table) \($0)" }
        return lines.map { $0 + "\n" }.joined()
    }
}
