import Objects

/// Arrays that decisions use over and over.
struct Scratch: Sendable {
    /// What the filters say that look at other nodes' pods.
    var codes: [UInt8] = []
    var fitting: [Int32] = []
    var totals: [Int64] = []
}

extension SchedulerState {
    enum Decision: Sendable {
        case bind(node: String)
        case unschedulable(Verdict)
    }

    /// Why a pod found no node.
    struct Verdict: Sendable {
        /// Each reason with the number of nodes that it holds for.
        let reasons: [String: Int]
        let nodeCount: Int
        /// What may make an end to it.
        let cures: ClusterEvents
        /// Whether some node could take the pod if others went away.
        let mayHelpToPreempt: Bool

        /// `0/3 nodes are available: …`, with what preemption had to say behind it.
        func message(_ afterwards: String) -> String {
            if nodeCount == 0 { return "no nodes available to schedule pods" }
            return "0/\(nodeCount) nodes are available: \(Self.text(reasons))." + (afterwards.isEmpty ? "" : " no new claims to deallocate, preemption: \(afterwards)")
        }

        /// Each reason with its number, in the order of these texts.
        static func text(_ counts: [String: Int]) -> String { counts.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ") }
    }

    /// Filters of a single pod that are no matter of its class: its volumes and devices.
    typealias OwnFilter = (NodeInfo, Int) -> Refusal?

    /// `gains` are what others add to the scores of nodes; asked for when it is known which nodes fit.
    mutating func decide(_ pod: PodInfo, _ own: OwnFilter? = nil, gains: () -> [String: Int64] = { [:] }) -> Decision {
        clock += 1
        if clock % 1024 == 0 { sweep() }
        let index = record(of: pod.podClass)
        if let names = pod.podClass.demand.names { return decide(pod, among: names, index, own) }
        var cache = takeCache(index)
        defer { records[index]?.cache = cache }
        if own == nil, let verdict = cache.verdict, cache.verdictAt == changes, nominations[pod.uid] == nil { return .unschedulable(verdict) }
        refresh(&cache, pod.podClass)
        bind(&cache, index)
        let hasOther = filterByPlaces(cache)
        if let node = nominatedNode(pod, cache, hasOther, own) { return .bind(node: node) }
        var refusals: [Int: Refusal] = [:]
        collect(pod, cache, hasOther, own, &refusals)
        if scratch.fitting.isEmpty {
            let verdict = verdict(pod, cache, hasOther, refusals)
            if own == nil {
                cache.verdict = verdict
                cache.verdictAt = changes
            }
            return .unschedulable(verdict)
        }
        let chosen = scratch.fitting.count == 1 ? Int(scratch.fitting[0]) : best(cache, gains())
        guard let node = nodes[chosen] else { return .unschedulable(Verdict(reasons: [:], nodeCount: 0, cures: .nodeChanged, mayHelpToPreempt: false)) }
        return .bind(node: node.name)
    }

    /// The nodes on which a pod fits, for those who have a say in it.
    mutating func fitting(_ pod: PodInfo, _ own: OwnFilter?) -> [String] {
        let index = record(of: pod.podClass)
        var cache = takeCache(index)
        defer { records[index]?.cache = cache }
        refresh(&cache, pod.podClass)
        bind(&cache, index)
        let hasOther = filterByPlaces(cache)
        if let node = nominatedNode(pod, cache, hasOther, own) { return [node] }
        var refusals: [Int: Refusal] = [:]
        collect(pod, cache, hasOther, own, &refusals)
        return scratch.fitting.compactMap { nodes[Int($0)]?.name }
    }

