import APIClient
import KubernetesTypes
import Objects
import Schema

/// Says in each PodDisruptionBudget how many pods may be disrupted now.
struct DisruptionController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let budgets = context.informers.shared(PodDisruptionBudget.self)
        let recorder = context.recorder("controllermanager")
        let sets = StatefulOwners(context)
        loop = ReconcileLoop("disruption", queue: queue, logger: context.logger) { key throws(StatusError) in
            guard let budget = budgets.get(key), !budget.isBeingDeleted else { return }
            let sync = DisruptionSync(context: context, budget: budget, owners: sets, recorder: recorder)
            if let seconds = try await sync.sync() { queue.add(key, after: .seconds(seconds)) }
        }
        budgets.onChange { queue.add($0.object.namespace + "/" + $0.object.name) }
        context.pods.onChange { change in
            let pod = change.object
            var labels = [pod.labels]
            if case .updated(let old, let new) = change {
                let isSame = old.labels == new.labels && PodState.isReady(old) == PodState.isReady(new) && old.isBeingDeleted == new.isBeingDeleted
                    && PodState.phase(old) == PodState.phase(new)
                if isSame { return }
                labels.append(old.labels)
            }
            for budget in budgets.list(pod.namespace) {
                let selector = DisruptionSync.selector(budget)
                if labels.contains(where: { selector.matches($0) }) { queue.add(budget.namespace + "/" + budget.name) }
            }
        }
        let resized: @Sendable (String) -> Void = { namespace in
            for budget in budgets.list(namespace) { queue.add(budget.namespace + "/" + budget.name) }
        }
        context.deployments.onChange { change in
            if case .updated(let old, let new) = change, old.value["spec"]["replicas"] == new.value["spec"]["replicas"] { return }
            resized(change.object.namespace)
        }
        context.informers.shared(StatefulSet.self).onChange { change in
            if case .updated(let old, let new) = change, old.value["spec"]["replicas"] == new.value["spec"]["replicas"] { return }
            resized(change.object.namespace)
        }
    }
}

/// The sizes of the controllers of pods.
struct StatefulOwners: Sendable {
    private let context: ControllerContext
    private let sets: Informer<StatefulSet>
    private let controllers: Informer<ReplicationController>

    init(_ context: ControllerContext) {
        self.context = context
        sets = context.informers.shared(StatefulSet.self)
        controllers = context.informers.shared(ReplicationController.self)
        _ = context.replicaSets
        _ = context.deployments
    }

    /// The uid and size of what scales the pods of an owner; nil when nothing does.
    func scale(of owner: PodOwner, in namespace: String) async throws(StatusError) -> (uid: String, replicas: Int)? {
        let (name, uid) = (owner.name, owner.uid)
        func size(_ value: Value) -> Int { Int(value["spec"]["replicas"].int ?? 1) }
        switch owner.kind {
        case "ReplicaSet":
            guard let set = context.replicaSets.get(namespace, name), set.uid == uid else { return nil }
            if let parent = Ownership.controller(of: set), parent.kind == "Deployment",
                let deployment = context.deployments.get(namespace, parent.name ?? ""), deployment.uid == parent.uid
            {
                return (deployment.uid, size(deployment.value))
            }
            return (set.uid, size(set.value))
        case "StatefulSet":
            guard let set = sets.get(namespace, name), set.uid == uid else { return nil }
            return (uid, size(set.value))
        case "ReplicationController":
            guard let set = controllers.get(namespace, name), set.uid == uid else { return nil }
            return (uid, size(set.value))
        default: return try await otherScale(of: owner, in: namespace)
        }
    }

    /// Of a kind that says itself how it is scaled. Throws where nothing can be scaled.
    private func otherScale(of owner: PodOwner, in namespace: String) async throws(StatusError) -> (uid: String, replicas: Int)? {
        let scales = ScaleSubresource(client: context.client)
        guard let groupVersion = GroupVersion(apiVersion: owner.apiVersion), let resource = try await scales.resource(groupVersion, kind: owner.kind) else {
            return nil
        }
        guard resource.hasScale else {
            throw .badRequest("\(resource.name)\(groupVersion.group.isEmpty ? "" : "." + groupVersion.group) does not implement the scale subresource")
        }
        guard let scale = try await scales.read(groupVersion, resource.name, namespace, owner.name), scale["metadata"]["uid"].string == owner.uid else { return nil }
        return (owner.uid, Int(scale["spec"]["replicas"].int ?? 0))
    }
}

private struct DisruptionSync: Sendable {
    let context: ControllerContext
    let budget: PodDisruptionBudget
    let owners: StatefulOwners
    let recorder: EventRecorder

    /// An empty selector means all pods of the namespace; an absent one none.
    static func selector(_ budget: PodDisruptionBudget) -> Objects.LabelSelector {
        let selector = budget.value["spec"]["selector"]
        return selector.isObject ? Objects.LabelSelector(selector) : .nothing
    }

