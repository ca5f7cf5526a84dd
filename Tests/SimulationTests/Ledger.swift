import APIClient
import KubernetesTypes
import Logging
import Objects
import Synchronization

/// Watches all that happens to pods, and remembers what must never be: so that also what was put right again is found.
final class Ledger: Sendable {
    private struct State {
        /// Pods that count, by the uid of their controller.
        var living: [String: Set<String>] = [:]
        var most: [String: Int] = [:]
        /// The most that a controller ever wanted.
        var wanted: [String: Int] = [:]
        var names: [String: String] = [:]
        /// Pods that succeeded, by the uid of their Job.
        var succeeded: [String: Set<String>] = [:]
        var nodes: [String: String] = [:]
        var problems: [String] = []
        /// Until when a pod too many is no mistake.
        var excusedUntil: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let pods: Informer<Pod>
    private let sets: Informer<ReplicaSet>
    private let jobs: Informer<Job>

    init(_ client: APIClient, namespace: String) {
        let logger = Logger(label: "ledger")
        pods = Informer(Pod.self, client: client, namespace: namespace, logger: logger)
        sets = Informer(ReplicaSet.self, client: client, namespace: namespace, logger: logger)
        jobs = Informer(Job.self, client: client, namespace: namespace, logger: logger)
        pods.onChange { [weak self] in self?.note($0) }
        sets.onChange { [weak self] in self?.want($0.object, Int($0.object.value["spec"]["replicas"].int ?? 1)) }
        jobs.onChange { [weak self] in self?.want($0.object, Int($0.object.value["spec"]["parallelism"].int ?? 1)) }
    }

    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.pods.run() }
            group.addTask { await self.sets.run() }
            group.addTask { await self.jobs.run() }
        }
    }

    private func want<T: ObjectView>(_ owner: T, _ count: Int) {
        state.withLock { state in
            state.wanted[owner.uid] = max(state.wanted[owner.uid] ?? 0, count)
            state.names[owner.uid] = owner.name
        }
    }

    private func note(_ change: InformerChange<Pod>) {
        let pod = change.object
        let owner = pod.metadata.ownerReferences.first { $0.controller == true }?.uid ?? ""
        let phase = pod.value["status"]["phase"].string ?? ""
        var counts = !pod.isBeingDeleted && phase != "Succeeded" && phase != "Failed"
        if case .deleted = change { counts = false }
        let now = ClusterTime.now
        state.withLock { state in
            if counts { state.living[owner, default: []].insert(pod.uid) } else { state.living[owner]?.remove(pod.uid) }
            if state.excusedUntil.map({ $0 < now }) ?? true { state.most[owner] = max(state.most[owner] ?? 0, state.living[owner]?.count ?? 0) }
            if phase == "Succeeded" { state.succeeded[owner, default: []].insert(pod.uid) }
            let node = pod.spec.nodeName ?? ""
            if let before = state.nodes[pod.uid], before != node { state.problems.append("pod \(pod.name) went from \(before) to \(node)") }
            if !node.isEmpty, state.nodes.updateValue(node, forKey: pod.uid) == nil, let named = Self.namedNode(pod), named != node {
                state.problems.append("pod \(pod.name) is for \(named) and went to \(node)")
            }
        }
    }

    /// The only node that a daemon's pod is for.
    private static func namedNode(_ pod: Pod) -> String? {
        let required = pod.value["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        let field = required["nodeSelectorTerms"][0]["matchFields"][0]
        return field["key"].string == "metadata.name" ? field["values"][0].string : nil
    }

    /// The controllers were killed: what they asked for last may be done after their successors looked.
    func excuse(for duration: Duration) {
        let end = ClusterTime.now + duration
        state.withLock { $0.excusedUntil = end }
    }

    /// How many pods of a Job ever succeeded.
    func succeeded(_ job: String) -> Int { state.withLock { $0.succeeded[job]?.count ?? 0 } }

    func broken() -> [String] {
        state.withLock { state in
            var problems = state.problems
            for (owner, wanted) in state.wanted where (state.most[owner] ?? 0) > wanted {
                problems.append("\(state.names[owner] ?? owner) of at most \(wanted) had \(state.most[owner] ?? 0) pods at a time")
            }
            return problems.sorted()
        }
    }
}
