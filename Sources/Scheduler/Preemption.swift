import Objects

/// A limit on how many of some pods may be disrupted.
struct DisruptionLimit: Sendable {
    let namespace: String
    let selector: Objects.LabelSelector
    let allowed: Int
}

/// Finds the node on which a pod fits when pods of lower priority go, and does the least harm there.
struct Preemption {
    struct Choice: Sendable {
        let node: String
        let victims: [PodInfo]
    }

    enum Outcome {
        case choice(Choice)
        /// Why not, as the event says it.
        case none(String)
    }

    private struct Candidate {
        let node: String
        let victims: [PodInfo]
        let violations: Int

        /// Smaller is better, one after the other.
        var harm: (Int, Int64, Int64, Int, Int64) {
            let highest = victims.map(\.priority).max() ?? .min
            let sum = victims.reduce(Int64(0)) { $0 + $1.priority + Int64(Int32.max) + 1 }
            let latest = victims.filter { $0.priority == highest }.map(\.started).min() ?? 0
            return (violations, highest, sum, victims.count, -latest)
        }
    }

    let state: SchedulerState
    let limits: [DisruptionLimit]

    func outcome(_ pod: PodInfo, _ verdict: SchedulerState.Verdict) -> Outcome {
        if !pod.mayPreempt { return .none("not eligible due to preemptionPolicy=Never.") }
        if let name = state.nomination(of: pod.uid), let node = state.node(name),
            node.pods.values.contains(where: { $0.isTerminating && $0.priority < pod.priority })
        {
            return .none("not eligible due to a terminating pod on the nominated node.")
        }
        var best: Candidate?
        var reasons: [String] = []
        for (position, node) in state.nodes.enumerated() {
            guard verdict.refusals[node.name]?.mayHelpToPreempt == true else {
                reasons.append("Preemption is not helpful for scheduling")
                continue
            }
            guard let candidate = candidate(pod, node, position) else {
                reasons.append("No preemption victims found for incoming pod")
                continue
            }
            if best.map({ candidate.harm < $0.harm }) ?? true { best = candidate }
        }
        if let best { return .choice(Choice(node: best.node, victims: best.victims)) }
        return .none("0/\(verdict.nodeCount) nodes are available: \(SchedulerState.Verdict.counted(reasons)).")
    }

    /// Takes all lower pods away, and then lets as many as possible stay, the most important first.
    private func candidate(_ pod: PodInfo, _ node: NodeInfo, _ position: Int) -> Candidate? {
        let lower = node.pods.values.filter { $0.priority < pod.priority }
        if lower.isEmpty { return nil }
        var trial = node
        for victim in lower { trial.remove(victim.uid) }
        guard fits(pod, trial, position) else { return nil }
        let ordered = lower.sorted { $0.priority != $1.priority ? $0.priority > $1.priority : ($0.started, $0.uid) < ($1.started, $1.uid) }
        let violating = violating(ordered)
        var victims: [PodInfo] = []
        var violations = 0
        for isViolating in [true, false] {
            for victim in ordered where violating.contains(victim.uid) == isViolating {
                trial.add(victim)
                if fits(pod, trial, position) { continue }
                trial.remove(victim.uid)
                victims.append(victim)
                if isViolating { violations += 1 }
            }
        }
        return victims.isEmpty ? nil : Candidate(node: node.name, victims: victims, violations: violations)
    }

    private func fits(_ pod: PodInfo, _ node: NodeInfo, _ position: Int) -> Bool {
        if pod.spread.isEmpty && pod.affinity.isEmpty && pod.antiAffinity.isEmpty && state.affine.isEmpty {
            return state.refusal(pod, node, SchedulerState.Views(pod, [], [], state.namespaces)) == nil
        }
        var nodes = state.nodes
        nodes[position] = node
        return state.refusal(pod, node, SchedulerState.Views(pod, nodes, state.affine, state.namespaces)) == nil
    }

    /// Those whose going would exceed what a budget allows.
    private func violating(_ pods: [PodInfo]) -> Set<String> {
        var left = limits.map(\.allowed)
        var violating: Set<String> = []
        for pod in pods where !pod.labels.isEmpty {
            for (position, limit) in limits.enumerated() where limit.namespace == pod.namespace && limit.selector.matches(pod.labels) {
                left[position] -= 1
                if left[position] < 0 { violating.insert(pod.uid) }
            }
        }
        return violating
    }
}
