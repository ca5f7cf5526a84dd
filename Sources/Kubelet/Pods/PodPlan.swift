import ContainerRuntime
import Objects

/// The containers of a pod's specification, by their roles.
struct PodContainers: Sendable {
    let inits: [Value]
    let mains: [Value]
    let ephemerals: [Value]
    let restartPolicy: String

    init(_ spec: Value) {
        inits = spec["initContainers"].array
        mains = spec["containers"].array
        ephemerals = spec["ephemeralContainers"].array
        restartPolicy = spec["restartPolicy"].string ?? "Always"
    }

    var all: [Value] { mains + inits + ephemerals }

    func container(_ name: String) -> Value? { all.first { $0["name"].string == name } }

    /// An init container that goes on beside the others (KEP-753).
    static func isSidecar(_ container: Value) -> Bool { container["restartPolicy"].string == "Always" }

    var sidecars: [Value] { inits.filter(Self.isSidecar) }
}

/// Whether a container that ended is started again: the pod's policy, its own, or its own rules (KEP-5307).
enum RestartRule {
    static func restarts(_ container: Value, exitCode: Int64, podPolicy: String) -> Bool {
        for rule in container["restartPolicyRules"].array where rule["action"].string == "Restart" {
            let values = rule["exitCodes"]["values"].array.compactMap(\.int)
            let isIn = rule["exitCodes"]["operator"].string == "In"
            if values.contains(exitCode) == isIn { return true }
        }
        switch container["restartPolicy"].string ?? podPolicy {
        case "Never": return false
        case "OnFailure": return exitCode != 0
        default: return true
        }
    }
}

/// What has to be done for a pod now. Made of what is; carried out by `PodSync`.
struct PodPlan: Equatable {
    struct Start: Equatable {
        let name: String
        /// How often the container was started before.
        let attempt: Int
    }

    struct Stop: Equatable {
        let name: String
        let id: String
        let message: String
        /// Seconds; nil for the pod's own.
        var grace: Int64?
    }

    var needsSandbox = false
    var starts: [Start] = []
    var stops: [Stop] = []
    /// Nothing of the pod is to run any more.
    var isComplete = false
    /// When the next container's pause ends.
    var wake: Timestamp?
}

/// Makes the plan of a pod.
struct PodPlanner {
    let containers: PodContainers
    let state: PodRuntimeState
    let probes: ProbeResults
    let podName: String
    let known: Value
    let now: Timestamp
    /// Running containers, by their ids, that get their new resources only by a new start.
    var restarting: Set<String> = []

    /// `memory` takes up the pauses between restarts and why containers wait.
    func plan(_ memory: inout PodMemory) -> PodPlan {
        var plan = PodPlan()
        if hasEnded {
            plan.isComplete = true
            return plan
        }
        guard state.sandbox != nil else {
            plan.needsSandbox = true
            // Containers of a sandbox that died must not go on beside the new one.
            plan.stops = state.running.map { PodPlan.Stop(name: $0.name, id: $0.id, message: "Pod sandbox changed, it will be killed and re-created.") }
            if let first = containers.inits.first ?? nil { start(first, nil, &plan, &memory) }
            if containers.inits.isEmpty { for main in containers.mains { start(main, nil, &plan, &memory) } }
            return plan
        }
        if planInits(&plan, &memory) { planMains(&plan, &memory) }
        for container in containers.ephemerals where (state.latest(name(container))?.state ?? .created) == .created { start(container, nil, &plan, &memory) }
        return plan
    }

    private func name(_ container: Value) -> String { container["name"].string ?? "" }

    /// Whether all has run that is to run, or an init container failed for good.
    private var hasEnded: Bool {
        let policy = containers.restartPolicy
        for container in containers.inits where !PodContainers.isSidecar(container) {
            guard let details = state.latest(name(container)), details.state == .exited, details.exitCode != 0 else { continue }
            if !RestartRule.restarts(container, exitCode: details.exitCode, podPolicy: policy == "Always" ? "OnFailure" : policy) { return true }
        }
        return containers.mains.allSatisfy { container in
            guard let details = state.latest(name(container)), details.state == .exited else { return false }
            return !RestartRule.restarts(container, exitCode: details.exitCode, podPolicy: policy)
        }
    }

