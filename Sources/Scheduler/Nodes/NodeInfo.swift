import KubernetesTypes
import Objects

/// What a node says about itself.
struct NodeInfo: Sendable {
    let name: String
    let labels: [String: String]
    let taints: [Taint]
    let isUnschedulable: Bool
    let allocatable: ResourceVector
    let podLimit: Int64
    /// Sizes in bytes of the images that are there.
    let images: [String: Int64]
    /// What its kubelet says that it can do.
    let features: Set<String>

    init(_ node: Node) {
        name = node.name
        labels = node.labels
        taints = node.value["spec"]["taints"].array.map(Taint.init)
        isUnschedulable = node.value["spec"]["unschedulable"].bool == true
        let list = node.value["status"]["allocatable"]
        allocatable = ResourceVector(list)
        podLimit = Quantity(list["pods"])?.rounded ?? 0
        var images: [String: Int64] = [:]
        for image in node.value["status"]["images"].array {
            for name in image["names"].strings { images[name] = image["sizeBytes"].int ?? 0 }
        }
        self.images = images
        features = Set(node.value["status"]["declaredFeatures"].strings)
    }

    /// Whether the filters that look at nodes alone may decide otherwise than for `other`.
    func differsInKind(from other: NodeInfo) -> Bool {
        isUnschedulable != other.isUnschedulable || taints != other.taints || labels != other.labels || images != other.images
            || features != other.features
    }

    func differsInSize(from other: NodeInfo) -> Bool { allocatable != other.allocatable || podLimit != other.podLimit }
}

/// How full a node is: plain numbers side by side, for the loops over all nodes.
struct NodeLoad: Sendable {
    var limitCPU: Int64 = 0
    var limitMemory: Int64 = 0
    var limitStorage: Int64 = 0
    var limitPods: Int64 = 0
    var usedCPU: Int64 = 0
    var usedMemory: Int64 = 0
    var usedStorage: Int64 = 0
    var pods: Int64 = 0
    /// As used, but pods that ask for nothing count as a little.
    var scoredCPU: Int64 = 0
    var scoredMemory: Int64 = 0

    mutating func setLimits(_ node: NodeInfo) {
        limitCPU = node.allocatable.milliCPU
        limitMemory = node.allocatable.memory
        limitStorage = node.allocatable.ephemeralStorage
        limitPods = node.podLimit
    }

    mutating func add(_ pod: PodClass, times sign: Int64 = 1) {
        usedCPU += sign * pod.requests.milliCPU
        usedMemory += sign * pod.requests.memory
        usedStorage += sign * pod.requests.ephemeralStorage
        pods += sign
        scoredCPU += sign * pod.scoredCPU
        scoredMemory += sign * pod.scoredMemory
    }

    /// Whether the pod has room; other resources are looked at elsewhere.
    func hasRoom(for pod: PodClass) -> Bool {
        let wanted = pod.requests
        return pods < limitPods && (wanted.milliCPU == 0 || wanted.milliCPU <= limitCPU - usedCPU)
            && (wanted.memory == 0 || wanted.memory <= limitMemory - usedMemory)
            && (wanted.ephemeralStorage == 0 || wanted.ephemeralStorage <= limitStorage - usedStorage)
    }

    /// Whether no going of pods could make room.
    func isTooSmall(for pod: PodClass) -> Bool {
        let wanted = pod.requests
        return wanted.milliCPU > max(limitCPU, 0) || wanted.memory > max(limitMemory, 0) || wanted.ephemeralStorage > max(limitStorage, 0)
    }
}
