import KubernetesTypes
import Objects

/// The parts of a pod that decide where it may go. Pods with equal ones are scheduled alike and share one `PodClass`.
struct PodSignature: Sendable, Hashable {
    private let hash: Int
    private let namespace: String
    private let labels: Value
    private let parts: [Value]

    private static let specParts = [
        "nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "priority", "preemptionPolicy", "schedulerName", "overhead", "resources",
    ]

    init(_ pod: Pod) {
        namespace = pod.namespace
        let metadata = pod.value["metadata"]
        labels = metadata["labels"]
        let spec = pod.value["spec"]
        var parts = Self.specParts.map { spec[$0] }
        let owner = metadata["ownerReferences"].array.first { $0["controller"].bool == true }
        parts.append(owner?["uid"] ?? .null)
        for list in ["initContainers", "containers"] {
            let containers = spec[list].array
            parts.append(.int(Int64(containers.count)))
            for container in containers {
                parts.append(container["resources"]["requests"])
                parts.append(container["ports"])
                parts.append(container["image"])
                parts.append(container["restartPolicy"])
                parts.append(container["restartPolicyRules"])
            }
        }
        self.parts = parts
        var hasher = Hasher()
        hasher.combine(namespace)
        hasher.combine(labels)
        hasher.combine(parts)
        hash = hasher.finalize()
    }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }

    static func == (left: PodSignature, right: PodSignature) -> Bool {
        left.hash == right.hash && left.namespace == right.namespace && left.labels == right.labels && left.parts == right.parts
    }
}

/// What filters and scores look at in a pod, copied once for all pods that are alike.
final class PodClass: Sendable {
    let signature: PodSignature
    let namespace: String
    let schedulerName: String
    let requests: ResourceVector
    /// As `requests`, but never nothing: pods that ask for nothing count as a little, so that they spread too.
    let scoredCPU: Int64
    let scoredMemory: Int64
    let ports: [HostPort]
    let priority: Int64
    let mayPreempt: Bool
    let labels: [String: String]
    /// The uid of its controller; empty without one.
    let owner: String
    /// Kind and name of its controller.
    let ownerKind: String
    let ownerName: String
    let images: [String]
    let tolerations: [Toleration]
    let demand: NodeDemand
    let preferredNodeTerms: [(weight: Int64, term: NodeTerm)]
    let affinity: [AffinityTerm]
    let antiAffinity: [AffinityTerm]
    let preferredAffinity: [WeightedTerm]
    let spread: [SpreadConstraint]
    let needsRestartAll: Bool
    /// What decides the filters and scores that look at nodes alone, without their pods.
    let nodeSignature: [Value]

    struct HostPort: Sendable, Hashable {
        let address: String
        let transport: String
        let number: Int64

        func conflicts(with other: HostPort) -> Bool {
            number == other.number && transport == other.transport
                && (address == other.address || address == "0.0.0.0" || other.address == "0.0.0.0")
        }
    }

    static let defaultScheduler = "default-scheduler"

    convenience init(_ pod: Pod) { self.init(pod, PodSignature(pod)) }

    init(_ pod: Pod, _ signature: PodSignature) {
        self.signature = signature
        let (namespace, labels) = (pod.namespace, pod.labels)
        self.namespace = namespace
        self.labels = labels
        let spec = pod.value["spec"]
        schedulerName = spec["schedulerName"].string ?? Self.defaultScheduler
        requests = ResourceVector(podSpec: spec)
        let scored = ResourceVector(podSpec: spec, floor: .scoredFloor)
        scoredCPU = scored.milliCPU
        scoredMemory = scored.memory
        priority = spec["priority"].int ?? 0
        mayPreempt = spec["preemptionPolicy"].string != "Never"
        let controller = pod.metadata.ownerReferences.first { $0.controller == true }
        owner = controller?.uid ?? ""
        ownerKind = controller?.kind ?? ""
        ownerName = controller?.name ?? ""
        let containers = spec["containers"].array
        let sidecars = spec["initContainers"].array.filter { $0["restartPolicy"].string == "Always" }
        images = (spec["initContainers"].array + containers).compactMap { $0["image"].string }
        ports = (containers + sidecars).flatMap { $0["ports"].array }.compactMap(Self.hostPort)
        tolerations = spec["tolerations"].array.map(Toleration.init)
        let nodeAffinity = spec["affinity"]["nodeAffinity"]
        let required = nodeAffinity["requiredDuringSchedulingIgnoredDuringExecution"]
        demand = NodeDemand(
            selector: spec["nodeSelector"].stringMap,
            terms: required.isObject ? required["nodeSelectorTerms"].array.map(NodeTerm.init) : nil)
        preferredNodeTerms = nodeAffinity["preferredDuringSchedulingIgnoredDuringExecution"].array.map {
            ($0["weight"].int ?? 0, NodeTerm($0["preference"]))
        }
        func terms(_ kind: String) -> [AffinityTerm] {
            spec["affinity"][kind]["requiredDuringSchedulingIgnoredDuringExecution"].array.map { AffinityTerm($0, namespace, labels) }
        }
        func preferred(_ kind: String, _ sign: Int64) -> [WeightedTerm] {
            spec["affinity"][kind]["preferredDuringSchedulingIgnoredDuringExecution"].array.map {
                WeightedTerm(weight: sign * ($0["weight"].int ?? 0), term: AffinityTerm($0["podAffinityTerm"], namespace, labels))
            }
        }
        affinity = terms("podAffinity")
        antiAffinity = terms("podAntiAffinity")
        preferredAffinity = preferred("podAffinity", 1) + preferred("podAntiAffinity", -1)
        spread = spec["topologySpreadConstraints"].array.map { SpreadConstraint($0, labels) }
        needsRestartAll = DeclaredFeatures.needsRestartAll(spec)
        nodeSignature = [spec["nodeSelector"], nodeAffinity, spec["tolerations"], .bool(needsRestartAll)]
    }

    private static func hostPort(_ port: Value) -> HostPort? {
        guard let number = port["hostPort"].int, number > 0 else { return nil }
        let address = port["hostIP"].string ?? ""
        return HostPort(address: address.isEmpty ? "0.0.0.0" : address, transport: port["protocol"].string ?? "TCP", number: number)
    }

    var hasAffinityTerms: Bool { !affinity.isEmpty || !antiAffinity.isEmpty || !preferredAffinity.isEmpty }
}
