import APIClient
import KubernetesTypes
import Objects
import Schema
import Synchronization

/// Says in each ResourceQuota what is used. Admission counts what comes; this counts anew, and sees what goes.
struct QuotaController: Controller {
    let loop: ReconcileLoop
    private let queue: WorkQueue
    private let quotas: Informer<ResourceQuota>
    private static let resync: Duration = .seconds(300)

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let quotas = context.informers.shared(ResourceQuota.self)
        self.queue = queue
        self.quotas = quotas
        loop = ReconcileLoop("resourcequota", queue: queue, workers: 2, logger: context.logger) { key throws(StatusError) in
            guard let quota = quotas.get(key), !quota.isBeingDeleted else { return }
            try await QuotaSync(context: context, quota: quota).sync()
            queue.add(key, after: Self.resync)
        }
        quotas.onChange { change in
            // What admission writes into the status is no reason to count.
            if case .updated(let old, let new) = change, old.value["spec"] == new.value["spec"] { return }
            queue.add(change.object.namespace + "/" + change.object.name)
        }
        // Deletions are noted by who follows all kinds, too, but perhaps before pods and services are gone here.
        context.pods.onChange { change in
            if case .deleted(let pod) = change { Self.queueAll(pod.namespace, quotas, queue) }
            guard case .updated(let old, let new) = change else { return }
            let isSame = PodState.isFinished(old) == PodState.isFinished(new) && old.isBeingDeleted == new.isBeingDeleted
                && (old.generation == new.generation || PodShape.of(old.value["spec"]) === PodShape.of(new.value["spec"]))
            if !isSame { Self.queueAll(new.namespace, quotas, queue) }
        }
        context.services.onChange { change in
            if case .deleted(let service) = change { Self.queueAll(service.namespace, quotas, queue) }
            guard case .updated(let old, let new) = change, QuotaUsage.service(old.value) != QuotaUsage.service(new.value) else { return }
            Self.queueAll(new.namespace, quotas, queue)
        }
    }

    /// Something that may have been counted is gone.
    func noteDeletion(in namespace: String) {
        if !namespace.isEmpty { Self.queueAll(namespace, quotas, queue) }
    }

    private static func queueAll(_ namespace: String, _ quotas: Informer<ResourceQuota>, _ queue: WorkQueue) {
        for quota in quotas.encoded(namespace) { queue.add(quota.key) }
    }
}

private struct QuotaSync: Sendable {
    let context: ControllerContext
    let quota: ResourceQuota

    func sync() async throws(StatusError) {
        let hard = quota.value["spec"]["hard"].members
        var used: [String: Quantity] = [:]
        let names = Set(hard.keys)
        let now = Timestamp.now()
        let isScoped = QuotaUsage.isScoped(quota.value)
        for group in shapes(now) where !isScoped || QuotaUsage.covers(quota.value, group.shape.spec) {
            for (name, amount) in group.shape.usage where names.contains(name) {
                used[name] = (used[name] ?? .zero) + Quantity(nanos: amount.nanos * Int128(group.taking), format: amount.format)
            }
            used["count/pods"] = (used["count/pods"] ?? .zero) + Quantity(Int64(group.all))
        }
        if !isScoped {
            if names.contains(where: { $0.hasPrefix("services") }) {
                for service in context.services.list(quota.namespace) { used.merge(QuotaUsage.service(service.value), uniquingKeysWith: +) }
            }
            if names.contains(where: { $0.hasSuffix("persistentvolumeclaims") || $0.hasSuffix("requests.storage") }) {
                for claim in try await objects(GroupVersion(group: "", version: "v1"), "persistentvolumeclaims") {
                    used.merge(QuotaUsage.claim(claim.value), uniquingKeysWith: +)
                }
            }
            for name in names { if let count = try await count(name) { used[name] = Quantity(Int64(count)) } }
        }
        try await write(hard, used)
    }

    /// The namespace's pods by what they take, and how many of each take it now.
    private func shapes(_ now: Timestamp) -> [(shape: PodShape, all: Int, taking: Int)] {
        var groups: [ObjectIdentifier: (shape: PodShape, all: Int, taking: Int)] = [:]
        for pod in context.pods.encoded(quota.namespace).lazy.map(KnownPod.init) {
            let shape = pod.facts.shape
            var group = groups[ObjectIdentifier(shape)] ?? (shape, 0, 0)
            group.all += 1
            if QuotaUsage.counts(pod, now: now) { group.taking += 1 }
            groups[ObjectIdentifier(shape)] = group
        }
        return Array(groups.values)
    }

    private func objects(_ groupVersion: GroupVersion, _ resource: String) async throws(StatusError) -> [EncodedObject] {
        try await context.client.transport.list(APIRequest(.get, APIRequest.path(groupVersion, resource, namespace: quota.namespace))).objects
    }

    /// How many objects a limit on a number of objects counts; nil for other limits, and for kinds that are not there.
    private func count(_ name: String) async throws(StatusError) -> Int? {
        let plain = ["configmaps", "secrets", "replicationcontrollers", "resourcequotas"]
        if plain.contains(name) { return try await objects(GroupVersion(group: "", version: "v1"), name).count }
        guard name.hasPrefix("count/"), name != "count/pods" else { return nil }
        let parts = name.dropFirst(6).split(separator: ".", maxSplits: 1).map(String.init)
        guard let resource = parts.first else { return nil }
        let group = parts.count > 1 ? parts[1] : ""
        if group.isEmpty { return try await objects(GroupVersion(group: "", version: "v1"), resource).count }
        do throws(StatusError) {
            let found = try await context.client.transport.send(APIRequest(.get, "/apis/" + group))
            guard let text = found["preferredVersion"]["groupVersion"].string, let groupVersion = GroupVersion(apiVersion: text) else { return nil }
            return try await objects(groupVersion, resource).count
        } catch where error.isNotFound {
            return 0
        }
    }

    private func write(_ hard: Members, _ used: [String: Quantity]) async throws(StatusError) {
        var status = Value.emptyObject
        status["hard"] = .object(hard)
        status["used"] = .emptyObject
        for name in hard.keys.sorted() { status["used"][name] = .string((used[name] ?? .zero).text) }
        let known = quota.value["status"]
        if known["hard"] == status["hard"], known["used"] == status["used"] { return }
        var new = quota
        new.value["status"] = status
        try await context.client.updateStatus(new)
    }
}
