import KubernetesTypes
import Objects

/// What the status of a pod on a simulated node becomes: a pure rule.
enum SimulatedPod {
    enum Step: Equatable {
        /// The status as it is to be.
        case write(Value)
        /// The pod was asked to go, and goes.
        case remove
        /// It is what it is to be; the next look is after so many seconds, if at all.
        case rest(Int64?)
    }

    /// `lifetime` is for how many seconds pods of Jobs run.
    static func step(_ pod: Pod, hostAddress: String, address: String, lifetime: Int64, now: Timestamp) -> Step {
        if pod.isBeingDeleted { return .remove }
        let phase = pod.value["status"]["phase"].string ?? "Pending"
        if phase == "Succeeded" || phase == "Failed" { return .rest(nil) }
        let ends = endsByItself(pod)
        if phase == "Running", isReady(pod) {
            guard ends else { return .rest(nil) }
            let started = pod.value["status"]["startTime"].string.flatMap { Timestamp($0) } ?? now
            let left = started.seconds + lifetime - now.seconds
            if left > 0 { return .rest(left) }
            return .write(status(pod, hostAddress, address, hasEnded: true, now))
        }
        return .write(status(pod, hostAddress, address, hasEnded: false, now))
    }

    /// Pods of Jobs do their work and end.
    private static func endsByItself(_ pod: Pod) -> Bool {
        pod.value["spec"]["restartPolicy"].string != "Always" && pod.metadata.ownerReferences.contains { $0.kind == "Job" }
    }

    private static func isReady(_ pod: Pod) -> Bool {
        pod.value["status"]["conditions"].array.contains { $0["type"].string == "Ready" && $0["status"].string == "True" }
    }

    private static func status(_ pod: Pod, _ hostAddress: String, _ address: String, hasEnded: Bool, _ now: Timestamp) -> Value {
        let known = pod.value["status"]
        let time = Value.string(now.text)
        let started = known["startTime"].isNull ? time : known["startTime"]
        let ip = Value.string(pod.value["spec"]["hostNetwork"].bool == true ? hostAddress : address)
        let usesKnown = !(known["podIP"].string ?? "").isEmpty
        func container(_ specification: Value, isInitial: Bool) -> Value {
            let isOver = hasEnded || isInitial
            let state: Value = isOver
                ? ["terminated": ["exitCode": 0, "reason": "Completed", "startedAt": started, "finishedAt": time]] : ["running": ["startedAt": started]]
            return [
                "name": specification["name"], "image": specification["image"], "imageID": "", "ready": .bool(isInitial || !hasEnded), "restartCount": 0,
                "started": .bool(!isOver), "state": state, "lastState": [:],
            ]
        }
        let inits = pod.value["spec"]["initContainers"].array
        func condition(_ type: String, _ isTrue: Bool) -> Value {
            var value: Value = [
                "type": .string(type), "status": isTrue ? "True" : "False", "lastProbeTime": .null, "lastTransitionTime": time,
                "observedGeneration": .int(pod.generation),
            ]
            if !isTrue { value["reason"] = "PodCompleted" }
            return value
        }
        var status: Value = [
            "phase": hasEnded ? "Succeeded" : "Running", "hostIP": .string(hostAddress), "hostIPs": [["ip": .string(hostAddress)]],
            "podIP": usesKnown ? known["podIP"] : ip, "podIPs": usesKnown ? known["podIPs"] : [["ip": ip]], "startTime": started,
            "observedGeneration": .int(pod.generation),
            "containerStatuses": .array(pod.value["spec"]["containers"].array.map { container($0, isInitial: false) }),
            "conditions": .array(
                [condition("PodReadyToStartContainers", !hasEnded), condition("Initialized", true), condition("Ready", !hasEnded), condition("ContainersReady", !hasEnded)]),
        ]
        if !inits.isEmpty { status["initContainerStatuses"] = .array(inits.map { container($0, isInitial: !PodContainers.isSidecar($0)) }) }
        return status
    }
}
