package import APIClient
import KubernetesTypes
package import Logging
import Objects
import Synchronization

/// Finds a node for each pod that has none, and binds it there.
package struct PodScheduler: Sendable {
    private let client: APIClient
    private let pods: Informer<Pod>
    private let nodes: Informer<Node>
    private let namespaces: Informer<Namespace>
    private let budgets: Informer<PodDisruptionBudget>
    private let claimCheck: ClaimCheck
    private let recorder: EventRecorder
    private let queue = PodQueue()
    private let metrics = SchedulerMetrics()
    private let state = Box(SchedulerState())
    private let logger: Logger
    private static let name = "default-scheduler"

    package init(transport: any APITransport, logger: Logger) {
        client = APIClient(transport: transport, fieldManager: "kube-scheduler")
        self.logger = logger
        pods = Informer(Pod.self, client: client, logger: logger)
        nodes = Informer(Node.self, client: client, logger: logger)
        namespaces = Informer(Namespace.self, client: client, logger: logger)
        budgets = Informer(PodDisruptionBudget.self, client: client, logger: logger)
        claimCheck = ClaimCheck(
            claims: Informer(PersistentVolumeClaim.self, client: client, logger: logger),
            volumes: Informer(PersistentVolume.self, client: client, logger: logger),
            classes: Informer(StorageClass.self, client: client, logger: logger))
        recorder = EventRecorder(client: client, component: Self.name)
        metrics.register(queue)
    }

    /// Schedules until cancelled.
    package func run() async {
        nodes.onChange { change in take(change) }
        namespaces.onChange { change in
            let space = change.object
            if case .deleted = change {
                state.change { $0.namespaces.known[space.name] = nil }
            } else {
                state.change { $0.namespaces.known[space.name] = space.labels }
            }
        }
        pods.onChange { change in take(change) }
        // A claim that was bound may let pods go.
        claimCheck.claims.onChange { _ in queue.change { $0.wake(onlyThoseWaitingForPods: false, now: .now) } }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await nodes.run() }
            group.addTask { await namespaces.run() }
            group.addTask { await budgets.run() }
            group.addTask { await claimCheck.claims.run() }
            group.addTask { await claimCheck.volumes.run() }
            group.addTask { await claimCheck.classes.run() }
            await nodes.waitUntilSynced()
            await claimCheck.claims.waitUntilSynced()
            await claimCheck.volumes.waitUntilSynced()
            await claimCheck.classes.waitUntilSynced()
            await namespaces.waitUntilSynced()
            group.addTask { await pods.run() }
            await pods.waitUntilSynced()
            group.addTask { await queue.runClock() }
            await withTaskCancellationHandler {
                while let key = await queue.next() { await schedule(key) }
            } onCancel: {
                queue.close()
            }
            group.cancelAll()
        }
    }

    // MARK: what changes

    private func take(_ change: InformerChange<Node>) {
        if case .deleted(let node) = change {
            state.change { $0.removeNode(node.name) }
            return
        }
        let info = NodeInfo(change.object)
        let mayHelp = state.change { $0.upsert(info) }
        if mayHelp { queue.change { $0.wake(onlyThoseWaitingForPods: false, now: .now) } }
    }

    private func take(_ change: InformerChange<Pod>) {
        let pod = change.object
        let key = pod.namespace + "/" + pod.name
        let phase = pod.value["status"]["phase"].string
        let node = pod.spec.nodeName ?? ""
        var isGone = phase == "Succeeded" || phase == "Failed"
        if case .deleted = change { isGone = true }
        if isGone {
            let info = PodInfo(pod)
            state.change { state in
                state.remove(pod.uid)
                state.setNominated(info, nil)
            }
            queue.change { queue in
                queue.forget(key)
                queue.wake(onlyThoseWaitingForPods: node.isEmpty, now: .now)
            }
        } else if !node.isEmpty {
            // Only what filters and scores look at is worth another picture.
            if case .updated(let old, let new) = change, old.spec.nodeName == node, old.value["spec"] == new.value["spec"],
                old.labels == new.labels, old.isBeingDeleted == new.isBeingDeleted
            {
                return
            }
            let info = PodInfo(pod)
            state.change { $0.place(info, on: node) }
            queue.change { queue in
                queue.forget(key)
                queue.wake(onlyThoseWaitingForPods: true, now: .now)
            }
        } else if isMine(pod) {
            // A pod that waits is looked at again when something changed that may help, or when it changed itself.
            if case .updated(let old, let new) = change, old.value["spec"] == new.value["spec"], old.labels == new.labels { return }
            queue.change { $0.add(key, priority: pod.value["spec"]["priority"].int ?? 0) }
        }
    }

    private func isMine(_ pod: Pod) -> Bool {
        (pod.value["spec"]["schedulerName"].string ?? Self.name) == Self.name && !pod.isBeingDeleted
    }

    // MARK: deciding

    private func schedule(_ key: String) async {
        guard let pod = pods.get(key), (pod.spec.nodeName ?? "").isEmpty, isMine(pod), !["Succeeded", "Failed"].contains(pod.value["status"]["phase"].string)
        else { return queue.change { $0.forget(key) } }
        if !pod.value["spec"]["schedulingGates"].array.isEmpty {
            queue.change { $0.forget(key) }
            return await setWaiting(pod, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates", nominated: nil)
        }
        let begun = ContinuousClock.now
        let before = queue.change { $0.moves }
        var info = PodInfo(pod)
        var waitingClaims: [PersistentVolumeClaim] = []
        switch claimCheck.verdict(pod) {
        case .ready(let terms): info.volumeTerms = terms
        case .waitsForNode(let claims, let terms):
            info.volumeTerms = terms
            waitingClaims = claims
        case .blocked(let why):
            metrics.attempted(.unschedulable, since: begun)
            return await block(pod, info, why, before)
        }
        let decided = info
        let isFinal = waitingClaims.isEmpty
        let decision = state.change { state in
            let decision = state.decide(decided)
            if case .bind(let node) = decision, isFinal { state.place(decided, on: node) }
            return decision
        }
        metrics.decided(since: begun)
        if !isFinal, case .bind(let node) = decision { return await choose(node, for: waitingClaims, pod, info, before) }
        switch decision {
        case .bind(let node):
            Task {
                let isBound = await bind(pod, info, node)
                metrics.attempted(isBound ? .scheduled : .error, since: begun)
            }
        case .unschedulable(let verdict):
            metrics.attempted(.unschedulable, since: begun)
            let (message, choice) = preempt(info, verdict)
            queue.change { $0.failed(key, priority: info.priority, waitsForPods: verdict.waitsForPods, before: before, now: .now) }
            recorder.record(pod, type: "Warning", reason: "FailedScheduling", message: message)
            if let choice { Task { await carryOut(choice, pod, info) } }
            await setWaiting(pod, "Unschedulable", message, nominated: choice?.node)
        }
    }

    /// The pod waits for its claims, whatever the nodes.
    private func block(_ pod: Pod, _ info: PodInfo, _ why: String, _ before: UInt64) async {
        let count = state.change { $0.nodes.count }
        let preemption = "no new claims to deallocate, preemption: 0/\(count) nodes are available: \(count) Preemption is not helpful for scheduling."
        let message = "0/\(count) nodes are available: \(why). \(preemption)"
        queue.change { $0.failed(info.key, priority: info.priority, waitsForPods: false, before: before, now: .now) }
        recorder.record(pod, type: "Warning", reason: "FailedScheduling", message: message)
        await setWaiting(pod, "Unschedulable", message, nominated: nil)
    }

    /// Writes the chosen node into claims that wait for it. The pod comes again when they are bound.
    private func choose(_ node: String, for claims: [PersistentVolumeClaim], _ pod: Pod, _ info: PodInfo, _ before: UInt64) async {
        for claim in claims where claim.annotations[ClaimCheck.selectedNode] == nil {
            var annotations = Value.emptyObject
            annotations[ClaimCheck.selectedNode] = .string(node)
            do throws(StatusError) {
                try await client.patch(PersistentVolumeClaim.self, claim.namespace, claim.name, ["metadata": ["annotations": annotations]])
            } catch {
                logger.debug("a claim could not be given its node", metadata: ["claim": "\(claim.name)", "reason": "\(error)"])
            }
        }
        queue.change { $0.failed(info.key, priority: info.priority, waitsForPods: false, before: before, now: .now) }
    }

    private func preempt(_ info: PodInfo, _ verdict: SchedulerState.Verdict) -> (message: String, choice: Preemption.Choice?) {
        if verdict.nodeCount == 0 { return (verdict.message(""), nil) }
        let limits = budgets.list().map { budget in
            DisruptionLimit(
                namespace: budget.namespace, selector: Objects.LabelSelector(budget.value["spec"]["selector"]),
                allowed: Int(budget.value["status"]["disruptionsAllowed"].int ?? 0))
        }
        let outcome = Preemption(state: state.change { $0 }, limits: limits).outcome(info, verdict)
        switch outcome {
        case .none(let why):
            metrics.preempted(nil)
            return (verdict.message(why), nil)
        case .choice(let choice):
            metrics.preempted(choice.victims.count)
            state.change { $0.setNominated(info, choice.node) }
            return (verdict.message(""), choice)
        }
    }

    // MARK: acting

    private func carryOut(_ choice: Preemption.Choice, _ pod: Pod, _ info: PodInfo) async {
        for victim in choice.victims where !victim.isTerminating {
            guard let known = pods.get(victim.key), known.uid == victim.uid else { continue }
            let condition: Value = [
                "type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler",
                "message": "default-scheduler: preempting to accommodate a higher priority pod", "lastTransitionTime": .string(Timestamp.now().text),
            ]
            _ = try? await client.patch(
                Pod.self, victim.namespace, victim.name, ["status": ["conditions": [condition]]], as: .strategic, "status")
            do throws(StatusError) {
                try await client.delete(Pod.self, victim.namespace, victim.name, ["preconditions": ["uid": .string(victim.uid)]])
                recorder.record(known, reason: "Preempted", message: "Preempted by pod \(pod.uid) on node \(choice.node)")
            } catch where error.isNotFound {
                continue
            } catch {
                logger.warning("a pod could not be preempted", metadata: ["pod": "\(victim.key)", "reason": "\(error)"])
                state.change { $0.setNominated(info, nil) }
                return
            }
        }
    }

    /// Whether the pod is bound after it.
    private func bind(_ pod: Pod, _ info: PodInfo, _ node: String) async -> Bool {
        let binding: Value = [
            "kind": "Binding", "apiVersion": "v1",
            "metadata": ["name": .string(pod.name), "namespace": .string(pod.namespace), "uid": .string(pod.uid)],
            "target": ["kind": "Node", "apiVersion": "v1", "name": .string(node)],
        ]
        do throws(StatusError) {
            _ = try await client.post(binding, to: "/api/v1/namespaces/\(pod.namespace)/pods/\(pod.name)/binding")
            recorder.record(pod, reason: "Scheduled", message: "Successfully assigned \(pod.namespace)/\(pod.name) to \(node)")
            return true
        } catch {
            state.change { $0.remove(info.uid) }
            if error.isNotFound { return false }
            recorder.record(pod, type: "Warning", reason: "FailedScheduling", message: "binding rejected: \(error)")
            queue.change { queue in
                queue.failed(info.key, priority: info.priority, waitsForPods: false, before: .max, now: .now)
            }
            return false
        }
    }

    private func setWaiting(_ pod: Pod, _ reason: String, _ message: String, nominated: String?) async {
        let known = pod.value["status"]["conditions"].array.first { $0["type"].string == "PodScheduled" }
        let isKnown = known?["reason"].string == reason && known?["message"].string == message
        let isNominated = nominated == nil || nominated == pod.value["status"]["nominatedNodeName"].string
        if isKnown && isNominated { return }
        var condition: Value = [
            "type": "PodScheduled", "status": "False", "reason": .string(reason), "message": .string(message), "lastProbeTime": .null,
        ]
        condition["lastTransitionTime"] = known?["status"].string == "False" ? known?["lastTransitionTime"] ?? .null : .string(Timestamp.now().text)
        if pod.generation > 0 { condition["observedGeneration"] = .int(pod.generation) }
        var status: Value = ["conditions": [condition]]
        if let nominated { status["nominatedNodeName"] = .string(nominated) }
        do throws(StatusError) {
            try await client.patch(Pod.self, pod.namespace, pod.name, ["status": status], as: .strategic, "status")
        } catch where error.isNotFound {
            return
        } catch {
            logger.debug("a pod's condition could not be written", metadata: ["pod": "\(pod.name)", "reason": "\(error)"])
        }
    }
}

/// A value behind a mutex that closures can share.
final class Box<Content: Sendable>: Sendable {
    private let mutex: Mutex<Content>

    init(_ content: Content) { mutex = Mutex(content) }

    @discardableResult
    func change<Result: Sendable>(_ body: (inout Content) -> Result) -> Result { mutex.withLock { body(&$0) } }
}
