import KubernetesTypes
import Objects
@testable import Scheduler

/// The same decisions, worked out from scratch each time by looking at every pod of every node: slow, and easy to see through.
struct NaiveScheduler {
    struct Placed {
        let pod: PodInfo
        let node: String
    }

    var nodes: [String: NodeInfo] = [:]
    var placed: [String: Placed] = [:]
    var namespaces = NamespaceLabels()

    private func pods(on node: String) -> [PodInfo] { placed.values.filter { $0.node == node }.map(\.pod) }

    private func pods(in key: String, _ value: String) -> [(pod: PodInfo, node: NodeInfo)] {
        placed.values.compactMap { entry in
            guard let node = nodes[entry.node], node.labels[key] == value else { return nil }
            return (entry.pod, node)
        }
    }

    /// What each node has against the pod: the first filter's words.
    func refusal(_ info: PodInfo, _ node: NodeInfo) -> [String]? {
        let pod = info.podClass
        if node.isUnschedulable, !pod.tolerations.contains(where: { $0.covers(.unschedulable) }) { return ["node(s) were unschedulable"] }
        for taint in node.taints where taint.effect != "PreferNoSchedule" && !pod.tolerations.contains(where: { $0.covers(taint) }) {
            return ["node(s) had untolerated taint(s)"]
        }
        if !pod.demand.accepts(node) { return ["node(s) didn't match Pod's node affinity/selector"] }
        let here = pods(on: node.name).map(\.podClass)
        for port in pod.ports where here.contains(where: { $0.ports.contains { $0.conflicts(with: port) } }) {
            return ["node(s) didn't have free ports for the requested pod ports"]
        }
        if let lacks = lacks(pod, node, here) { return lacks }
        return spread(pod, node) ?? affinity(pod, node)
    }

    private func lacks(_ pod: PodClass, _ node: NodeInfo, _ here: [PodClass]) -> [String]? {
        var reasons: [String] = []
        if Int64(here.count) >= node.podLimit { reasons.append("Too many pods") }
        for name in ["cpu", "memory", "ephemeral-storage"] + pod.requests.extended.keys.sorted() {
            let (wanted, used) = (pod.requests[name], here.reduce(Int64(0)) { $0 + $1.requests[name] })
            if wanted > 0, wanted > node.allocatable[name] - used { reasons.append("Insufficient " + name) }
        }
        return reasons.isEmpty ? nil : reasons
    }

    private func spread(_ pod: PodClass, _ node: NodeInfo) -> [String]? {
        let hard = pod.spread.filter(\.isHard)
        for constraint in hard {
            guard let own = node.labels[constraint.topologyKey] else { return ["node(s) didn't match pod topology spread constraints (missing required label)"] }
            var counts: [String: Int] = [:]
            for other in nodes.values {
                guard hard.allSatisfy({ other.labels[$0.topologyKey] != nil }), let value = other.labels[constraint.topologyKey] else { continue }
                if constraint.honorsNodeAffinity, !pod.demand.accepts(other) { continue }
                if constraint.honorsTaints, other.taints.contains(where: { taint in taint.isHard && !pod.tolerations.contains { $0.covers(taint) } }) { continue }
                counts[value, default: 0] += pods(on: other.name).count {
                    !$0.isTerminating && $0.namespace == pod.namespace && constraint.selector.matches($0.podClass.labels)
                }
            }
            let least = counts.count < constraint.minDomains ? 0 : counts.values.min() ?? 0
            let itself = constraint.selector.matches(pod.labels) ? 1 : 0
            if (counts[own] ?? 0) + itself - least > constraint.maxSkew { return ["node(s) didn't match pod topology spread constraints"] }
        }
        return nil
    }

    private func affinity(_ pod: PodClass, _ node: NodeInfo) -> [String]? {
        func matchesAll(_ other: PodClass) -> Bool { pod.affinity.allSatisfy { $0.query.matches(other, namespaces) } }
        let isFirst = matchesAll(pod) && !placed.values.contains { entry in
            guard let there = nodes[entry.node] else { return false }
            return matchesAll(entry.pod.podClass) && pod.affinity.contains { there.labels[$0.topologyKey] != nil }
        }
        for term in pod.affinity {
            guard let value = node.labels[term.topologyKey] else { return ["node(s) didn't match pod affinity rules"] }
            if !isFirst, !pods(in: term.topologyKey, value).contains(where: { matchesAll($0.pod.podClass) }) { return ["node(s) didn't match pod affinity rules"] }
        }
        for term in pod.antiAffinity {
            guard let value = node.labels[term.topologyKey] else { continue }
            if pods(in: term.topologyKey, value).contains(where: { term.query.matches($0.pod.podClass, namespaces) }) {
                return ["node(s) didn't match pod anti-affinity rules"]
            }
        }
        for entry in placed.values {
            guard let there = nodes[entry.node] else { continue }
            for term in entry.pod.podClass.antiAffinity where term.query.matches(pod, namespaces) {
                if let value = there.labels[term.topologyKey], node.labels[term.topologyKey] == value {
                    return ["node(s) didn't satisfy existing pods anti-affinity rules"]
                }
            }
        }
        return nil
    }