    /// Returns the seconds after which it wants another look.
    func sync() async throws(StatusError) -> Int64? {
        let now = Timestamp.now()
        let pods = context.podLabels.pods(in: budget.namespace, matching: Self.selector(budget)).filter { !$0.facts.isFinished }
        if pods.isEmpty { recorder.record(budget, reason: "NoPods", message: "No matching pods found") }
        let (expected, desired): (Int, Int)
        do throws(StatusError) {
            (expected, desired) = try await wanted(pods)
        } catch {
            recorder.record(budget, type: "Warning", reason: "CalculateExpectedPodCountFailed", message: "Failed to calculate the number of expected pods: \(error)")
            try await write(healthy: 0, desired: 0, expected: 0, disrupted: [], failure: "\(error)", now)
            return nil
        }
        let (disrupted, recheck) = disruptions(pods, now)
        let healthy = pods.count { $0.facts.isReady && !$0.facts.isBeingDeleted && !disrupted.contains($0.name) }
        try await write(healthy: healthy, desired: desired, expected: expected, disrupted: disrupted, failure: nil, now)
        return recheck
    }

    /// How many pods there should be, and how many of them have to be healthy.
    private func wanted(_ pods: [KnownPod]) async throws(StatusError) -> (expected: Int, desired: Int) {
        let spec = budget.value["spec"]
        if !spec["maxUnavailable"].isNull {
            let expected = try await scaleSum(pods)
            return (expected, max(0, expected - Int(IntOrPercent.value(spec["maxUnavailable"], of: Int64(expected), roundingUp: true))))
        }
        if let number = spec["minAvailable"].int { return (pods.count, Int(number)) }
        if spec["minAvailable"].string != nil {
            let expected = try await scaleSum(pods)
            return (expected, Int(IntOrPercent.value(spec["minAvailable"], of: Int64(expected), roundingUp: true)))
        }
        return (pods.count, 0)
    }

    private func scaleSum(_ pods: [KnownPod]) async throws(StatusError) -> Int {
        var sizes: [String: Int] = [:]
        var asked: Set<ObjectIdentifier> = []
        if pods.contains(where: { $0.facts.owner == nil }) {
            recorder.record(
                budget, type: "Warning", reason: "UnmanagedPods",
                message: "Pods selected by this PodDisruptionBudget (selector: \(EventTexts.selector(budget.value["spec"]["selector"]))) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer value.")
        }
        for pod in pods {
            guard let owner = pod.facts.owner, asked.insert(ObjectIdentifier(owner)).inserted else { continue }
            if let scale = try await owners.scale(of: owner, in: budget.namespace) {
                sizes[scale.uid] = scale.replicas
            } else {
                throw StatusError.badRequest("found no controllers for pod \"\(pod.name)\"")
            }
        }
        return sizes.values.reduce(0, +)
    }

    /// Pods whose eviction was granted but that are still there. After two minutes the grant lapses.
    private func disruptions(_ pods: [KnownPod], _ now: Timestamp) -> (Set<String>, Int64?) {
        var names: Set<String> = []
        var recheck: Int64?
        let present = Dictionary(pods.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for entry in budget.value["status"]["disruptedPods"].members {
            guard let pod = present[entry.key], !pod.facts.isBeingDeleted, let time = entry.value.string.flatMap({ Timestamp($0) }) else { continue }
            let left = time.seconds + 120 - now.seconds
            if left > 0 {
                names.insert(entry.key)
                recheck = min(recheck ?? left, left)
            }
        }
        return (names, recheck)
    }

    private func write(healthy: Int, desired: Int, expected: Int, disrupted: Set<String>, failure: String?, _ now: Timestamp) async throws(StatusError) {
        let allowed = failure == nil && expected > 0 ? max(0, healthy - desired) : 0
        var status = budget.value["status"].isObject ? budget.value["status"] : .emptyObject
        status["currentHealthy"] = Value(healthy)
        status["desiredHealthy"] = Value(desired)
        status["expectedPods"] = Value(expected)
        status["disruptionsAllowed"] = Value(allowed)
        status["observedGeneration"] = .int(budget.generation)
        var left = status["disruptedPods"].members
        left.keep { disrupted.contains($0.key) }
        status.set("disruptedPods", left.isEmpty ? nil : .object(left))
        let isAllowed = allowed > 0
        let reason = failure != nil ? "SyncFailed" : isAllowed ? "SufficientPods" : "InsufficientPods"
        var conditions = status["conditions"].array
        let position = conditions.firstIndex { $0["type"].string == "DisruptionAllowed" }
        let flag = isAllowed ? "True" : "False"
        let since = position.flatMap { conditions[$0]["status"].string == flag ? conditions[$0]["lastTransitionTime"] : nil } ?? .string(now.text)
        let condition: Value = [
            "type": "DisruptionAllowed", "status": .string(flag), "reason": .string(reason), "message": .string(failure ?? ""),
            "observedGeneration": .int(budget.generation), "lastTransitionTime": since,
        ]
        if let position { conditions[position] = condition } else { conditions.append(condition) }
        status["conditions"] = .array(conditions)
        if status == budget.value["status"] { return }
        var new = budget
        new.value["status"] = status
        try await context.client.updateStatus(new)
    }
}
