import APIClient
import KubernetesTypes
import Logging
import Objects
import Schema

/// The informers of the scheduler: each turns changes into events, and leaves out what decisions do not look at.
struct SchedulerSources: Sendable {
    let pods: Informer<Pod>
    let claims: Informer<PersistentVolumeClaim>
    let volumes: Informer<PersistentVolume>
    let classes: Informer<StorageClass>
    let volumeNodes: Informer<CSINode>
    let resourceClaims: Informer<ResourceClaim>
    let deviceClasses: Informer<DeviceClass>
    let resourceSlices: Informer<ResourceSlice>
    private let nodes: Informer<Node>
    private let namespaces: Informer<Namespace>
    private let budgets: Informer<PodDisruptionBudget>
    private let services: Informer<KubernetesTypes.Service>
    private let replicaSets: Informer<ReplicaSet>
    private let replicationControllers: Informer<ReplicationController>
    private let statefulSets: Informer<StatefulSet>
    private let inbox: SchedulerInbox

    init(client: APIClient, inbox: SchedulerInbox, logger: Logger) {
        self.inbox = inbox
        pods = Informer(Pod.self, client: client, logger: logger)
        claims = Informer(PersistentVolumeClaim.self, client: client, logger: logger)
        volumes = Informer(PersistentVolume.self, client: client, logger: logger)
        classes = Informer(StorageClass.self, client: client, logger: logger)
        volumeNodes = Informer(CSINode.self, client: client, logger: logger)
        resourceClaims = Informer(ResourceClaim.self, client: client, logger: logger)
        deviceClasses = Informer(DeviceClass.self, client: client, logger: logger)
        resourceSlices = Informer(ResourceSlice.self, client: client, logger: logger)
        nodes = Informer(Node.self, client: client, logger: logger)
        namespaces = Informer(Namespace.self, client: client, logger: logger)
        budgets = Informer(PodDisruptionBudget.self, client: client, logger: logger)
        services = Informer(KubernetesTypes.Service.self, client: client, logger: logger)
        replicaSets = Informer(ReplicaSet.self, client: client, logger: logger)
        replicationControllers = Informer(ReplicationController.self, client: client, logger: logger)
        statefulSets = Informer(StatefulSet.self, client: client, logger: logger)
        connect()
    }

    private func connect() {
        nodes.onChange { [inbox] change in
            if case .deleted(let node) = change { return inbox.put(.nodeGone(node.name)) }
            if case .updated(let old, let new) = change, !Self.differ(old, new) { return }
            inbox.put(.node(NodeInfo(change.object)))
        }
        namespaces.onChange { [inbox] change in
            if case .deleted(let space) = change { return inbox.put(.namespace(space.name, labels: nil)) }
            inbox.put(.namespace(change.object.name, labels: change.object.labels))
        }
        pods.onChange { [inbox] change in if let event = Self.event(change) { inbox.put(event) } }
        budgets.onChange { [inbox] _ in inbox.put(.budgetsChanged) }
        // What becomes of storage may let pods go.
        claims.onChange { [inbox] _ in inbox.put(.storageChanged) }
        volumes.onChange { [inbox] _ in inbox.put(.storageChanged) }
        classes.onChange { [inbox] _ in inbox.put(.storageChanged) }
        volumeNodes.onChange { [inbox] _ in inbox.put(.storageChanged) }
        resourceClaims.onChange { [inbox] _ in inbox.put(.devicesChanged) }
        deviceClasses.onChange { [inbox] _ in inbox.put(.devicesChanged) }
        resourceSlices.onChange { [inbox] _ in inbox.put(.devicesChanged) }
        services.onChange { [inbox] change in
            let service = change.object
            if case .updated(let old, _) = change, old.value["spec"]["selector"] == service.value["spec"]["selector"] { return }
            var selector: [String: String]? = service.value["spec"]["selector"].stringMap
            if case .deleted = change { selector = nil }
            inbox.put(.service(namespace: service.namespace, name: service.name, selector: selector))
        }
        follow(replicaSets) { Objects.LabelSelector($0["spec"]["selector"]) }
        follow(statefulSets) { Objects.LabelSelector($0["spec"]["selector"]) }
        follow(replicationControllers) { Objects.LabelSelector(labels: $0["spec"]["selector"].stringMap) }
    }

