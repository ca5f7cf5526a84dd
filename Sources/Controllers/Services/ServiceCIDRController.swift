import APIClient
import KubernetesTypes
import Objects

/// Says of each ServiceCIDR whether addresses can be taken from it, and keeps one that is deleted until no service has one.
struct ServiceCIDRController: Controller {
    let loop: ReconcileLoop

    private static let finalizer = "networking.k8s.io/service-cidr-finalizer"

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let informer = context.informers.shared(ServiceCIDR.self)
        loop = ReconcileLoop("service-cidr", queue: queue, workers: 1, logger: context.logger) { name throws(StatusError) in
            guard let range = informer.get(name) else { return }
            let others = informer.list().filter { $0.name != name && !$0.isBeingDeleted }
            if range.isBeingDeleted {
                try await Self.release(range, others, context)
            } else {
                try await Self.settle(range, context.client)
            }
        }
        informer.onChange { change in
            queue.add(change.object.name)
            // A range may be free to go since another covers it.
            for range in informer.list() where range.isBeingDeleted { queue.add(range.name) }
        }
        context.services.onChange { change in
            guard case .deleted = change else { return }
            for range in informer.list() where range.isBeingDeleted { queue.add(range.name) }
        }
    }

    private static func settle(_ range: ServiceCIDR, _ client: APIClient) async throws(StatusError) {
        var new = range
        if !range.metadata.finalizers.contains(finalizer) {
            new.metadata.finalizers.append(finalizer)
            new = try await client.update(new)
        }
        try await setReady(new, true, "", "Kubernetes Service CIDR is ready", client)
    }

    private static func release(_ range: ServiceCIDR, _ others: [ServiceCIDR], _ context: ControllerContext) async throws(StatusError) {
        guard range.metadata.finalizers.contains(finalizer) else { return }
        let own = networks(range)
        let covering = others.flatMap(networks)
        let isUsed = context.services.list().contains { service in
            service.value["spec"]["clusterIPs"].strings.compactMap { NetworkAddress($0) }.contains { address in
                own.contains { $0.contains(address) } && !covering.contains { $0.contains(address) }
            }
        }
        if isUsed {
            return try await setReady(
                range, false, "Terminating", "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR", context.client)
        }
        var new = range
        new.metadata.finalizers.removeAll { $0 == finalizer }
        do throws(StatusError) {
            try await context.client.update(new)
        } catch where error.isNotFound {
            return
        }
    }

    private static func networks(_ range: ServiceCIDR) -> [IPNetwork] { range.value["spec"]["cidrs"].strings.compactMap { IPNetwork($0) } }

    private static func setReady(_ range: ServiceCIDR, _ isReady: Bool, _ reason: String, _ message: String, _ client: APIClient) async throws(StatusError) {
        let status = Value.string(isReady ? "True" : "False")
        var conditions = range.value["status"]["conditions"].array
        let position = conditions.firstIndex { $0["type"].string == "Ready" }
        if let position, conditions[position]["status"] == status { return }
        let condition: Value = [
            "type": "Ready", "status": status, "reason": .string(reason), "message": .string(message), "lastTransitionTime": .string(Timestamp.now().text),
        ]
        if let position { conditions[position] = condition } else { conditions.append(condition) }
        var new = range
        new.value["status"]["conditions"] = .array(conditions)
        try await client.updateStatus(new)
    }
}
