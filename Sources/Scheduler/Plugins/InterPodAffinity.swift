import Objects

/// A term of pod affinity or anti-affinity.
struct AffinityTerm: Sendable {
    let topologyKey: String
    let selector: Objects.LabelSelector
    /// Named ones; empty with a selector, or the pod's own without both.
    let namespaces: Set<String>
    /// Nil when only the named namespaces count.
    let namespaceSelector: Objects.LabelSelector?

    init(_ term: Value, _ namespace: String, _ labels: [String: String]) {
        topologyKey = term["topologyKey"].string ?? ""
        var requirements = Objects.LabelSelector(term["labelSelector"])
        // Keys whose value is taken from the pod itself.
        func add(_ keys: [String], _ rule: Objects.LabelSelector.Operator) {
            let extra = keys.compactMap { key in labels[key].map { Objects.LabelSelector.Requirement(key: key, operator: rule, values: [$0]) } }
            if !extra.isEmpty, !requirements.matchesNothing { requirements = .init(requirements.requirements + extra) }
        }
        add(term["matchLabelKeys"].strings, .in)
        add(term["mismatchLabelKeys"].strings, .notIn)
        selector = requirements
        let named = term["namespaces"].strings
        let byLabels = term["namespaceSelector"]
        namespaceSelector = byLabels.isObject ? Objects.LabelSelector(byLabels) : nil
        namespaces = named.isEmpty && namespaceSelector == nil ? [namespace] : Set(named)
    }

    func matches(_ pod: PodInfo, _ spaces: NamespaceLabels) -> Bool {
        let isInSpace = namespaces.contains(pod.namespace) || (namespaceSelector?.matches(spaces.labels(pod.namespace)) ?? false)
        return isInSpace && selector.matches(pod.labels)
    }
}

/// The labels of namespaces.
struct NamespaceLabels: Sendable {
    var known: [String: [String: String]] = [:]

    func labels(_ namespace: String) -> [String: String] { known[namespace] ?? [:] }
}

/// A label of nodes and its value: a place.
struct Topology: Sendable, Hashable {
    let key: String
    let value: String
}

/// What pod affinity says about each place, worked out once for a pod and looked up for each node.
struct AffinityView: Sendable {
    /// For each required term: how many pods match in a place.
    private var affinity: [[Topology: Int]]
    private var antiAffinity: [[Topology: Int]]
    /// Places where a pod that is there does not want this one.
    private var unwelcome: [Topology: Int] = [:]
    /// What preferences add up to in a place.
    private var preferences: [Topology: Int64] = [:]
    private let pod: PodInfo
    private let isFirstOfItsKind: Bool

    /// Nil when no affinity at all is at play.
    init?(_ pod: PodInfo, _ nodes: [NodeInfo], _ affine: Set<Int>, _ spaces: NamespaceLabels) {
        let looksAround = !pod.affinity.isEmpty || !pod.antiAffinity.isEmpty || !pod.preferredAffinity.isEmpty
        if affine.isEmpty && !looksAround { return nil }
        self.pod = pod
        var affinity = Array(repeating: [Topology: Int](), count: pod.affinity.count)
        var antiAffinity = Array(repeating: [Topology: Int](), count: pod.antiAffinity.count)
        func place(_ key: String, _ node: NodeInfo) -> Topology? { node.labels[key].map { Topology(key: key, value: $0) } }
        if looksAround {
            for node in nodes {
                for other in node.pods.values {
                    // A required term counts pods that match all required terms.
                    if !pod.affinity.isEmpty, pod.affinity.allSatisfy({ $0.matches(other, spaces) }) {
                        for (position, term) in pod.affinity.enumerated() {
                            if let place = place(term.topologyKey, node) { affinity[position][place, default: 0] += 1 }
                        }
                    }
                    for (position, term) in pod.antiAffinity.enumerated() where term.matches(other, spaces) {
                        if let place = place(term.topologyKey, node) { antiAffinity[position][place, default: 0] += 1 }
                    }
                    for (weight, term) in pod.preferredAffinity where term.matches(other, spaces) {
                        if let place = place(term.topologyKey, node) { preferences[place, default: 0] += weight }
                    }
                }
            }
        }
        for position in affine where nodes.indices.contains(position) {
            let node = nodes[position]
            for uid in node.withAffinity {
                guard let other = node.pods[uid] else { continue }
                for term in other.antiAffinity where term.matches(pod, spaces) {
                    if let place = place(term.topologyKey, node) { unwelcome[place, default: 0] += 1 }
                }
                // Pods that require this one nearby weigh as much as the slightest preference.
                for term in other.affinity where term.matches(pod, spaces) {
                    if let place = place(term.topologyKey, node) { preferences[place, default: 0] += 1 }
                }
                for (weight, term) in other.preferredAffinity where term.matches(pod, spaces) {
                    if let place = place(term.topologyKey, node) { preferences[place, default: 0] += weight }
                }
            }
        }
        self.affinity = affinity
        self.antiAffinity = antiAffinity
        // The first pod of a group that wants to be together may go anywhere.
        isFirstOfItsKind = affinity.allSatisfy(\.isEmpty) && pod.affinity.allSatisfy { $0.matches(pod, spaces) }
    }

    func refusal(_ node: NodeInfo) -> Refusal? {
        if !unwelcome.isEmpty {
            for (key, value) in node.labels where (unwelcome[Topology(key: key, value: value)] ?? 0) > 0 {
                return .movable("node(s) didn't satisfy existing pods anti-affinity rules")
            }
        }
        for (position, term) in pod.antiAffinity.enumerated() {
            guard let value = node.labels[term.topologyKey] else { continue }
            if (antiAffinity[position][Topology(key: term.topologyKey, value: value)] ?? 0) > 0 {
                return .movable("node(s) didn't match pod anti-affinity rules")
            }
        }
        for (position, term) in pod.affinity.enumerated() {
            guard let value = node.labels[term.topologyKey] else { return .fixed("node(s) didn't match pod affinity rules") }
            let count = affinity[position][Topology(key: term.topologyKey, value: value)] ?? 0
            if count == 0, !isFirstOfItsKind { return .fixed("node(s) didn't match pod affinity rules") }
        }
        return nil
    }

    var hasPreferences: Bool { !preferences.isEmpty }

    func score(_ node: NodeInfo) -> Int64 {
        var sum: Int64 = 0
        for (key, value) in node.labels { sum += preferences[Topology(key: key, value: value)] ?? 0 }
        return sum
    }
}
