import APIClient
import ContainerRuntime
import KubernetesTypes
import Objects
import Synchronization

/// The work of a pod's worker: brings one pod to what its specification says.
extension Kubelet {
    /// How often volumes with content from the API are looked at.
    private static let volumeRefresh: Int64 = 30

    /// Works on the pod once. Returns when it wants to be called again although nothing happens.
    func attend(_ uid: String) async throws -> Duration? {
        guard let pod = pod(uid) else {
            try await bury(uid)
            return nil
        }
        let record = ensureRecord(uid, pod)
        return try await attend(settleResources(pod, record), record)
    }

    private func attend(_ pod: Pod, _ record: PodRecord) async throws -> Duration? {
        let uid = pod.uid
        record.content.withLock { $0.pod = pod }
        if pod.isBeingDeleted {
            try await terminate(pod, record)
            return nil
        }
        var state = try await observer.observe(uid, record)
        if isFinished(pod, record) {
            record.prober.stop()
            if !state.running.isEmpty || state.sandbox != nil {
                let grace = record.content.withLock { $0.memory.endGrace } ?? pod.value["spec"]["terminationGracePeriodSeconds"].int ?? 30
                await sync.stopAll(pod, state, grace: grace)
                state = try await observer.observe(uid, record)
            }
            try await publish(pod, record)
            return nil
        }
        if await admit(pod, record, state), !deadlineHasPassed(pod, record) { return try await run(pod, record, state) }
        try await publish(pod, record)
        return .zero
    }

    /// Whether nothing of the pod is to run any more, by what the API says or by what was found out here.
    private func isFinished(_ pod: Pod, _ record: PodRecord) -> Bool {
        if ["Succeeded", "Failed"].contains(pod.value["status"]["phase"].string ?? "") { return true }
        return record.content.withLock { $0.hasEnded }
    }

    private func admission(_ pod: Pod, _ node: Node?) -> PodAdmission {
        let others = allRecords.filter { other in
            other.content.withLock { $0.isAdmitted && !$0.hasEnded && $0.pod.uid != pod.uid }
        }.map(\.pod)
        return PodAdmission(node: node, others: others, pressures: evictions.conditions)
    }

    /// The pod with the resources that it is granted.
    private func settleResources(_ pod: Pod, _ record: PodRecord) -> Pod {
        // Only the pod's worker changes what it remembers.
        var resize = record.content.withLock { $0.memory.resize }
        let granted = resize.settle(pod, { admission(pod, currentNode) }, tell: { news in
            recorder.record(pod, type: news.type, reason: news.reason, message: news.message)
        })
        let settled = resize
        record.content.withLock { $0.memory.resize = settled }
        return granted
    }

    /// Whether the node takes the pod; asked once, and not of a pod that runs here already.
    private func admit(_ pod: Pod, _ record: PodRecord, _ state: PodRuntimeState) async -> Bool {
        if record.content.withLock({ $0.isAdmitted }) { return true }
        var refusal: Waiting?
        if state.isEmpty, statics.pod(pod.uid) == nil {
            refusal = admission(pod, currentNode).refusal(pod)
            // Whoever bound the pod may have seen newer labels of the node than we did.
            if refusal?.reason == "NodeAffinity", let fresh = try? await client.get(Node.self, "", settings.nodeName) {
                refusal = admission(pod, fresh).refusal(pod)
            }
        }
        // What runs here already has its devices.
        if refusal == nil, state.isEmpty, let reason = await sync.devices.plugins.allocate(pod) {
            refusal = Waiting(reason: "UnexpectedAdmissionError", message: "Pod was rejected: \(reason)")
        }
        if let refusal {
            recorder.record(pod, type: "Warning", reason: refusal.reason, message: refusal.message)
            record.content.withLock { content in
                content.memory.failure = refusal
                content.hasEnded = true
            }
            return false
        }
        record.content.withLock { $0.isAdmitted = true }
        return true
    }

    private func deadlineHasPassed(_ pod: Pod, _ record: PodRecord) -> Bool {
        guard let left = secondsToDeadline(pod), left <= 0 else { return false }
        recorder.record(pod, reason: "DeadlineExceeded", message: "Pod was active on the node longer than the specified deadline")
        record.content.withLock { content in
            content.memory.failure = Waiting(reason: "DeadlineExceeded", message: "Pod was active on the node longer than the specified deadline")
            content.hasEnded = true
        }
        return true
    }

