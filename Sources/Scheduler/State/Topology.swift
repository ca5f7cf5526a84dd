/// The labels of nodes by which pods are kept together or apart: for each such key, in which place a node is.
struct Topology: Sendable {
    /// One label key.
    struct Axis: Sendable {
        let key: String
        private(set) var places: [String: Int32] = [:]
        /// The place of each node; -1 for one that lacks the label.
        private(set) var ofNode: [Int32] = []

        init(_ key: String, _ labels: [[String: String]]) {
            self.key = key
            for (node, labels) in labels.enumerated() { set(node, labels) }
        }

        mutating func set(_ node: Int, _ labels: [String: String]) {
            while ofNode.count <= node { ofNode.append(-1) }
            guard let value = labels[key] else {
                ofNode[node] = -1
                return
            }
            if let known = places[value] {
                ofNode[node] = known
            } else {
                let place = Int32(truncatingIfNeeded: places.count)
                places[value] = place
                ofNode[node] = place
            }
        }

        var placeCount: Int { places.count }
    }

    private(set) var axes: [Axis] = []
    private var positions: [String: Int] = [:]

    func axis(_ key: String) -> Int? { positions[key] }

    mutating func axis(_ key: String, _ labels: @autoclosure () -> [[String: String]]) -> Int {
        if let known = positions[key] { return known }
        positions[key] = axes.count
        axes.append(Axis(key, labels()))
        return axes.count - 1
    }

    mutating func set(_ node: Int, _ labels: [String: String]) {
        for position in axes.indices { axes[position].set(node, labels) }
    }
}
