import APIClient
import KubernetesTypes
import Objects

/// Keeps the number of pods that a ReplicaSet wants.
struct ReplicaSetController: Controller {
    let loop: ReconcileLoop
    private static let burst = 500

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let expectations = Expectations()
        let recorder = context.recorder("replicaset-controller")
        loop = ReconcileLoop("replicaset", queue: queue, logger: context.logger) { key throws(StatusError) in
            try await ReplicaSetSync(context: context, expectations: expectations, recorder: recorder, queue: queue).sync(key)
        }
        context.replicaSets.onChange { change in
            if case .deleted(let set) = change { expectations.forget(set.namespace + "/" + set.name) }
            queue.add(change.object.namespace + "/" + change.object.name)
        }
        context.pods.onChange { change in
            let pod = change.object
            if let owner = Ownership.controller(of: pod) {
                guard owner.kind == "ReplicaSet" else { return }
                let key = pod.namespace + "/" + (owner.name ?? "")
                switch change {
                case .added: expectations.sawCreation(key)
                case .deleted: expectations.sawDeletion(key, pod.uid)
                case .updated(_, let new): if new.isBeingDeleted { expectations.sawDeletion(key, new.uid) }
                }
                queue.add(key)
            } else if case .added = change {
                for set in context.replicaSets.list(pod.namespace) where Objects.LabelSelector(set.value["spec"]["selector"]).matches(pod.labels) {
                    queue.add(set.namespace + "/" + set.name)
                }
            }
        }
    }
}

private struct ReplicaSetSync {
    let context: ControllerContext
    let expectations: Expectations
    let recorder: EventRecorder
    let queue: WorkQueue

    func sync(_ key: String) async throws(StatusError) {
        guard let set = context.replicaSets.get(key) else { return }
        let selector = Objects.LabelSelector(set.value["spec"]["selector"])
        var mine: [Pod] = []
        for pod in context.pods.list(set.namespace) {
            if Ownership.isControlled(pod, by: set.uid) {
                mine.append(pod)
            } else if Ownership.controller(of: pod) == nil, selector.matches(pod.labels), PodState.isActive(pod), !set.isBeingDeleted {
                if let adopted = try await adopt(pod, set) { mine.append(adopted) }
            }
        }
        let active = mine.filter(PodState.isActive)
        if expectations.isSatisfied(key), !set.isBeingDeleted { try await manage(set, key, active) }
        try await updateStatus(set, active, terminating: mine.count { $0.isBeingDeleted && !PodState.isFinished($0) })
    }

    private func adopt(_ pod: Pod, _ set: ReplicaSet) async throws(StatusError) -> Pod? {
        let patch: Value = ["metadata": ["uid": .string(pod.uid), "ownerReferences": [Ownership.reference(to: set)]]]
        do throws(StatusError) {
            return try await context.client.patch(Pod.self, pod.namespace, pod.name, patch, as: .strategic)
        } catch where error.isNotFound {
            return nil
        }
    }

    private func manage(_ set: ReplicaSet, _ key: String, _ active: [Pod]) async throws(StatusError) {
        let wanted = Int(set.value["spec"]["replicas"].int ?? 1)
        if active.count < wanted {
            var missing = min(wanted - active.count, 500)
            // Slowly at first: when creation fails (quota), one failure is enough.
            var batch = 1
            while missing > 0 {
                let count = min(batch, missing)
                expectations.expectCreations(key, count)
                let template = set.value["spec"]["template"]
                let failures = await withTaskGroup(of: StatusError?.self) { group in
                    for _ in 0..<count { group.addTask { await create(template, set) } }
                    return await group.reduce(into: [StatusError]()) { if let error = $1 { $0.append(error) } }
                }
                for _ in failures { expectations.sawCreation(key) }
                if let failure = failures.first {
                    try await setFailure(set, failure)
                    throw failure
                }
                missing -= count
                batch *= 2
            }
        } else if active.count > wanted {
            let ordered = active.sorted { left, right in
                let (a, b) = (PodState.deletionRank(left), PodState.deletionRank(right))
                if (a.0, a.1, a.2) != (b.0, b.1, b.2) { return (a.0, a.1, a.2) < (b.0, b.1, b.2) }
                return a.3 > b.3
            }
            for pod in ordered.prefix(active.count - wanted) {
                expectations.expectDeletion(key, pod.uid)
                do throws(StatusError) {
                    try await context.client.delete(Pod.self, pod.namespace, pod.name, ["preconditions": ["uid": .string(pod.uid)]])
                    recorder.record(set, reason: "SuccessfulDelete", message: "Deleted pod: \(pod.name)")
                } catch {
                    expectations.sawDeletion(key, pod.uid)
                    if !error.isNotFound { throw error }
                }
            }
        }
    }

    private func create(_ template: Value, _ set: ReplicaSet) async -> StatusError? {
        do throws(StatusError) {
            let pod = try await context.client.create(PodFactory.make(template, owner: set))
            recorder.record(set, reason: "SuccessfulCreate", message: "Created pod: \(pod.name)")
            return nil
        } catch {
            recorder.record(set, type: "Warning", reason: "FailedCreate", message: "Error creating: \(error)")
            return error
        }
    }

    private func setFailure(_ set: ReplicaSet, _ failure: StatusError) async throws(StatusError) {
        var new = set
        let conditions = set.value["status"]["conditions"].array.filter { $0["type"].string != "ReplicaFailure" }
        new.value["status"]["conditions"] = .array(
            conditions + [
                [
                    "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": .string(failure.message),
                    "lastTransitionTime": .string(Timestamp.now().text),
                ]
            ])
        if conditions.count == set.value["status"]["conditions"].array.count { _ = try await context.client.updateStatus(new) }
    }

    private func updateStatus(_ set: ReplicaSet, _ active: [Pod], terminating: Int) async throws(StatusError) {
        let labels = set.value["spec"]["template"]["metadata"]["labels"].stringMap
        let selector = Objects.LabelSelector(labels: labels)
        let now = Timestamp.now()
        let seconds = set.value["spec"]["minReadySeconds"].int ?? 0
        let available = active.count { PodState.isAvailable($0, seconds, now: now) }
        let ready = active.count(where: PodState.isReady)
        var status = set.value["status"].isObject ? set.value["status"] : .emptyObject
        status["replicas"] = Value(active.count)
        func setCount(_ key: String, _ count: Int) { status.set(key, count == 0 ? nil : Value(count)) }
        setCount("fullyLabeledReplicas", active.count { selector.matches($0.labels) })
        setCount("readyReplicas", ready)
        setCount("availableReplicas", available)
        status["terminatingReplicas"] = Value(terminating)
        status["observedGeneration"] = .int(set.generation)
        let wanted = Int(set.value["spec"]["replicas"].int ?? 1)
        if active.count >= wanted {
            let conditions = status["conditions"].array.filter { $0["type"].string != "ReplicaFailure" }
            status.set("conditions", conditions.isEmpty ? nil : .array(conditions))
        }
        if ready > available { queue.add(set.namespace + "/" + set.name, after: .seconds(1)) }
        if status == set.value["status"] { return }
        var new = set
        new.value["status"] = status
        try await context.client.updateStatus(new)
    }
}
