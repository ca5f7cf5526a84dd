import Objects

/// How many pods of some kind are on each node, and what that makes for each place.
struct Tally: Sendable {
    enum Subject: Sendable, Hashable {
        /// Pods that all of these queries match. Topology spread does not count those that end.
        case matching([PodQuery], countsEnding: Bool)
        /// Pods that have this term of required anti-affinity.
        case refusing(AffinityTerm)
        /// Pods that have this term of required affinity.
        case requiring(AffinityTerm)
        /// Pods that prefer this; the weights are counted.
        case preferring(AffinityTerm)
    }

    /// What nodes are counted, and by which label.
    struct Scope: Sendable, Hashable {
        let axis: Int
        /// A position in the state's list of eligible nodes; -1 for all nodes.
        let eligibility: Int
    }

    /// The counts of the places of one axis.
    struct PlaceCounts: Sendable {
        let scope: Scope
        var counts: [Int32] = []
        /// How many nodes a place has.
        var nodes: [Int32] = []
        var placeCount = 0
        var total: Int64 = 0
        /// The version of the nodes from which it was made; an older one is made anew.
        var version: UInt64 = .max
    }

    let subject: Subject
    private(set) var onNode: [Int32: Int32] = [:]
    var places: [PlaceCounts] = []
    var lastUse: UInt64 = 0
    private(set) var total: Int64 = 0

    init(_ subject: Subject) { self.subject = subject }

    var countsEnding: Bool { if case .matching(_, let counts) = subject { counts } else { true } }
    var isHeld: Bool { if case .matching = subject { false } else { true } }

    /// The term that pods hold; nil for one that pods match.
    var heldTerm: AffinityTerm? {
        switch subject {
        case .matching: nil
        case .refusing(let term), .requiring(let term), .preferring(let term): term
        }
    }

    func count(_ node: Int) -> Int32 { onNode[Int32(truncatingIfNeeded: node)] ?? 0 }

    /// `eligible` says by eligibility which nodes count.
    mutating func add(_ amount: Int32, on node: Int, _ topology: Topology, _ version: UInt64, _ eligible: [EligibleNodes]) {
        let key = Int32(truncatingIfNeeded: node)
        let now = (onNode[key] ?? 0) + amount
        onNode[key] = now == 0 ? nil : now
        total += Int64(amount)
        for position in places.indices where places[position].version == version {
            let scope = places[position].scope
            if scope.eligibility >= 0, !eligible[scope.eligibility].contains(node) { continue }
            let place = topology.axes[scope.axis].ofNode[node]
            if place < 0 { continue }
            places[position].counts[Int(place)] += amount
            places[position].total += Int64(amount)
        }
    }

    mutating func clear() {
        onNode = [:]
        total = 0
        for position in places.indices { places[position].version = .max }
    }

    /// The position of the counts in a scope, made if they are not there or not of this version.
    mutating func counts(_ scope: Scope, _ topology: Topology, _ version: UInt64, _ eligible: [EligibleNodes]) -> Int {
        let position: Int
        if let known = places.firstIndex(where: { $0.scope == scope }) {
            if places[known].version == version { return known }
            position = known
        } else {
            position = places.count
            places.append(PlaceCounts(scope: scope))
        }
        let axis = topology.axes[scope.axis]
        var made = PlaceCounts(scope: scope)
        made.version = version
        made.counts = Array(repeating: 0, count: axis.placeCount)
        made.nodes = made.counts
        for (node, place) in axis.ofNode.enumerated() where place >= 0 {
            if scope.eligibility >= 0, !eligible[scope.eligibility].contains(node) { continue }
            if made.nodes[Int(place)] == 0 { made.placeCount += 1 }
            made.nodes[Int(place)] += 1
        }
        for (node, count) in onNode {
            if scope.eligibility >= 0, !eligible[scope.eligibility].contains(Int(node)) { continue }
            let place = axis.ofNode[Int(node)]
            if place < 0 { continue }
            made.counts[Int(place)] += count
            made.total += Int64(count)
        }
        places[position] = made
        return position
    }
}

/// Which nodes count for a topology spread constraint.
struct EligibleNodes: Sendable {
    struct Rule: Sendable, Hashable {
        /// The pod's node selector, node affinity and tolerations, as far as they count.
        let wishes: [Value]
        let honorsNodeAffinity: Bool
        let honorsTaints: Bool
        /// Axes on which a node has to have a place.
        let axes: [Int]
    }

    let rule: Rule
    let podClass: PodClass
    var flags: [Bool] = []
    var version: UInt64 = .max

    init(rule: Rule, podClass: PodClass) {
        self.rule = rule
        self.podClass = podClass
    }

    func contains(_ node: Int) -> Bool { node < flags.count && flags[node] }
}
