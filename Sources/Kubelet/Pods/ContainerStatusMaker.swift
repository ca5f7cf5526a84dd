import ContainerRuntime
import KubernetesTypes
import Objects

/// What probes found out about the containers of one pod.
struct ProbeResults: Sendable, Equatable {
    struct Failed: Sendable, Equatable {
        /// `liveness` or `startup`.
        let probe: String
        /// Seconds, when the probe has a grace period of its own.
        let grace: Int64?
    }

    /// By the containers' names.
    var isReady: [String: Bool] = [:]
    var isStarted: [String: Bool] = [:]
    /// Containers that have to be restarted, by their ids.
    var failed: [String: Failed] = [:]
}

/// Makes the status of one container from what the runtime has.
struct ContainerStatusMaker {
    enum Role { case initial, main, ephemeral }

    let runtime: PodRuntimeState
    let probes: ProbeResults
    let waiting: [String: Waiting]
    /// The pod's status as the API has it: it remembers what the runtime forgot.
    let known: Value
    let initsAreDone: Bool
    /// No container of the pod is started any more.
    let hasEnded: Bool
    let resize: PodResize

    func make(_ container: Value, _ role: Role) -> Value {
        let name = container["name"].string ?? ""
        let details = runtime.latest(name)
        let old = knownStatus(name, role)
        let state = state(container, details, old, role)
        var status: Value = ["name": .string(name), "state": state, "lastState": lastState(name, details, state, old)]
        let isRunning = details?.state == .running && details.map { runtime.current(name)?.id == $0.id } == true
        let isStarted = isRunning && (!container["startupProbe"].isObject || probes.isStarted[name] == true)
        status["ready"] = .bool(isReady(container, role, details, isStarted))
        let restarts = details.map { Int64($0.attempt) } ?? old["restartCount"].int ?? 0
        status["restartCount"] = .int(restarts)
        status["image"] = container["image"]
        if let image = details?.image, !image.isEmpty, !image.hasPrefix("sha256:") { status["image"] = .string(image) }
        status["imageID"] = details.map { .string($0.imageReference) } ?? (old["imageID"].string.map { .string($0) } ?? "")
        if let details {
            status["containerID"] = .string("containerd://\(details.id)")
        } else if let id = old["containerID"].string {
            status["containerID"] = .string(id)
        }
        if role != .initial || PodContainers.isSidecar(container) { status["started"] = .bool(isStarted) } else { status["started"] = .bool(false) }
        if isRunning, let details, role != .ephemeral { addResources(container, details, old, &status) }
        addMounts(container, &status)
        return status
    }

    private func knownStatus(_ name: String, _ role: Role) -> Value {
        let list = switch role {
        case .initial: "initContainerStatuses"
        case .main: "containerStatuses"
        case .ephemeral: "ephemeralContainerStatuses"
        }
        return known[list].array.first { $0["name"].string == name } ?? .null
    }

    private func state(_ container: Value, _ details: ContainerDetails?, _ old: Value, _ role: Role) -> Value {
        let name = container["name"].string ?? ""
        if let wait = waiting[name], details?.state != .running, !hasEnded {
            var state: Value = ["waiting": ["reason": .string(wait.reason)]]
            if !wait.message.isEmpty { state["waiting"]["message"] = .string(wait.message) }
            return state
        }
        if let details, details.state != .created { return Self.state(details) }
        if old["state"]["terminated"].isObject { return old["state"] }
        if old["state"]["running"].isObject, hasEnded {
            return [
                "terminated": [
                    "exitCode": 137, "reason": "ContainerStatusUnknown",
                    "message": "The container could not be located when the pod was terminated", "startedAt": .null, "finishedAt": .null,
                ]
            ]
        }
        let isPending = role == .initial || (role == .main && !initsAreDone)
        return ["waiting": ["reason": isPending ? "PodInitializing" : "ContainerCreating"]]
    }

    private func lastState(_ name: String, _ details: ContainerDetails?, _ state: Value, _ old: Value) -> Value {
        if state["waiting"].isObject, let details, details.state == .exited { return Self.state(details) }
        if let earlier = runtime.previous(name), earlier.state == .exited { return Self.state(earlier) }
        if details == nil, old["state"]["terminated"].isObject, !state["terminated"].isObject { return old["state"] }
        return old["lastState"]["terminated"].isObject ? old["lastState"] : .emptyObject
    }

    private func isReady(_ container: Value, _ role: Role, _ details: ContainerDetails?, _ isStarted: Bool) -> Bool {
        switch role {
        case .ephemeral: return false
        case .initial where !PodContainers.isSidecar(container): return details?.state == .exited && details?.exitCode == 0
        default:
            let name = container["name"].string ?? ""
            return isStarted && (!container["readinessProbe"].isObject || probes.isReady[name] == true)
        }
    }

    static func state(_ details: ContainerDetails) -> Value {
        switch details.state {
        case .running: return ["running": ["startedAt": RuntimeTime.text(details.startedAt)]]
        case .exited:
            let reason = details.reason.isEmpty ? (details.exitCode == 0 ? "Completed" : "Error") : details.reason
            var terminated: Value = ["exitCode": .int(details.exitCode), "reason": .string(reason)]
            if !details.message.isEmpty { terminated["message"] = .string(details.message) }
            // containerd takes the time of a start when the call for it returns: a container may have ended before.
            let begun = details.startedAt > 0 ? details.startedAt : details.createdAt
            terminated["startedAt"] = RuntimeTime.text(details.finishedAt > 0 ? min(begun, details.finishedAt) : begun)
            terminated["finishedAt"] = RuntimeTime.text(details.finishedAt)
            terminated["containerID"] = .string("containerd://\(details.id)")
            return ["terminated": terminated]
        default: return ["waiting": ["reason": "ContainerCreating"]]
        }
    }

    /// What was granted, and what the container really has.
    private func addResources(_ container: Value, _ details: ContainerDetails, _ old: Value, _ status: inout Value) {
        if container["resources"]["requests"].isObject { status["allocatedResources"] = container["resources"]["requests"] }
        status["resources"] = resize.current(details.id, made: details.annotations[KubeletSettings.Label.resources], status: old)
    }

    private func addMounts(_ container: Value, _ status: inout Value) {
        let mounts: [Value] = container["volumeMounts"].array.map { mount in
            var entry: Value = ["name": mount["name"], "mountPath": mount["mountPath"]]
            if mount["readOnly"].bool == true {
                entry["readOnly"] = true
                entry["recursiveReadOnly"] = "Disabled"
            }
            return entry
        }
        if !mounts.isEmpty { status["volumeMounts"] = .array(mounts) }
    }
}
