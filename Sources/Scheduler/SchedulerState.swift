import Objects

/// All that decisions rest on: nodes with their pods. A value: decisions are pure but for the tie between equals.
struct SchedulerState: Sendable {
    enum Decision: Sendable {
        case bind(node: String)
        case unschedulable(Verdict)
    }

    /// Why a pod found no node.
    struct Verdict: Sendable {
        let refusals: [String: Refusal]
        let nodeCount: Int

        /// Whether other pods' coming or going as such may help, beside freed resources.
        var waitsForPods: Bool { refusals.values.contains { $0.reasons.contains { $0.contains("affinity rules") || $0.contains("spread") } } }

        /// `0/3 nodes are available: …`, with what preemption had to say behind it.
        func message(_ afterwards: String) -> String {
            if nodeCount == 0 { return "no nodes available to schedule pods" }
            let reasons = Self.counted(refusals.values.flatMap(\.reasons))
            return "0/\(nodeCount) nodes are available: \(reasons)." + (afterwards.isEmpty ? "" : " no new claims to deallocate, preemption: \(afterwards)")
        }

        /// Each reason with its number, in the order of these texts.
        static func counted(_ reasons: [String]) -> String {
            var counts: [String: Int] = [:]
            for reason in reasons { counts[reason, default: 0] += 1 }
            return counts.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
        }
    }

    private(set) var nodes: [NodeInfo] = []
    private var positions: [String: Int] = [:]
    /// Pods whose node is not known yet, by node name.
    private var strays: [String: [String: PodInfo]] = [:]
    private var placed: [String: String] = [:]
    /// Positions of nodes with pods that have (anti-)affinity.
    private(set) var affine: Set<Int> = []
    private var imageCounts: [String: Int] = [:]
    /// Pods that wait for others to make room for them, by node.
    private var nominated: [String: [String: PodInfo]] = [:]
    var namespaces = NamespaceLabels()
    /// Where the next search begins, so that every node gets its turn.
    private var nextStart = 0

    // MARK: keeping the picture

    /// Returns whether pods that wait may fit now.
    @discardableResult
    mutating func upsert(_ node: NodeInfo) -> Bool {
        var node = node
        guard let position = positions[node.name] else {
            for pod in (strays.removeValue(forKey: node.name) ?? [:]).values { node.add(pod) }
            count(node.images, 1)
            positions[node.name] = nodes.count
            nodes.append(node)
            note(nodes.count - 1)
            return true
        }
        let old = nodes[position]
        node.adopt(old)
        if old.images != node.images {
            count(old.images, -1)
            count(node.images, 1)
        }
        nodes[position] = node
        return old.labels != node.labels || old.taints != node.taints || old.isUnschedulable != node.isUnschedulable
            || old.allocatable != node.allocatable || old.podLimit != node.podLimit
    }

    mutating func removeNode(_ name: String) {
        guard let position = positions.removeValue(forKey: name) else { return }
        let node = nodes[position]
        if !node.pods.isEmpty { strays[name] = node.pods }
        count(node.images, -1)
        affine.remove(position)
        let last = nodes.removeLast()
        if position < nodes.count {
            affine.remove(nodes.count)
            nodes[position] = last
            positions[last.name] = position
            note(position)
        } else {
            affine.remove(nodes.count)
        }
    }

    private mutating func count(_ images: [String: Int64], _ change: Int) {
        for name in images.keys {
            let now = (imageCounts[name] ?? 0) + change
            imageCounts[name] = now > 0 ? now : nil
        }
    }

    private mutating func note(_ position: Int) {
        if nodes[position].withAffinity.isEmpty { affine.remove(position) } else { affine.insert(position) }
    }

    /// Counts a pod on its node: one that runs there, or one that was just decided.
    mutating func place(_ pod: PodInfo, on name: String) {
        if let before = placed[pod.uid], before != name { remove(pod.uid) }
        setNominated(pod, nil)
        placed[pod.uid] = name
        guard let position = positions[name] else {
            strays[name, default: [:]][pod.uid] = pod
            return
        }
        nodes[position].add(pod)
        note(position)
    }

    mutating func remove(_ uid: String) {
        guard let name = placed.removeValue(forKey: uid) else { return }
        if let position = positions[name] {
            nodes[position].remove(uid)
            note(position)
        }
        strays[name]?[uid] = nil
        if strays[name]?.isEmpty == true { strays[name] = nil }
    }

