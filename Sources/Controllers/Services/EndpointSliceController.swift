import APIClient
import KubernetesTypes
import Objects

/// Keeps the EndpointSlices and the Endpoints of services: who serves them now.
struct EndpointSliceController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let selectors = ServiceSelectorIndex(context.services)
        let recorder = context.recorder("endpoint-slice-controller")
        let slices = ObjectIndex(context.endpointSlices) { slice in
            guard slice.labels["endpointslice.kubernetes.io/managed-by"] == EndpointSync.manager else { return [] }
            return [slice.namespace + "/" + (slice.labels["kubernetes.io/service-name"] ?? "")]
        }
        let endpoints = EndpointsWriter(context)
        let zones = ZoneProcessors(context.nodes) { queue.add($0, after: .seconds(1)) }
        loop = ReconcileLoop("endpointslice", queue: queue, logger: context.logger) { key throws(StatusError) in
            try await EndpointSync(context: context, endpoints: endpoints, slices: slices, zones: zones, recorder: recorder).sync(key)
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

struct EndpointSync {
    let context: ControllerContext
    let endpoints: EndpointsWriter
    let slices: ObjectIndex<EndpointSlice>
    let zones: ZoneProcessors
    let recorder: EventRecorder

    static let manager = "endpointslice-controller.k8s.io"
    static let triggerTime = "endpoints.kubernetes.io/last-change-trigger-time"

    func sync(_ key: String) async throws(StatusError) {
        let parts = key.split(separator: "/").map(String.init)
        guard parts.count == 2 else { return }
        let existing = slices.encoded(key)
        guard let service = context.services.get(key), !service.isBeingDeleted else {
            zones.forget(key)
            for slice in existing { try await remove(slice) }
            try await endpoints.remove(parts[0], parts[1])
            return
        }
        let selector = service.value["spec"]["selector"].stringMap
        if selector.isEmpty || service.value["spec"]["type"].string == "ExternalName" { return }
        let pods = context.podLabels.pods(in: parts[0], matching: Objects.LabelSelector(labels: selector))
            .filter { !$0.facts.address.isEmpty && !$0.facts.isFinished }.sorted { $0.name < $1.name }
        let facts = ServiceFacts(service)
        do throws(StatusError) {
            try await write(service, facts, pods, existing)
        } catch {
            recorder.record(
                service, type: "Warning", reason: "FailedToUpdateEndpointSlices", message: "Error updating Endpoint Slices for Service \(key): \(error)")
            throw error
        }
        try await endpoints.write(service, facts, pods)
    }

    private func remove(_ slice: EncodedObject) async throws(StatusError) {
        do throws(StatusError) {
            try await context.client.delete(EndpointSlice.self, slice.namespace, slice.name)
        } catch where error.isNotFound {
            return
        }
    }

    private func labels(_ service: KubernetesTypes.Service) -> Value {
        var labels = service.value["metadata"]["labels"].isObject ? service.value["metadata"]["labels"] : .emptyObject
        labels["kubernetes.io/service-name"] = .string(service.name)
        labels["endpointslice.kubernetes.io/managed-by"] = .string(Self.manager)
        if service.value["spec"]["clusterIP"].string == "None" { labels["service.kubernetes.io/headless"] = "" }
        return labels
    }

    private func write(_ service: KubernetesTypes.Service, _ facts: ServiceFacts, _ pods: [KnownPod], _ existing: [EncodedObject]) async throws(StatusError) {
        let labels = labels(service)
        var left = existing
        for family in facts.families {
            let mine = left.filter { $0.derived(SliceFacts.init).addressType == family }
            left.removeAll { $0.derived(SliceFacts.init).addressType == family }
            let shares = shares(service, facts, pods, family, mine)
            let plan = SlicePlan(groups(facts, pods, family, shares), existing: mine)
            for change in plan.changes { try await carryOut(change, family, service, labels, trigger(change, service, pods, isNew: mine.isEmpty)) }
            for slice in plan.unchanged { try await relabel(slice, service, labels) }
            for slice in plan.deletions { try await remove(slice) }
        }
        for slice in left { try await remove(slice) }
    }

    /// The zones of ready endpoints where they are to be shared out; nil where they are not. Tells of what changes in that.
    private func shares(
        _ service: KubernetesTypes.Service, _ facts: ServiceFacts, _ pods: [KnownPod], _ family: String, _ existing: [EncodedObject]
    ) -> [String: String]? {
        let key = service.namespace + "/" + service.name
        let hadHints = existing.contains { $0.derived(SliceFacts.init).hasHints }
        func tell(_ type: String, _ reason: String, _ message: String) {
            recorder.record(service, type: type, reason: reason, message: message + ", addressType: " + family)
        }
        guard facts.sharesZones else {
            zones.forget(key)
            if hadHints, facts.distribution == nil { tell("Warning", "TopologyAwareHintsDisabled", ZoneShares.isOff) }
            return nil
        }
        var hinted: [String: String] = [:]
        for endpoint in existing.flatMap({ $0.value["endpoints"].array }) {
            if let zone = endpoint["hints"]["forZones"].array.first?["name"].string { hinted[endpoint["targetRef"]["name"].string ?? ""] = zone }
        }
        let ready = pods.filter { facts.isReady($0) && $0.facts.address(of: family) != nil }
        let endpoints = ready.map { ZoneShares.Endpoint(name: $0.name, zone: zone($0) ?? "", hinted: hinted[$0.name]) }
        switch ZoneShares(processors: zones.amounts(for: key)).hints(endpoints) {
        case .zones(let zones):
            if !hadHints { tell("Normal", "TopologyAwareHintsEnabled", ZoneShares.isOn) }
            return zones
        case .impossible(let why):
            tell("Warning", "TopologyAwareHintsDisabled", why)
            return nil
        }
    }

    private func zone(_ pod: KnownPod) -> String? {
        let node = pod.facts.node
        return node.isEmpty ? nil : context.nodes.encodedObject(node)?.label("topology.kubernetes.io/zone")
    }

    /// When that happened which a change follows: pods became ready or not, a service was made. Nil for pods that went.
    private func trigger(_ change: SlicePlan.Change, _ service: KubernetesTypes.Service, _ pods: [KnownPod], isNew: Bool) -> Value? {
        let written = Set(change.written.map(\.name))
        let moments = pods.lazy.filter { written.contains($0.name) }.compactMap(\.facts.readyChanged)
        let made = isNew ? service.value["metadata"]["creationTimestamp"].string.flatMap { Timestamp($0)?.seconds } : nil
        return (moments + [made].compactMap { $0 }).min().map { .string(Timestamp(seconds: $0).text) }
    }

    /// The endpoints of an address family by the ports that they serve.
    private func groups(_ service: ServiceFacts, _ pods: [KnownPod], _ family: String, _ shares: [String: String]?) -> [SlicePlan.Group] {
        var groups: [SlicePlan.Group] = []
        // Pods of one shape serve the same ports.
        var places: [ObjectIdentifier: Int] = [:]
        for pod in pods {
            guard let address = pod.facts.address(of: family) else { continue }
            let shape = pod.facts.shape
            let place: Int
            if let known = places[ObjectIdentifier(shape)] {
                place = known
            } else {
                let ports = service.ports(shape)
                place = groups.firstIndex { $0.ports == ports } ?? groups.count
                if place == groups.count { groups.append(SlicePlan.Group(ports: ports, endpoints: [])) }
                places[ObjectIdentifier(shape)] = place
            }
            let zone = zone(pod)
            let hints = service.sharesZones
                ? (zones: shares?[pod.name].map { [$0] } ?? [], nodes: []) : TrafficHints.of(service.distribution, node: pod.facts.node, zone: zone)
            groups[place].endpoints.append(EndpointState(pod, address: address, zone: zone, service: service, hints: hints))
        }
        return groups.isEmpty ? [SlicePlan.Group(ports: [], endpoints: [])] : groups
    }

    private func carryOut(
        _ change: SlicePlan.Change, _ family: String, _ service: KubernetesTypes.Service, _ labels: Value, _ trigger: Value?
    ) async throws(StatusError) {
        if let known = change.slice {
            var slice = EndpointSlice(known.value)
            slice.value["metadata"]["labels"] = labels
            slice.value["endpoints"] = .array(SlicePlan.endpoints(slice.value["endpoints"].array, change, namespace: service.namespace))
            slice.value["ports"] = .array(change.ports)
            if slice.value == known.value { return }
            slice.value["metadata"]["annotations"].set(Self.triggerTime, trigger)
            if slice.value["metadata"]["annotations"].members.isEmpty { slice.value["metadata"].remove("annotations") }
            try await context.client.update(slice)
            return
        }
        var slice: Value = [
            "metadata": [
                "generateName": .string(service.name + "-"), "namespace": .string(service.namespace), "labels": labels,
                "ownerReferences": [Ownership.reference(to: service)],
            ],
            "addressType": .string(family), "endpoints": .array(SlicePlan.endpoints([], change, namespace: service.namespace)),
            "ports": .array(change.ports),
        ]
        if let trigger { slice["metadata"]["annotations"][Self.triggerTime] = trigger }
        try await context.client.create(EndpointSlice(slice))
    }

    /// Slices have the labels of their service.
    private func relabel(_ slice: EncodedObject, _ service: KubernetesTypes.Service, _ labels: Value) async throws(StatusError) {
        let isSame = slice.labels.pairs.count == labels.members.count && slice.labels.pairs.allSatisfy { labels[$0.key].string == $0.value }
        if isSame { return }
        var changed = EndpointSlice(slice.value)
        changed.value["metadata"]["labels"] = labels
        try await context.client.update(changed)
    }
}
