import APIClient
import KubernetesTypes
import Objects

/// Keeps the EndpointSlices and the Endpoints of services: who serves them now.
struct EndpointSliceController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let selectors = ServiceSelectorIndex(context.services)
        let slices = ObjectIndex(context.endpointSlices) { slice in
            guard slice.labels["endpointslice.kubernetes.io/managed-by"] == EndpointSync.manager else { return [] }
            return [slice.namespace + "/" + (slice.labels["kubernetes.io/service-name"] ?? "")]
        }
        loop = ReconcileLoop("endpointslice", queue: queue, logger: context.logger) { key throws(StatusError) in
            try await EndpointSync(context: context, slices: slices).sync(key)
        }
        context.services.onChange { queue.add($0.object.namespace + "/" + $0.object.name) }
        // Slices that somebody else changed or deleted are put right.
        context.endpointSlices.onChange { change in
            let slice = change.object
            guard slice.labels["endpointslice.kubernetes.io/managed-by"] == EndpointSync.manager else { return }
            if case .added = change { return }
            queue.add(slice.namespace + "/" + (slice.labels["kubernetes.io/service-name"] ?? ""))
        }
        context.pods.onChange { change in
            var labels = [change.object.labels]
            if case .updated(let old, let new) = change {
                if !Self.matters(old, new) { return }
                labels.append(old.labels)
            }
            for labels in labels {
                for service in selectors.services(in: change.object.namespace, selecting: labels) { queue.add(service.namespace + "/" + service.name) }
            }
        }
    }

    /// Whether a change of a pod can change endpoints.
    private static func matters(_ old: Pod, _ new: Pod) -> Bool {
        old.labels != new.labels || old.value["status"]["podIPs"] != new.value["status"]["podIPs"]
            || PodState.isReady(old) != PodState.isReady(new) || PodState.phase(old) != PodState.phase(new)
            || old.isBeingDeleted != new.isBeingDeleted || old.spec.nodeName != new.spec.nodeName
    }
}

private struct EndpointSync {
    let context: ControllerContext
    /// Endpoints are another controller's, by name.
    private var endpoints: APIClient { context.acting(as: "endpoint-controller").client }
    let slices: ObjectIndex<EndpointSlice>

    static let manager = "endpointslice-controller.k8s.io"
    private static let sliceLimit = 100

    func sync(_ key: String) async throws(StatusError) {
        let parts = key.split(separator: "/").map(String.init)
        guard parts.count == 2 else { return }
        let existing = slices.objects(key)
        guard let service = context.services.get(key), !service.isBeingDeleted else {
            for slice in existing { try await remove(slice) }
            try? await endpoints.delete(Endpoints.self, parts[0], parts[1])
            return
        }
        let selector = service.value["spec"]["selector"].stringMap
        if selector.isEmpty || service.value["spec"]["type"].string == "ExternalName" { return }
        let pods = context.podLabels.pods(in: parts[0], matching: Objects.LabelSelector(labels: selector))
            .filter { !($0.value["status"]["podIP"].string ?? "").isEmpty && !PodState.isFinished($0) }
            .sorted { $0.name < $1.name }
        let asked = service.value["spec"]["ipFamilies"].strings
        let families = asked.isEmpty ? ["IPv4"] : asked
        for family in families {
            try await write(service, family, pods, existing.filter { $0.addressType == family })
        }
        for slice in existing where !families.contains(slice.addressType ?? "") { try await remove(slice) }
        try await writeEndpoints(service, families.first ?? "IPv4", pods)
    }

    private func remove(_ slice: EndpointSlice) async throws(StatusError) {
        do throws(StatusError) {
            try await context.client.delete(EndpointSlice.self, slice.namespace, slice.name)
        } catch where error.isNotFound {
            return
        }
    }

    /// The service's ports as a pod serves them.
    private func ports(_ service: KubernetesTypes.Service, _ pod: Pod) -> [Value] {
        service.value["spec"]["ports"].array.compactMap { port in
            let target = port["targetPort"]
            var number = target.int ?? (target.isNull ? port["port"].int : nil)
            if let name = target.string {
                if let parsed = Int64(name) {
                    number = parsed
                } else {
                    let named = (pod.value["spec"]["containers"].array + pod.value["spec"]["initContainers"].array)
                        .flatMap { $0["ports"].array }.first { $0["name"].string == name && $0["protocol"] == port["protocol"] }
                    number = named?["containerPort"].int
                }
            }
            guard let number else { return nil }
            var value: Value = ["name": port["name"].isNull ? "" : port["name"], "port": .int(number), "protocol": port["protocol"]]
            if !port["appProtocol"].isNull { value["appProtocol"] = port["appProtocol"] }
            return value
        }
    }

    /// The pod's address of a family; nil without one.
    private static func address(_ pod: Pod, _ family: String) -> String? {
        let all = pod.value["status"]["podIPs"].array.compactMap { $0["ip"].string } + [pod.value["status"]["podIP"].string ?? ""]
        return all.first { !$0.isEmpty && $0.contains(":") == (family == "IPv6") }
    }