    private func secondsToDeadline(_ pod: Pod) -> Int64? {
        guard let limit = pod.value["spec"]["activeDeadlineSeconds"].int, let text = pod.value["status"]["startTime"].string,
            let start = Timestamp(text)
        else { return nil }
        return start.seconds + limit - Timestamp.now().seconds
    }

    // MARK: running

    private func run(_ pod: Pod, _ record: PodRecord, _ seen: PodRuntimeState) async throws -> Duration? {
        let uid = pod.uid
        var state = seen
        var memory = record.content.withLock { $0.memory }
        // Who looks at a new pod sees that its node has begun.
        if pod.value["status"]["startTime"].isNull { try? await publish(pod, record) }
        var wake: Timestamp?
        var failure: PodSetupError?
        // A start leads to the next: init containers run one after the other.
        for _ in 0..<32 {
            let planner = PodPlanner(
                containers: PodContainers(pod.value["spec"]), state: state, probes: record.prober.results,
                podName: "\(pod.name)_\(pod.namespace)(\(uid))", known: pod.value["status"], now: .now(), restarting: restartsForResources(pod, state, memory))
            let plan = planner.plan(&memory)
            reportBackoff(pod, memory, record)
            wake = plan.wake
            if plan.isComplete {
                record.content.withLock { $0.hasEnded = true }
                return .zero
            }
            if !plan.needsSandbox, plan.starts.isEmpty, plan.stops.isEmpty, plan.removals.isEmpty { break }
            do throws(PodSetupError) {
                try await sync.carryOut(plan, pod, state, &memory)
            } catch {
                failure = error
            }
            if Task.isCancelled { return .zero }
            let remembered = memory
            record.content.withLock { $0.memory = remembered }
            state = try await observer.observe(uid, record)
            if failure != nil { break }
        }
        await applyResources(pod, state, &memory)
        let remembered = memory
        record.content.withLock { $0.memory = remembered }
        record.prober.follow(pod, state, hostAddress: settings.address)
        try await publish(pod, record)
        await prune(state)
        if let failure {
            recorder.record(pod, type: "Warning", reason: failure.reason, message: failure.description)
            throw failure
        }
        return try await nextLook(pod, record, wake)
    }

    private func reportBackoff(_ pod: Pod, _ memory: PodMemory, _ record: PodRecord) {
        let before = record.content.withLock { $0.memory.waiting }
        for (name, waiting) in memory.waiting where waiting.reason == "CrashLoopBackOff" && before[name]?.reason != waiting.reason {
            recorder.record(
                pod, type: "Warning", reason: "BackOff",
                message: "Back-off restarting failed container \(name) in pod \(pod.name)_\(pod.namespace)(\(pod.uid))", field: PodSync.fieldPath(name, pod))
        }
    }

    /// Refreshes volumes when their time has come, and says when the pod wants to be looked at again.
    private func nextLook(_ pod: Pod, _ record: PodRecord, _ wake: Timestamp?) async throws -> Duration? {
        let now = Timestamp.now()
        var seconds: [Int64] = []
        if let wake { seconds.append(wake.seconds - now.seconds + 1) }
        if let left = secondsToDeadline(pod) { seconds.append(left) }
        // Room comes when another pod goes.
        let resize = record.content.withLock { $0.memory.resize }
        if resize.pending?.reason == "Deferred" || resize.failure != nil { seconds.append(5) }
        if PodVolumes.hasChangingContent(pod) {
            let memory = record.content.withLock { $0.memory }
            let metadata: Value = [pod.value["metadata"]["labels"], pod.value["metadata"]["annotations"]]
            if now.seconds - memory.volumesRefreshed.seconds >= Self.volumeRefresh || memory.projectedMetadata != metadata {
                do throws(PodSetupError) {
                    try await sync.volumes.prepare(pod)
                } catch {
                    recorder.record(pod, type: "Warning", reason: error.reason, message: error.description)
                }
                record.content.withLock { content in
                    content.memory.volumesRefreshed = now
                    content.memory.projectedMetadata = metadata
                }
            }
            seconds.append(Self.volumeRefresh)
        }
        return seconds.min().map { .seconds(max($0, 1)) }
    }

