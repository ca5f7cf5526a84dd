import Objects

/// A limit on how many of some pods may be disrupted.
struct DisruptionLimit: Sendable, Equatable {
    let namespace: String
    let selector: Objects.LabelSelector
    let allowed: Int
}

/// What it costs to make room on a node: plain numbers, of which the least are looked for.
struct PreemptionHarm: Sendable {
    let violations: Int
    let highest: Int64
    let sum: Int64
    let count: Int
    let latest: Int64

    init(_ victims: [PodInfo], violations: Int) {
        self.violations = violations
        let highest = victims.map(\.priority).max() ?? .min
        self.highest = highest
        sum = victims.reduce(Int64(0)) { $0 &+ $1.priority &+ Int64(Int32.max) + 1 }
        count = victims.count
        latest = victims.filter { $0.priority == highest }.map(\.started).min() ?? 0
    }

    /// Whether it is less, by one measure after the other. Nothing to be done is worse than all: no victims were found.
    func isLess(than other: PreemptionHarm) -> Bool {
        if count == 0 || other.count == 0 { return count > 0 }
        if violations != other.violations { return violations < other.violations }
        if highest != other.highest { return highest < other.highest }
        if sum != other.sum { return sum < other.sum }
        if count != other.count { return count < other.count }
        return latest > other.latest
    }

    static let impossible = PreemptionHarm([], violations: 0)
}

/// Who has to go for a pod to find room on a node, the most important first.
struct PreemptionPlan: Sendable {
    let victims: [PodInfo]
    let harm: PreemptionHarm

    init(_ victims: [PodInfo], violations: Int) {
        self.victims = victims
        harm = PreemptionHarm(victims, violations: violations)
    }
}

/// Finds the node on which a pod fits when pods of lower priority go, and does the least harm there.
extension SchedulerState {
    struct PreemptionChoice: Sendable {
        let node: String
        let victims: [PodInfo]
    }

    enum PreemptionOutcome: Sendable {
        case choice(PreemptionChoice)
        /// Why not, as the event says it.
        case none(String)
    }

    /// `limitsVersion` changes when `limits` do.
    mutating func preempt(_ pod: PodInfo, _ verdict: Verdict, _ limits: [DisruptionLimit], _ limitsVersion: UInt64, _ own: OwnFilter? = nil) -> PreemptionOutcome {
        if !pod.podClass.mayPreempt { return .none("not eligible due to preemptionPolicy=Never.") }
        if let name = nominations[pod.uid]?.node, let position = positions[name],
            pods(on: position).contains(where: { $0.isTerminating && $0.priority < pod.priority })
        {
            return .none("not eligible due to a terminating pod on the nominated node.")
        }
        if let names = pod.podClass.demand.names { return preempt(pod, among: names, verdict, limits, own) }
        let index = record(of: pod.podClass)
        var cache = takeCache(index)
        defer { records[index]?.cache = cache }
        refresh(&cache, pod.podClass)
        bind(&cache, index)
        let hasOther = filterByPlaces(cache)
        let found: (position: Int, plan: PreemptionPlan)?
        if hasOther || own != nil || cache.bindings?.hasFilters == true {
            let candidates = nodes.indices.filter { nodes[$0] != nil && mayHelp($0, cache, hasOther) && hasLower(pod, $0) }
            found = searchByTrial(pod, cache, candidates, limits, own)
        } else {
            found = searchByLoad(pod, &cache, limits, limitsVersion)
        }
        if let found, let node = nodes[found.position] { return .choice(PreemptionChoice(node: node.name, victims: found.plan.victims)) }
        var counts = ["Preemption is not helpful for scheduling": 0, "No preemption victims found for incoming pod": 0]
        for position in nodes.indices where nodes[position] != nil {
            let mayHelp = mayHelp(position, cache, hasOther)
            counts[mayHelp ? "No preemption victims found for incoming pod" : "Preemption is not helpful for scheduling", default: 0] += 1
        }
        return .none("0/\(verdict.nodeCount) nodes are available: \(Verdict.text(counts.filter { $0.value > 0 })).")
    }

    /// For a pod that names its nodes.
    private mutating func preempt(
        _ pod: PodInfo, among names: Set<String>, _ verdict: Verdict, _ limits: [DisruptionLimit], _ own: OwnFilter?
    ) -> PreemptionOutcome {
        let index = record(of: pod.podClass)
        var cache = ClassCache(profile: profile(of: pod.podClass) ?? 0, fit: -1)
        bind(&cache, index)
        let candidates = verdict.mayHelpToPreempt ? names.compactMap { positions[$0] }.filter { hasLower(pod, $0) }.sorted() : []
        if let found = searchByTrial(pod, cache, candidates, limits, own), let node = nodes[found.0] {
            return .choice(PreemptionChoice(node: node.name, victims: found.1.victims))
        }
        let known = verdict.mayHelpToPreempt ? names.count { positions[$0] != nil } : 0
        let counts = ["Preemption is not helpful for scheduling": nodeCount - known, "No preemption victims found for incoming pod": known]
        return .none("0/\(verdict.nodeCount) nodes are available: \(Verdict.text(counts.filter { $0.value > 0 })).")
    }

