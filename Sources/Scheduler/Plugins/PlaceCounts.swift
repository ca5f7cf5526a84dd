import Objects

/// Topology spread and affinity between pods: both look at how many pods are in each place.
extension SchedulerState {
    /// Which counts a class's terms and constraints look at, made anew when others hold terms that mean it.
    mutating func bind(_ cache: inout ClassCache, _ position: Int) {
        let held = heldMatches(position)
        if let known = cache.bindings, known.epoch == bindingsEpoch, known.heldSeen == heldOrder.count { return }
        guard let pod = records[position]?.podClass else { return }
        let profile = profiles[cache.profile]
        var bindings = Bindings(epoch: bindingsEpoch, heldSeen: heldOrder.count)
        if profile.filters.contains(.podAffinity) || profile.weights.podAffinity != 0 { bindAffinity(&bindings, pod, held, profile) }
        bindSpread(&bindings, pod, profile)
        cache.bindings = bindings
    }

    private mutating func bindAffinity(_ bindings: inout Bindings, _ pod: PodClass, _ held: [Int], _ profile: SchedulingProfile) {
        let filters = profile.filters.contains(.podAffinity)
        if filters, !pod.affinity.isEmpty {
            // A required term counts pods that match all required terms.
            let queries = pod.affinity.map(\.query)
            let tally = matching(queries, countsEnding: true)
            for term in pod.affinity { bindings.affinity.append(counts(tally, term)) }
            bindings.matchesItself = queries.allSatisfy { $0.matches(pod, namespaces) }
        }
        if filters { for term in pod.antiAffinity { bindings.antiAffinity.append(counts(matching([term.query], countsEnding: true), term)) } }
        let scores = profile.weights.podAffinity != 0
        if scores {
            for wish in pod.preferredAffinity {
                var part = counts(matching([wish.term.query], countsEnding: true), wish.term)
                part.weight = wish.weight
                bindings.scored.append(part)
            }
        }
        for index in held {
            guard let subject = tallies[index]?.subject else { continue }
            switch subject {
            case .refusing(let term): if filters { bindings.unwelcome.append(counts(index, term)) }
            case .requiring(let term):
                if scores, profile.hardAffinityWeight > 0 {
                    var part = counts(index, term)
                    part.weight = profile.hardAffinityWeight
                    bindings.scored.append(part)
                }
            case .preferring(let term):
                if scores, !(profile.ignoresPreferencesOfOthers && pod.preferredAffinity.isEmpty) {
                    var part = counts(index, term)
                    part.weight = 1
                    bindings.scored.append(part)
                }
            case .matching: break
            }
        }
    }

    private mutating func counts(_ tally: Int, _ term: AffinityTerm) -> Bindings.Counts {
        Bindings.Counts(tally: tally, scope: .init(axis: axis(term.topologyKey), eligibility: -1))
    }

    private mutating func axis(_ key: String) -> Int { topology.axis(key, nodes.map { $0?.labels ?? [:] }) }

    private mutating func bindSpread(_ bindings: inout Bindings, _ pod: PodClass, _ profile: SchedulingProfile) {
        guard profile.filters.contains(.spread) || profile.weights.spread != 0 else { return }
        var constraints = pod.spread
        let isDefault = constraints.isEmpty
        if isDefault, !profile.defaultSpread.isEmpty, let selector = selectors.selector(for: pod) {
            constraints = profile.defaultSpread.map { SpreadConstraint(default: $0, selector: selector) }
        }
        if !profile.filters.contains(.spread) { constraints.removeAll(where: \.isHard) }
        if profile.weights.spread == 0 { constraints.removeAll { !$0.isHard } }
        if constraints.isEmpty { return }
        let hardAxes = Set(constraints.filter(\.isHard).map { axis($0.topologyKey) }).sorted()
        let needsLabel = !(isDefault && profile.isSystemSpread)
        let softAxes = needsLabel ? Set(constraints.filter { !$0.isHard }.map { axis($0.topologyKey) }).sorted() : []
        for constraint in constraints {
            let query = PodQuery(selector: constraint.selector, namespaces: [pod.namespace], namespaceSelector: nil)
            let tally = matching([query], countsEnding: false)
            let eligibility = eligibility(pod, constraint, constraint.isHard ? hardAxes : softAxes)
            bindings.spread.append(
                Bindings.Spread(
                    constraint: constraint,
                    counts: .init(tally: tally, scope: .init(axis: axis(constraint.topologyKey), eligibility: eligibility)),
                    countsItself: constraint.selector.matches(pod.labels), needsLabel: needsLabel))
        }
    }

    private mutating func eligibility(_ pod: PodClass, _ constraint: SpreadConstraint, _ axes: [Int]) -> Int {
        let hasDemand = !pod.demand.selector.isEmpty || pod.demand.terms != nil
        let honorsAffinity = constraint.honorsNodeAffinity && hasDemand
        if !honorsAffinity && !constraint.honorsTaints && axes.count <= 1 { return -1 }
        let key = EligibleNodes.Rule(
            wishes: honorsAffinity || constraint.honorsTaints ? pod.nodeSignature : [], honorsNodeAffinity: honorsAffinity, honorsTaints: constraint.honorsTaints,
            axes: axes)
        let index: Int
        if let known = eligible.firstIndex(where: { $0.rule == key }) { index = known } else {
            eligible.append(EligibleNodes(rule: key, podClass: pod))
            index = eligible.count - 1
        }
        return index
    }

    /// Brings the flags of eligible nodes up to date.
    mutating func refreshEligible(_ index: Int) {
        guard eligible[index].version != nodesVersion else { return }
        let (rule, pod) = (eligible[index].rule, eligible[index].podClass)
        eligible[index].flags = nodes.indices.map { position in
            guard let node = nodes[position] else { return false }
            if rule.axes.contains(where: { topology.axes[$0].ofNode[position] < 0 }) { return false }
            if rule.honorsNodeAffinity, !pod.demand.accepts(node) { return false }
            return !rule.honorsTaints || !NodeFilters.hasUntolerated(pod, node)
        }
        eligible[index].version = nodesVersion
    }

    /// The counts that `part` means, up to date.
    mutating func places(_ part: Bindings.Counts) -> Tally.PlaceCounts? {
        if part.scope.eligibility >= 0 { refreshEligible(part.scope.eligibility) }
        guard let position = tallies[part.tally]?.counts(part.scope, topology, nodesVersion, eligible) else { return nil }
        tallies[part.tally]?.lastUse = clock
        return tallies[part.tally]?.places[position]
    }
}