    /// Of each container the runtime keeps the newest record and the one before; of sandboxes the newest.
    private func prune(_ state: PodRuntimeState) async {
        for (_, all) in Dictionary(grouping: state.containers, by: \.name) {
            for old in all.sorted(by: { $0.attempt > $1.attempt }).dropFirst(2) where old.state == .exited {
                try? await runtime.removeContainer(old.id)
            }
        }
        let homes = Set(state.homes.values)
        for old in state.sandboxes where !old.isReady && state.sandbox != nil && !homes.contains(old.id) {
            try? await runtime.removeSandbox(old.id)
        }
    }

    // MARK: the end

    private func terminate(_ pod: Pod, _ record: PodRecord) async throws {
        var state = try await observer.observe(pod.uid, record)
        record.prober.stopRestarting()
        try await publish(pod, record)
        if !state.running.isEmpty || state.sandbox != nil {
            await sync.stopAll(pod, state, grace: pod.value["metadata"]["deletionGracePeriodSeconds"].int ?? 30)
            if Task.isCancelled { return }
            state = try await observer.observe(pod.uid, record)
        }
        guard state.running.isEmpty else { throw RuntimeError(code: 14, "containers still run") }
        record.prober.stop()
        record.content.withLock { $0.hasEnded = true }
        try await publish(pod, record)
        await sync.volumes.tearDown(pod.uid)
        await sync.devices.release(pod.uid)
        try await confirmDeletion(pod)
    }

    /// Tells the API that nothing of the pod runs any more.
    private func confirmDeletion(_ pod: Pod) async throws(StatusError) {
        do throws(StatusError) {
            try await client.delete(
                Pod.self, pod.namespace, pod.name, ["gracePeriodSeconds": 0, "preconditions": ["uid": .string(pod.uid)]])
        } catch where error.isNotFound || error.isConflict {
            return
        }
    }

    /// Ends and removes what is left of a pod that nobody asks for any more.
    private func bury(_ uid: String) async throws {
        let known = record(uid)
        let record = known ?? ensureRecord(uid, Pod(.emptyObject))
        record.prober.stop()
        var state = try await observer.observe(uid, record)
        // The API forgot the pod at once (a deletion by force): what runs gets the shortest grace.
        if !state.running.isEmpty { await sync.stopAll(record.pod, state, grace: statics.uids.isEmpty ? 2 : 30) }
        if Task.isCancelled { return }
        state = try await observer.observe(uid, record)
        await sync.remove(uid, state)
        if let mirror = pods.get(record.pod.namespace, record.pod.name), StaticPods.isMirror(mirror), statics.find(mirror.namespace, mirror.name) == nil {
            await statics.removeMirror(mirror)
        }
        state = try await observer.observe(uid, record)
        if state.isEmpty { forget(uid) }
    }

    // MARK: status

    /// Writes the pod's status when it changed.
    private func publish(_ pod: Pod, _ record: PodRecord) async throws(StatusError) {
        var target = pod
        if statics.pod(pod.uid) != nil {
            guard let mirror = await statics.mirror(pod, present: pods.get(pod.namespace, pod.name)) else { return }
            target = mirror
        }
        let (state, memory, hasEnded, answer) = record.content.withLock { ($0.state, $0.memory, $0.hasEnded, $0.answer) }
        // The informer may not have seen yet what was written last.
        if let answer, answer.uid == target.uid, Self.revision(answer) > Self.revision(target) { target.value["status"] = answer.value["status"] }
        let status = PodStatusMaker(
            pod: target, runtime: state, probes: record.prober.results, memory: memory, hostAddresses: settings.addresses, hasEnded: hasEnded, now: .now(),
            deviceHealth: sync.devices.plugins.health(pod.uid)
        ).make()
        guard let change = StatusPatch.make(from: target.value["status"], to: status) else { return }
        do throws(StatusError) {
            let written = try await client.patch(
                Pod.self, target.namespace, target.name, ["metadata": ["uid": .string(target.uid)], "status": change], as: .strategic, "status")
            record.content.withLock { $0.answer = written }
        } catch where error.isNotFound || error.isConflict {
            // Gone, or another pod of the same name.
            return
        }
    }

    private static func revision(_ pod: Pod) -> UInt64 { UInt64(pod.resourceVersion) ?? 0 }
}