    private func follow<T: ObjectView>(_ informer: Informer<T>, _ selector: @escaping @Sendable (Value) -> Objects.LabelSelector) {
        informer.onChange { [inbox] change in
            let object = change.object
            if case .updated(let old, _) = change, old.value["spec"]["selector"] == object.value["spec"]["selector"] { return }
            var made: Objects.LabelSelector? = selector(object.value)
            if case .deleted = change { made = nil }
            inbox.put(.workload(kind: T.groupVersionKind.kind, namespace: object.namespace, name: object.name, selector: made))
        }
    }

    /// Whether filters or scores may see a difference. Heartbeats make none.
    private static func differ(_ old: Node, _ new: Node) -> Bool {
        old.value["spec"] != new.value["spec"] || old.value["metadata"]["labels"] != new.value["metadata"]["labels"]
            || old.value["status"]["allocatable"] != new.value["status"]["allocatable"] || old.value["status"]["images"] != new.value["status"]["images"]
            || old.value["status"]["declaredFeatures"] != new.value["status"]["declaredFeatures"]
    }

    private static func event(_ change: InformerChange<Pod>) -> SchedulerEvent? {
        let pod = change.object
        if case .deleted = change { return .gone(pod) }
        let phase = pod.value["status"]["phase"].string
        if phase == "Succeeded" || phase == "Failed" { return .gone(pod) }
        let isPlaced = !(pod.value["spec"]["nodeName"].string ?? "").isEmpty
        var isChanged = true
        if case .updated(let old, let new) = change { isChanged = differ(old, new) }
        if isPlaced { return isChanged ? .placed(pod, PodSignature(pod)) : nil }
        // A claim that was made for it lets it go on.
        if case .updated(let old, _) = change, old.value["status"]["resourceClaimStatuses"] != pod.value["status"]["resourceClaimStatuses"] { isChanged = true }
        return isChanged ? .waiting(pod, PodSignature(pod)) : .rewritten(pod)
    }

    private static func differ(_ old: Pod, _ new: Pod) -> Bool {
        if old.uid != new.uid || old.isBeingDeleted != new.isBeingDeleted || old.value["metadata"]["labels"] != new.value["metadata"]["labels"] { return true }
        let generation = new.generation
        return generation == 0 || generation != old.generation || (old.value["spec"]["nodeName"].string ?? "") != (new.value["spec"]["nodeName"].string ?? "")
    }

    func node(_ name: String) -> Node? { nodes.get(name) }

    func limits() -> [DisruptionLimit] {
        budgets.list().map { budget in
            DisruptionLimit(
                namespace: budget.namespace, selector: Objects.LabelSelector(budget.value["spec"]["selector"]),
                allowed: Int(budget.value["status"]["disruptionsAllowed"].int ?? 0))
        }
    }

    /// Runs all in the group; returns when what decisions rest on is known.
    func start(_ group: inout TaskGroup<Void>) async {
        let first: [@Sendable () async -> Void] = [
            { [nodes] in await nodes.run() }, { [namespaces] in await namespaces.run() }, { [budgets] in await budgets.run() },
            { [claims] in await claims.run() }, { [volumes] in await volumes.run() }, { [classes] in await classes.run() },
            { [volumeNodes] in await volumeNodes.run() }, { [resourceClaims] in await resourceClaims.run() },
            { [deviceClasses] in await deviceClasses.run() }, { [resourceSlices] in await resourceSlices.run() },
            { [services] in await services.run() }, { [replicaSets] in await replicaSets.run() }, { [statefulSets] in await statefulSets.run() },
            { [replicationControllers] in await replicationControllers.run() },
        ]
        for run in first { group.addTask { await run() } }
        await nodes.waitUntilSynced()
        await claims.waitUntilSynced()
        await volumes.waitUntilSynced()
        await classes.waitUntilSynced()
        await namespaces.waitUntilSynced()
        await services.waitUntilSynced()
        await resourceClaims.waitUntilSynced()
        await deviceClasses.waitUntilSynced()
        await resourceSlices.waitUntilSynced()
        group.addTask { [pods] in await pods.run() }
        await pods.waitUntilSynced()
    }
}
