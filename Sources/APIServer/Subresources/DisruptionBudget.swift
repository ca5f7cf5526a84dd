import KubernetesTypes
import Objects
import Schema

/// The budget side of an eviction: a disruption is taken from the budget before the pod goes.
enum DisruptionBudget {
    /// Throws 429 when a budget that covers the pod allows no disruption now.
    static func take(for pod: EncodedObject, budgets: ServedKind, _ context: WriteContext) async throws(StatusError) {
        let matching = budgets.store.all(in: pod.namespace).filter {
            Objects.LabelSelector($0.value["spec"]["selector"]).matches { pod.label($0) }
        }
        if matching.isEmpty { return }
        if matching.count > 1 {
            throw .unexpected("This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
        }
        let isReady = pod.value["status"]["conditions"].array.contains { $0["type"].string == "Ready" && $0["status"].string == "True" }
        var context = context
        context.subresource = "status"
        for budget in matching {
            let policy = budget.value["spec"]["unhealthyPodEvictionPolicy"].string ?? "IfHealthyBudget"
            let status = budget.value["status"]
            if !isReady {
                if policy == "AlwaysAllow" { return }
                if (status["currentHealthy"].int ?? 0) >= (status["desiredHealthy"].int ?? 0), (status["desiredHealthy"].int ?? 0) > 0 { return }
            }
            let podName = pod.name
            _ = try await budgets.store.update(UpdateRequest(namespace: budget.namespace, name: budget.name), context) {
                stored throws(StatusError) in
                let allowed = stored["status"]["disruptionsAllowed"].int ?? 0
                if (stored["status"]["observedGeneration"].int ?? 0) < (stored["metadata"]["generation"].int ?? 0) {
                    throw refused(budget.name, "The disruption budget \(budget.name) is still being processed by the server.", retry: 10)
                }
                if allowed <= 0 {
                    let desired = stored["status"]["desiredHealthy"].int ?? 0
                    let healthy = stored["status"]["currentHealthy"].int ?? 0
                    throw refused(budget.name, "The disruption budget \(budget.name) needs \(desired) healthy pods and has \(healthy) currently", retry: 0)
                }
                var new = stored
                new["status"]["disruptionsAllowed"] = .int(allowed - 1)
                new["status"]["disruptedPods"][podName] = .string(Timestamp.now().text)
                return new
            }
        }
    }

    /// Says in the pod's status why it goes: its owner may count that differently from a failure. `uid` is the only pod that is meant.
    static func mark(_ pod: EncodedObject, _ pods: ResourceStore, _ uid: String?, _ context: WriteContext) async throws(StatusError) {
        var context = context
        context.subresource = "status"
        context.recordsManager = false
        _ = try await pods.update(UpdateRequest(namespace: pod.namespace, name: pod.name), context) { stored throws(StatusError) in
            if let uid, stored["metadata"]["uid"].string != uid { return stored }
            let known = stored["status"]["conditions"].array.first { $0["type"].string == "DisruptionTarget" }
            if known?["status"].string == "True" { return stored }
            var new = stored
            new["status"]["conditions"] = .array(
                stored["status"]["conditions"].array.filter { $0["type"].string != "DisruptionTarget" } + [
                    [
                        "type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting",
                        "lastProbeTime": .null, "lastTransitionTime": .string(Timestamp.now().text),
                    ]
                ])
            return new
        }
    }

    private static func refused(_ budget: String, _ message: String, retry: Int64) -> StatusError {
        var details: Value = ["causes": [["reason": "DisruptionBudget", "message": .string(message)]]]
        if retry > 0 { details["retryAfterSeconds"] = .int(retry) }
        return StatusError(
            code: 429, reason: "TooManyRequests", message: "Cannot evict pod as it would violate the pod's disruption budget.",
            details: details)
    }
}
