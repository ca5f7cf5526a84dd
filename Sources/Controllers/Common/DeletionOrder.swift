import KubernetesTypes
import Objects

/// The order in which pods go when some have to: those first that are missed least.
struct DeletionOrder<Item> {
    let pods: [Item]

    private struct Rank: Comparable {
        /// Smaller goes first: assigned or not, phase, ready or not, deletion cost, crowd, …
        let coarse: [Int64]
        let name: String

        init(_ pod: PodFacts, _ name: String, _ neighbours: [String: Int], _ now: Timestamp) {
            // Ages count by their order of magnitude: the younger goes first.
            func age(_ then: Int64?) -> Int64 {
                guard let then else { return -1 }
                return Int64(64 - (max(now.seconds - then, 0) + 1).leadingZeroBitCount)
            }
            coarse = [
                pod.isBound ? 1 : 0, Int64(pod.phase.rawValue), pod.isReady ? 1 : 0, Int64(pod.deletionCost), Int64(-(neighbours[pod.node] ?? 0)),
                pod.isReady ? age(pod.readySince) : 0, Int64(-pod.restarts), age(pod.created),
            ]
            self.name = name
        }

        static func < (left: Rank, right: Rank) -> Bool {
            for (a, b) in zip(left.coarse, right.coarse) where a != b { return a < b }
            return left.name < right.name
        }
    }
}

extension DeletionOrder<KnownPod> {
    /// `neighbours` counts related pods by node: of crowded nodes pods go before those of others.
    init(_ pods: [KnownPod], neighbours: [String: Int], now: Timestamp) {
        self.pods = pods.map { (Rank($0.facts, $0.object.name, neighbours, now), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
