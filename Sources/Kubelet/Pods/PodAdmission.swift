import KubernetesTypes
import Objects

/// Whether this node can take a pod that was bound to it: whoever bound it may have known less than we do.
struct PodAdmission {
    /// The node as the API has it; nil while it is unknown.
    let node: Node?
    /// The other pods that run here.
    let others: [Pod]
    /// Conditions such as `DiskPressure` that the node is under.
    var pressures: Set<String> = []

    /// Sysctls that stay inside of the pod's namespaces.
    static let safeSysctls: Set<String> = [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    ]

    /// Why the pod is refused; nil when it may run.
    func refusal(_ pod: Pod) -> Waiting? {
        let spec = pod.value["spec"]
        for sysctl in spec["securityContext"]["sysctls"].array {
            let name = (sysctl["name"].string ?? "").replacing("/", with: ".")
            if !Self.safeSysctls.contains(name) {
                return Waiting(reason: "SysctlForbidden", message: "Pod was rejected: forbidden sysctl: \"\(name)\" not allowlisted")
            }
        }
        if let pressure = pressure(pod) {
            return Waiting(reason: "Evicted", message: "Pod was rejected: The node had condition: [\(pressure)]. ")
        }
        guard let node else { return nil }
        if spec["securityContext"]["supplementalGroupsPolicy"].string == "Strict",
            node.value["status"]["features"]["supplementalGroupsPolicy"].bool != true
        {
            return Waiting(
                reason: "SupplementalGroupsPolicyNotSupported",
                message: "Pod was rejected: SupplementalGroupsPolicy=Strict is not supported in this node")
        }
        for (key, value) in spec["nodeSelector"].stringMap where node.labels[key] != value {
            return Waiting(reason: "NodeAffinity", message: "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector")
        }
        return shortage(spec, node)
    }

    /// A pressure that keeps the pod away. When only memory is short, pods that asked for some may come.
    private func pressure(_ pod: Pod) -> String? {
        if pressures.isEmpty || EvictionCandidate.isCritical(pod) { return nil }
        if pressures == ["MemoryPressure"] {
            let isTolerated = pod.value["spec"]["tolerations"].array.contains { toleration in
                let key = toleration["key"].string ?? ""
                return ["", "NoSchedule"].contains(toleration["effect"].string ?? "") && (key.isEmpty || key == "node.kubernetes.io/memory-pressure")
            }
            if QualityOfService.class(of: pod) != "BestEffort" || isTolerated { return nil }
        }
        return pressures.sorted().joined(separator: ", ")
    }

    /// Why a running pod cannot have the resources that it asks for now.
    func resizeRefusal(_ pod: Pod) -> PodResize.Refusal? {
        guard let node else { return nil }
        let spec = pod.value["spec"]
        let allocatable = node.value["status"]["allocatable"]
        for name in ["cpu", "memory"] {
            let wanted = PodResources(spec).request(name)
            guard let capacity = Quantity(allocatable[name]), wanted > capacity else { continue }
            let message = "Node didn't have enough capacity: \(name), requested: \(Self.amount(wanted, name)), capacity: \(Self.amount(capacity, name))"
            return .init(waiting: Waiting(reason: "Infeasible", message: message), predicate: "Infeasible")
        }
        return shortage(spec, allocatable, ["cpu", "memory"]).map { name, text in
            .init(waiting: Waiting(reason: "Deferred", message: text), predicate: "OutOf\(name)")
        }
    }

    private static func amount(_ quantity: Quantity, _ name: String) -> Int64 { name == "cpu" ? quantity.milli : quantity.rounded }

    /// The first resource that does not suffice for the pod beside the others.
    private func shortage(_ spec: Value, _ allocatable: Value, _ names: [String]) -> (name: String, message: String)? {
        for name in names {
            let wanted = PodResources(spec).request(name)
            guard !wanted.isZero, let capacity = Quantity(allocatable[name]) else { continue }
            let used = others.reduce(Quantity.zero) { $0 + PodResources($1.value["spec"]).request(name) }
            if used + wanted <= capacity { continue }
            let figures = "requested: \(Self.amount(wanted, name)), used: \(Self.amount(used, name)), capacity: \(Self.amount(capacity, name))"
            return (name, "Node didn't have enough resource: \(name), \(figures)")
        }
        return nil
    }

    private func shortage(_ spec: Value, _ node: Node) -> Waiting? {
        let allocatable = node.value["status"]["allocatable"]
        if let pods = Quantity(allocatable["pods"]), Int64(others.count) + 1 > pods.rounded {
            return Waiting(reason: "OutOfpods", message: "Pod was rejected: Node didn't have enough resource: pods, requested: 1, used: \(others.count), capacity: \(pods.rounded)")
        }
        let pages = allocatable.members.map(\.key).filter { $0.hasPrefix("hugepages-") }
        if let (name, text) = shortage(spec, allocatable, ["cpu", "memory", "ephemeral-storage"] + pages) {
            return Waiting(reason: "OutOf\(name)", message: "Pod was rejected: \(text)")
        }
        return hostPortConflict(spec)
    }

    private func hostPortConflict(_ spec: Value) -> Waiting? {
        let wanted = HostPort.all(spec)
        if wanted.isEmpty { return nil }
        let taken = others.flatMap { HostPort.all($0.value["spec"]) }
        guard wanted.contains(where: { port in taken.contains { $0.conflicts(with: port) } }) else { return nil }
        return Waiting(reason: "NodePorts", message: "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports")
    }
}

/// A port of the node that a pod takes.
private struct HostPort {
    let transport: String
    let address: String
    let number: Int64

    static func all(_ spec: Value) -> [HostPort] {
        let containers = spec["containers"].array + spec["initContainers"].array.filter(PodContainers.isSidecar)
        return containers.flatMap { $0["ports"].array }.compactMap { port in
            guard let number = port["hostPort"].int, number > 0 else { return nil }
            return HostPort(transport: port["protocol"].string ?? "TCP", address: port["hostIP"].string ?? "", number: number)
        }
    }

    private var isEverywhere: Bool { ["", "0.0.0.0", "::"].contains(address) }

    func conflicts(with other: HostPort) -> Bool {
        guard transport == other.transport, number == other.number else { return false }
        return isEverywhere || other.isEverywhere || address == other.address
    }
}
