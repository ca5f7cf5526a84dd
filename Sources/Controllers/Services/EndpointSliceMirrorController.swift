import APIClient
import KubernetesTypes
import Objects

/// Copies Endpoints that somebody wrote by hand, for services without selector, into EndpointSlices.
struct EndpointSliceMirrorController: Controller {
    let loop: ReconcileLoop
    private static let manager = "endpointslicemirroring-controller.k8s.io"
    private static let limit = 1000

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let informer = context.informers.shared(Endpoints.self)
        let mirrored = ObjectIndex(context.endpointSlices) { slice in
            guard slice.labels["endpointslice.kubernetes.io/managed-by"] == Self.manager else { return [] }
            return [slice.namespace + "/" + (slice.labels["kubernetes.io/service-name"] ?? "")]
        }
        loop = ReconcileLoop("endpointslicemirroring", queue: queue, logger: context.logger) { key throws(StatusError) in
            var known = mirrored.objects(key).sorted { $0.name < $1.name }
            if let endpoints = informer.get(key), let service = context.services.get(key), Self.isWanted(endpoints, service) {
                for slice in Self.slices(endpoints) {
                    let position = known.firstIndex { $0.addressType == slice.addressType && $0.value["ports"] == slice.value["ports"] }
                    if let position {
                        var old = known.remove(at: position)
                        if old.value["endpoints"] == slice.value["endpoints"], old.labels == slice.labels,
                            old.annotations == slice.annotations
                        {
                            continue
                        }
                        old.value["endpoints"] = slice.value["endpoints"]
                        old.labels = slice.labels
                        let annotations = slice.value["metadata"]["annotations"]
                        old.value["metadata"].set("annotations", annotations.isNull ? nil : annotations)
                        try await context.client.update(old)
                    } else {
                        try await context.client.create(slice)
                    }
                }
            }
            for slice in known {
                do throws(StatusError) {
                    try await context.client.delete(EndpointSlice.self, slice.namespace, slice.name)
                } catch where error.isNotFound {
                    continue
                }
            }
        }
        informer.onChange { queue.add($0.object.namespace + "/" + $0.object.name) }
        context.services.onChange { queue.add($0.object.namespace + "/" + $0.object.name) }
    }

    private static func isWanted(_ endpoints: Endpoints, _ service: KubernetesTypes.Service) -> Bool {
        endpoints.labels["endpointslice.kubernetes.io/skip-mirror"] != "true" && endpoints.annotations["control-plane.alpha.kubernetes.io/leader"] == nil
            && endpoints.labels["endpoints.kubernetes.io/managed-by"] != "endpoint-controller" && service.value["spec"]["selector"].members.isEmpty
            && !endpoints.isBeingDeleted
    }

    /// What annotations say of the object itself.
    private static let untransferred: Set<String> = [
        "endpoints.kubernetes.io/last-change-trigger-time", "kubectl.kubernetes.io/last-applied-configuration",
    ]

    private static func slices(_ endpoints: Endpoints) -> [EndpointSlice] {
        var slices: [EndpointSlice] = []
        for subset in endpoints.value["subsets"].array {
            let ports: [Value] = subset["ports"].array.map { port in
                var port = port
                if port["name"].isNull { port["name"] = "" }
                if port["protocol"].isNull { port["protocol"] = "TCP" }
                return port
            }
            for family in [NetworkAddress.Family.v4, .v6] {
                var list: [Value] = []
                for (key, isReady) in [("addresses", true), ("notReadyAddresses", false)] {
                    list += subset[key].array.prefix(limit).compactMap { endpoint($0, isReady: isReady, family) }
                }
                if list.isEmpty { continue }
                var slice = EndpointSlice(.emptyObject)
                slice.value["metadata"] = [
                    "generateName": .string(endpoints.name + "-"), "namespace": .string(endpoints.namespace),
                    "ownerReferences": [Ownership.reference(to: endpoints)],
                ]
                var labels = endpoints.labels
                labels["kubernetes.io/service-name"] = endpoints.name
                labels["endpointslice.kubernetes.io/managed-by"] = manager
                slice.labels = labels
                let annotations = endpoints.annotations.filter { !untransferred.contains($0.key) }
                if !annotations.isEmpty { slice.value["metadata"]["annotations"] = Value(annotations) }
                slice.value["addressType"] = .string(family.rawValue)
                slice.value["endpoints"] = .array(list)
                slice.value["ports"] = .array(ports)
                slices.append(slice)
            }
        }
        return slices
    }

    private static func endpoint(_ address: Value, isReady: Bool, _ family: NetworkAddress.Family) -> Value? {
        guard let text = address["ip"].string, NetworkAddress(text)?.family == family else { return nil }
        var endpoint: Value = ["addresses": [.string(text)], "conditions": ["ready": .bool(isReady)]]
        for key in ["hostname", "nodeName", "targetRef"] where !address[key].isNull { endpoint[key] = address[key] }
        return endpoint
    }
}
