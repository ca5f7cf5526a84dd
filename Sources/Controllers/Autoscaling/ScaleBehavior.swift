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

    struct Outcome: Equatable {
        let replicas: Int64
        /// For the condition `AbleToScale`, when the past held the size.
        let isStabilized: Bool
        /// For the condition `ScalingLimited`.
        let limit: (reason: String, message: String)?

        static func == (left: Outcome, right: Outcome) -> Bool {
            left.replicas == right.replicas && left.isStabilized == right.isStabilized && left.limit?.reason == right.limit?.reason
        }
    }

    /// The size to take now, when `desired` is what the metrics ask for.
    mutating func limit(_ spec: Value, current: Int64, desired: Int64, now: Timestamp) -> Outcome {
        let rules = (up: Self.rules(spec["behavior"]["scaleUp"], isUp: true), down: Self.rules(spec["behavior"]["scaleDown"], isUp: false))
        let stabilized = stabilize(current: current, desired: desired, up: rules.up.window, down: rules.down.window, now: now)
        let (least, most) = (spec["minReplicas"].int ?? 1, max(spec["maxReplicas"].int ?? 1, 1))
        var replicas = stabilized
        var limit: (reason: String, message: String)?
        if stabilized > current {
            let allowed = max(bound(rules.up, current: current, isUp: true, now: now), current)
            if stabilized > min(allowed, most) {
                replicas = min(allowed, most)
                limit = allowed > most
                    ? ("TooManyReplicas", "the desired replica count is more than the maximum replica count")
                    : ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
            }
        } else if stabilized < current {
            let allowed = min(bound(rules.down, current: current, isUp: false, now: now), current)
            if stabilized < max(allowed, least) {
                replicas = max(allowed, least)
                limit = allowed < least
                    ? ("TooFewReplicas", "the desired replica count is less than the minimum replica count")
                    : ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
            }
        }
        if replicas > most { (replicas, limit) = (most, ("TooManyReplicas", "the desired replica count is more than the maximum replica count")) }
        if replicas < least { (replicas, limit) = (least, ("TooFewReplicas", "the desired replica count is less than the minimum replica count")) }
        return Outcome(replicas: replicas, isStabilized: stabilized != desired, limit: limit)
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
            window: value["stabilizationWindowSeconds"].int ?? (isUp ? 0 : 300), selects: value["selectPolicy"].string ?? "Max",
            policies: policies.isEmpty ? standard : policies)
    }

    /// Upwards the lowest wish of the window counts, downwards the highest.
    private mutating func stabilize(current: Int64, desired: Int64, up: Int64, down: Int64, now: Timestamp) -> Int64 {
        recommendations.append(Recommendation(replicas: desired, time: now))
        recommendations.removeAll { now.seconds - $0.time.seconds > max(up, down) }
        let lowest = recommendations.filter { now.seconds - $0.time.seconds <= up }.map(\.replicas).min() ?? desired
        let highest = recommendations.filter { now.seconds - $0.time.seconds <= down }.map(\.replicas).max() ?? desired
        return max(min(current, highest), lowest)
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