    /// A pod that names its nodes, as a daemon's does: only these are looked at, and nothing is kept about the others.
    private mutating func decide(_ pod: PodInfo, among names: Set<String>, _ index: Int, _ own: OwnFilter?) -> Decision {
        let podClass = pod.podClass
        let profile = profile(of: podClass) ?? 0
        var cache = ClassCache(profile: profile, fit: -1)
        bind(&cache, index)
        records[index]?.lastUse = clock
        scratch.fitting.removeAll(keepingCapacity: true)
        var reasons: [String: Int] = [:]
        var cures = ClusterEvents.nodeChanged
        var mayHelp = false
        var known = 0
        for position in names.compactMap({ positions[$0] }).sorted() {
            guard let node = nodes[position] else { continue }
            known += 1
            guard let (refusal, cure) = refusal(pod, node, position, cache, own) else {
                scratch.fitting.append(Int32(truncatingIfNeeded: position))
                continue
            }
            for text in refusal.reasons { reasons[text, default: 0] += 1 }
            cures.formUnion(cure)
            mayHelp = mayHelp || refusal.mayHelpToPreempt
        }
        if let first = scratch.fitting.first {
            var chosen = Int(first)
            var highest = Int64.min
            for position in scratch.fitting {
                let score = localScore(podClass, Int(position), profiles[profile])
                if score > highest { (chosen, highest) = (Int(position), score) }
            }
            if let node = nodes[chosen] { return .bind(node: node.name) }
        }
        if nodeCount > known { reasons[Reason.nodeAffinity.text] = nodeCount - known }
        return .unschedulable(Verdict(reasons: reasons, nodeCount: nodeCount, cures: cures, mayHelpToPreempt: mayHelp))
    }

    /// What one node has against a pod, without anything that is kept for its class; nil when it fits.
    private mutating func refusal(_ pod: PodInfo, _ node: NodeInfo, _ position: Int, _ cache: ClassCache, _ own: OwnFilter?) -> (Refusal, ClusterEvents)? {
        let profile = profiles[cache.profile]
        var reason = NodeFilters.reason(pod.podClass, node, profile)
        if reason == .fits { reason = roomReason(pod.podClass, position, profile, except: pod.uid) }
        if reason == .fits, let bindings = cache.bindings, bindings.hasFilters { reason = placesReason(bindings, position) }
        if reason == .fits { return own?(node, position).map { ($0, Reason.own.cures) } }
        let isRoom = reason == .resources || reason == .size
        let texts = isRoom ? insufficient(pod.podClass, position, profile) : [reason.text]
        return (Refusal(reasons: texts, mayHelpToPreempt: reason.mayHelpToPreempt), reason.cures)
    }

    /// The profile that a pod asks for.
    func profile(of pod: PodClass) -> Int? { profiles.firstIndex { $0.name == pod.schedulerName } }

    mutating func takeCache(_ index: Int) -> ClassCache {
        records[index]?.lastUse = clock
        if let known = records[index]?.cache {
            records[index]?.cache = nil
            fits[known.fit].lastUse = clock
            return known
        }
        cacheCount += 1
        let podClass = records[index]?.podClass
        let profile = podClass.flatMap { self.profile(of: $0) } ?? 0
        let fit = podClass.map { self.fit(for: $0, profile: profile) } ?? 0
        return ClassCache(profile: profile, fit: fit)
    }

    /// A pod that was promised a node goes there when it fits.
    private mutating func nominatedNode(_ pod: PodInfo, _ cache: ClassCache, _ hasOther: Bool, _ own: OwnFilter?) -> String? {
        guard let name = nominations[pod.uid]?.node, let position = positions[name], let node = nodes[position] else { return nil }
        guard fits[cache.fit].codes[position] == 0, !hasOther || scratch.codes[position] == 0,
            roomReason(pod.podClass, position, profiles[cache.profile], except: pod.uid) == .fits, own?(node, position) == nil
        else { return nil }
        return name
    }

