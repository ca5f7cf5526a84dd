/// What the state knows of a class of pods: where they are, what they count for, and what was worked out about nodes for them.
struct PodClassRecord: Sendable {
    struct Contribution: Sendable {
        let tally: Int
        let amount: Int32
        let countsEnding: Bool
    }

    struct Presence: Sendable {
        var all: Int32 = 0
        var ending: Int32 = 0
    }

    let podClass: PodClass
    var placed = 0
    var onNode: [Int32: Presence] = [:]
    var contributions: [Contribution] = []
    /// Tallies of terms that others hold and that mean this class, and how many of all such were looked at.
    var heldMatches: [Int] = []
    var heldSeen = 0
    var heldEpoch: UInt64 = .max
    var cache: ClassCache?
    var lastUse: UInt64 = 0
}

/// What was worked out for a class about each node, valid up to the point in the log to which it was brought.
struct ClassCache: Sendable {
    let profile: Int
    let fit: Int
    var cursor: UInt64 = 0
    var isFresh = false
    /// What the filters say that look at a node and its own pods.
    var codes: [UInt8] = []
    /// The weighted sum of those scores that need no other node.
    var scores: [Int32] = []
    /// Which resources are short, where that is why.
    var lacks: [UInt64] = []
    /// For which images the scores were made.
    var imagesVersion: UInt64 = 0
    var bindings: Bindings?
    /// The last verdict, and at which state of things it was given.
    var verdict: SchedulerState.Verdict?
    var verdictAt: UInt64 = 0
    /// What preemption would cost on each node.
    var plans: [PreemptionPlan?] = []
    var harms: [PreemptionHarm] = []
    var plansCursor: UInt64 = 0
    var plansVersion: UInt64 = .max
}

/// What the filters and scores that look at nodes alone say for one signature.
struct NodeFit: Sendable {
    let profile: Int
    let podClass: PodClass
    var cursor: UInt64 = 0
    var isFresh = false
    var codes: [UInt8] = []
    /// How many soft taints are not tolerated.
    var penalties: [Int32] = []
    /// The weights of preferred terms that match.
    var likings: [Int32] = []
    var hasPenalties = false
    var lastUse: UInt64 = 0
}

/// Which counts of places a class's terms and constraints look at.
struct Bindings: Sendable {
    struct Counts: Sendable {
        let tally: Int
        let scope: Tally.Scope
        /// How much a pod in the place counts for the score.
        var weight: Int64 = 0
    }

    struct Spread: Sendable {
        let constraint: SpreadConstraint
        let counts: Counts
        /// Whether a pod of the class counts itself.
        let countsItself: Bool
        /// Whether a node without the label is left out of scoring.
        let needsLabel: Bool
    }

    var affinity: [Counts] = []
    var matchesItself = false
    var antiAffinity: [Counts] = []
    var unwelcome: [Counts] = []
    var scored: [Counts] = []
    var spread: [Spread] = []
    let epoch: UInt64
    let heldSeen: Int

    var hasFilters: Bool { !affinity.isEmpty || !antiAffinity.isEmpty || !unwelcome.isEmpty || spread.contains { $0.constraint.isHard } }
    var hasSoftSpread: Bool { spread.contains { !$0.constraint.isHard } }
}
