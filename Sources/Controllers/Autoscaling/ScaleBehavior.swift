import KubernetesTypes
import Objects

/// How fast an autoscaler may change a size: a pure rule, with what it remembers of the past.
struct ScaleBehavior: Sendable {
    struct Recommendation: Sendable, Equatable {
        let replicas: Int64
        let time: Timestamp
    }

    /// A change of the size that was made.
    struct Change: Sendable, Equatable {
        let difference: Int64
        let time: Timestamp
    }

    private(set) var recommendations: [Recommendation] = []
    private(set) var changes: [Change] = []
    private static let remembered: Int64 = 3600
    private static let usualWindow: Int64 = 300

    /// What a condition says.
    struct Verdict: Equatable {
        let reason: String
        let message: String

        static let fits = Verdict(reason: "ReadyForNewScale", message: "recommended size matches current size")
        static let lower = Verdict(
            reason: "ScaleUpStabilized", message: "recent recommendations were lower than current one, applying the lowest recent recommendation")
        static let higher = Verdict(
            reason: "ScaleDownStabilized", message: "recent recommendations were higher than current one, applying the highest recent recommendation")
        static let tooMany = Verdict(reason: "TooManyReplicas", message: "the desired replica count is more than the maximum replica count")
        static let tooFew = Verdict(reason: "TooFewReplicas", message: "the desired replica count is less than the minimum replica count")
        static let tooFastUp = Verdict(reason: "ScaleUpLimit", message: "the desired replica count is increasing faster than the maximum scale rate")
        static let tooFastDown = Verdict(reason: "ScaleDownLimit", message: "the desired replica count is decreasing faster than the maximum scale rate")
        static let withinRange = Verdict(reason: "DesiredWithinRange", message: "the desired count is within the acceptable range")
    }

    struct Outcome: Equatable {
        let replicas: Int64
        /// For the condition `AbleToScale`.
        let ability: Verdict
        /// For the condition `ScalingLimited`, when something limits the size.
        let limit: Verdict?

        /// Whether the past held the size.
        var isStabilized: Bool { ability != .fits }
    }

    /// The size at the first look counts as wished for: what nobody watched before is not made smaller at once.
    mutating func begin(at current: Int64, now: Timestamp) {
        if recommendations.isEmpty { recommendations.append(Recommendation(replicas: current, time: now)) }
    }

    /// The size to take now, when `desired` is what the metrics ask for.
    mutating func limit(_ spec: Value, current: Int64, desired: Int64, now: Timestamp) -> Outcome {
        guard spec["behavior"].isObject else { return limitPlainly(spec, current: current, desired: desired, now: now) }
        let rules = (up: Self.rules(spec["behavior"]["scaleUp"], isUp: true), down: Self.rules(spec["behavior"]["scaleDown"], isUp: false))
        let stabilized = stabilize(current: current, desired: desired, up: rules.up.window, down: rules.down.window, now: now)
        let (least, most) = (spec["minReplicas"].int ?? 1, max(spec["maxReplicas"].int ?? 1, 1))
        var replicas = stabilized
        var limit: Verdict?
        if stabilized > current {
            let allowed = max(bound(rules.up, current: current, isUp: true, now: now), current)
            if stabilized > min(allowed, most) {
                replicas = min(allowed, most)
                limit = allowed >= most ? .tooMany : .tooFastUp
            }
        } else if stabilized < current {
            let allowed = min(bound(rules.down, current: current, isUp: false, now: now), current)
            if stabilized < max(allowed, least) {
                replicas = max(allowed, least)
                limit = allowed <= least ? .tooFew : .tooFastDown
            }
        }
        if replicas > most { (replicas, limit) = (most, .tooMany) }
        if replicas < least { (replicas, limit) = (least, .tooFew) }
        let ability: Verdict = stabilized == desired ? .fits : desired >= current ? .lower : .higher
        return Outcome(replicas: replicas, ability: ability, limit: limit)
    }

    /// Without rules of its own an autoscaler goes up to twice the size, or to four, and down to the highest wish of five minutes.
    private mutating func limitPlainly(_ spec: Value, current: Int64, desired: Int64, now: Timestamp) -> Outcome {
        let stabilized = max(desired, recent(Self.usualWindow, now).max() ?? desired)
        remember(desired, for: Self.usualWindow, now)
        let (least, most) = (spec["minReplicas"].int ?? 1, max(spec["maxReplicas"].int ?? 1, 1))
        let fastest = max(2 * current, 4)
        var (replicas, limit): (Int64, Verdict?) = (stabilized, nil)
        if stabilized < least {
            (replicas, limit) = (least, .tooFew)
        } else if stabilized > min(most, fastest) {
            (replicas, limit) = (min(most, fastest), most > fastest ? .tooFastUp : .tooMany)
        }
        return Outcome(replicas: replicas, ability: stabilized == desired ? .fits : .higher, limit: limit)
    }

    mutating func note(from old: Int64, to new: Int64, now: Timestamp) {
        changes.append(Change(difference: new - old, time: now))
        changes.removeAll { now.seconds - $0.time.seconds > Self.remembered }
    }

    // MARK: rules

    private struct Rules {
        var window: Int64
        var selects: String
        var policies: [(type: String, value: Int64, period: Int64)]
    }

    private static func rules(_ value: Value, isUp: Bool) -> Rules {
        let policies = value["policies"].array.map { ($0["type"].string ?? "", $0["value"].int ?? 0, $0["periodSeconds"].int ?? 60) }
        let standard: [(String, Int64, Int64)] = isUp ? [("Pods", 4, 15), ("Percent", 100, 15)] : [("Percent", 100, 15)]
        return Rules(
            window: value["stabilizationWindowSeconds"].int ?? (isUp ? 0 : usualWindow), selects: value["selectPolicy"].string ?? "Max",
            policies: policies.isEmpty ? standard : policies)
    }

    /// Upwards the lowest wish of the window counts, downwards the highest.
    private mutating func stabilize(current: Int64, desired: Int64, up: Int64, down: Int64, now: Timestamp) -> Int64 {
        let lowest = min(desired, recent(up, now).min() ?? desired)
        let highest = max(desired, recent(down, now).max() ?? desired)
        remember(desired, for: max(up, down), now)
        return max(min(current, highest), lowest)
    }

    /// What was wished for in the last seconds, now not among them.
    private func recent(_ window: Int64, _ now: Timestamp) -> [Int64] {
        recommendations.filter { now.seconds - $0.time.seconds < window }.map(\.replicas)
    }

    private mutating func remember(_ desired: Int64, for window: Int64, _ now: Timestamp) {
        recommendations.removeAll { now.seconds - $0.time.seconds > window }
        recommendations.append(Recommendation(replicas: desired, time: now))
    }

    /// How far the size may go by the policies, counted from where it was when each period began.
    private func bound(_ rules: Rules, current: Int64, isUp: Bool, now: Timestamp) -> Int64 {
        if rules.selects == "Disabled" { return current }
        let bounds = rules.policies.map { policy in
            let moved = changes.filter { now.seconds - $0.time.seconds < policy.period && ($0.difference > 0) == isUp }.reduce(0) { $0 + $1.difference }
            let start = current - moved
            let step = policy.type == "Percent" ? Int64((Double(start) * Double(policy.value) / 100).rounded(isUp ? .up : .down)) : policy.value
            return isUp ? start + step : start - step
        }
        let wantsFurthest = rules.selects != "Min"
        return (isUp == wantsFurthest ? bounds.max() : bounds.min()) ?? current
    }
}