    /// Reserves room on a node for a pod that waits for it; nil gives it up.
    mutating func setNominated(_ pod: PodInfo, _ node: String?) {
        for (name, pods) in nominated where pods[pod.uid] != nil && name != node {
            nominated[name]?[pod.uid] = nil
            if nominated[name]?.isEmpty == true { nominated[name] = nil }
        }
        if let node { nominated[node, default: [:]][pod.uid] = pod }
    }

    func nomination(of uid: String) -> String? { nominated.first { $0.value[uid] != nil }?.key }

    func node(_ name: String) -> NodeInfo? { positions[name].map { nodes[$0] } }

    // MARK: deciding

    /// How many fitting nodes are enough to choose from.
    private var sampleSize: Int {
        if nodes.count <= 100 { return nodes.count }
        let percentage = max(5, 50 - nodes.count / 125)
        return max(100, nodes.count * percentage / 100)
    }

    mutating func decide(_ pod: PodInfo) -> Decision {
        let views = Views(pod, self)
        if let name = nomination(of: pod.uid), let position = positions[name], refusal(pod, nodes[position], views) == nil { return .bind(node: name) }
        var refusals: [String: Refusal] = [:]
        var fitting: [Int] = []
        let wanted = sampleSize
        let start = nodes.isEmpty ? 0 : nextStart % nodes.count
        var looked = 0
        if let named = named(pod) {
            for position in named { if let why = refusal(pod, nodes[position], views) { refusals[nodes[position].name] = why } else { fitting.append(position) } }
        } else {
            while looked < nodes.count, fitting.count < wanted {
                let position = (start + looked) % nodes.count
                if let why = refusal(pod, nodes[position], views) { refusals[nodes[position].name] = why } else { fitting.append(position) }
                looked += 1
            }
            nextStart = start + looked
        }
        if fitting.isEmpty {
            for node in nodes where refusals[node.name] == nil {
                refusals[node.name] = .fixed("node(s) didn't match Pod's node affinity/selector")
            }
            return .unschedulable(Verdict(refusals: refusals, nodeCount: nodes.count))
        }
        if fitting.count == 1 { return .bind(node: nodes[fitting[0]].name) }
        return .bind(node: nodes[best(pod, fitting, views)].name)
    }

    /// The nodes that the pod's affinity names, as that of daemons does; nil when it names none.
    private func named(_ pod: PodInfo) -> [Int]? {
        guard let terms = pod.requiredNodeTerms else { return nil }
        var names: Set<String> = []
        for term in terms {
            guard let own = term.names else { return nil }
            names.formUnion(own)
        }
        return names.compactMap { positions[$0] }.sorted()
    }

    private func best(_ pod: PodInfo, _ fitting: [Int], _ views: Views) -> Int {
        var spread: [String: Double] = [:]
        for image in pod.images {
            for name in [image, Scores.normalized(image)] {
                if let count = imageCounts[name] { spread[name] = Double(count) / Double(max(nodes.count, 1)) }
            }
        }
        let totals = Scores(pod, affinity: views.affinity, spread: views.spread, imageSpread: spread).totals(nodes, fitting)
        var chosen = fitting[0]
        var highest = Int64.min
        var equals: UInt64 = 0
        for (position, total) in zip(fitting, totals) {
            if total > highest {
                (chosen, highest, equals) = (position, total, 1)
            } else if total == highest {
                equals += 1
                if UInt64.random(in: 0..<equals) == 0 { chosen = position }
            }
        }
        return chosen
    }

    /// What is worked out once for a pod.
    struct Views {
        let affinity: AffinityView?
        let spread: SpreadView?

        init(_ pod: PodInfo, _ state: SchedulerState) { self.init(pod, state.nodes, state.affine, state.namespaces) }

        init(_ pod: PodInfo, _ nodes: [NodeInfo], _ affine: Set<Int>, _ namespaces: NamespaceLabels) {
            affinity = AffinityView(pod, nodes, affine, namespaces)
            spread = SpreadView(pod, nodes)
        }

        var isEmpty: Bool { affinity == nil && spread == nil }
    }

    func refusal(_ pod: PodInfo, _ node: NodeInfo, _ views: Views) -> Refusal? {
        var reserved: ResourceVector?
        var count = 0
        if !nominated.isEmpty, let pods = nominated[node.name] {
            for other in pods.values where other.priority >= pod.priority && other.uid != pod.uid {
                reserved = (reserved ?? ResourceVector()) + other.requests
                count += 1
            }
        }
        return NodeFilters.refusal(pod, node, reserved: reserved, reservedPods: count) ?? views.spread?.refusal(node) ?? views.affinity?.refusal(node)
    }
}
