import APIClient
import KubernetesTypes
import Objects

/// Keeps one pod of a DaemonSet on every node that it is meant for.
struct DaemonSetController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let expectations = Expectations()
        let recorder = context.recorder("daemonset-controller")
        let informer = context.informers.shared(DaemonSet.self)
        _ = context.informers.owners(ControllerRevision.self)
        let backOff = PodBackOff()
        loop = ReconcileLoop("daemonset", queue: queue, logger: context.logger) { key throws(StatusError) in
            guard let set = informer.get(key) else { return }
            let control = PodControl(context: context, expectations: expectations, recorder: recorder, owner: set)
            try await DaemonSync(context: context, control: control, queue: queue, backOff: backOff).sync(key)
        }
        informer.onChange { change in
            if case .deleted(let set) = change { expectations.forget(set.namespace + "/" + set.name) }
            queue.add(change.object.namespace + "/" + change.object.name)
        }
        PodControl<DaemonSet>.follow(context, expectations, queue) { pod in
            informer.list(pod.namespace).filter { Objects.LabelSelector($0.value["spec"]["selector"]).matches(pod.labels) }
        }
        context.nodes.onChange { change in
            if case .updated(let old, let new) = change, !DaemonPlacement.matters(old, new) { return }
            for set in informer.list() { queue.add(set.namespace + "/" + set.name) }
        }
    }
}

private struct DaemonSync: Sendable {
    let context: ControllerContext
    let control: PodControl<DaemonSet>
    let queue: WorkQueue
    let backOff: PodBackOff

    private static let hashLabel = "controller-revision-hash"
    private var set: DaemonSet { control.owner }

    func sync(_ key: String) async throws(StatusError) {
        let selector = Objects.LabelSelector(set.value["spec"]["selector"])
        if selector.isEverything {
            control.recorder.record(
                set, type: "Warning", reason: "SelectingAll", message: "This daemon set is selecting all pods. A non-empty selector is required.")
            return
        }
        if set.isBeingDeleted { return }
        let history = RevisionHistory(context: context, owner: set, selector: selector, hashLabel: Self.hashLabel)
        let revisions = try await history.revisions()
        let before = set.value["status"]["collisionCount"].int ?? 0
        let (current, collisions) = try await history.current(revisions, collisions: before)
        let hash = history.hash(of: current)
        let pods = try await Claims(context, set, selector).settledPods()
        let nodes = context.nodes.encoded().map(KnownNode.init)
        var failure: StatusError?
        if control.expectations.isSatisfied(key) {
            let plan = DaemonPlan(set, nodes: nodes, pods: pods, hash: hash, now: .now(), isHeldBack: { node in backOff.isHeldBack("\(set.uid)/\(node)") })
            do throws(StatusError) { try await carryOut(plan, hash) } catch { failure = error }
            if let seconds = plan.lookAgainIn { queue.add(key, after: .seconds(seconds)) }
        }
        let all = revisions.contains { $0.name == current.name } ? revisions : revisions + [current]
        let live = Set(pods.compactMap { $0.object.label(Self.hashLabel) } + [current.name])
        try await history.trim(all, keeping: live, limit: Int(set.value["spec"]["revisionHistoryLimit"].int ?? 10))
        let now = Timestamp.now()
        let status = DaemonStatus(set, nodes: nodes, pods: pods, hash: hash, now: now)
        if status.isWaitingForAvailability { queue.add(key, after: .seconds(1)) }
        try await write(status, collisions)
        if let failure { throw failure }
    }

    private func carryOut(_ plan: DaemonPlan, _ hash: String) async throws(StatusError) {
        for pod in plan.failed {
            backOff.failed("\(set.uid)/\(pod.facts.target)")
            control.recorder.record(
                set, type: "Warning", reason: "FailedDaemonPod",
                message: "Found failed daemon pod \(pod.object.key) on node \(pod.facts.target), will try to kill it")
        }
        for pod in plan.succeeded {
            control.recorder.record(
                set, reason: "SucceededDaemonPod",
                message: "Found succeeded daemon pod \(pod.object.key) on node \(pod.facts.target), will try to delete it")
        }
        try await control.delete(plan.deletions.map(\.pod))
        try await control.create(plan.creations.map { DaemonPlacement.pod(set, node: $0, hash: hash) })
    }

    private func write(_ status: DaemonStatus, _ collisions: Int64) async throws(StatusError) {
        var value = set.value["status"].isObject ? set.value["status"] : .emptyObject
        for (key, count) in status.required { value[key] = Value(count) }
        for (key, count) in status.optional { value.set(key, count == 0 ? nil : Value(count)) }
        value["observedGeneration"] = .int(set.generation)
        if collisions > 0 { value["collisionCount"] = .int(collisions) }
        if value == set.value["status"] { return }
        var new = set
        new.value["status"] = value
        try await context.client.updateStatus(new)
    }
}
