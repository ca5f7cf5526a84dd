import Objects

/// A constraint that spreads pods over places.
struct SpreadConstraint: Sendable {
    let maxSkew: Int
    let topologyKey: String
    let isHard: Bool
    let selector: Objects.LabelSelector
    let minDomains: Int
    let honorsNodeAffinity: Bool
    let honorsTaints: Bool

    init(_ constraint: Value, _ labels: [String: String]) {
        maxSkew = Int(constraint["maxSkew"].int ?? 1)
        topologyKey = constraint["topologyKey"].string ?? ""
        isHard = constraint["whenUnsatisfiable"].string != "ScheduleAnyway"
        minDomains = Int(constraint["minDomains"].int ?? 1)
        honorsNodeAffinity = constraint["nodeAffinityPolicy"].string != "Ignore"
        honorsTaints = constraint["nodeTaintsPolicy"].string == "Honor"
        var wanted = Objects.LabelSelector(constraint["labelSelector"])
        let extra = constraint["matchLabelKeys"].strings.compactMap { key in
            labels[key].map { Objects.LabelSelector.Requirement(key: key, operator: .in, values: [$0]) }
        }
        if !extra.isEmpty, !wanted.matchesNothing { wanted = .init(wanted.requirements + extra) }
        selector = wanted
    }
}

/// How many matching pods are in each place, worked out once for a pod and looked up for each node.
struct SpreadView: Sendable {
    private let pod: PodInfo
    private var counts: [[String: Int]]
    private let minimums: [Int]

    /// Nil for a pod without constraints.
    init?(_ pod: PodInfo, _ nodes: [NodeInfo]) {
        if pod.spread.isEmpty { return nil }
        self.pod = pod
        let hard = pod.spread.filter(\.isHard)
        var counts = Array(repeating: [String: Int](), count: pod.spread.count)
        for node in nodes {
            for (position, constraint) in pod.spread.enumerated() {
                guard let value = node.labels[constraint.topologyKey], Self.counts(constraint, pod, node, hard) else { continue }
                let matching = node.pods.values.count {
                    $0.namespace == pod.namespace && !$0.isTerminating && constraint.selector.matches($0.labels)
                }
                counts[position][value, default: 0] += matching
            }
        }
        self.counts = counts
        minimums = zip(pod.spread, counts).map { constraint, places in
            // With fewer places than wanted the least is nothing.
            places.count < constraint.minDomains ? 0 : places.values.min() ?? 0
        }
    }

    private static func counts(_ constraint: SpreadConstraint, _ pod: PodInfo, _ node: NodeInfo, _ hard: [SpreadConstraint]) -> Bool {
        if constraint.isHard, !hard.allSatisfy({ node.labels[$0.topologyKey] != nil }) { return false }
        if constraint.honorsNodeAffinity, !NodeFilters.matchesAffinity(pod, node) { return false }
        if constraint.honorsTaints {
            let isRefused = node.taints.contains { taint in
                taint.effect != "PreferNoSchedule" && !pod.tolerations.contains { $0.covers(taint) }
            }
            if isRefused { return false }
        }
        return true
    }

    func refusal(_ node: NodeInfo) -> Refusal? {
        for (position, constraint) in pod.spread.enumerated() where constraint.isHard {
            guard let value = node.labels[constraint.topologyKey] else {
                return .fixed("node(s) didn't match pod topology spread constraints (missing required label)")
            }
            let own = constraint.selector.matches(pod.labels) ? 1 : 0
            if (counts[position][value] ?? 0) + own - minimums[position] > constraint.maxSkew {
                return .movable("node(s) didn't match pod topology spread constraints")
            }
        }
        return nil
    }

    var hasPreferences: Bool { pod.spread.contains { !$0.isHard } }

    /// The fuller its places, the higher: less is better.
    func crowding(_ node: NodeInfo) -> Double {
        var sum = 0.0
        for (position, constraint) in pod.spread.enumerated() where !constraint.isHard {
            guard let value = node.labels[constraint.topologyKey] else { return .infinity }
            // Constraints with many places weigh more, as each place has fewer pods.
            let weight = Double(counts[position].count + 2)
            sum += Double(counts[position][value] ?? 0) * weight.logarithm + Double(constraint.maxSkew - 1)
        }
        return sum
    }
}

extension Double {
    /// The natural logarithm of a number of at least one, close enough for weights.
    var logarithm: Double {
        var (value, powers) = (Swift.max(self, 1), 0.0)
        while value > 1.5 {
            value /= 2
            powers += 1
        }
        let ratio = (value - 1) / (value + 1)
        let square = ratio * ratio
        return powers * 0.693_147_180_559_945 + 2 * ratio * (1 + square / 3 + square * square / 5 + square * square * square / 7)
    }
}
