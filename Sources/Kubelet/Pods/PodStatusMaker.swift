import ContainerRuntime
import KubernetesTypes
import Objects

/// Makes the status of a pod from what the runtime has.
struct PodStatusMaker {
    let pod: Pod
    let runtime: PodRuntimeState
    let probes: ProbeResults
    let memory: PodMemory
    /// The node's, the first of its first family.
    let hostAddresses: [String]
    /// Nothing of the pod is started any more: it has done its work, failed, or is being deleted and stopped.
    let hasEnded: Bool
    let now: Timestamp
    /// `allocatedResourcesStatus` by container, where plug-ins gave devices.
    var deviceHealth: [String: Value] = [:]

    private var spec: Value { pod.value["spec"] }
    private var known: Value { pod.value["status"] }

    /// The whole status. Conditions of others stay as they are.
    func make() -> Value {
        let containers = PodContainers(spec)
        let maker = ContainerStatusMaker(
            runtime: runtime, probes: probes, waiting: memory.waiting, known: known, initsAreDone: initsAreDone(containers), hasEnded: hasEnded,
            resize: memory.resize)
        let inits = containers.inits.map { maker.make($0, .initial) }
        let mains = containers.mains.map { maker.make($0, .main) }
        let ephemerals = containers.ephemerals.map { maker.make($0, .ephemeral) }
        func withHealth(_ statuses: [Value]) -> [Value] {
            deviceHealth.isEmpty ? statuses : statuses.map { status in
                var status = status
                if let health = deviceHealth[status["name"].string ?? ""] { status["allocatedResourcesStatus"] = health }
                return status
            }
        }
        var status = known.isObject ? known : .emptyObject
        let phase = phase(containers, mains, inits)
        status["phase"] = .string(phase)
        if let failure = memory.failure {
            status["reason"] = .string(failure.reason)
            status["message"] = .string(failure.message)
        }
        if let generation = pod.value["metadata"]["generation"].int { status["observedGeneration"] = .int(generation) }
        addAddresses(&status)
        if status["startTime"].isNull { status["startTime"] = .string(now.text) }
        status["qosClass"] = .string(QualityOfService.class(of: pod))
        if !inits.isEmpty { status["initContainerStatuses"] = .array(withHealth(inits)) }
        status["containerStatuses"] = .array(withHealth(mains))
        if !ephemerals.isEmpty { status["ephemeralContainerStatuses"] = .array(ephemerals) }
        status["conditions"] = .array(conditions(phase, mains, inits, containers))
        return status
    }

    private func addAddresses(_ status: inout Value) {
        status["hostIP"] = .string(hostAddresses.first ?? "")
        status["hostIPs"] = .array(hostAddresses.map { ["ip": .string($0)] })
        let seen = runtime.addresses.isEmpty ? memory.lastAddresses : runtime.addresses
        let addresses = spec["hostNetwork"].bool == true ? hostAddresses : seen
        guard let first = addresses.first else { return }
        status["podIP"] = .string(first)
        status["podIPs"] = .array(addresses.map { ["ip": .string($0)] })
    }

    private func initsAreDone(_ containers: PodContainers) -> Bool {
        if containers.mains.contains(where: { runtime.latest($0["name"].string ?? "") != nil }) { return true }
        return containers.inits.allSatisfy { container in
            let details = runtime.latest(container["name"].string ?? "")
            if PodContainers.isSidecar(container) { return details?.state == .running }
            return details.map { $0.state == .exited && $0.exitCode == 0 } ?? false
        }
    }

    private func phase(_ containers: PodContainers, _ mains: [Value], _ inits: [Value]) -> String {
        let current = known["phase"].string ?? "Pending"
        if current == "Succeeded" || current == "Failed" { return current }
        if memory.failure != nil { return "Failed" }
        func failed(_ status: Value) -> Bool { (status["state"]["terminated"]["exitCode"].int ?? 0) != 0 }
        if hasEnded {
            let regular = zip(containers.inits, inits).filter { !PodContainers.isSidecar($0.0) }.map(\.1)
            let isWhole = mains.allSatisfy { $0["state"]["terminated"].isObject }
            return regular.contains(where: failed) || mains.contains(where: failed) || !isWhole ? "Failed" : "Succeeded"
        }
        let hasStarted = mains.contains { status in
            status["state"]["running"].isObject || status["state"]["terminated"].isObject || status["lastState"]["terminated"].isObject
        }
        return hasStarted ? "Running" : "Pending"
    }

