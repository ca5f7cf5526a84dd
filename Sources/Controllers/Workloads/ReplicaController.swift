import APIClient
import KubernetesTypes
import Objects

/// A kind that keeps a number of equal pods: ReplicaSet and its forerunner ReplicationController.
protocol ReplicaKind: ObjectView {
    static var componentName: String { get }
    var podSelector: Objects.LabelSelector { get }
}

extension ReplicaSet: ReplicaKind {
    static var componentName: String { "replicaset-controller" }
    var podSelector: Objects.LabelSelector { Objects.LabelSelector(value["spec"]["selector"]) }
}

extension ReplicationController: ReplicaKind {
    static var componentName: String { "replication-controller" }
    /// An empty selector selects nothing: the API fills it from the template.
    var podSelector: Objects.LabelSelector {
        let labels = value["spec"]["selector"].stringMap
        return labels.isEmpty ? .nothing : Objects.LabelSelector(labels: labels)
    }
}

/// Keeps the number of pods that a ReplicaSet or ReplicationController wants.
struct ReplicaController<Kind: ReplicaKind>: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let expectations = Expectations()
        let recorder = context.recorder(Kind.componentName)
        let informer = context.informers.shared(Kind.self)
        let siblings = context.informers.owners(Kind.self)
        loop = ReconcileLoop(Kind.componentName, queue: queue, logger: context.logger) { key throws(StatusError) in
            guard let set = informer.get(key) else { return }
            let control = PodControl(context: context, expectations: expectations, recorder: recorder, owner: set)
            try await ReplicaSync(context: context, control: control, siblings: siblings, queue: queue).sync(key)
        }
        informer.onChange { change in
            if case .deleted(let set) = change { expectations.forget(set.namespace + "/" + set.name) }
            queue.add(change.object.namespace + "/" + change.object.name)
        }
        PodControl<Kind>.follow(context, expectations, queue) { pod in
            informer.list(pod.namespace).filter { $0.podSelector.matches(pod.labels) }
        }
    }
}

private struct ReplicaSync<Kind: ReplicaKind>: Sendable {
    let context: ControllerContext
    let control: PodControl<Kind>
    let siblings: OwnerIndex<Kind>
    let queue: WorkQueue
    private static var burst: Int { 500 }

    private var set: Kind { control.owner }

    func sync(_ key: String) async throws(StatusError) {
        let pods = try await Claims(context, set, set.podSelector).settledPods()
        let active = pods.filter(\.facts.isActive)
        var failure: StatusError?
        if control.expectations.isSatisfied(key), !set.isBeingDeleted {
            do throws(StatusError) { try await manage(active) } catch { failure = error }
        }
        let terminating = pods.count { $0.facts.isBeingDeleted && !$0.facts.isFinished }
        try await updateStatus(active, terminating, failure)
        if let failure { throw failure }
    }

    private func manage(_ active: [KnownPod]) async throws(StatusError) {
        let wanted = Int(set.value["spec"]["replicas"].int ?? 1)
        if active.count < wanted {
            let pod = PodFactory.make(set.value["spec"]["template"], owner: set)
            try await control.create(Array(repeating: pod, count: min(wanted - active.count, Self.burst)))
        } else if active.count > wanted {
            let order = DeletionOrder<KnownPod>(active, neighbours: neighbours(active), now: .now())
            try await control.delete(order.pods.prefix(min(active.count - wanted, Self.burst)).map(\.pod))
        }
    }

    /// How many pods of this set and of those under the same Deployment are on each node.
    private func neighbours(_ active: [KnownPod]) -> [String: Int] {
        var counts: [String: Int] = [:]
        func count(_ pods: [KnownPod]) { for pod in pods where !pod.facts.node.isEmpty { counts[pod.facts.node, default: 0] += 1 } }
        if let owner = Ownership.controller(of: set)?.uid {
            for sibling in siblings.objects(of: owner) { count(context.podOwners.encoded(of: sibling.uid).map(KnownPod.init).filter(\.facts.isActive)) }
        } else {
            count(active)
        }
        return counts
    }

    // MARK: status

    private func updateStatus(_ active: [KnownPod], _ terminating: Int, _ failure: StatusError?) async throws(StatusError) {
        let labels = set.value["spec"]["template"]["metadata"]["labels"].stringMap
        let selector = Objects.LabelSelector(labels: labels)
        let now = Timestamp.now()
        let seconds = set.value["spec"]["minReadySeconds"].int ?? 0
        let available = active.count { $0.facts.isAvailable(seconds, now: now) }
        let ready = active.count(where: \.facts.isReady)
        var status = set.value["status"].isObject ? set.value["status"] : .emptyObject
        status["replicas"] = Value(active.count)
        func setCount(_ key: String, _ count: Int) { status.set(key, count == 0 ? nil : Value(count)) }
        setCount("fullyLabeledReplicas", active.count { pod in selector.matches { pod.object.label($0) } })
        setCount("readyReplicas", ready)
        setCount("availableReplicas", available)
        if Kind.self == ReplicaSet.self { status["terminatingReplicas"] = Value(terminating) }
        status["observedGeneration"] = .int(set.generation)
        var conditions = status["conditions"].array
        let position = conditions.firstIndex { $0["type"].string == "ReplicaFailure" }
        if let failure {
            let isExcess = active.count > Int(set.value["spec"]["replicas"].int ?? 1)
            if position == nil {
                conditions.append([
                    "type": "ReplicaFailure", "status": "True", "reason": isExcess ? "FailedDelete" : "FailedCreate",
                    "message": .string(failure.message), "lastTransitionTime": .string(now.text),
                ])
            }
        } else if let position {
            conditions.remove(at: position)
        }
        status.set("conditions", conditions.isEmpty ? nil : .array(conditions))
        if ready > available { queue.add(set.namespace + "/" + set.name, after: .seconds(1)) }
        if status == set.value["status"] { return }
        var new = set
        new.value["status"] = status
        try await context.client.updateStatus(new)
    }
}