    private func mayHelp(_ position: Int, _ cache: ClassCache, _ hasOther: Bool) -> Bool {
        var code = cache.codes[position]
        if code == 0, hasOther { code = scratch.codes[position] }
        return code == 0 || Reason(rawValue: code)?.mayHelpToPreempt == true
    }

    private func hasLower(_ pod: PodInfo, _ position: Int) -> Bool {
        podsOn[position].contains { (placed[Int($0)]?.info.priority ?? .max) < pod.priority }
    }

    // MARK: by what is used

    /// Nodes are judged by their resources and ports alone; what was found is kept for the class until a node changes.
    private func searchByLoad(_ pod: PodInfo, _ cache: inout ClassCache, _ limits: [DisruptionLimit], _ version: UInt64) -> (Int, PreemptionPlan)? {
        let missing = nodes.count - cache.plans.count
        if missing > 0 {
            cache.plans += Array(repeating: nil, count: missing)
            cache.harms += Array(repeating: .impossible, count: missing)
        }
        let profile = profiles[cache.profile]
        func judge(_ position: Int) {
            let plan = planByLoad(pod, position, cache, profile, limits)
            cache.plans[position] = plan
            cache.harms[position] = plan?.harm ?? .impossible
        }
        if cache.plansVersion == version, let changed = loadLog.since(cache.plansCursor) {
            for position in changed { judge(Int(position)) }
        } else {
            for position in nodes.indices { judge(position) }
        }
        cache.plansCursor = loadLog.end
        cache.plansVersion = version
        var least = PreemptionHarm.impossible
        var best = 0
        for position in cache.harms.indices where cache.harms[position].isLess(than: least) { (least, best) = (cache.harms[position], position) }
        guard least.count > 0, let plan = cache.plans[best] else { return nil }
        return (best, plan)
    }

    /// Takes all lower pods away, and then lets as many as possible stay, the most important first.
    private func planByLoad(_ pod: PodInfo, _ position: Int, _ cache: ClassCache, _ profile: SchedulingProfile, _ limits: [DisruptionLimit]) -> PreemptionPlan? {
        guard let reason = Reason(rawValue: cache.codes[position]), reason == .resources || reason == .ports else { return nil }
        let lower = lowerPods(pod, position)
        if lower.isEmpty { return nil }
        var room = TrialRoom(self, position, pod, profile)
        for victim in lower { room.remove(victim.podClass) }
        guard room.fits else { return nil }
        return plan(lower, limits) { victim in
            room.add(victim.podClass)
            if room.fits { return true }
            room.remove(victim.podClass)
            return false
        }
    }

    private func lowerPods(_ pod: PodInfo, _ position: Int) -> [PodInfo] {
        var lower: [PodInfo] = []
        for slot in podsOn[position] { if let info = placed[Int(slot)]?.info, info.priority < pod.priority { lower.append(info) } }
        if lower.count > 1 {
            lower.sort { left, right in
                if left.priority != right.priority { return left.priority > right.priority }
                return left.started != right.started ? left.started < right.started : left.uid < right.uid
            }
        }
        return lower
    }

    /// `stays` says of one after the other whether it may stay, and lets it.
    private func plan(_ lower: [PodInfo], _ limits: [DisruptionLimit], _ stays: (PodInfo) -> Bool) -> PreemptionPlan? {
        let violating = violating(lower, limits)
        var victims: [PodInfo] = []
        var violations = 0
        for isViolating in [true, false] {
            if isViolating, violating.isEmpty { continue }
            for victim in lower where violating.contains(victim.uid) == isViolating {
                if stays(victim) { continue }
                victims.append(victim)
                if isViolating { violations += 1 }
            }
        }
        if victims.isEmpty { return nil }
        victims.sort { $0.priority > $1.priority }
        return PreemptionPlan(victims, violations: violations)
    }

    /// Those whose going would exceed what a budget allows.
    private func violating(_ pods: [PodInfo], _ limits: [DisruptionLimit]) -> Set<String> {
        if limits.isEmpty { return [] }
        var left = limits.map(\.allowed)
        var violating: Set<String> = []
        for pod in pods where !pod.podClass.labels.isEmpty {
            for (position, limit) in limits.enumerated() where limit.namespace == pod.namespace && limit.selector.matches(pod.podClass.labels) {
                left[position] -= 1
                if left[position] < 0 { violating.insert(pod.uid) }
            }
        }
        return violating
    }

    // MARK: by trial

