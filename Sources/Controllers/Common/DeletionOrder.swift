import KubernetesTypes
import Objects

/// The order in which pods go when some have to: those first that are missed least.
struct DeletionOrder {
    let pods: [Pod]

    /// `neighbours` counts related pods by node: of crowded nodes pods go before those of others.
    init(_ pods: [Pod], neighbours: [String: Int], now: Timestamp) {
        self.pods = pods.map { (Rank($0, neighbours, now), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    private struct Rank: Comparable {
        /// Smaller goes first: assigned or not, phase, ready or not, deletion cost, crowd, …
        let coarse: [Int64]
        let name: String

        init(_ pod: Pod, _ neighbours: [String: Int], _ now: Timestamp) {
            let node = pod.spec.nodeName ?? ""
            let phase: Int64 = ["Pending": 0, "Unknown": 1, "Running": 2][PodState.phase(pod)] ?? 0
            let cost = pod.annotations["controller.kubernetes.io/pod-deletion-cost"].flatMap { Int64($0) } ?? 0
            let isReady = PodState.isReady(pod)
            // Ages count by their order of magnitude: the younger goes first.
            func age(_ text: String?) -> Int64 {
                guard let then = text.flatMap({ Timestamp($0) }) else { return -1 }
                let seconds = max(now.seconds - then.seconds, 0)
                return Int64(64 - (seconds + 1).leadingZeroBitCount)
            }
            let readySince = isReady ? age(PodState.readySince(pod)) : 0
            let restarts = -PodState.restarts(pod)
            coarse = [
                node.isEmpty ? 0 : 1, phase, isReady ? 1 : 0, cost, Int64(-(neighbours[node] ?? 0)), readySince, restarts,
                age(pod.value["metadata"]["creationTimestamp"].string),
            ]
            name = pod.uid
        }

        static func < (left: Rank, right: Rank) -> Bool {
            for (a, b) in zip(left.coarse, right.coarse) where a != b { return a < b }
            return left.name < right.name
        }
    }
}
