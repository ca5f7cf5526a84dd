import KubernetesTypes
import Objects

/// A pod as the scheduler keeps it: what filters and scores look at, copied once.
struct PodInfo: Sendable {
    let key: String
    let uid: String
    let namespace: String
    let name: String
    let nodeName: String
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
    let images: [String]
    let tolerations: [Toleration]
    let nodeSelector: [String: String]
    /// Nil without required node affinity.
    let requiredNodeTerms: [NodeTerm]?
    let preferredNodeTerms: [(weight: Int64, term: NodeTerm)]
    let affinity: [AffinityTerm]
    let antiAffinity: [AffinityTerm]
    let preferredAffinity: [(weight: Int64, term: AffinityTerm)]
    let spread: [SpreadConstraint]
    /// Seconds since the epoch, when it started or was created.
    let started: Int64
    let isTerminating: Bool
    /// What its volumes demand of the node: one term of each list.
    var volumeTerms: [[NodeTerm]] = []

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
        labels = pod.labels
        let spec = pod.value["spec"]
        nodeName = spec["nodeName"].string ?? ""
        requests = ResourceVector(podSpec: spec)
        scoredCPU = max(requests.milliCPU, 100)
        scoredMemory = max(requests.memory, 200 << 20)
        priority = spec["priority"].int ?? 0
        mayPreempt = spec["preemptionPolicy"].string != "Never"
        owner = pod.metadata.ownerReferences.first { $0.controller == true }?.uid ?? ""
        let containers = spec["containers"].array
        let sidecars = spec["initContainers"].array.filter { $0["restartPolicy"].string == "Always" }
        images = containers.compactMap { $0["image"].string }
        ports = (containers + sidecars).flatMap { $0["ports"].array }.compactMap { port in
            guard let number = port["hostPort"].int, number > 0 else { return nil }
            let address = port["hostIP"].string ?? ""
            return HostPort(address: address.isEmpty ? "0.0.0.0" : address, transport: port["protocol"].string ?? "TCP", number: number)
        }
        tolerations = spec["tolerations"].array.map(Toleration.init)
        nodeSelector = spec["nodeSelector"].stringMap
        let nodeAffinity = spec["affinity"]["nodeAffinity"]
        let required = nodeAffinity["requiredDuringSchedulingIgnoredDuringExecution"]
        requiredNodeTerms = required.isObject ? required["nodeSelectorTerms"].array.map(NodeTerm.init) : nil
        preferredNodeTerms = nodeAffinity["preferredDuringSchedulingIgnoredDuringExecution"].array.map {
            ($0["weight"].int ?? 0, NodeTerm($0["preference"]))
        }
        let (namespace, labels) = (pod.namespace, pod.labels)
        func terms(_ kind: String) -> [AffinityTerm] {
            spec["affinity"][kind]["requiredDuringSchedulingIgnoredDuringExecution"].array.map { AffinityTerm($0, namespace, labels) }
        }
        func preferred(_ kind: String, _ sign: Int64) -> [(weight: Int64, term: AffinityTerm)] {
            spec["affinity"][kind]["preferredDuringSchedulingIgnoredDuringExecution"].array.map {
                (sign * ($0["weight"].int ?? 0), AffinityTerm($0["podAffinityTerm"], namespace, labels))
            }
        }
        affinity = terms("podAffinity")
        antiAffinity = terms("podAntiAffinity")
        preferredAffinity = preferred("podAffinity", 1) + preferred("podAntiAffinity", -1)
        spread = spec["topologySpreadConstraints"].array.map { SpreadConstraint($0, labels) }
        let begin = pod.value["status"]["startTime"].string ?? pod.value["metadata"]["creationTimestamp"].string
        started = begin.flatMap { Timestamp($0) }?.seconds ?? 0
        isTerminating = pod.isBeingDeleted
    }
}

struct Taint: Sendable, Hashable {
    let key: String
    let value: String
    let effect: String

    init(key: String, value: String = "", effect: String) {
        self.key = key
        self.value = value
        self.effect = effect
    }

    init(_ taint: Value) {
        self.init(key: taint["key"].string ?? "", value: taint["value"].string ?? "", effect: taint["effect"].string ?? "")
    }
}

struct Toleration: Sendable, Hashable {
    let key: String
    let rule: String
    let value: String
    let effect: String

    init(_ toleration: Value) {
        key = toleration["key"].string ?? ""
        rule = toleration["operator"].string ?? "Equal"
        value = toleration["value"].string ?? ""
        effect = toleration["effect"].string ?? ""
    }

    func covers(_ taint: Taint) -> Bool {
        if !effect.isEmpty, effect != taint.effect { return false }
        if !key.isEmpty, key != taint.key { return false }
        switch rule {
        case "Exists": return true
        case "Lt", "Gt":
            guard let bound = Int64(value), let actual = Int64(taint.value), !key.isEmpty else { return false }
            return rule == "Lt" ? actual < bound : actual > bound
        default: return !key.isEmpty && value == taint.value
        }
    }
}

/// A term of node affinity.
struct NodeTerm: Sendable {
    private let labels: [Objects.LabelSelector.Requirement]
    private let fields: [Objects.LabelSelector.Requirement]
    private let isBroken: Bool

    init(_ term: Value) {
        func requirements(_ list: [Value]) -> [Objects.LabelSelector.Requirement] {
            list.compactMap { expression in
                guard let rule = Objects.LabelSelector.Operator(rawValue: expression["operator"].string ?? "") else { return nil }
                return .init(key: expression["key"].string ?? "", operator: rule, values: Set(expression["values"].strings))
            }
        }
        let (expressions, matchFields) = (term["matchExpressions"].array, term["matchFields"].array)
        labels = requirements(expressions)
        fields = requirements(matchFields)
        // A term without conditions matches nothing.
        isBroken = expressions.isEmpty && matchFields.isEmpty || labels.count != expressions.count || fields.count != matchFields.count
    }

    func matches(_ node: NodeInfo) -> Bool {
        !isBroken && labels.allSatisfy { $0.matches { node.labels[$0] } }
            && fields.allSatisfy { $0.matches { $0 == "metadata.name" ? node.name : nil } }
    }

    /// The nodes that the term names, when it names them.
    var names: Set<String>? { fields.first { $0.key == "metadata.name" && $0.operator == .in }?.values }
}