    // MARK: conditions

    private struct Condition {
        let type: String
        let isTrue: Bool
        var reason: String?
        var message: String?
    }

    private func conditions(_ phase: String, _ mains: [Value], _ inits: [Value], _ containers: PodContainers) -> [Value] {
        let others = known["conditions"].array
        let own = ownConditions(phase, mains, inits, containers)
        let managed = Set(own.map(\.type) + ["PodResizePending", "PodResizeInProgress"])
        let made = own.map { condition in value(condition, others.first { $0["type"].string == condition.type }) }
        return made + others.filter { !managed.contains($0["type"].string ?? "") }
    }

    private func ownConditions(_ phase: String, _ mains: [Value], _ inits: [Value], _ containers: PodContainers) -> [Condition] {
        let isFinished = phase == "Succeeded" || phase == "Failed"
        let finishedReason = phase == "Succeeded" ? "PodCompleted" : "PodFailed"
        let sidecars = zip(containers.inits, inits).filter { PodContainers.isSidecar($0.0) }.map(\.1)
        let unready = (sidecars + mains).filter { $0["ready"].bool != true }.compactMap { $0["name"].string }
        let isReady = unready.isEmpty && !isFinished
        let isInitialized = phase == "Succeeded" || initsAreDone(containers)
        let hasNetwork = runtime.sandbox != nil && (spec["hostNetwork"].bool == true || !runtime.addresses.isEmpty)
        var initialized = Condition(type: "Initialized", isTrue: isInitialized)
        if phase == "Succeeded" { initialized.reason = "PodCompleted" }
        if !isInitialized {
            let names = inits.filter { $0["ready"].bool != true }.compactMap { $0["name"].string }
            initialized.reason = "ContainersNotInitialized"
            initialized.message = "containers with incomplete status: [\(names.joined(separator: " "))]"
        }
        var containersReady = Condition(type: "ContainersReady", isTrue: isReady)
        if !isReady {
            containersReady.reason = isFinished ? finishedReason : "ContainersNotReady"
            if !isFinished { containersReady.message = "containers with unready status: [\(unready.joined(separator: " "))]" }
        }
        var ready = Condition(type: "Ready", isTrue: isReady, reason: containersReady.reason, message: containersReady.message)
        let open = spec["readinessGates"].array.compactMap { $0["conditionType"].string }.filter { gate in
            !known["conditions"].array.contains { $0["type"].string == gate && $0["status"].string == "True" }
        }
        if isReady, !open.isEmpty {
            let text = open.map { "corresponding condition of pod readiness gate \"\($0)\" does not exist." }.joined(separator: ", ")
            ready = Condition(type: "Ready", isTrue: false, reason: "ReadinessGatesNotReady", message: text)
        }
        var own = [Condition(type: "PodReadyToStartContainers", isTrue: hasNetwork), initialized, ready, containersReady]
        // A pod that is here has a node, whatever a scheduler wrote before.
        own.append(Condition(type: "PodScheduled", isTrue: true))
        if let failure = memory.failure, failure.reason == "Evicted" {
            own.append(Condition(type: "DisruptionTarget", isTrue: true, reason: "TerminationByKubelet", message: failure.message))
        }
        if RestartRule.canRestartAll(spec) { own.append(Condition(type: "AllContainersRestarting", isTrue: memory.isRestartingAll && !isFinished)) }
        return own + (isFinished ? [] : resizeConditions)
    }

    private var resizeConditions: [Condition] {
        if let pending = memory.resize.pending {
            return [Condition(type: "PodResizePending", isTrue: true, reason: pending.reason, message: pending.message)]
        }
        if let failure = memory.resize.failure { return [Condition(type: "PodResizeInProgress", isTrue: true, reason: "Error", message: failure)] }
        return []
    }

    private func value(_ condition: Condition, _ known: Value?) -> Value {
        let status = condition.isTrue ? "True" : "False"
        let isSame = known?["status"].string == status
        var value: Value = [
            "type": .string(condition.type), "status": .string(status), "lastProbeTime": .null,
            "lastTransitionTime": isSame ? known?["lastTransitionTime"] ?? .string(now.text) : .string(now.text),
        ]
        if let generation = pod.value["metadata"]["generation"].int { value["observedGeneration"] = .int(generation) }
        if let reason = condition.reason { value["reason"] = .string(reason) }
        if let message = condition.message { value["message"] = .string(message) }
        return value
    }
}
