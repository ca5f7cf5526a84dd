import APIClient
import KubernetesTypes
import Objects

/// Moves a Deployment's pods from its old ReplicaSets to the one of its present template.
struct DeploymentController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let recorder = context.recorder("deployment-controller")
        loop = ReconcileLoop("deployment", queue: queue, logger: context.logger) { key throws(StatusError) in
            try await DeploymentSync(context: context, recorder: recorder, queue: queue).sync(key)
        }
        context.deployments.onChange { queue.add($0.object.namespace + "/" + $0.object.name) }
        context.replicaSets.onChange { change in
            if let owner = Ownership.controller(of: change.object), owner.kind == "Deployment" {
                queue.add(change.object.namespace + "/" + (owner.name ?? ""))
            }
        }
        context.pods.onChange { change in
            // Recreate waits for the last old pod to be gone.
            guard case .deleted(let pod) = change, let owner = Ownership.controller(of: pod), owner.kind == "ReplicaSet",
                let set = context.replicaSets.get(pod.namespace, owner.name ?? ""),
                let deployment = Ownership.controller(of: set)
            else { return }
            queue.add(pod.namespace + "/" + (deployment.name ?? ""))
        }
    }
}

struct DeploymentSync {
    let context: ControllerContext
    let recorder: EventRecorder
    let queue: WorkQueue

    private static let revisionKey = "deployment.kubernetes.io/revision"
    private static let historyKey = "deployment.kubernetes.io/revision-history"
    private static let hashKey = "pod-template-hash"

    func sync(_ key: String) async throws(StatusError) {
        guard let deployment = context.deployments.get(key) else { return }
        let selector = Objects.LabelSelector(deployment.value["spec"]["selector"])
        if selector.isEverything {
            recorder.record(
                deployment, type: "Warning", reason: "SelectingAll", message: "This deployment is selecting all pods. A non-empty selector is required.")
            return
        }
        let claims = Claims<Deployment, ReplicaSet>(context: context, owner: deployment, selector: selector) { !$0.isBeingDeleted }
        let sets = try await claims.settled()
        if deployment.isBeingDeleted {
            try await updateStatus(deployment, sets, current: nil)
            return
        }
        let isPaused = deployment.value["spec"]["paused"].bool == true
        var current = newest(sets, deployment)
        if !isPaused || current != nil {
            if !isPaused, current == nil || revision(of: current) < highest(sets) || current?.annotations[Self.revisionKey] == nil {
                current = try await ensureCurrent(deployment, sets, current)
            }
        }
        let old = sets.filter { $0.uid != current?.uid }
        if isPaused {
            try await scaleProportionally(deployment, sets)
        } else if let current {
            let all = old + [current]
            if isScaling(deployment, all) {
                try await scaleProportionally(deployment, all)
            } else if deployment.value["spec"]["strategy"]["type"].string == "Recreate" {
                try await recreate(deployment, old, current)
            } else {
                try await roll(deployment, old, current)
            }
            if isComplete(deployment) { try await cleanUp(deployment, old) }
        }
        try await updateStatus(deployment, context.informers.owners(ReplicaSet.self).objects(of: deployment.uid), current: current)
    }

    // MARK: revisions

    private func stripped(_ template: Value) -> Value {
        var template = template
        template["metadata"]["labels"].remove(Self.hashKey)
        if template["metadata"]["labels"].members.isEmpty { template["metadata"].remove("labels") }
        return template
    }

    private func newest(_ sets: [ReplicaSet], _ deployment: Deployment) -> ReplicaSet? {
        let wanted = stripped(deployment.value["spec"]["template"])
        return sets.filter { stripped($0.value["spec"]["template"]) == wanted }
            .min { ($0.value["metadata"]["creationTimestamp"].string ?? "") < ($1.value["metadata"]["creationTimestamp"].string ?? "") }
    }

    private func revision(of set: ReplicaSet?) -> Int64 { set?.annotations[Self.revisionKey].flatMap { Int64($0) } ?? 0 }

    private func highest(_ sets: [ReplicaSet]) -> Int64 { sets.map { revision(of: $0) }.max() ?? 0 }

