import KubernetesTypes
import Objects

/// What the volumes of one pod have against nodes: where their data is, what other pods use, how many a node can attach.
struct VolumeFilter: Sendable {
    /// What a claim's bound volume is to a node.
    struct Attachment: Sendable, Hashable {
        let driver: String
        let handle: String
    }

    /// One term of each list has to match.
    var nodeTerms: [[NodeTerm]] = []
    /// Labels of zones and regions that a node has to have one of, as volumes name them.
    var zones: [(key: String, values: Set<String>)] = []
    /// Claims that only one pod may use, and that another uses.
    var isExclusiveInUse = false
    var disks: [Disk] = []
    /// What the node would have to attach for this pod.
    var attachments: Set<Attachment> = []
    /// Limits of drivers by node, as `CSINode` has them.
    var limits: [String: [String: Int]] = [:]
    /// What is attached for others by node.
    var attached: [Int: Set<Attachment>] = [:]
    var disksOn: [Int: [Disk]] = [:]
    var filters = SchedulingProfile.Filters.all

    var isEmpty: Bool { nodeTerms.isEmpty && zones.isEmpty && !isExclusiveInUse && disks.isEmpty && attachments.isEmpty }

    func refusal(_ node: NodeInfo, _ position: Int) -> Refusal? {
        if filters.contains(.volumeRestrictions) {
            if isExclusiveInUse {
                return .movable("node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode")
            }
            if !disks.isEmpty, let others = disksOn[position], disks.contains(where: { disk in others.contains { $0.conflicts(with: disk) } }) {
                return .movable("node(s) had no available disk")
            }
        }
        if filters.contains(.volumeLimits), exceedsLimit(node, position) { return .movable("node(s) exceed max volume count") }
        if filters.contains(.volumeBinding) {
            for terms in nodeTerms where !terms.contains(where: { $0.matches(node) }) { return .fixed("node(s) didn't match PersistentVolume's node affinity") }
        }
        if filters.contains(.volumeZone) {
            let hasZones = node.labels.keys.contains { Self.zoneKeys.contains($0) }
            // A node without any such label is of a cluster without zones.
            for (key, values) in zones where hasZones {
                if !values.contains(node.labels[key] ?? "") { return .fixed("node(s) had no available volume zone") }
            }
        }
        return nil
    }

    private func exceedsLimit(_ node: NodeInfo, _ position: Int) -> Bool {
        if attachments.isEmpty { return false }
        guard let limits = limits[node.name] else { return false }
        let others = attached[position] ?? []
        for driver in Set(attachments.map(\.driver)) {
            guard let limit = limits[driver] else { continue }
            let wanted = attachments.filter { $0.driver == driver && !others.contains($0) }.count
            if wanted > 0, others.count(where: { $0.driver == driver }) + wanted > limit { return true }
        }
        return false
    }

    static let zoneKeys: Set<String> = [
        "topology.kubernetes.io/zone", "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region",
    ]

    /// The zones that a volume names by its labels; several are separated by two underscores.
    static func zones(of volume: PersistentVolume) -> [(key: String, values: Set<String>)] {
        volume.labels.filter { zoneKeys.contains($0.key) }.map { key, value in
            (key, Set(value.split(separator: "__", omittingEmptySubsequences: true).map(String.init)))
        }
    }
}
