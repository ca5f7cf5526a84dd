import KubernetesTypes
import Objects

/// A pod as a candidate for eviction.
struct EvictionCandidate: Sendable {
    let pod: Pod
    /// What it uses of that which runs short.
    let used: Int64
    /// What it asked for of it.
    let requested: Int64
    /// By container, for the message.
    let containers: [(name: String, used: Int64, requested: Int64)]

    private static let criticalPriority: Int64 = 2_000_000_000

    var priority: Int64 { pod.value["spec"]["priority"].int ?? 0 }

    /// Pods that the node itself needs stay.
    static func isNodeCritical(_ pod: Pod) -> Bool { isCritical(pod) && pod.value["spec"]["priorityClassName"].string == "system-node-critical" }

    static func isCritical(_ pod: Pod) -> Bool {
        pod.annotations["kubernetes.io/config.source"].map { $0 != "api" } == true || StaticPods.isMirror(pod)
            || (pod.value["spec"]["priority"].int ?? 0) >= criticalPriority
    }
}

/// Who goes first when something runs short: a pure order.
enum EvictionRanking {
    /// Those beyond their requests before those within, then by priority, then by how far beyond.
    static func order(_ candidates: [EvictionCandidate], for signal: EvictionSignal) -> [EvictionCandidate] {
        candidates.filter { !EvictionCandidate.isCritical($0.pod) }.sorted { left, right in
            if signal != .processes {
                let (leftExceeds, rightExceeds) = (left.used > left.requested, right.used > right.requested)
                if leftExceeds != rightExceeds { return leftExceeds }
            }
            if left.priority != right.priority { return left.priority < right.priority }
            let (leftExcess, rightExcess) = (left.used - left.requested, right.used - right.requested)
            return leftExcess != rightExcess ? leftExcess > rightExcess : left.pod.uid < right.pod.uid
        }
    }

    static func message(_ threshold: EvictionThreshold, _ level: EvictionObservation.Level, _ candidate: EvictionCandidate) -> String {
        func amount(_ number: Int64) -> String {
            switch threshold.signal {
            case .memory, .disk, .images: number % 1024 == 0 && number > 0 ? "\(number / 1024)Ki" : String(number)
            default: String(number)
            }
        }
        var text = "The node was low on resource: \(threshold.signal.resource). Threshold quantity: \(amount(threshold.least(of: level.capacity))), available: \(amount(level.available)). "
        for container in candidate.containers where container.used > container.requested {
            text += "Container \(container.name) was using \(amount(container.used)), request is \(amount(container.requested)), has larger consumption of \(threshold.signal.resource). "
        }
        return text
    }
}
