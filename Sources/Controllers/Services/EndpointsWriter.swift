import APIClient
import KubernetesTypes
import Objects

/// Keeps the Endpoints of services, the older form of slices: one object a service, of a thousand addresses at most.
struct EndpointsWriter: Sendable {
    private let client: APIClient
    private let known: Informer<Endpoints>
    private let recorder: EventRecorder
    private static let limit = 1000
    private static let overCapacity = "endpoints.kubernetes.io/over-capacity"

    /// Endpoints are another controller's, by name.
    init(_ context: ControllerContext) {
        client = context.acting(as: "endpoint-controller").client
        recorder = context.acting(as: "endpoint-controller").recorder("endpoint-controller")
        known = context.informers.shared(Endpoints.self)
    }

    func remove(_ namespace: String, _ name: String) async throws(StatusError) {
        guard known.encodedObject(namespace + "/" + name) != nil else { return }
        do throws(StatusError) {
            try await client.delete(Endpoints.self, namespace, name)
        } catch where error.isNotFound {
            return
        }
    }

    private struct Subset {
        let ports: [Value]
        var ready: [Value] = []
        var unready: [Value] = []
    }

    private func subsets(_ service: ServiceFacts, _ pods: [KnownPod]) -> (list: [Subset], count: Int) {
        var subsets: [Subset] = []
        var places: [ObjectIdentifier: Int] = [:]
        var count = 0
        // Ready ones first, so that they are the last to be left out.
        let isReady = service.isReady
        let ordered = pods.count > Self.limit ? pods.filter(isReady) + pods.filter { !isReady($0) } : pods
        for pod in ordered {
            guard let own = pod.facts.address(of: service.families.first ?? "IPv4") else { continue }
            let shape = pod.facts.shape
            let place: Int
            if let known = places[ObjectIdentifier(shape)] {
                place = known
            } else {
                let ports: [Value] = service.ports(shape).map { port in
                    var port = port
                    if port["name"].string == "" { port.remove("name") }
                    return port
                }
                if ports.isEmpty, !service.ports.isEmpty { continue }
                place = subsets.firstIndex { $0.ports == ports } ?? subsets.count
                if place == subsets.count { subsets.append(Subset(ports: ports)) }
                places[ObjectIdentifier(shape)] = place
            }
            count += 1
            if count > Self.limit { continue }
            if isReady(pod) { subsets[place].ready.append(address(own, pod, service)) } else { subsets[place].unready.append(address(own, pod, service)) }
        }
        return (subsets, count)
    }

    private func address(_ own: String, _ pod: KnownPod, _ service: ServiceFacts) -> Value {
        let facts = pod.facts
        var address: Value = [
            "ip": .string(own),
            "targetRef": ["kind": "Pod", "namespace": .string(service.namespace), "name": .string(pod.name), "uid": .string(facts.uid)],
        ]
        if !facts.node.isEmpty { address["nodeName"] = .string(facts.node) }
        if !facts.hostname.isEmpty, facts.subdomain == service.name { address["hostname"] = .string(facts.hostname) }
        return address
    }

    func write(_ service: KubernetesTypes.Service, _ facts: ServiceFacts, _ pods: [KnownPod]) async throws(StatusError) {
        let (subsets, count) = subsets(facts, pods)
        let value: Value = .array(
            subsets.filter { !$0.ready.isEmpty || !$0.unready.isEmpty }.map { subset in
                var value = Value.emptyObject
                if !subset.ready.isEmpty { value["addresses"] = .array(subset.ready) }
                if !subset.unready.isEmpty { value["notReadyAddresses"] = .array(subset.unready) }
                if !subset.ports.isEmpty { value["ports"] = .array(subset.ports) }
                return value
            })
        var labels = service.value["metadata"]["labels"].isObject ? service.value["metadata"]["labels"] : .emptyObject
        labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller"
        if service.value["spec"]["clusterIP"].string == "None" { labels["service.kubernetes.io/headless"] = "" }
        let isOver = count > Self.limit
        if let old = known.encodedObject(service.namespace + "/" + service.name) {
            let tree = old.value
            let isSame = tree["subsets"].array == value.array && tree["metadata"]["labels"] == labels
                && (tree["metadata"]["annotations"][Self.overCapacity].string == "truncated") == isOver
            if isSame { return }
            var new = Endpoints(tree)
            new.value["subsets"] = value
            new.value["metadata"]["labels"] = labels
            mark(&new, isOver)
            if tree["subsets"].array != value.array { note(&new, after: tree["subsets"], facts, pods, made: nil) }
            do throws(StatusError) {
                try await client.update(new)
                return
            } catch {
                if !error.isConflict {
                    recorder.record(
                        new, type: "Warning", reason: "FailedToUpdateEndpoint", message: "Failed to update endpoint \(service.namespace)/\(service.name): \(error)")
                }
                throw error
            }
        }
        var new = Endpoints(["metadata": ["name": .string(service.name), "namespace": .string(service.namespace), "labels": labels], "subsets": value])
        mark(&new, isOver)
        note(&new, after: .null, facts, pods, made: service.value["metadata"]["creationTimestamp"].string.flatMap { Timestamp($0)?.seconds })
        do throws(StatusError) {
            try await client.create(new)
        } catch where error.isAlreadyExists {
            // The informer has not seen it yet: the next look compares.
            throw .conflict(Endpoints.groupResource, service.name, "the object is not known yet")
        } catch {
            recorder.record(
                new, type: "Warning", reason: "FailedToCreateEndpoint",
                message: "Failed to create endpoint for service \(service.namespace)/\(service.name): \(error)")
            throw error
        }
    }

    /// Says when that happened which a change follows: pods became ready or not, or the service was made.
    private func note(_ endpoints: inout Endpoints, after old: Value, _ service: ServiceFacts, _ pods: [KnownPod], made: Int64?) {
        var known: [String: Bool] = [:]
        for subset in old.array {
            for address in subset["addresses"].array { known[address["targetRef"]["name"].string ?? ""] = true }
            for address in subset["notReadyAddresses"].array { known[address["targetRef"]["name"].string ?? ""] = false }
        }
        let changed = pods.lazy.filter { known[$0.name] != service.isReady($0) }.compactMap(\.facts.readyChanged)
        guard let moment = (changed + [made].compactMap { $0 }).min() else {
            if !endpoints.value["metadata"]["annotations"].isNull { endpoints.value["metadata"]["annotations"].remove(EndpointSync.triggerTime) }
            return
        }
        endpoints.value["metadata"]["annotations"][EndpointSync.triggerTime] = .string(Timestamp(seconds: moment).text)
    }

    private func mark(_ endpoints: inout Endpoints, _ isOver: Bool) {
        if isOver {
            endpoints.value["metadata"]["annotations"][Self.overCapacity] = "truncated"
        } else if !endpoints.value["metadata"]["annotations"][Self.overCapacity].isNull {
            endpoints.value["metadata"]["annotations"].remove(Self.overCapacity)
        }
    }
}
