package import APIClient
import KubernetesTypes
package import Logging
import Objects

/// Finds a node for each pod that has none, and binds it there.
package struct PodScheduler: Sendable {
    let client: APIClient
    let sources: SchedulerSources
    private let claimCheck: ClaimCheck
    let deviceCheck: DeviceCheck
    let claimWriter: ClaimWriter
    let recorder: ProfileRecorder
    let inbox = SchedulerInbox()
    let metrics = SchedulerMetrics()
    /// Bindings and conditions under way: with the Events no more than the seats of the scheduler's priority level.
    private let writes = Turnstile(places: 64)
    private let configuration: SchedulerConfiguration
    private let extenders: [Extender]
    let logger: Logger

    package init(transport: any APITransport, configuration: SchedulerConfiguration = SchedulerConfiguration(), logger: Logger) {
        client = APIClient(transport: transport, fieldManager: "kube-scheduler")
        self.logger = logger
        self.configuration = configuration
        extenders = configuration.extenders.compactMap { settings in
            do { return try Extender(settings) } catch {
                logger.error("an extender's certificates cannot be read", metadata: ["url": "\(settings.url)", "reason": "\(error)"])
                return nil
            }
        }
        sources = SchedulerSources(client: client, inbox: inbox, logger: logger)
        claimCheck = ClaimCheck(claims: sources.claims, volumes: sources.volumes, classes: sources.classes, nodes: sources.volumeNodes)
        deviceCheck = DeviceCheck(claims: sources.resourceClaims, classes: sources.deviceClasses, slices: sources.resourceSlices)
        claimWriter = ClaimWriter(client: client)
        recorder = ProfileRecorder(client)
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
        for extender in extenders { await extender.close() }
    }

    /// Decisions come one after the other; what follows from them goes on beside.
    private func decide() async {
        var core = SchedulerCore(configuration)
        var turns = 0
        while !inbox.isClosed {
            for event in inbox.takeAll() {
                if case .budgetsChanged = event { core.setLimits(sources.limits()) }
                if case .devicesChanged = event { core.state.setDeviceResources(deviceCheck.resources) }
                core.take(event)
            }
            let now = ClusterTime.now
            core.settle(now: now)
            let due = core.queue.release(now: now)
            inbox.setLengths(core.queue.lengths)
            guard let pod = core.next(now: now) else {
                await inbox.wait(until: due)
                continue
            }
            await attempt(pod, &core, now)
            // Others want to work too.
            turns += 1
            if turns % 32 == 0 { await Task.yield() }
        }
    }

    private func attempt(_ pod: SchedulerCore.Waiting, _ core: inout SchedulerCore, _ begun: ContinuousClock.Instant) async {
        if core.hasGates(pod.info), !pod.pod.value["spec"]["schedulingGates"].array.isEmpty {
            core.queue.forget(pod.info.key)
            let waiting = pod.pod
            Task { await writes.pass { await setWaiting(waiting, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates", nominated: nil) } }
            return
        }
        core.reconsider(pod)
        var claims: [PersistentVolumeClaim] = []
        var own: SchedulerState.OwnFilter?
        switch claimCheck.verdict(pod.pod) {
        case .ready(let terms): own = claimCheck.filter(pod.info, terms, core.state)
        case .waitsForNode(let waiting, let terms):
            own = claimCheck.filter(pod.info, terms, core.state)
            claims = waiting
        case .blocked(let why):
            metrics.attempted(.unschedulable, since: begun)
            return carryOut(core.block(pod, why, now: begun), claims, begun)
        }
        var devices: DeviceFilter?
        let profile = core.state.profiles[core.state.profile(of: pod.info.podClass) ?? 0]
        switch deviceCheck.verdict(pod.pod, pod.info.podClass.requests.extended, timeout: profile.deviceTimeout) {
        case .none: break
        case .blocked(let why):
            metrics.attempted(.unschedulable, since: begun)
            return carryOut(core.block(pod, why, now: begun), claims, begun)
        case .asks(let filter):
            devices = filter
            let volumes = own
            own = { node, position in volumes?(node, position) ?? filter.refusal(node) }
        }
        let interested = extenders.filter { $0.settings.isInterested(in: pod.info.podClass) }
        let action: SchedulerCore.Action
        if interested.isEmpty {
            action = core.decide(pod, own: own, gains: { devices?.gains() ?? [:] }, isFinal: claims.isEmpty, now: begun)
        } else {
            guard let consulted = await consult(interested, pod, own, &core, devices, isFinal: claims.isEmpty, begun) else { return }
            action = consulted
        }
        metrics.decided(since: begun)
        if case .fail(_, _, let choice) = action {
            metrics.attempted(.unschedulable, since: begun)
            metrics.preempted(choice?.victims.count)
        }
        if let devices { return carryOut(action, devices, &core, claims, begun) }
        carryOut(action, claims, begun)
    }

    /// Decides with extenders; nil when one of them failed and the pod is tried again.
    private func consult(
        _ extenders: [Extender], _ pod: SchedulerCore.Waiting, _ own: SchedulerState.OwnFilter?, _ core: inout SchedulerCore, _ devices: DeviceFilter?,
        isFinal: Bool, _ begun: ContinuousClock.Instant
    ) async -> SchedulerCore.Action? {
        let names = core.state.fitting(pod.info, own)
        if names.isEmpty { return core.decide(pod, own: own, isFinal: isFinal, now: begun) }
        let consultation = Consultation(extenders: extenders) { [sources] name in sources.node(name)?.value }
        do throws(Extender.Failure) {
            let outcome = try await consultation.ask(pod.pod.value, names)
            let both: SchedulerState.OwnFilter = { node, position in own?(node, position) ?? outcome.refusal(node) }
            let gains = { outcome.gains.merging(devices?.gains() ?? [:], uniquingKeysWith: +) }
            return core.decide(pod, own: both, gains: gains, isFinal: isFinal, now: begun)
        } catch {
            metrics.attempted(.error, since: begun)
            recorder.record(pod.pod, type: "Warning", reason: "FailedScheduling", message: error.description)
            core.queue.erred(pod.info.key, now: begun)
            return nil
        }
    }

    // MARK: acting

    func carryOut(_ action: SchedulerCore.Action, _ claims: [PersistentVolumeClaim], _ begun: ContinuousClock.Instant) {
        switch action {
        case .bind(let pod, let node):
            Task {
                let isBound = await writes.pass { await bind(pod.pod, pod.info, node) }
                metrics.attempted(isBound ? .scheduled : .error, since: begun)
            }
        case .choose(let pod, let node): Task { await choose(node, for: claims, pod.info) }
        case .fail(let pod, let message, let choice):
            recorder.record(pod.pod, type: "Warning", reason: "FailedScheduling", message: message)
            Task {
                await writes.pass { await setWaiting(pod.pod, "Unschedulable", message, nominated: choice?.node) }
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
        var victims = choice.victims
        for extender in extenders where !extender.settings.preemptVerb.isEmpty && extender.settings.isInterested(in: info.podClass) {
            do throws(Extender.Failure) {
                guard let left = try await extender.preempt(pod.value, choice.node, victims.compactMap { sources.pods.get($0.key)?.value }) else {
                    return inbox.put(.nominationDropped(uid: info.uid))
                }
                victims.removeAll { !left.contains($0.uid) }
            } catch {
                if !extender.settings.isIgnorable { return inbox.put(.nominationDropped(uid: info.uid)) }
            }
        }
        for victim in victims where !victim.isTerminating {
            guard let known = sources.pods.get(victim.key), known.uid == victim.uid else { continue }
            let condition: Value = [
                "type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler",
                "message": .string("\(ProfileRecorder.profile(of: pod)): preempting to accommodate a higher priority pod"), "lastTransitionTime": .string(Timestamp.now().text),
            ]
            _ = try? await client.patch(
                Pod.self, victim.namespace, victim.name, ["status": ["conditions": [condition]]], as: .strategic, "status")
            do throws(StatusError) {
                try await client.delete(Pod.self, victim.namespace, victim.name, ["preconditions": ["uid": .string(victim.uid)]])
                recorder.record(known, by: pod, reason: "Preempted", message: "Preempted by pod \(pod.uid) on node \(choice.node)")
            } catch where error.isNotFound {
                continue
            } catch {
                logger.warning("a pod could not be preempted", metadata: ["pod": "\(victim.key)", "reason": "\(error)"])
                return inbox.put(.nominationDropped(uid: info.uid))
            }
        }
    }

    /// Whether the pod is bound after it.
    func bind(_ pod: Pod, _ info: PodInfo, _ node: String) async -> Bool {
        let binding: Value = [
            "kind": "Binding", "apiVersion": "v1",
            "metadata": ["name": .string(pod.name), "namespace": .string(pod.namespace), "uid": .string(pod.uid)],
            "target": ["kind": "Node", "apiVersion": "v1", "name": .string(node)],
        ]
        let binders = extenders.filter { !$0.settings.bindVerb.isEmpty && $0.settings.isInterested(in: info.podClass) }
        if let binder = binders.first { return await bind(pod, info, node, by: binder) }
        do throws(StatusError) {
            _ = try await client.post(binding, to: "/api/v1/namespaces/\(pod.namespace)/pods/\(pod.name)/binding", known: pod.value)
            recorder.record(pod, reason: "Scheduled", message: "Successfully assigned \(pod.namespace)/\(pod.name) to \(node)")
            return true
        } catch {
            if !error.isNotFound { recorder.record(pod, type: "Warning", reason: "FailedScheduling", message: "binding rejected: \(error)") }
            inbox.put(.unbound(key: info.key, uid: info.uid, isGone: error.isNotFound))
            return false
        }
    }

    private func bind(_ pod: Pod, _ info: PodInfo, _ node: String, by extender: Extender) async -> Bool {
        do throws(Extender.Failure) {
            try await extender.bind(pod.value, node)
            recorder.record(pod, reason: "Scheduled", message: "Successfully assigned \(pod.namespace)/\(pod.name) to \(node)")
            return true
        } catch {
            recorder.record(pod, type: "Warning", reason: "FailedScheduling", message: "binding rejected: \(error)")
            inbox.put(.unbound(key: info.key, uid: info.uid, isGone: false))
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
