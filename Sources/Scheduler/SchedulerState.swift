import Objects

/// All that decisions rest on: nodes with their pods, and the pods that wait. A value: decisions are pure.
struct SchedulerState: Sendable {
    enum Decision: Sendable, Equatable {
        case bind(node: String)
        /// The event's message.
        case unschedulable(String)
    }

    private(set) var nodes: [String: NodeInfo] = [:]
    /// Pods whose node is not known yet, by node name.
    private var strays: [String: [String: PodInfo]] = [:]
    private var placed: [String: String] = [:]

    mutating func upsert(_ node: NodeInfo) {
        var node = node
        if let old = nodes[node.name] { node.adopt(old) }
        for pod in (strays.removeValue(forKey: node.name) ?? [:]).values { node.add(pod) }
        nodes[node.name] = node
    }

    mutating func removeNode(_ name: String) {
        if let node = nodes.removeValue(forKey: name) { strays[name] = node.pods }
    }

    /// Counts a pod on its node: one that runs there, or one that was just decided.
    mutating func place(_ pod: PodInfo, on name: String) {
        if let before = placed[pod.uid], before != name { remove(pod.uid) }
        placed[pod.uid] = name
        if nodes[name] != nil { nodes[name]?.add(pod) } else { strays[name, default: [:]][pod.uid] = pod }
    }

    mutating func remove(_ uid: String) {
        guard let name = placed.removeValue(forKey: uid) else { return }
        nodes[name]?.remove(uid)
        strays[name]?[uid] = nil
    }

    func decide(_ pod: PodInfo) -> Decision {
        var best: (score: Int64, tie: UInt64, name: String)?
        var reasons: [String: Int] = [:]
        for node in nodes.values {
            let why = Filters.reasons(pod, node)
            guard why.isEmpty else {
                for reason in why { reasons[reason, default: 0] += 1 }
                continue
            }
            let score = Scores.total(pod, node)
            let tie = UInt64.random(in: .min ... .max)
            if best.map({ (score, tie) > ($0.score, $0.tie) }) ?? true { best = (score, tie, node.name) }
        }
        if let best { return .bind(node: best.name) }
        if nodes.isEmpty { return .unschedulable("no nodes available to schedule pods") }
        let list = reasons.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return .unschedulable(
            "0/\(nodes.count) nodes are available: \(list). preemption: 0/\(nodes.count) nodes are available: \(nodes.count) Preemption is not helpful for scheduling.")
    }
}
