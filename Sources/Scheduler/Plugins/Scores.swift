import Objects

/// How well nodes suit a pod: each part from 0 to 100, weighted as upstream does by default.
struct Scores {
    private let pod: PodInfo
    private let affinity: AffinityView?
    private let spread: SpreadView?
    /// On how many nodes an image is, of all nodes.
    private let imageSpread: [String: Double]

    init(_ pod: PodInfo, affinity: AffinityView?, spread: SpreadView?, imageSpread: [String: Double]) {
        self.pod = pod
        self.affinity = affinity
        self.spread = spread
        self.imageSpread = imageSpread
    }

    /// The sums for the nodes at `positions`, in their order.
    func totals(_ nodes: [NodeInfo], _ positions: [Int]) -> [Int64] {
        var sums = positions.map { leastAllocated(nodes[$0]) + balanced(nodes[$0]) + imageLocality(nodes[$0]) }
        add(&sums, 3, Self.reversed(positions.map { untoleratedPreferences(nodes[$0]) }))
        if !pod.preferredNodeTerms.isEmpty { add(&sums, 2, Self.normalized(positions.map { nodeAffinity(nodes[$0]) })) }
        if let affinity, affinity.hasPreferences { add(&sums, 2, Self.stretched(positions.map { affinity.score(nodes[$0]) })) }
        if let spread, spread.hasPreferences {
            add(&sums, 2, Self.roomy(positions.map { spread.crowding(nodes[$0]) }))
        } else if pod.spread.isEmpty, !pod.owner.isEmpty {
            // Without a wish of its own a pod keeps away from its siblings.
            add(&sums, 2, Self.roomy(positions.map { Double(nodes[$0].owners[pod.owner] ?? 0) }))
        }
        return sums
    }

    private func add(_ sums: inout [Int64], _ weight: Int64, _ parts: [Int64]) {
        for position in sums.indices { sums[position] += weight * parts[position] }
    }

    // MARK: parts

    private func leastAllocated(_ node: NodeInfo) -> Int64 {
        func share(_ used: Int64, _ limit: Int64) -> Int64 { limit <= 0 || used > limit ? 0 : (limit - used) * 100 / limit }
        return (share(node.scoredCPU + pod.scoredCPU, node.allocatable.milliCPU) + share(node.scoredMemory + pod.scoredMemory, node.allocatable.memory)) / 2
    }

    /// Nodes whose resources are used evenly. Pods that ask for nothing change nothing.
    private func balanced(_ node: NodeInfo) -> Int64 {
        if pod.requests.milliCPU == 0 && pod.requests.memory == 0 { return 0 }
        func fraction(_ used: Int64, _ limit: Int64) -> Double { limit <= 0 ? 1 : min(Double(used) / Double(limit), 1) }
        func deviation(_ cpu: Int64, _ memory: Int64) -> Double {
            abs(fraction(cpu, node.allocatable.milliCPU) - fraction(memory, node.allocatable.memory)) / 2
        }
        return Int64((1 - deviation(node.used.milliCPU + pod.requests.milliCPU, node.used.memory + pod.requests.memory)) * 100)
    }

    /// Nodes that have large images already; an image that few nodes have counts less, so that not all pods gather there.
    private func imageLocality(_ node: NodeInfo) -> Int64 {
        if node.images.isEmpty { return 0 }
        let megabyte = 1024.0 * 1024
        var sum = 0.0
        for image in pod.images {
            let name = Self.normalized(image)
            if let size = node.images[name] ?? node.images[image] { sum += Double(size) * (imageSpread[name] ?? imageSpread[image] ?? 0) }
        }
        let most = 1000 * megabyte * Double(max(pod.images.count, 1))
        return Int64(100 * (min(max(sum, 23 * megabyte), most) - 23 * megabyte) / (most - 23 * megabyte))
    }

    /// With `:latest` when neither tag nor digest is named.
    static func normalized(_ image: String) -> String {
        let last = image.split(separator: "/").last ?? ""
        return last.contains(":") || last.contains("@") ? image : image + ":latest"
    }

    private func untoleratedPreferences(_ node: NodeInfo) -> Int64 {
        Int64(node.taints.count { taint in taint.effect == "PreferNoSchedule" && !pod.tolerations.contains { $0.covers(taint) } })
    }

    private func nodeAffinity(_ node: NodeInfo) -> Int64 {
        pod.preferredNodeTerms.reduce(0) { $1.term.matches(node) ? $0 + $1.weight : $0 }
    }

    // MARK: normalizing

    /// The greatest becomes 100.
    private static func normalized(_ values: [Int64]) -> [Int64] {
        let greatest = values.max() ?? 0
        return greatest <= 0 ? values.map { _ in 0 } : values.map { $0 * 100 / greatest }
    }

    /// None becomes 100, the greatest 0.
    private static func reversed(_ values: [Int64]) -> [Int64] {
        let greatest = values.max() ?? 0
        return greatest <= 0 ? values.map { _ in 100 } : values.map { 100 - $0 * 100 / greatest }
    }

    /// The least becomes 0, the greatest 100.
    private static func stretched(_ values: [Int64]) -> [Int64] {
        guard let least = values.min(), let greatest = values.max(), greatest > least else { return values.map { _ in 0 } }
        return values.map { ($0 - least) * 100 / (greatest - least) }
    }

    /// The emptier, the better; a node that lacks the place gets nothing.
    private static func roomy(_ values: [Double]) -> [Int64] {
        let finite = values.filter(\.isFinite)
        guard let least = finite.min(), let greatest = finite.max() else { return values.map { _ in 0 } }
        return values.map { value in
            guard value.isFinite else { return 0 }
            return greatest == 0 ? 100 : Int64(100 * (greatest + least - value) / greatest)
        }
    }
}