    /// Fills `scratch.fitting`.
    private mutating func collect(_ pod: PodInfo, _ cache: ClassCache, _ hasOther: Bool, _ own: OwnFilter?, _ refusals: inout [Int: Refusal]) {
        scratch.fitting.removeAll(keepingCapacity: true)
        func take(_ position: Int) {
            if cache.codes[position] != 0 || (hasOther && scratch.codes[position] != 0) { return }
            if let own, let node = nodes[position], let refusal = own(node, position) {
                refusals[position] = refusal
                return
            }
            scratch.fitting.append(Int32(truncatingIfNeeded: position))
        }
        var percentage = profiles[cache.profile].percentageOfNodesToScore
        // Filters of the pod's own are asked node by node: some nodes are enough, fewer of many.
        if own != nil, percentage == 0 { percentage = max(5, 50 - nodeCount / 125) }
        let limit = sampleSize(percentage)
        if limit >= nodeCount, own == nil {
            collectAll(cache.codes, hasOther)
            return
        }
        let start = nodes.isEmpty ? 0 : nextStart % nodes.count
        var looked = 0
        while looked < nodes.count, scratch.fitting.count < limit {
            take((start + looked) % nodes.count)
            looked += 1
        }
        nextStart = start + looked
    }

    private mutating func collectAll(_ codes: [UInt8], _ hasOther: Bool) {
        codes.withUnsafeBufferPointer { codes in
            if hasOther {
                for position in 0..<codes.count where codes[position] | scratch.codes[position] == 0 { scratch.fitting.append(Int32(truncatingIfNeeded: position)) }
            } else {
                for position in 0..<codes.count where codes[position] == 0 { scratch.fitting.append(Int32(truncatingIfNeeded: position)) }
            }
        }
    }

    /// How many fitting nodes are enough to choose from.
    private func sampleSize(_ percentage: Int) -> Int {
        if nodeCount <= 100 || percentage <= 0 || percentage >= 100 { return nodeCount }
        return max(100, nodeCount * percentage / 100)
    }

    private func verdict(_ pod: PodInfo, _ cache: ClassCache, _ hasOther: Bool, _ refusals: [Int: Refusal]) -> Verdict {
        var counts = Array(repeating: 0, count: Reason.allCases.count)
        var reasons: [String: Int] = [:]
        var cures = ClusterEvents.nodeChanged
        var mayHelp = false
        let profile = profiles[cache.profile]
        let others = otherResources(pod.podClass, profile)
        var lacks: [UInt64: Int] = [:]
        var (lastMask, lastCount): (UInt64, Int) = (0, 0)
        for position in cache.codes.indices {
            var code = cache.codes[position]
            if code == 0, hasOther { code = scratch.codes[position] }
            if code == Reason.resources.rawValue || code == Reason.size.rawValue {
                if cache.lacks[position] == lastMask { lastCount += 1 } else {
                    lacks[lastMask, default: 0] += lastCount
                    (lastMask, lastCount) = (cache.lacks[position], 1)
                }
            }
            if code != 0 {
                counts[Int(code)] += 1
            } else if let refusal = refusals[position] {
                for text in refusal.reasons { reasons[text, default: 0] += 1 }
                cures.formUnion(Reason.own.cures)
                mayHelp = mayHelp || refusal.mayHelpToPreempt
            }
        }
        lacks[lastMask, default: 0] += lastCount
        for (mask, count) in lacks where count > 0 { for text in Self.texts(mask, others) { reasons[text, default: 0] += count } }
        for reason in Reason.allCases where counts[Int(reason.rawValue)] > 0 && reason != .fits && reason != .absent {
            cures.formUnion(reason.cures)
            mayHelp = mayHelp || reason.mayHelpToPreempt
            if reason != .resources, reason != .size { reasons[reason.text] = counts[Int(reason.rawValue)] }
        }
        return Verdict(reasons: reasons, nodeCount: nodeCount, cures: cures, mayHelpToPreempt: mayHelp)
    }

    /// What each node has against a pod: for who wants to know more than numbers.
    mutating func refusals(of pod: PodInfo, _ own: OwnFilter? = nil) -> [String: Refusal] {
        let index = record(of: pod.podClass)
        var cache = ClassCache(profile: profile(of: pod.podClass) ?? 0, fit: -1)
        bind(&cache, index)
        var result: [String: Refusal] = [:]
        for position in nodes.indices {
            guard let node = nodes[position] else { continue }
            result[node.name] = refusal(pod, node, position, cache, own)?.0
        }
        return result
    }
}
