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
        if action(container, exitCode: exitCode) == "Restart" { return true }
        switch container["restartPolicy"].string ?? podPolicy {
        case "Never": return false
        case "OnFailure": return exitCode != 0
        default: return true
        }
    }

    /// What the first of the container's own rules for this exit code says; nil when none speaks of it.
    private static func action(_ container: Value, exitCode: Int64) -> String? {
        container["restartPolicyRules"].array.first { rule in
            let values = rule["exitCodes"]["values"].array.compactMap(\.int)
            return values.contains(exitCode) == (rule["exitCodes"]["operator"].string == "In")
        }?["action"].string
    }

    /// Whether the end of this container has the whole pod start over (KEP-5532).
    static func restartsAll(_ container: Value, exitCode: Int64) -> Bool { action(container, exitCode: exitCode) == restartAll }

    /// Whether the end of any container of a pod could.
    static func canRestartAll(_ spec: Value) -> Bool {
        (spec["containers"].array + spec["initContainers"].array).contains { container in
            container["restartPolicyRules"].array.contains { $0["action"].string == restartAll }
        }
    }

    private static let restartAll = "RestartAllContainers"
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
    /// Ended containers, by their ids, that are to be forgotten, so that the pod starts over.
    var removals: [String] = []
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
        let cause = causeOfRestart
        memory.isRestartingAll = cause != nil
        if let cause, state.sandbox != nil {
            startOver(cause, &plan, &memory)
            return plan
        }
        if cause == nil, hasEnded {
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

    /// A container whose end has the whole pod start over.
    private var causeOfRestart: ContainerDetails? {
        for container in containers.mains + containers.inits {
            guard let details = state.latest(name(container)), details.state == .exited else { continue }
            if RestartRule.restartsAll(container, exitCode: details.exitCode) { return details }
        }
        return nil
    }

    /// First all others end; then, after the pause of the one that caused it, what is left of all is removed. The sandbox stays.
    private func startOver(_ cause: ContainerDetails, _ plan: inout PodPlan, _ memory: inout PodMemory) {
        plan.stops = state.running.map { PodPlan.Stop(name: $0.name, id: $0.id, message: "Container \(cause.name) ended, all containers of the pod will be restarted") }
        if !plan.stops.isEmpty || isPaused(cause, &plan, &memory) { return }
        memory.restarts[cause.name, default: Backoff()].grow(now: now)
        for container in containers.mains + containers.inits {
            let name = name(container)
            memory.waiting[name] = nil
            if let latest = state.latest(name) { memory.attempts[name] = latest.attempt + 1 }
            plan.removals += state.containers.filter { $0.name == name }.map(\.id)
        }
    }

    /// Whether a container that ended has to wait before it starts anew.
    private func isPaused(_ details: ContainerDetails, _ plan: inout PodPlan, _ memory: inout PodMemory) -> Bool {
        let name = details.name
        guard let end = memory.restarts[name]?.end(after: RuntimeTime.timestamp(details.finishedAt), now: now) else { return false }
        plan.wake = min(plan.wake ?? end, end)
        let pause = memory.restarts[name]?.pause ?? 0
        memory.waiting[name] = Waiting(reason: "CrashLoopBackOff", message: "back-off \(pause)s restarting failed container=\(name) pod=\(podName)")
        return true
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
            if isPaused(details, &plan, &memory) { return }
            memory.restarts[name, default: Backoff()].grow(now: now)
        }
        plan.starts.append(.init(name: name, attempt: max(attempt(name), memory.attempts[name] ?? 0)))
    }

    /// One more than the newest there is or was; the API remembers what the runtime forgot.
    private func attempt(_ name: String) -> Int {
        if let latest = state.latest(name) { return latest.state == .created ? latest.attempt : latest.attempt + 1 }
        let statuses = known["containerStatuses"].array + known["initContainerStatuses"].array
        guard let status = statuses.first(where: { $0["name"].string == name }), status["containerID"].string != nil else { return 0 }
        return Int(status["restartCount"].int ?? 0) + 1
    }
}