    private func endpoint(_ service: KubernetesTypes.Service, _ pod: Pod, _ address: String) -> Value {
        let ready = PodState.isReady(pod)
        let publishes = service.value["spec"]["publishNotReadyAddresses"].bool == true
        var endpoint: Value = [
            "addresses": [.string(address)],
            "conditions": [
                "ready": .bool((ready && !pod.isBeingDeleted) || publishes), "serving": .bool(ready || publishes), "terminating": .bool(pod.isBeingDeleted),
            ],
            "targetRef": ["kind": "Pod", "namespace": .string(pod.namespace), "name": .string(pod.name), "uid": .string(pod.uid)],
        ]
        if let node = pod.spec.nodeName {
            endpoint["nodeName"] = .string(node)
            let zone = context.nodes.get(node)?.labels["topology.kubernetes.io/zone"]
            if let zone { endpoint["zone"] = .string(zone) }
            endpoint.set("hints", TrafficHints.of(service.value["spec"]["trafficDistribution"].string, node: node, zone: zone))
        }
        if let hostname = pod.value["spec"]["hostname"].string, pod.value["spec"]["subdomain"].string == service.name {
            endpoint["hostname"] = .string(hostname)
        }
        return endpoint
    }

    private func write(
        _ service: KubernetesTypes.Service, _ family: String, _ pods: [Pod], _ existing: [EndpointSlice]
    ) async throws(StatusError) {
        // Pods that serve the same port numbers share slices.
        var groups: [(ports: [Value], endpoints: [Value])] = []
        for pod in pods {
            guard let address = Self.address(pod, family) else { continue }
            let ports = ports(service, pod)
            if ports.isEmpty, !service.value["spec"]["ports"].array.isEmpty { continue }
            if let known = groups.firstIndex(where: { $0.ports == ports && $0.endpoints.count < Self.sliceLimit }) {
                groups[known].endpoints.append(endpoint(service, pod, address))
            } else {
                groups.append((ports, [endpoint(service, pod, address)]))
            }
        }
        if groups.isEmpty { groups = [([], [])] }
        var free = existing.sorted { $0.name < $1.name }
        var labels = service.value["metadata"]["labels"].isObject ? service.value["metadata"]["labels"] : .emptyObject
        labels["kubernetes.io/service-name"] = .string(service.name)
        labels["endpointslice.kubernetes.io/managed-by"] = .string(Self.manager)
        if service.value["spec"]["clusterIP"].string == "None" { labels["service.kubernetes.io/headless"] = "" }
        for group in groups {
            let position = free.firstIndex { $0.value["ports"].array == group.ports } ?? (free.isEmpty ? nil : 0)
            if let position {
                var slice = free.remove(at: position)
                let before = slice.value
                slice.value["metadata"]["labels"] = labels
                slice.value["endpoints"] = .array(group.endpoints)
                slice.value.set("ports", .array(group.ports))
                if slice.value != before { try await context.client.update(slice) }
            } else {
                var slice: Value = [
                    "metadata": [
                        "generateName": .string(service.name + "-"), "namespace": .string(service.namespace), "labels": labels,
                        "ownerReferences": [Ownership.reference(to: service)],
                    ],
                    "addressType": .string(family), "endpoints": .array(group.endpoints),
                ]
                slice["ports"] = .array(group.ports)
                try await context.client.create(EndpointSlice(slice))
            }
        }
        for slice in free { try await remove(slice) }
    }

    private func writeEndpoints(_ service: KubernetesTypes.Service, _ family: String, _ pods: [Pod]) async throws(StatusError) {
        var subsets: [(ports: [Value], ready: [Value], notReady: [Value])] = []
        for pod in pods {
            guard let own = Self.address(pod, family) else { continue }
            let ports: [Value] = ports(service, pod).map { port in
                var port = port
                if port["name"].string == "" { port.remove("name") }
                return port
            }
            var address: Value = [
                "ip": .string(own),
                "targetRef": ["kind": "Pod", "namespace": .string(pod.namespace), "name": .string(pod.name), "uid": .string(pod.uid)],
            ]
            if let node = pod.spec.nodeName { address["nodeName"] = .string(node) }
            let isReady = (PodState.isReady(pod) && !pod.isBeingDeleted) || service.value["spec"]["publishNotReadyAddresses"].bool == true
            let position = subsets.firstIndex { $0.ports == ports } ?? subsets.count
            if position == subsets.count { subsets.append((ports, [], [])) }
            if isReady { subsets[position].ready.append(address) } else { subsets[position].notReady.append(address) }
        }
        let value: Value = .array(
            subsets.map { subset in
                var value = Value.emptyObject
                if !subset.ready.isEmpty { value["addresses"] = .array(subset.ready) }
                if !subset.notReady.isEmpty { value["notReadyAddresses"] = .array(subset.notReady) }
                if !subset.ports.isEmpty { value["ports"] = .array(subset.ports) }
                return value
            })
        var labels = service.value["metadata"]["labels"].isObject ? service.value["metadata"]["labels"] : .emptyObject
        labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller"
        do throws(StatusError) {
            var known = try await endpoints.get(Endpoints.self, service.namespace, service.name)
            if known.value["subsets"].array == value.array, known.value["metadata"]["labels"] == labels { return }
            known.value["subsets"] = value
            known.value["metadata"]["labels"] = labels
            try await endpoints.update(known)
        } catch where error.isNotFound {
            try await endpoints.create(
                Endpoints([
                    "metadata": ["name": .string(service.name), "namespace": .string(service.namespace), "labels": labels],
                    "subsets": value,
                ]))
        }
    }
}

/// Who should use an endpoint, by a service's `trafficDistribution`.
enum TrafficHints {
    /// Nil without a wish, or when the place is not known.
    static func of(_ distribution: String?, node: String, zone: String?) -> Value? {
        var hints = Value.emptyObject
        switch distribution {
        case "PreferClose", "PreferSameZone": break
        case "PreferSameNode": hints["forNodes"] = [["name": .string(node)]]
        default: return nil
        }
        if let zone { hints["forZones"] = [["name": .string(zone)]] }
        return hints.members.isEmpty ? nil : hints
    }
}
