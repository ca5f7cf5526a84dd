import APIClient
import KubernetesTypes
import Logging
import Objects

/// Pods with devices: their claims are written, and the devices made ready, before the pod is bound.
extension PodScheduler {
    /// For a pod with resource claims: these get their devices before it is bound.
    func carryOut(
        _ action: SchedulerCore.Action, _ filter: DeviceFilter, _ core: inout SchedulerCore, _ claims: [PersistentVolumeClaim],
        _ begun: ContinuousClock.Instant
    ) {
        switch action {
        case .bind(let pod, let name):
            guard let node = core.state.node(name), let allocations = filter.allocations(node, now: .now()) else {
                return inbox.put(.unbound(key: pod.info.key, uid: pod.info.uid, isGone: false))
            }
            deviceCheck.assume(allocations)
            let profile = core.state.profiles[core.state.profile(of: pod.info.podClass) ?? 0]
            Task {
                let isBound = await bind(pod, name, with: allocations, timeout: profile.deviceBindingTimeout)
                metrics.attempted(isBound ? .scheduled : .error, since: begun)
            }
        case .fail:
            // Devices that a claim has, and that nobody uses, may be what keeps the pod from every node.
            let unused = filter.allocated.first { $0.value["status"]["reservedFor"].array.isEmpty }
            if let unused { Task { try? await claimWriter.deallocate(unused) } }
            carryOut(action, claims, begun)
        case .choose: carryOut(action, claims, begun)
        }
    }

    /// Whether the pod is bound after it.
    private func bind(_ pod: SchedulerCore.Waiting, _ node: String, with allocations: [DeviceFilter.Allocation], timeout: Duration) async -> Bool {
        var written: [ResourceClaim] = []
        do throws(StatusError) {
            written = try await claimWriter.write(allocations, for: pod.pod)
            deviceCheck.settle(allocations, written: written)
        } catch {
            deviceCheck.settle(allocations, written: [])
            logger.debug("a resource claim could not be written", metadata: ["pod": "\(pod.info.key)", "reason": "\(error)"])
            inbox.put(.unbound(key: pod.info.key, uid: pod.info.uid, isGone: false))
            return false
        }
        if let why = await waitUntilReady(written, pod.pod, node, timeout) {
            recorder.record(pod.pod, type: "Warning", reason: "FailedScheduling", message: "running PreBind plugin \"DynamicResources\": \(why)")
            await letGo(written, allocations)
            inbox.put(.unbound(key: pod.info.key, uid: pod.info.uid, isGone: false))
            return false
        }
        if await bind(pod.pod, pod.info, node) { return true }
        await dropMade(written, allocations)
        return false
    }

    /// Waits for those who make devices ready. Returns why it was in vain; nil when all are ready.
    private func waitUntilReady(_ claims: [ResourceClaim], _ pod: Pod, _ node: String, _ timeout: Duration) async -> String? {
        let needed = claims.filter(DeviceBinding.isNeeded)
        if needed.isEmpty { return nil }
        recorder.record(pod, reason: "BindingConditionsPending", message: "waiting for binding conditions for device on node \(node)")
        let deadline = ClusterTime.now + timeout
        while !inbox.isClosed {
            // A claim that the informer does not have yet is as it was written.
            let known = needed.map { claim in sources.resourceClaims.get(claim.namespace, claim.name).flatMap { $0.value["status"]["allocation"].isObject ? $0 : nil } ?? claim }
            let states = known.map(DeviceBinding.init)
            for case .failed(let why) in states { return why }
            if states.allSatisfy({ $0 == .ready }) { return nil }
            if ClusterTime.now >= deadline { return "device binding timeout" }
            try? await ClusterTime.sleep(for: .milliseconds(200))
        }
        return "the scheduler ends"
    }

    /// Devices that could not be made ready go back, so that others are looked for.
    private func letGo(_ claims: [ResourceClaim], _ allocations: [DeviceFilter.Allocation]) async {
        if inbox.isClosed { return }
        for (claim, allocation) in zip(claims, allocations) where allocation.mappings.isEmpty && DeviceBinding.isNeeded(claim) {
            guard let fresh = try? await client.get(ResourceClaim.self, claim.namespace, claim.name) else { continue }
            try? await claimWriter.deallocate(fresh)
        }
        await dropMade(claims, allocations)
    }

    private func dropMade(_ claims: [ResourceClaim], _ allocations: [DeviceFilter.Allocation]) async {
        for (claim, allocation) in zip(claims, allocations) where !allocation.mappings.isEmpty { try? await claimWriter.drop(claim) }
    }
}
