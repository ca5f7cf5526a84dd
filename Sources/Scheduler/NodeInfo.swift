import KubernetesTypes
import Objects

/// What a pod asks for, in the units in which the scheduler counts.
struct ResourceVector: Sendable, Equatable {
    var milliCPU: Int64 = 0
    /// Bytes.
    var memory: Int64 = 0
    var ephemeralStorage: Int64 = 0
    /// Other resources by name, in whole units.
    var extended: [String: Int64] = [:]

    mutating func add(_ name: String, _ quantity: Quantity) {
        switch name {
        case "cpu": milliCPU += quantity.milli
        case "memory": memory += quantity.rounded
        case "ephemeral-storage": ephemeralStorage += quantity.rounded
        case "pods": break
        default: extended[name, default: 0] += quantity.rounded
        }
    }

    static func + (left: ResourceVector, right: ResourceVector) -> ResourceVector {
        var sum = left
        sum.milliCPU += right.milliCPU
        sum.memory += right.memory
        sum.ephemeralStorage += right.ephemeralStorage
        for (name, amount) in right.extended { sum.extended[name, default: 0] += amount }
        return sum
    }

    static func - (left: ResourceVector, right: ResourceVector) -> ResourceVector {
        var difference = left
        difference.milliCPU -= right.milliCPU
        difference.memory -= right.memory
        difference.ephemeralStorage -= right.ephemeralStorage
        for (name, amount) in right.extended { difference.extended[name, default: 0] -= amount }
        return difference
    }

    /// Member by member the greater of the two.
    static func max(_ left: ResourceVector, _ right: ResourceVector) -> ResourceVector {
        var result = left
        result.milliCPU = Swift.max(left.milliCPU, right.milliCPU)
        result.memory = Swift.max(left.memory, right.memory)
        result.ephemeralStorage = Swift.max(left.ephemeralStorage, right.ephemeralStorage)
        for (name, amount) in right.extended { result.extended[name] = Swift.max(left.extended[name] ?? 0, amount) }
        return result
    }

    init() {}

    /// From a `ResourceList`.
    init(_ list: Value) {
        for entry in list.members { if let quantity = Quantity(entry.value) { add(entry.key, quantity) } }
    }

    /// What a pod needs at its greediest: its containers and sidecars together, or one of its init containers.
    init(podSpec spec: Value) {
        var sidecars = ResourceVector()
        var peak = ResourceVector()
        for container in spec["initContainers"].array {
            let wanted = ResourceVector(container["resources"]["requests"])
            if container["restartPolicy"].string == "Always" {
                sidecars = sidecars + wanted
                peak = .max(peak, sidecars)
            } else {
                peak = .max(peak, sidecars + wanted)
            }
        }
        var running = sidecars
        for container in spec["containers"].array { running = running + ResourceVector(container["resources"]["requests"]) }
        self = ResourceVector.max(running, peak) + ResourceVector(spec["overhead"])
    }
}

/// A pod as the scheduler keeps it: what filters and scores look at, copied once.
struct PodInfo: Sendable {
    let key: String
    let uid: String
    let namespace: String
    let name: String
    let nodeName: String
    let requests: ResourceVector
    let ports: [HostPort]
    let priority: Int64
    let labels: [String: String]
    let spec: Value

    struct HostPort: Sendable, Hashable {
        let address: String
        let transport: String
        let number: Int64

        func conflicts(with other: HostPort) -> Bool {
            number == other.number && transport == other.transport
                && (address == other.address || address == "0.0.0.0" || other.address == "0.0.0.0")
        }
    }

    init(_ pod: Pod) {
        key = pod.namespace + "/" + pod.name
        uid = pod.uid
        namespace = pod.namespace
        name = pod.name
        spec = pod.value["spec"]
        nodeName = spec["nodeName"].string ?? ""
        requests = ResourceVector(podSpec: spec)
        priority = spec["priority"].int ?? 0
        labels = pod.labels
        ports = (spec["containers"].array + spec["initContainers"].array.filter { $0["restartPolicy"].string == "Always" })
            .flatMap { $0["ports"].array }.compactMap { port in
                guard let number = port["hostPort"].int, number > 0 else { return nil }
                let address = port["hostIP"].string ?? ""
                return HostPort(address: address.isEmpty ? "0.0.0.0" : address, transport: port["protocol"].string ?? "TCP", number: number)
            }
    }
}

/// A node and what is on it.
struct NodeInfo: Sendable {
    let name: String
    var labels: [String: String]
    var taints: [Value]
    var isUnschedulable: Bool
    var allocatable: ResourceVector
    var podLimit: Int64
    var images: Set<String>
    var used = ResourceVector()
    var pods: [String: PodInfo] = [:]

    init(_ node: Node) {
        name = node.name
        labels = node.labels
        taints = node.value["spec"]["taints"].array
        isUnschedulable = node.value["spec"]["unschedulable"].bool == true
        let list = node.value["status"]["allocatable"]
        allocatable = ResourceVector(list)
        podLimit = Quantity(list["pods"])?.rounded ?? 110
        images = Set(node.value["status"]["images"].array.flatMap { $0["names"].strings })
    }

    /// Takes over the pods of an older picture of the same node.
    mutating func adopt(_ old: NodeInfo) {
        used = old.used
        pods = old.pods
    }

    mutating func add(_ pod: PodInfo) {
        if let old = pods.updateValue(pod, forKey: pod.uid) { used = used - old.requests }
        used = used + pod.requests
    }

    mutating func remove(_ uid: String) {
        if let old = pods.removeValue(forKey: uid) { used = used - old.requests }
    }
}
