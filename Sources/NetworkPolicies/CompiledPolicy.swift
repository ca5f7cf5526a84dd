import KubernetesTypes
import Objects

/// Pods by their labels and those of their namespaces.
struct PodSelection: Hashable, Sendable {
    enum Namespaces: Hashable, Sendable {
        case one(String)
        case matching(Objects.LabelSelector)
    }

    let namespaces: Namespaces
    let pods: Objects.LabelSelector

    static let all = PodSelection(namespaces: .matching(.everything), pods: .everything)

    /// `labels` are those of the pod's namespace.
    func matches(_ pod: PodRecord, namespace labels: [String: String]) -> Bool {
        switch namespaces {
        case .one(let name): if name != pod.namespace { return false }
        case .matching(let selector): if !selector.matches(labels) { return false }
        }
        return pods.matches(pod.labels)
    }
}

/// The other side of a connection.
enum PolicyPeer: Hashable, Sendable {
    case pods(PodSelection)
    case block(IPNetwork, except: [IPNetwork])
}

/// A port of the side that is connected to.
struct PolicyPort: Hashable, Sendable {
    enum Target: Hashable, Sendable {
        case any
        case range(UInt16, UInt16)
        /// What the pod's containers call it.
        case named(String)
    }

    /// `tcp`, `udp` or `sctp`.
    let transport: String
    let target: Target
}

/// What may pass: any of the peers by any of the ports. Nil stands for all there are.
struct PolicyRule: Hashable, Sendable {
    var peers: [PolicyPeer]?
    var ports: [PolicyPort]?
}

/// A NetworkPolicy in the form in which rules of one address family are made of it. What cannot be read of it, and blocks of the
/// other family, let nothing pass.
struct CompiledPolicy: Hashable, Sendable {
    let key: String
    let namespace: String
    /// The pods that it isolates.
    let selection: PodSelection
    /// Nil when it says nothing of that direction.
    let ingress: [PolicyRule]?
    let egress: [PolicyRule]?

    init(_ policy: NetworkPolicy, family: NetworkAddress.Family) {
        let spec = policy.value["spec"]
        namespace = policy.namespace
        key = policy.namespace + "/" + policy.name
        selection = PodSelection(namespaces: .one(policy.namespace), pods: Objects.LabelSelector(spec["podSelector"]))
        var types = Set(spec["policyTypes"].strings)
        if types.isEmpty {
            types = ["Ingress"]
            if !spec["egress"].array.isEmpty { types.insert("Egress") }
        }
        let namespace = policy.namespace
        ingress = types.contains("Ingress") ? spec["ingress"].array.map { Self.rule($0, "from", namespace, family) } : nil
        egress = types.contains("Egress") ? spec["egress"].array.map { Self.rule($0, "to", namespace, family) } : nil
    }

    private static func rule(_ value: Value, _ peers: String, _ namespace: String, _ family: NetworkAddress.Family) -> PolicyRule {
        let stated = value[peers].array, ports = value["ports"].array
        return PolicyRule(
            peers: stated.isEmpty ? nil : stated.compactMap { peer($0, namespace, family) }, ports: ports.isEmpty ? nil : ports.compactMap(port))
    }

    private static func peer(_ value: Value, _ namespace: String, _ family: NetworkAddress.Family) -> PolicyPeer? {
        if value["ipBlock"].isObject {
            guard let network = IPNetwork(value["ipBlock"]["cidr"].string ?? ""), network.base.family == family else { return nil }
            let except = value["ipBlock"]["except"].strings.compactMap { IPNetwork($0) }.filter { $0.base.family == family }
            return .block(network, except: except)
        }
        let namespaces: PodSelection.Namespaces = value["namespaceSelector"].isObject
            ? .matching(Objects.LabelSelector(value["namespaceSelector"])) : .one(namespace)
        guard value["namespaceSelector"].isObject || value["podSelector"].isObject else { return nil }
        return .pods(PodSelection(namespaces: namespaces, pods: value["podSelector"].isObject ? Objects.LabelSelector(value["podSelector"]) : .everything))
    }

    private static func port(_ value: Value) -> PolicyPort? {
        let transport = (value["protocol"].string ?? "TCP").lowercased()
        guard ["tcp", "udp", "sctp"].contains(transport) else { return nil }
        if let name = value["port"].string { return PolicyPort(transport: transport, target: .named(name)) }
        guard !value["port"].isNull else { return PolicyPort(transport: transport, target: .any) }
        guard let first = value["port"].int.flatMap({ UInt16(exactly: $0) }),
            let last = value["endPort"].isNull ? first : value["endPort"].int.flatMap({ UInt16(exactly: $0) }), first <= last
        else { return nil }
        return PolicyPort(transport: transport, target: .range(first, last))
    }
}

/// What rules of one address family have to know of a pod.
struct PodRecord: Hashable, Sendable {
    struct Port: Hashable, Sendable {
        let name: String
        let transport: String
        let number: UInt16
    }

    let namespace: String
    let labels: [String: String]
    /// In the canonical form: a pod's status may write one of IPv6 in several ways.
    let address: String
    /// Whether it runs on this node.
    let isLocal: Bool
    let ports: Set<Port>

    init(namespace: String, labels: [String: String], address: String, isLocal: Bool, ports: Set<Port>) {
        self.namespace = namespace
        self.labels = labels
        self.address = address
        self.isLocal = isLocal
        self.ports = ports
    }

    /// Nil for a pod that has no address of its own in this family, or none any more.
    init?(_ pod: Pod, node: String, family: NetworkAddress.Family) {
        let spec = pod.value["spec"], status = pod.value["status"]
        guard spec["hostNetwork"].bool != true, !["Succeeded", "Failed"].contains(status["phase"].string ?? "") else { return nil }
        let stated = status["podIPs"].array.compactMap { $0["ip"].string } + [status["podIP"].string ?? ""]
        guard let address = stated.lazy.compactMap({ NetworkAddress($0) }).first(where: { $0.family == family })?.description else { return nil }
        var ports: Set<Port> = []
        // Sidecars are among the containers that start first.
        for container in spec["containers"].array + spec["initContainers"].array.filter({ $0["restartPolicy"].string == "Always" }) {
            for port in container["ports"].array {
                guard let name = port["name"].string, let number = port["containerPort"].int.flatMap({ UInt16(exactly: $0) }) else { continue }
                ports.insert(Port(name: name, transport: (port["protocol"].string ?? "TCP").lowercased(), number: number))
            }
        }
        self.init(namespace: pod.namespace, labels: pod.labels, address: address, isLocal: spec["nodeName"].string == node, ports: ports)
    }
}
