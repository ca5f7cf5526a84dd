import Objects

/// Which filters and scores decide about pods that name this scheduler, and how.
struct SchedulingProfile: Sendable {
    struct Filters: OptionSet, Sendable, Hashable {
        let rawValue: UInt32

        static let unschedulable = Filters(rawValue: 1)
        static let nodeName = Filters(rawValue: 1 << 1)
        static let taints = Filters(rawValue: 1 << 2)
        static let nodeAffinity = Filters(rawValue: 1 << 3)
        static let ports = Filters(rawValue: 1 << 4)
        static let resources = Filters(rawValue: 1 << 5)
        static let volumeRestrictions = Filters(rawValue: 1 << 6)
        static let volumeLimits = Filters(rawValue: 1 << 7)
        static let volumeBinding = Filters(rawValue: 1 << 8)
        static let volumeZone = Filters(rawValue: 1 << 9)
        static let spread = Filters(rawValue: 1 << 10)
        static let podAffinity = Filters(rawValue: 1 << 11)
        static let devices = Filters(rawValue: 1 << 12)

        static let all = Filters(rawValue: (1 << 13) - 1)
    }

    /// How much each score counts; 0 for one that is switched off.
    struct Weights: Sendable, Hashable {
        var taints: Int64 = 3
        var nodeAffinity: Int64 = 2
        var spread: Int64 = 2
        var podAffinity: Int64 = 2
        var resources: Int64 = 1
        var balance: Int64 = 1
        var images: Int64 = 1
    }

    var name = PodClass.defaultScheduler
    var filters = Filters.all
    var weights = Weights()
    var hasPreemption = true
    var hasGates = true
    var fit = FitScoring()
    var ignoredResources: Set<String> = []
    /// Prefixes of extended resources, up to the slash.
    var ignoredGroups: Set<String> = []
    var balancedResources = ["cpu", "memory"]
    /// Terms that hold for all pods of this profile, beside their own.
    var enforcedTerms: [NodeTerm]?
    var preferredTerms: [(weight: Int64, term: NodeTerm)] = []
    /// Constraints for pods that have none.
    var defaultSpread = SchedulingProfile.systemSpread
    /// The defaults that a cluster has when nobody says otherwise: nodes without the labels are scored too.
    var isSystemSpread = true
    var hardAffinityWeight: Int64 = 1
    var ignoresPreferencesOfOthers = false
    /// 0: as many nodes as there are.
    var percentageOfNodesToScore = 0
    /// How long devices are looked for on one node, and how long is waited until they are ready.
    var deviceTimeout: Duration = .seconds(10)
    var deviceBindingTimeout: Duration = .seconds(600)
    var minCandidatePercentage = 10
    var minCandidates = 100

    static let systemSpread: [SpreadConstraint] = [
        SpreadConstraint(["maxSkew": 3, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"], [:]),
        SpreadConstraint(["maxSkew": 5, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway"], [:]),
    ]

    func ignores(_ resource: String) -> Bool {
        if ignoredResources.contains(resource) { return true }
        if ignoredGroups.isEmpty { return false }
        return resource.split(separator: "/").first.map { ignoredGroups.contains(String($0)) } ?? false
    }
}

/// How free resources are turned into a score.
struct FitScoring: Sendable {
    enum Strategy: Sendable, Equatable {
        case leastAllocated
        case mostAllocated
        /// Points of utilization in percent and score from 0 to 10, in order of utilization.
        case ratio([Point])
    }

    struct Point: Sendable, Equatable {
        let utilization: Int64
        let score: Int64
    }

    struct Resource: Sendable, Equatable {
        let name: String
        let weight: Int64
    }

    var strategy = Strategy.leastAllocated
    var resources = [Resource(name: "cpu", weight: 1), Resource(name: "memory", weight: 1)]

    var isPlain: Bool { strategy == .leastAllocated && resources.count == 2 && resources[0].name == "cpu" && resources[1].name == "memory" && resources.allSatisfy { $0.weight == 1 } }

    /// From 0 to 100, for what would be used of what there is.
    func score(_ used: Int64, _ limit: Int64) -> Int64 {
        switch strategy {
        case .leastAllocated: return used > limit ? 0 : (limit - used) * 100 / limit
        case .mostAllocated: return min(used, limit) * 100 / limit
        case .ratio(let points): return Self.interpolated(points, used > limit ? 100 : used * 100 / limit)
        }
    }

    private static func interpolated(_ points: [Point], _ utilization: Int64) -> Int64 {
        guard let first = points.first, let last = points.last else { return 0 }
        if utilization <= first.utilization { return first.score * 10 }
        for (left, right) in zip(points, points.dropFirst()) where utilization <= right.utilization {
            let width = right.utilization - left.utilization
            if width <= 0 { return right.score * 10 }
            return left.score * 10 + (right.score * 10 - left.score * 10) * (utilization - left.utilization) / width
        }
        return last.score * 10
    }
}
