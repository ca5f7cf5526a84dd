import ContainerRuntime
import KubernetesTypes
import Objects

/// What probes found out about one container.
struct ProbeResults: Sendable, Equatable {
    var isReady: [String: Bool] = [:]
    var isStarted: [String: Bool] = [:]
}

/// Makes the status of a pod from what the runtime has.
struct PodStatusMaker {
    let pod: Pod
    let runtime: PodRuntimeState
    let probes: ProbeResults
    /// Containers that wait, by name: reason and message.
    let waiting: [String: (reason: String, message: String)]
    let hostAddress: String
    let now: Timestamp

    private var spec: Value { pod.value["spec"] }

    func make() -> Value {
        var status = pod.value["status"].isObject ? pod.value["status"] : .emptyObject
        let initStatuses = spec["initContainers"].array.map { containerStatus($0, isInit: true) }
        let statuses = spec["containers"].array.map { containerStatus($0, isInit: false) }
        let phase = phase(statuses, initStatuses)
        status["phase"] = .string(phase)
        status["observedGeneration"] = pod.value["metadata"]["generation"]
        if status["observedGeneration"].isNull { status.remove("observedGeneration") }
        status["hostIP"] = .string(hostAddress)
        status["hostIPs"] = [["ip": .string(hostAddress)]]
        let addresses = spec["hostNetwork"].bool == true ? [hostAddress] : runtime.addresses
        if let first = addresses.first {
            status["podIP"] = .string(first)
            status["podIPs"] = .array(addresses.map { ["ip": .string($0)] })
        }
        if status["startTime"].isNull { status["startTime"] = .string(now.text) }
        status["qosClass"] = .string(QualityOfService.class(of: pod))
        if !initStatuses.isEmpty { status["initContainerStatuses"] = .array(initStatuses) }
        status["containerStatuses"] = .array(statuses)
        status["conditions"] = .array(conditions(phase, statuses, initStatuses))
        return status
    }

    private func containerStatus(_ container: Value, isInit: Bool) -> Value {
        let name = container["name"].string ?? ""
        let details = runtime.latest(name)
        let known = (pod.value["status"]["containerStatuses"].array + pod.value["status"]["initContainerStatuses"].array).first { $0["name"].string == name }
        let isSidecar = isInit && container["restartPolicy"].string == "Always"
        var state = Value.emptyObject
        if let wait = waiting[name], details?.state != .running {
            state["waiting"] = ["reason": .string(wait.reason)]
            if !wait.message.isEmpty { state["waiting"]["message"] = .string(wait.message) }
        } else if let details {
            state = Self.state(details, container)
        } else if let old = known?["state"], old["terminated"].isObject {
            state = old
        } else {
            let initsPending = !isInit && !spec["initContainers"].array.isEmpty && !initsAreDone
            state["waiting"] = ["reason": initsPending || isInit ? "PodInitializing" : "ContainerCreating"]
        }
        var status: Value = [
            "name": .string(name), "state": state, "lastState": .emptyObject, "ready": false,
            "restartCount": .int(Int64(details?.attempt ?? Int(known?["restartCount"].int ?? 0))), "image": container["image"],
            "imageID": details.map { .string($0.imageReference) } ?? known?["imageID"] ?? "",
        ]
        if let details {
            status["containerID"] = .string("containerd://\(details.id)")
            if !details.image.isEmpty, !details.image.hasPrefix("sha256:") { status["image"] = .string(details.image) }
        } else if let id = known?["containerID"].string {
            status["containerID"] = .string(id)
        }
        let earlier = state["waiting"].isObject && details?.state == .exited ? details : runtime.previous(name)
        if let earlier, earlier.state == .exited { status["lastState"] = Self.state(earlier, container) }
        let isRunning = details?.state == .running
        let isStarted = isRunning && (container["startupProbe"].isObject ? probes.isStarted[name] == true : true)
        status["started"] = .bool(isStarted)
        if isInit && !isSidecar {
            status["ready"] = .bool(details?.state == .exited && details?.exitCode == 0)
        } else {
            status["ready"] = .bool(isStarted && (container["readinessProbe"].isObject ? probes.isReady[name] == true : true))
        }
        return status
    }