    /// True when the init containers have done their work and the sidecars run.
    private func planInits(_ plan: inout PodPlan, _ memory: inout PodMemory) -> Bool {
        let mainsExist = containers.mains.contains { state.current(name($0)) != nil }
        for container in containers.inits {
            let details = state.current(name(container))
            if PodContainers.isSidecar(container) {
                planOne(container, details, &plan, &memory)
                let isStarted = details?.state == .running && (!container["startupProbe"].isObject || probes.isStarted[name(container)] == true)
                if !isStarted, !mainsExist { return false }
                continue
            }
            // Main containers that ran already mean that the inits were done; their records may be gone.
            if mainsExist { continue }
            switch details?.state {
            case .exited? where details?.exitCode == 0: continue
            case .running?: return false
            default:
                start(container, details, &plan, &memory)
                return false
            }
        }
        return true
    }

    private func planMains(_ plan: inout PodPlan, _ memory: inout PodMemory) {
        for container in containers.mains { planOne(container, state.current(name(container)), &plan, &memory) }
    }

    private func planOne(_ container: Value, _ details: ContainerDetails?, _ plan: inout PodPlan, _ memory: inout PodMemory) {
        let name = name(container)
        guard let details else { return start(container, nil, &plan, &memory) }
        switch details.state {
        case .running:
            memory.waiting[name] = nil
            if let failed = probes.failed[details.id] {
                plan.stops.append(
                    .init(name: name, id: details.id, message: "Container \(name) failed \(failed.probe) probe, will be restarted", grace: failed.grace))
            } else if restarting.contains(details.id) {
                plan.stops.append(.init(name: name, id: details.id, message: "Container \(name) resize requires restart"))
            } else if let hash = details.annotations[KubeletSettings.Label.specHash], hash != SpecHash.of(container) {
                plan.stops.append(.init(name: name, id: details.id, message: "Container \(name) definition changed, will be restarted"))
            }
        case .exited, .unknown:
            let policy = PodContainers.isSidecar(container) ? "Always" : containers.restartPolicy
            guard RestartRule.restarts(container, exitCode: details.exitCode, podPolicy: policy) else {
                memory.waiting[name] = nil
                return
            }
            start(container, details, &plan, &memory)
        // Made but never started: the start failed, or we ended in between.
        case .created: start(container, nil, &plan, &memory)
        }
    }

    /// Plans a start, unless a pause has to end first.
    private func start(_ container: Value, _ details: ContainerDetails?, _ plan: inout PodPlan, _ memory: inout PodMemory) {
        let name = name(container)
        if let waiting = memory.waiting[name], let end = memory.starts[name]?.end(after: waiting.since, now: now) {
            plan.wake = min(plan.wake ?? end, end)
            return
        }
        if let details, details.state == .exited {
            let finished = RuntimeTime.timestamp(details.finishedAt)
            if let end = memory.restarts[name]?.end(after: finished, now: now) {
                plan.wake = min(plan.wake ?? end, end)
                let pause = memory.restarts[name]?.pause ?? 0
                memory.waiting[name] = Waiting(reason: "CrashLoopBackOff", message: "back-off \(pause)s restarting failed container=\(name) pod=\(podName)")
                return
            }
            memory.restarts[name, default: Backoff()].grow(now: now)
        }
        plan.starts.append(.init(name: name, attempt: attempt(name)))
    }

    /// One more than the newest there is or was; the API remembers what the runtime forgot.
    private func attempt(_ name: String) -> Int {
        if let latest = state.latest(name) { return latest.state == .created ? latest.attempt : latest.attempt + 1 }
        let statuses = known["containerStatuses"].array + known["initContainerStatuses"].array
        guard let status = statuses.first(where: { $0["name"].string == name }), status["containerID"].string != nil else { return 0 }
        return Int(status["restartCount"].int ?? 0) + 1
    }
}
