package import APIClient
import KubernetesTypes
package import Logging
import Objects

/// Finds a node for each pod that has none, and binds it there.
package struct PodScheduler: Sendable {
    private let client: APIClient
    private let sources: SchedulerSources
    private let claimCheck: ClaimCheck
    private let recorder: EventRecorder
    private let inbox = SchedulerInbox()
    private let metrics = SchedulerMetrics()
    private let profiles: [SchedulingProfile]
    private let logger: Logger

    package init(transport: any APITransport, logger: Logger) {
        self.init(transport: transport, profiles: [SchedulingProfile()], logger: logger)
    }

    init(transport: any APITransport, profiles: [SchedulingProfile], logger: Logger) {
        client = APIClient(transport: transport, fieldManager: "kube-scheduler")
        self.logger = logger
        self.profiles = profiles
        sources = SchedulerSources(client: client, inbox: inbox, logger: logger)
        claimCheck = ClaimCheck(claims: sources.claims, volumes: sources.volumes, classes: sources.classes)
        recorder = EventRecorder(client: client, component: PodClass.defaultScheduler)
    }

    /// Schedules until cancelled.
    package func run() async {
        metrics.register { [weak inbox] in inbox?.lengths }
        await withTaskGroup(of: Void.self) { group in
            await sources.start(&group)
            await withTaskCancellationHandler {
                await decide()
            } onCancel: {
                inbox.close()
            }
            group.cancelAll()
        }
    }

    /// Decisions come one after the other; what follows from them goes on beside.
    private func decide() async {
        var core = SchedulerCore(profiles: profiles)
        var turns = 0
        while !inbox.isClosed {
            for event in inbox.takeAll() {
                if case .budgetsChanged = event { core.setLimits(sources.limits()) }
                core.take(event)
            }
            let now = ContinuousClock.now
            core.settle(now: now)
            let due = core.queue.release(now: now)
            inbox.setLengths(core.queue.lengths)
            guard let pod = core.next(now: now) else {
                await inbox.wait(until: due)
                continue
            }
            attempt(pod, &core, now)
            // Others want to work too.
            turns += 1
            if turns % 32 == 0 { await Task.yield() }
        }
    }

    private func attempt(_ pod: SchedulerCore.Waiting, _ core: inout SchedulerCore, _ begun: ContinuousClock.Instant) {
        if !pod.pod.value["spec"]["schedulingGates"].array.isEmpty {
            core.queue.forget(pod.info.key)
            let waiting = pod.pod
            Task { await setWaiting(waiting, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates", nominated: nil) }
            return
        }
        var claims: [PersistentVolumeClaim] = []
        var own: SchedulerState.OwnFilter?
        switch claimCheck.verdict(pod.pod) {
        case .ready(let terms): own = Self.filter(terms)
        case .waitsForNode(let waiting, let terms):
            own = Self.filter(terms)
            claims = waiting
        case .blocked(let why):
            metrics.attempted(.unschedulable, since: begun)
            return carryOut(core.block(pod, why, now: begun), claims, begun)
        }
        let action = core.decide(pod, own: own, isFinal: claims.isEmpty, now: begun)
        metrics.decided(since: begun)
        if case .fail(_, _, let choice) = action {
            metrics.attempted(.unschedulable, since: begun)
            metrics.preempted(choice?.victims.count)
        }
        carryOut(action, claims, begun)
    }

    /// What the pod's volumes demand of a node: one term of each list.
    private static func filter(_ demands: [[NodeTerm]]) -> SchedulerState.OwnFilter? {
        if demands.isEmpty { return nil }
        return { node, _ in
            demands.allSatisfy { terms in terms.contains { $0.matches(node) } } ? nil : .fixed("node(s) didn't match PersistentVolume's node affinity")
        }
    }

    // MARK: acting

    private func carryOut(_ action: SchedulerCore.Action, _ claims: [PersistentVolumeClaim], _ begun: ContinuousClock.Instant) {
        switch action {
        case .bind(let pod, let node):
            Task {
                let isBound = await bind(pod.pod, pod.info, node)
                metrics.attempted(isBound ? .scheduled : .error, since: begun)
            }
        case .choose(let pod, let node): Task { await choose(node, for: claims, pod.info) }
        case .fail(let pod, let message, let choice):
            recorder.record(pod.pod, type: "Warning", reason: "FailedScheduling", message: message)
            Task {
                await setWaiting(pod.pod, "Unschedulable", message, nominated: choice?.node)
                if let choice { await preempt(choice, pod.pod, pod.info) }
            }
        }
    }

    /// Writes the chosen node into claims that wait for it. The pod comes again when they are bound.
    private func choose(_ node: String, for claims: [PersistentVolumeClaim], _ info: PodInfo) async {
        for claim in claims where claim.annotations[ClaimCheck.selectedNode] == nil {
            var annotations = Value.emptyObject
            annotations[ClaimCheck.selectedNode] = .string(node)
            do throws(StatusError) {
                try await client.patch(PersistentVolumeClaim.self, claim.namespace, claim.name, ["metadata": ["annotations": annotations]])
            } catch {
                logger.debug("a claim could not be given its node", metadata: ["claim": "\(claim.name)", "reason": "\(error)"])
            }
        }
        inbox.put(.deferred(key: info.key))
    }

    private func preempt(_ choice: SchedulerState.PreemptionChoice, _ pod: Pod, _ info: PodInfo) async {
        for victim in choice.victims where !victim.isTerminating {
            guard let known = sources.pods.get(victim.key), known.uid == victim.uid else { continue }
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
                return inbox.put(.nominationDropped(uid: info.uid))
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
            if !error.isNotFound { recorder.record(pod, type: "Warning", reason: "FailedScheduling", message: "binding rejected: \(error)") }
            inbox.put(.unbound(key: info.key, uid: info.uid, isGone: error.isNotFound))
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