    /// The ReplicaSet of the present template, made or brought forward to the newest revision.
    private func ensureCurrent(_ deployment: Deployment, _ sets: [ReplicaSet], _ existing: ReplicaSet?) async throws(StatusError) -> ReplicaSet {
        let next = String(highest(sets.filter { $0.uid != existing?.uid }) + 1)
        var copied = deployment.value["metadata"]["annotations"].isObject ? deployment.value["metadata"]["annotations"] : .emptyObject
        for key in ["kubectl.kubernetes.io/last-applied-configuration", Self.revisionKey, Self.historyKey, "deprecated.deployment.rollback.to"] { copied.remove(key) }
        copied[Self.revisionKey] = .string(next)
        copied["deployment.kubernetes.io/desired-replicas"] = .string(String(replicas(deployment)))
        copied["deployment.kubernetes.io/max-replicas"] = .string(String(replicas(deployment) + surge(deployment)))
        if let existing {
            if existing.annotations[Self.revisionKey] == next {
                try await noteRevision(deployment, next)
                return existing
            }
            // Where the set has been before, as `rollout history` of other tools reads it.
            let former = [existing.annotations[Self.historyKey], existing.annotations[Self.revisionKey]].compactMap { $0 }.filter { !$0.isEmpty }
            if !former.isEmpty { copied[Self.historyKey] = .string(former.joined(separator: ",")) }
            let moved = try await context.client.patch(
                ReplicaSet.self, existing.namespace, existing.name, ["metadata": ["annotations": copied]])
            try await noteRevision(deployment, next)
            return moved
        }
        let template = deployment.value["spec"]["template"]
        let hash = TemplateHash.of(template, collisions: deployment.value["status"]["collisionCount"].int ?? 0)
        var set = Value.emptyObject
        var labelled = template
        labelled["metadata"]["labels"][Self.hashKey] = .string(hash)
        var selector = deployment.value["spec"]["selector"]
        selector["matchLabels"][Self.hashKey] = .string(hash)
        set["metadata"] = [
            "name": .string("\(deployment.name)-\(hash)"), "namespace": .string(deployment.namespace),
            "labels": labelled["metadata"]["labels"], "annotations": copied,
            "ownerReferences": [Ownership.reference(to: deployment)],
        ]
        let isRecreate = deployment.value["spec"]["strategy"]["type"].string == "Recreate"
        let others = sets.reduce(0) { $0 + size($1) }
        let room = isRecreate ? replicas(deployment) : max(0, replicas(deployment) + surge(deployment) - others)
        let count = sets.isEmpty || !isRecreate ? min(replicas(deployment), room) : (others == 0 ? replicas(deployment) : 0)
        set["spec"] = [
            "replicas": .int(count), "minReadySeconds": deployment.value["spec"]["minReadySeconds"], "selector": selector,
            "template": labelled,
        ]
        do throws(StatusError) {
            let created = try await context.client.create(ReplicaSet(set))
            if count > 0 { recorder.record(deployment, reason: "ScalingReplicaSet", message: "Scaled up replica set \(created.name) from 0 to \(count)") }
            try await noteRevision(deployment, next)
            return created
        } catch where error.isAlreadyExists {
            let found = try await context.client.get(ReplicaSet.self, deployment.namespace, "\(deployment.name)-\(hash)")
            if Ownership.isControlled(found, by: deployment.uid), stripped(found.value["spec"]["template"]) == stripped(template) { return found }
            var new = deployment
            new.value["status"]["collisionCount"] = .int((deployment.value["status"]["collisionCount"].int ?? 0) + 1)
            try await context.client.updateStatus(new)
            throw error
        } catch {
            // Of a namespace that goes away nobody wants to read.
            if error.details["causes"].array.contains(where: { $0["reason"].string == "NamespaceTerminating" }) { throw error }
            let message = "Failed to create new replica set \"\(deployment.name)-\(hash)\": \(error)"
            recorder.record(deployment, type: "Warning", reason: "ReplicaSetCreateError", message: message)
            try await noteFailure(deployment, message)
            throw error
        }
    }

    private func noteFailure(_ deployment: Deployment, _ message: String) async throws(StatusError) {
        var conditions = DeploymentConditions(deployment.value["status"]["conditions"].array)
        let before = conditions.list
        conditions.set("Progressing", .no, "ReplicaSetCreateError", message)
        if conditions.list == before { return }
        var new = deployment
        new.value["status"]["conditions"] = .array(conditions.list)
        try await context.client.updateStatus(new)
    }

    private func noteRevision(_ deployment: Deployment, _ revision: String) async throws(StatusError) {
        if deployment.annotations[Self.revisionKey] == revision { return }
        try await context.client.patch(
            Deployment.self, deployment.namespace, deployment.name, ["metadata": ["annotations": .object(Members([(Self.revisionKey, .string(revision))]))]])
    }

