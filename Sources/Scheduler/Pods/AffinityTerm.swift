import Objects

/// Which pods are meant: those of some namespaces that a selector matches.
struct PodQuery: Sendable, Hashable {
    let selector: Objects.LabelSelector
    /// Named ones.
    let namespaces: Set<String>
    /// Nil when only the named namespaces count.
    let namespaceSelector: Objects.LabelSelector?

    func matches(_ namespace: String, _ labels: [String: String], _ spaces: NamespaceLabels) -> Bool {
        let isInSpace = namespaces.contains(namespace) || (namespaceSelector?.matches(spaces.labels(namespace)) ?? false)
        return isInSpace && selector.matches(labels)
    }

    func matches(_ pod: PodClass, _ spaces: NamespaceLabels) -> Bool { matches(pod.namespace, pod.labels, spaces) }
}

/// A term of pod affinity or anti-affinity.
struct AffinityTerm: Sendable, Hashable {
    let topologyKey: String
    let query: PodQuery

    init(topologyKey: String, query: PodQuery) {
        self.topologyKey = topologyKey
        self.query = query
    }

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
        let named = term["namespaces"].strings
        let byLabels = term["namespaceSelector"]
        let spaces = byLabels.isObject ? Objects.LabelSelector(byLabels) : nil
        query = PodQuery(
            selector: requirements, namespaces: named.isEmpty && spaces == nil ? [namespace] : Set(named), namespaceSelector: spaces)
    }
}

/// A term that is only preferred. The weight of anti-affinity is negative.
struct WeightedTerm: Sendable {
    let weight: Int64
    let term: AffinityTerm
}

/// A constraint that spreads pods over places.
struct SpreadConstraint: Sendable, Hashable {
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

    /// A cluster's default, with the selector that a pod's services and owners give.
    init(default constraint: SpreadConstraint, selector: Objects.LabelSelector) {
        maxSkew = constraint.maxSkew
        topologyKey = constraint.topologyKey
        isHard = constraint.isHard
        minDomains = constraint.minDomains
        honorsNodeAffinity = constraint.honorsNodeAffinity
        honorsTaints = constraint.honorsTaints
        self.selector = selector
    }
}

/// The labels of namespaces.
struct NamespaceLabels: Sendable {
    var known: [String: [String: String]] = [:]

    func labels(_ namespace: String) -> [String: String] { known[namespace] ?? [:] }
}