    static func state(_ details: ContainerDetails, _ container: Value) -> Value {
        switch details.state {
        case .running: return ["running": ["startedAt": RuntimeTime.text(details.startedAt)]]
        case .exited:
            let reason = details.reason.isEmpty ? (details.exitCode == 0 ? "Completed" : "Error") : details.reason
            var terminated: Value = [
                "exitCode": .int(details.exitCode), "reason": .string(reason), "startedAt": RuntimeTime.text(details.startedAt),
                "finishedAt": RuntimeTime.text(details.finishedAt), "containerID": .string("containerd://\(details.id)"),
            ]
            if !details.message.isEmpty { terminated["message"] = .string(details.message) }
            return ["terminated": terminated]
        default: return ["waiting": ["reason": "ContainerCreating"]]
        }
    }

    private var initsAreDone: Bool {
        spec["initContainers"].array.allSatisfy { container in
            let name = container["name"].string ?? ""
            if container["restartPolicy"].string == "Always" { return runtime.latest(name)?.state == .running }
            return runtime.latest(name).map { $0.state == .exited && $0.exitCode == 0 } ?? false
        }
    }

    private func phase(_ statuses: [Value], _ inits: [Value]) -> String {
        let current = pod.value["status"]["phase"].string ?? "Pending"
        if current == "Succeeded" || current == "Failed" { return current }
        let policy = spec["restartPolicy"].string ?? "Always"
        let failedInit = inits.contains { ($0["state"]["terminated"]["exitCode"].int ?? 0) != 0 }
        if failedInit, policy == "Never" { return "Failed" }
        let hasStarted = statuses.contains { $0["state"]["running"].isObject || $0["state"]["terminated"].isObject || $0["lastState"]["terminated"].isObject }
        if !hasStarted { return "Pending" }
        let running = statuses.count { $0["state"]["running"].isObject || $0["state"]["waiting"].isObject }
        if running > 0 { return "Running" }
        let failures = statuses.count { ($0["state"]["terminated"]["exitCode"].int ?? 0) != 0 }
        switch policy {
        case "Always": return "Running"
        case "OnFailure": return failures > 0 ? "Running" : "Succeeded"
        default: return failures > 0 ? "Failed" : "Succeeded"
        }
    }

    private func conditions(_ phase: String, _ statuses: [Value], _ inits: [Value]) -> [Value] {
        let isFinished = phase == "Succeeded" || phase == "Failed"
        let unready = statuses.filter { $0["ready"].bool != true }.compactMap { $0["name"].string }
        let containersReady = unready.isEmpty && !isFinished && !statuses.isEmpty
        let gates = spec["readinessGates"].array.compactMap { $0["conditionType"].string }
        let others = pod.value["status"]["conditions"].array
        let gatesHold = gates.allSatisfy { gate in others.contains { $0["type"].string == gate && $0["status"].string == "True" } }
        let isInitialized = isFinished && phase == "Succeeded" || initsAreDone || spec["initContainers"].array.isEmpty
        let names = "containers with unready status: [\(unready.joined(separator: " "))]"
        let reason: String? = phase == "Succeeded" ? "PodCompleted" : phase == "Failed" ? "PodFailed" : "ContainersNotReady"
        var own: [(String, Bool, String?, String?)] = [
            ("PodReadyToStartContainers", runtime.sandbox != nil && (spec["hostNetwork"].bool == true || !runtime.addresses.isEmpty), nil, nil),
            ("Initialized", isInitialized, isInitialized ? (phase == "Succeeded" ? "PodCompleted" : nil) : "ContainersNotInitialized", isInitialized ? nil : "containers with incomplete status: [\(inits.filter { $0["ready"].bool != true }.compactMap { $0["name"].string }.joined(separator: " "))]"),
            ("Ready", containersReady && gatesHold, containersReady ? (gatesHold ? nil : "ReadinessGatesNotReady") : reason, containersReady ? nil : (isFinished ? nil : names)),
            ("ContainersReady", containersReady, containersReady ? nil : reason, containersReady || isFinished ? nil : names),
        ]
        if !others.contains(where: { $0["type"].string == "PodScheduled" }) { own.append(("PodScheduled", true, nil, nil)) }
        var result: [Value] = []
        for (type, isTrue, reason, message) in own {
            let status = isTrue ? "True" : "False"
            let known = others.first { $0["type"].string == type }
            var condition: Value = [
                "type": .string(type), "status": .string(status), "lastProbeTime": .null,
                "lastTransitionTime": known?["status"].string == status ? known?["lastTransitionTime"] ?? .string(now.text) : .string(now.text),
            ]
            if let generation = pod.value["metadata"]["generation"].int { condition["observedGeneration"] = .int(generation) }
            if let reason { condition["reason"] = .string(reason) }
            if let message { condition["message"] = .string(message) }
            result.append(condition)
        }
        let managed = Set(own.map(\.0))
        return result + others.filter { !managed.contains($0["type"].string ?? "") }
    }
}