    // MARK: sizes

    private func replicas(_ deployment: Deployment) -> Int64 { deployment.value["spec"]["replicas"].int ?? 1 }

    private func size(_ set: ReplicaSet) -> Int64 { set.value["spec"]["replicas"].int ?? 1 }

    private func available(_ set: ReplicaSet) -> Int64 { set.value["status"]["availableReplicas"].int ?? 0 }

    private func surge(_ deployment: Deployment) -> Int64 { RolloutPlan(deployment).surge }

    private func scale(_ set: ReplicaSet, to count: Int64, _ deployment: Deployment) async throws(StatusError) {
        let before = size(set)
        let desired = String(replicas(deployment))
        let maximum = String(replicas(deployment) + surge(deployment))
        let annotations: Value = [
            "deployment.kubernetes.io/desired-replicas": .string(desired), "deployment.kubernetes.io/max-replicas": .string(maximum),
        ]
        if before == count, set.annotations["deployment.kubernetes.io/desired-replicas"] == desired { return }
        try await context.client.patch(
            ReplicaSet.self, set.namespace, set.name, ["spec": ["replicas": .int(count)], "metadata": ["annotations": annotations]])
        if before != count {
            let direction = count > before ? "up" : "down"
            recorder.record(deployment, reason: "ScalingReplicaSet", message: "Scaled \(direction) replica set \(set.name) from \(before) to \(count)")
        }
    }

    /// Whether the Deployment's size changed since its ReplicaSets were sized.
    private func isScaling(_ deployment: Deployment, _ sets: [ReplicaSet]) -> Bool {
        sets.contains { set in
            guard size(set) > 0, let desired = set.annotations["deployment.kubernetes.io/desired-replicas"].flatMap({ Int64($0) }) else { return false }
            return desired != replicas(deployment)
        }
    }

    /// Spreads a change of size over the ReplicaSets in proportion to theirs.
    private func scaleProportionally(_ deployment: Deployment, _ sets: [ReplicaSet]) async throws(StatusError) {
        let active = sets.filter { size($0) > 0 }
        if active.count <= 1 {
            let newestFirst = sets.max { ($0.value["metadata"]["creationTimestamp"].string ?? "") < ($1.value["metadata"]["creationTimestamp"].string ?? "") }
            if let only = active.first ?? newestFirst { try await scale(only, to: replicas(deployment), deployment) }
            return
        }
        let sizes = RolloutPlan(deployment).spread(active.map(state))
        for set in active { if let count = sizes[set.name] { try await scale(set, to: count, deployment) } }
    }

    // MARK: strategies

    private func recreate(_ deployment: Deployment, _ old: [ReplicaSet], _ current: ReplicaSet) async throws(StatusError) {
        for set in old where size(set) > 0 { try await scale(set, to: 0, deployment) }
        let stillThere = old.contains { context.podOwners.encoded(of: $0.uid).contains { !KnownPod($0).facts.isFinished } }
        if !stillThere { try await scale(current, to: replicas(deployment), deployment) }
    }

    private func roll(_ deployment: Deployment, _ old: [ReplicaSet], _ current: ReplicaSet) async throws(StatusError) {
        let sizes = RolloutPlan(deployment).roll(old.map(state), state(current))
        for set in [current] + old { if let count = sizes[set.name] { try await scale(set, to: count, deployment) } }
    }

    private func state(_ set: ReplicaSet) -> RolloutPlan.SetState {
        RolloutPlan.SetState(
            name: set.name, created: set.value["metadata"]["creationTimestamp"].string ?? "", size: size(set), available: available(set),
            maximum: set.annotations["deployment.kubernetes.io/max-replicas"].flatMap { Int64($0) })
    }

    private func isComplete(_ deployment: Deployment) -> Bool {
        let status = deployment.value["status"]
        let wanted = replicas(deployment)
        return (status["updatedReplicas"].int ?? 0) == wanted && (status["replicas"].int ?? 0) == wanted
            && (status["availableReplicas"].int ?? 0) == wanted && (status["observedGeneration"].int ?? 0) >= deployment.generation
    }

    private func cleanUp(_ deployment: Deployment, _ old: [ReplicaSet]) async throws(StatusError) {
        let limit = Int(deployment.value["spec"]["revisionHistoryLimit"].int ?? 10)
        let idle = old.filter { size($0) == 0 && ($0.value["status"]["replicas"].int ?? 0) == 0 && !$0.isBeingDeleted }
            .sorted { revision(of: $0) < revision(of: $1) }
        for set in idle.prefix(max(0, idle.count - limit)) { try await context.client.delete(ReplicaSet.self, set.namespace, set.name) }
    }