    /// Nodes are judged by all filters, with the pods really taken out of the counts for as long as it takes. A part of the nodes
    /// is enough, as upstream has it.
    private mutating func searchByTrial(
        _ pod: PodInfo, _ cache: ClassCache, _ candidates: [Int], _ limits: [DisruptionLimit], _ own: OwnFilter?
    ) -> (Int, PreemptionPlan)? {
        let profile = profiles[cache.profile]
        if candidates.isEmpty { return nil }
        let wanted = min(max(nodeCount * profile.minCandidatePercentage / 100, profile.minCandidates), candidates.count)
        let start = Int(random.below(UInt64(candidates.count)))
        var found: (position: Int, plan: PreemptionPlan)?
        var count = 0
        for offset in candidates.indices {
            let position = candidates[(start + offset) % candidates.count]
            guard let plan = planByTrial(pod, position, cache, limits, own) else { continue }
            if found.map({ plan.harm.isLess(than: $0.plan.harm) }) ?? true { found = (position, plan) }
            count += 1
            if count >= wanted { break }
        }
        return found
    }

    private mutating func planByTrial(_ pod: PodInfo, _ position: Int, _ cache: ClassCache, _ limits: [DisruptionLimit], _ own: OwnFilter?) -> PreemptionPlan? {
        let entries = podsOn[position].compactMap { placed[Int($0)] }
        let lower = lowerPods(pod, position)
        let byUID = Dictionary(entries.map { ($0.info.uid, $0) }) { first, _ in first }
        var gone = Set(lower.map(\.uid))
        for uid in gone { if let entry = byUID[uid] { count(entry, on: position, -1) } }
        defer { for uid in gone { if let entry = byUID[uid] { count(entry, on: position, 1) } } }
        guard fitsNow(pod, position, cache, own) else { return nil }
        let violating = violating(lower, limits)
        var victims: [PodInfo] = []
        var violations = 0
        for isViolating in [true, false] {
            for victim in lower where violating.contains(victim.uid) == isViolating {
                guard let entry = byUID[victim.uid] else { continue }
                count(entry, on: position, 1)
                if fitsNow(pod, position, cache, own) {
                    gone.remove(victim.uid)
                    continue
                }
                count(entry, on: position, -1)
                victims.append(victim)
                if isViolating { violations += 1 }
            }
        }
        if victims.isEmpty { return nil }
        victims.sort { $0.priority > $1.priority }
        return PreemptionPlan(victims, violations: violations)
    }

    /// Whether a pod fits one node as things are counted now.
    mutating func fitsNow(_ pod: PodInfo, _ position: Int, _ cache: ClassCache, _ own: OwnFilter?) -> Bool {
        guard let node = nodes[position], NodeFilters.reason(pod.podClass, node, profiles[cache.profile]) == .fits else { return false }
        guard roomReason(pod.podClass, position, profiles[cache.profile], except: pod.uid) == .fits else { return false }
        if let bindings = cache.bindings, bindings.hasFilters, placesReason(bindings, position) != .fits { return false }
        return own?(node, position) == nil
    }
}

/// A node's resources and ports, of which pods are taken out and put back on trial.
private struct TrialRoom {
    private var load: NodeLoad
    private var extended: [String: Int64]
    private var ports: [PodClass.HostPort]
    private let limits: [String: Int64]
    private let pod: PodClass
    private let profile: SchedulingProfile

    init(_ state: SchedulerState, _ position: Int, _ info: PodInfo, _ profile: SchedulingProfile) {
        pod = info.podClass
        self.profile = profile
        load = state.loads[position]
        let usesExtended = !info.podClass.requests.extended.isEmpty
        extended = usesExtended ? state.extended[position] : [:]
        var limits = usesExtended ? state.nodes[position]?.allocatable.extended ?? [:] : [:]
        if usesExtended { for name in pod.requests.extended.keys where state.isByDevices(name, position) { limits[name] = .max } }
        self.limits = limits
        ports = info.podClass.ports.isEmpty ? [] : state.ports[position]
        guard state.isPromised[position], let name = state.nodes[position]?.name, let promised = state.nominated[name] else { return }
        for other in promised where other.priority >= info.priority && other.uid != info.uid { add(other.podClass) }
    }

    mutating func add(_ other: PodClass) { change(other, 1) }
    mutating func remove(_ other: PodClass) { change(other, -1) }

    private mutating func change(_ other: PodClass, _ sign: Int64) {
        load.add(other, times: sign)
        if !pod.requests.extended.isEmpty { for (name, amount) in other.requests.extended { extended[name, default: 0] += sign * amount } }
        if pod.ports.isEmpty { return }
        for port in other.ports {
            if sign > 0 { ports.append(port) } else if let index = ports.firstIndex(of: port) { ports.remove(at: index) }
        }
    }

    var fits: Bool {
        if profile.filters.contains(.resources) {
            if !load.hasRoom(for: pod) { return false }
            for (name, wanted) in pod.requests.extended where wanted > 0 && !profile.ignores(name) {
                if wanted > (limits[name] ?? 0) - (extended[name] ?? 0) { return false }
            }
        }
        return pod.ports.allSatisfy { port in !ports.contains { $0.conflicts(with: port) } }
    }
}
