import KubernetesTypes
import Objects

/// A node and what is on it.
struct NodeInfo: Sendable {
    let name: String
    var labels: [String: String]
    var taints: [Taint]
    var isUnschedulable: Bool
    var allocatable: ResourceVector
    var podLimit: Int64
    /// Sizes in bytes of the images that are there.
    var images: [String: Int64]
    private(set) var used = ResourceVector()
    private(set) var scoredCPU: Int64 = 0
    private(set) var scoredMemory: Int64 = 0
    private(set) var pods: [String: PodInfo] = [:]
    private(set) var ports: [PodInfo.HostPort] = []
    /// How many pods of a controller are here.
    private(set) var owners: [String: Int] = [:]
    /// Pods here that have (anti-)affinity terms, by uid.
    private(set) var withAffinity: Set<String> = []

    init(_ node: Node) {
        name = node.name
        labels = node.labels
        taints = node.value["spec"]["taints"].array.map(Taint.init)
        isUnschedulable = node.value["spec"]["unschedulable"].bool == true
        let list = node.value["status"]["allocatable"]
        allocatable = ResourceVector(list)
        podLimit = Quantity(list["pods"])?.rounded ?? 0
        images = [:]
        for image in node.value["status"]["images"].array {
            for name in image["names"].strings { images[name] = image["sizeBytes"].int ?? 0 }
        }
    }

    /// Takes over the pods of an older picture of the same node.
    mutating func adopt(_ old: NodeInfo) {
        used = old.used
        scoredCPU = old.scoredCPU
        scoredMemory = old.scoredMemory
        pods = old.pods
        ports = old.ports
        owners = old.owners
        withAffinity = old.withAffinity
    }

    mutating func add(_ pod: PodInfo) {
        remove(pod.uid)
        pods[pod.uid] = pod
        used += pod.requests
        scoredCPU += pod.scoredCPU
        scoredMemory += pod.scoredMemory
        ports += pod.ports
        if !pod.owner.isEmpty { owners[pod.owner, default: 0] += 1 }
        if !pod.affinity.isEmpty || !pod.antiAffinity.isEmpty || !pod.preferredAffinity.isEmpty { withAffinity.insert(pod.uid) }
    }

    mutating func remove(_ uid: String) {
        guard let old = pods.removeValue(forKey: uid) else { return }
        used -= old.requests
        scoredCPU -= old.scoredCPU
        scoredMemory -= old.scoredMemory
        for port in old.ports { if let position = ports.firstIndex(of: port) { ports.remove(at: position) } }
        if !old.owner.isEmpty {
            let left = (owners[old.owner] ?? 1) - 1
            owners[old.owner] = left > 0 ? left : nil
        }
        withAffinity.remove(uid)
    }
}