    // MARK: scores

    /// The score of each fitting node, by the default weights.
    func totals(_ info: PodInfo, _ fitting: [NodeInfo]) -> [String: Int64] {
        let pod = info.podClass
        var totals: [String: Int64] = [:]
        for node in fitting {
            let here = pods(on: node.name).map(\.podClass)
            func free(_ used: Int64, _ limit: Int64) -> Int64 { used > limit ? 0 : (limit - used) * 100 / limit }
            let cpu = free(here.reduce(pod.scoredCPU) { $0 + $1.scoredCPU }, node.allocatable.milliCPU)
            let memory = free(here.reduce(pod.scoredMemory) { $0 + $1.scoredMemory }, node.allocatable.memory)
            totals[node.name] = (cpu + memory) / 2
            if pod.requests.milliCPU > 0 || pod.requests.memory > 0 {
                func part(_ used: Int64, _ limit: Int64) -> Double { min(Double(used) / Double(limit), 1) }
                let first = part(here.reduce(pod.requests.milliCPU) { $0 + $1.requests.milliCPU }, node.allocatable.milliCPU)
                let second = part(here.reduce(pod.requests.memory) { $0 + $1.requests.memory }, node.allocatable.memory)
                totals[node.name, default: 0] += Int64((1 - abs(first - second) / 2) * 100)
            }
        }
        func add(_ weight: Int64, _ parts: [Int64]) { for (node, part) in zip(fitting, parts) { totals[node.name, default: 0] += weight * part } }
        let penalties = fitting.map { node in
            Int64(node.taints.count { taint in taint.effect == "PreferNoSchedule" && !pod.tolerations.contains { $0.covers(taint) } })
        }
        add(3, SchedulerState.reversed(penalties))
        add(2, SchedulerState.normalized(fitting.map { node in pod.preferredNodeTerms.reduce(0) { $1.term.matches(node) ? $0 + $1.weight : $0 } }))
        add(2, SchedulerState.stretched(fitting.map { preference(pod, $0) }))
        addSoftSpread(pod, fitting, add)
        return totals
    }

    private func preference(_ pod: PodClass, _ node: NodeInfo) -> Int64 {
        var sum: Int64 = 0
        for entry in placed.values {
            guard let there = nodes[entry.node] else { continue }
            func isNear(_ key: String) -> Bool { there.labels[key] != nil && there.labels[key] == node.labels[key] }
            for wish in pod.preferredAffinity where isNear(wish.term.topologyKey) && wish.term.query.matches(entry.pod.podClass, namespaces) { sum += wish.weight }
            for wish in entry.pod.podClass.preferredAffinity where isNear(wish.term.topologyKey) && wish.term.query.matches(pod, namespaces) { sum += wish.weight }
            for term in entry.pod.podClass.affinity where isNear(term.topologyKey) && term.query.matches(pod, namespaces) { sum += 1 }
        }
        return sum
    }

    private func addSoftSpread(_ pod: PodClass, _ fitting: [NodeInfo], _ add: (Int64, [Int64]) -> Void) {
        let soft = pod.spread.filter { !$0.isHard }
        if soft.isEmpty { return }
        let isIgnored = fitting.map { node in soft.contains { node.labels[$0.topologyKey] == nil } }
        var sums = fitting.map { _ in 0.0 }
        for constraint in soft {
            let places = Set(zip(fitting, isIgnored).filter { !$0.1 }.compactMap { $0.0.labels[constraint.topologyKey] })
            for (index, node) in fitting.enumerated() where !isIgnored[index] {
                let value = node.labels[constraint.topologyKey] ?? ""
                let count = placed.values.count { entry in
                    guard let there = nodes[entry.node], there.labels[constraint.topologyKey] == value else { return false }
                    if !soft.allSatisfy({ there.labels[$0.topologyKey] != nil }) { return false }
                    if constraint.honorsNodeAffinity, !pod.demand.accepts(there) { return false }
                    if constraint.honorsTaints, there.taints.contains(where: { taint in taint.isHard && !pod.tolerations.contains { $0.covers(taint) } }) { return false }
                    return !entry.pod.isTerminating && entry.pod.namespace == pod.namespace && constraint.selector.matches(entry.pod.podClass.labels)
                }
                sums[index] += Double(count) * Double(places.count + 2).logarithm + Double(constraint.maxSkew - 1)
            }
        }
        add(2, SchedulerState.roomy(sums, isIgnored))
    }
}
