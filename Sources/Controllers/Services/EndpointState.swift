import KubernetesTypes
import Objects

/// What an endpoint says of a pod, in a form that can be compared without trees.
struct EndpointState: Hashable {
    let name: String
    let uid: String
    let address: String
    let node: String
    let zone: String
    let hostname: String
    let hintedZones: [String]
    let hintedNodes: [String]
    let isReady: Bool
    let isServing: Bool
    let isTerminating: Bool

    /// Of a pod that serves a service; `hints` says who should use it.
    init(_ pod: KnownPod, address: String, zone: String?, service: ServiceFacts, hints: (zones: [String], nodes: [String])) {
        let facts = pod.facts
        name = pod.name
        uid = facts.uid
        self.address = address
        node = facts.node
        self.zone = zone ?? ""
        hostname = facts.subdomain == service.name && !facts.subdomain.isEmpty ? facts.hostname : ""
        (hintedZones, hintedNodes) = hints
        isServing = facts.isReady
        isTerminating = facts.isBeingDeleted
        isReady = service.isReady(pod)
    }

    /// Of what a slice holds.
    init(_ endpoint: Value) {
        name = endpoint["targetRef"]["name"].string ?? ""
        uid = endpoint["targetRef"]["uid"].string ?? ""
        address = endpoint["addresses"].strings.first ?? ""
        node = endpoint["nodeName"].string ?? ""
        zone = endpoint["zone"].string ?? ""
        hostname = endpoint["hostname"].string ?? ""
        hintedZones = endpoint["hints"]["forZones"].array.compactMap { $0["name"].string }
        hintedNodes = endpoint["hints"]["forNodes"].array.compactMap { $0["name"].string }
        isReady = endpoint["conditions"]["ready"].bool ?? true
        isServing = endpoint["conditions"]["serving"].bool ?? true
        isTerminating = endpoint["conditions"]["terminating"].bool ?? false
    }

    /// As it is written into a slice.
    func value(namespace: String) -> Value {
        var endpoint: Value = [
            "addresses": [.string(address)],
            "conditions": ["ready": .bool(isReady), "serving": .bool(isServing), "terminating": .bool(isTerminating)],
            "targetRef": ["kind": "Pod", "namespace": .string(namespace), "name": .string(name), "uid": .string(uid)],
        ]
        if !node.isEmpty { endpoint["nodeName"] = .string(node) }
        if !zone.isEmpty { endpoint["zone"] = .string(zone) }
        func names(_ list: [String]) -> Value { .array(list.map { ["name": .string($0)] }) }
        if !hintedZones.isEmpty { endpoint["hints"]["forZones"] = names(hintedZones) }
        if !hintedNodes.isEmpty { endpoint["hints"]["forNodes"] = names(hintedNodes) }
        if !hostname.isEmpty { endpoint["hostname"] = .string(hostname) }
        return endpoint
    }
}

/// What of a service decides its endpoints.
struct ServiceFacts {
    let name: String
    let namespace: String
    let publishesUnready: Bool
    let distribution: String?
    /// Whether zones share its endpoints by their processors.
    let sharesZones: Bool
    let ports: [Value]
    /// `IPv4`, `IPv6`; the first is the one of its Endpoints.
    let families: [String]

    init(_ service: KubernetesTypes.Service) {
        let spec = service.value["spec"]
        name = service.name
        namespace = service.namespace
        publishesUnready = spec["publishNotReadyAddresses"].bool == true
        distribution = spec["trafficDistribution"].string
        let annotations = service.annotations
        let mode = annotations["service.kubernetes.io/topology-aware-hints"] ?? annotations["service.kubernetes.io/topology-mode"]
        sharesZones = mode == "Auto" || mode == "auto"
        ports = spec["ports"].array
        let asked = spec["ipFamilies"].strings
        families = asked.isEmpty ? ["IPv4"] : asked
    }

    func isReady(_ pod: KnownPod) -> Bool { (pod.facts.isReady && !pod.facts.isBeingDeleted) || publishesUnready }

    /// The service's ports as pods of a shape serve them.
    func ports(_ shape: PodShape) -> [Value] {
        ports.compactMap { port in
            guard let number = Self.number(port, shape) else { return nil }
            var value: Value = ["name": port["name"].isNull ? "" : port["name"], "port": .int(number), "protocol": port["protocol"]]
            if !port["appProtocol"].isNull { value["appProtocol"] = port["appProtocol"] }
            return value
        }
    }

    private static func number(_ port: Value, _ shape: PodShape) -> Int64? {
        let target = port["targetPort"]
        guard let name = target.string else { return target.int ?? port["port"].int }
        if let number = Int64(name) { return number }
        let sidecars = shape.spec["initContainers"].array.filter { $0["restartPolicy"].string == "Always" }
        let named = (shape.spec["containers"].array + sidecars).flatMap { $0["ports"].array }
            .first { $0["name"].string == name && ($0["protocol"].string ?? "TCP") == (port["protocol"].string ?? "TCP") }
        return named?["containerPort"].int
    }
}

/// Who should use an endpoint, by a service's `trafficDistribution`.
enum TrafficHints {
    static func of(_ distribution: String?, node: String, zone: String?) -> (zones: [String], nodes: [String]) {
        let zones = zone.map { [$0] } ?? []
        switch distribution {
        case "PreferClose", "PreferSameZone": return (zones, [])
        case "PreferSameNode": return (zones, node.isEmpty ? [] : [node])
        default: return ([], [])
        }
    }
}