    // MARK: status

    private func updateStatus(_ deployment: Deployment, _ sets: [ReplicaSet], current: ReplicaSet?) async throws(StatusError) {
        func sum(_ key: String) -> Int64 { sets.reduce(0) { $0 + ($1.value["status"][key].int ?? 0) } }
        let wanted = replicas(deployment)
        let updated = sets.first { $0.uid == current?.uid }?.value["status"]["replicas"].int ?? 0
        let available = sum("availableReplicas")
        var status = deployment.value["status"].isObject ? deployment.value["status"] : .emptyObject
        status["observedGeneration"] = .int(deployment.generation)
        func set(_ key: String, _ count: Int64) { status.set(key, count == 0 ? nil : .int(count)) }
        set("replicas", sum("replicas"))
        set("updatedReplicas", updated)
        set("readyReplicas", sum("readyReplicas"))
        set("availableReplicas", available)
        set("unavailableReplicas", max(0, max(wanted, sum("replicas")) - available))
        status["terminatingReplicas"] = .int(sum("terminatingReplicas"))
        var conditions = DeploymentConditions(status["conditions"].array)
        let isAvailable = available >= wanted - RolloutPlan(deployment).unavailable
        conditions.set(
            "Available", isAvailable ? .yes : .no, isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            isAvailable ? "Deployment has minimum availability." : "Deployment does not have minimum availability.")
        if let failure = sets.lazy.flatMap({ $0.value["status"]["conditions"].array }).first(where: { $0["type"].string == "ReplicaFailure" }) {
            conditions.set("ReplicaFailure", .yes, failure["reason"].string ?? "", failure["message"].string ?? "")
        } else {
            conditions.remove("ReplicaFailure")
        }
        setProgress(deployment, &conditions, status, current)
        status["conditions"] = .array(conditions.list)
        if status == deployment.value["status"] { return }
        var new = deployment
        new.value["status"] = status
        try await context.client.updateStatus(new)
    }

    private func setProgress(_ deployment: Deployment, _ conditions: inout DeploymentConditions, _ status: Value, _ current: ReplicaSet?) {
        let wanted = replicas(deployment)
        let subject = current.map { "ReplicaSet \"\($0.name)\"" } ?? "Deployment \"\(deployment.name)\""
        let reason = conditions.reason("Progressing")
        if deployment.value["spec"]["progressDeadlineSeconds"].int != nil {
            let isPaused = deployment.value["spec"]["paused"].bool == true
            if isPaused {
                if reason != "ProgressDeadlineExceeded" { conditions.set("Progressing", .unknown, "DeploymentPaused", "Deployment is paused") }
                return
            }
            if reason == "DeploymentPaused" { return conditions.set("Progressing", .unknown, "DeploymentResumed", "Deployment is resumed") }
        }
        func count(_ key: String, _ status: Value) -> Int64 { status[key].int ?? 0 }
        let old = deployment.value["status"]
        let isDone = count("updatedReplicas", status) == wanted && count("replicas", status) == wanted && count("availableReplicas", status) == wanted
        let moved = count("updatedReplicas", status) > count("updatedReplicas", old) || count("readyReplicas", status) > count("readyReplicas", old)
            || count("availableReplicas", status) > count("availableReplicas", old)
            || count("replicas", status) - count("updatedReplicas", status) < count("replicas", old) - count("updatedReplicas", old)
        if isDone {
            conditions.set("Progressing", .yes, "NewReplicaSetAvailable", "\(subject) has successfully progressed.")
        } else if moved || reason == nil || reason == "NewReplicaSetAvailable" || reason == "ReplicaSetCreateError" && current != nil {
            conditions.touch("Progressing", .yes, "ReplicaSetUpdated", "\(subject) is progressing.")
        } else if let deadline = deployment.value["spec"]["progressDeadlineSeconds"].int, deployment.value["spec"]["paused"].bool != true,
            let since = conditions.updated("Progressing")
        {
            let waited = Timestamp.now().seconds - since.seconds
            if waited > deadline {
                conditions.set("Progressing", .no, "ProgressDeadlineExceeded", "\(subject) has timed out progressing.")
            } else {
                queue.add(deployment.namespace + "/" + deployment.name, after: .seconds(deadline - waited + 1))
            }
        }
    }
}
