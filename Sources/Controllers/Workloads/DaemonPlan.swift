import KubernetesTypes
import Objects

/// Where the pods of a DaemonSet belong.
enum DaemonPlacement {
    /// Whether a change of a node can change where daemons run.
    static func matters(_ old: Node, _ new: Node) -> Bool {
        old.labels != new.labels || old.value["spec"]["taints"] != new.value["spec"]["taints"]
            || old.value["spec"]["unschedulable"] != new.value["spec"]["unschedulable"]
    }

    /// The node that a pod runs on, or that its affinity names.
    static func target(_ pod: Pod) -> String? {
        if let node = pod.spec.nodeName, !node.isEmpty { return node }
        let terms = pod.value["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"].array
        for field in terms.flatMap({ $0["matchFields"].array }) where field["key"].string == "metadata.name" { return field["values"].strings.first }
        return nil
    }

    /// Whether a pod should start on the node, and whether one that is there may stay.
    static func verdict(_ set: DaemonSet, _ node: Node) -> (starts: Bool, stays: Bool) {
        let spec = set.value["spec"]["template"]["spec"]
        if let name = spec["nodeName"].string, !name.isEmpty, name != node.name { return (false, false) }
        guard NodeAffinityRules.matches(spec, node) else { return (false, false) }
        let tolerations = spec["tolerations"].array + self.tolerations(spec)
        let untolerated = node.value["spec"]["taints"].array.filter { taint in !tolerations.contains { TaintRules.tolerates($0, taint) } }
        let effects = Set(untolerated.compactMap { $0["effect"].string })
        return (effects.isDisjoint(with: ["NoSchedule", "NoExecute"]), !effects.contains("NoExecute"))
    }

    /// What every daemon tolerates: it has to run where nothing else may yet.
    private static func tolerations(_ spec: Value) -> [Value] {
        var list: [Value] = []
        func add(_ key: String, _ effect: String) {
            list.append(["key": .string("node.kubernetes.io/" + key), "operator": "Exists", "effect": .string(effect)])
        }
        add("not-ready", "NoExecute")
        add("unreachable", "NoExecute")
        for key in ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"] { add(key, "NoSchedule") }
        if spec["hostNetwork"].bool == true { add("network-unavailable", "NoSchedule") }
        return list
    }

    /// A pod of the set for a node.
    static func pod(_ set: DaemonSet, node: String, hash: String) -> Pod {
        var pod = PodFactory.make(set.value["spec"]["template"], owner: set)
        pod.value["metadata"]["labels"]["controller-revision-hash"] = .string(hash)
        if let generation = set.annotations["deprecated.daemonset.template.generation"] {
            pod.value["metadata"]["labels"]["pod-template-generation"] = .string(generation)
        }
        let name: Value = ["key": "metadata.name", "operator": "In", "values": [.string(node)]]
        let path = "requiredDuringSchedulingIgnoredDuringExecution"
        let known = pod.value["spec"]["affinity"]["nodeAffinity"][path]["nodeSelectorTerms"].array
        var terms: [Value] = known.map { term in
            var term = term
            term["matchFields"] = [name]
            return term
        }
        if terms.isEmpty { terms = [["matchFields": [name]]] }
        pod.value["spec"]["affinity"]["nodeAffinity"][path] = ["nodeSelectorTerms": .array(terms)]
        let own = pod.value["spec"]["tolerations"].array
        pod.value["spec"]["tolerations"] = .array(own + tolerations(pod.value["spec"]).filter { !own.contains($0) })
        return pod
    }
}

/// Node selector and required node affinity.
enum NodeAffinityRules {
    static func matches(_ spec: Value, _ node: Node) -> Bool {
        let labels = node.labels
        for (key, value) in spec["nodeSelector"].stringMap where labels[key] != value { return false }
        let required = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        guard required.isObject else { return true }
        return required["nodeSelectorTerms"].array.contains { term in
            let expressions = term["matchExpressions"].array
            let fields = term["matchFields"].array
            if expressions.isEmpty && fields.isEmpty { return false }
            return expressions.allSatisfy { holds($0) { labels[$0] } } && fields.allSatisfy { holds($0) { $0 == "metadata.name" ? node.name : nil } }
        }
    }

    private static func holds(_ expression: Value, _ look: (String) -> String?) -> Bool {
        guard let name = expression["operator"].string, let rule = Objects.LabelSelector.Operator(rawValue: name) else { return false }
        let values = Set(expression["values"].strings)
        return Objects.LabelSelector.Requirement(key: expression["key"].string ?? "", operator: rule, values: values).matches(look)
    }
}

/// What has to happen to the pods of a DaemonSet: a pure decision.
struct DaemonPlan {
    private(set) var creations: [String] = []
    private(set) var deletions: [Pod] = []
    /// Those of the deletions that failed.
    private(set) var failed: [Pod] = []
    /// Seconds until something is worth another look; nil when events will tell.
    private(set) var lookAgainIn: Int?

    private let set: DaemonSet
    private let hash: String
    private let now: Timestamp

    init(_ set: DaemonSet, nodes: [Node], pods: [Pod], hash: String, now: Timestamp, isHeldBack: (String) -> Bool) {
        self.set = set
        self.hash = hash
        self.now = now
        var byNode: [String: [Pod]] = [:]
        for pod in pods { byNode[DaemonPlacement.target(pod) ?? "", default: []].append(pod) }
        var wanted: Set<String> = []
        for node in nodes {
            let verdict = DaemonPlacement.verdict(set, node)
            if verdict.starts { wanted.insert(node.name) }
            place(node.name, byNode[node.name] ?? [], verdict, isHeldBack)
        }
        // Pods that name a node that is gone; those are never scheduled.
        let known = Set(nodes.map(\.name))
        for (name, pods) in byNode where !known.contains(name) {
            deletions += pods.filter { ($0.spec.nodeName ?? "").isEmpty && !$0.isBeingDeleted }
        }
        if set.value["spec"]["updateStrategy"]["type"].string != "OnDelete" { roll(byNode, wanted) }
    }

    private mutating func place(_ name: String, _ pods: [Pod], _ verdict: (starts: Bool, stays: Bool), _ isHeldBack: (String) -> Bool) {
        if verdict.starts && pods.isEmpty {
            creations.append(name)
        } else if verdict.stays {
            var running: [Pod] = []
            for pod in pods where !pod.isBeingDeleted {
                switch PodState.phase(pod) {
                case "Failed":
                    if isHeldBack(name) {
                        lookAgainIn = 1
                    } else {
                        failed.append(pod)
                        deletions.append(pod)
                    }
                case "Succeeded": deletions.append(pod)
                default: running.append(pod)
                }
            }
            // More than one where one belongs: the oldest of each revision stays, and while a surge is under way one of each.
            guard running.count > 1, maxSurge(1) == 0 || running.allSatisfy({ isCurrent($0) == isCurrent(running[0]) }) else { return }
            let ordered = running.sorted { Self.created($0) < Self.created($1) }
            deletions += ordered.dropFirst()
        } else {
            deletions += pods.filter { !$0.isBeingDeleted }
        }
    }

    private static func created(_ pod: Pod) -> String { pod.value["metadata"]["creationTimestamp"].string ?? "" }

    private func isCurrent(_ pod: Pod) -> Bool { pod.labels["controller-revision-hash"] == hash }

    private func maxSurge(_ total: Int) -> Int {
        Int(IntOrPercent.value(set.value["spec"]["updateStrategy"]["rollingUpdate"]["maxSurge"], of: Int64(total), roundingUp: true))
    }

    private func maxUnavailable(_ total: Int, _ surge: Int) -> Int {
        let value = set.value["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"]
        if value.isNull { return surge > 0 ? 0 : 1 }
        let count = Int(IntOrPercent.value(value, of: Int64(total), roundingUp: true))
        return count == 0 && surge == 0 ? 1 : count
    }

    /// Replaces pods of former templates, no more at a time than the strategy allows.
    private mutating func roll(_ byNode: [String: [Pod]], _ wanted: Set<String>) {
        let seconds = set.value["spec"]["minReadySeconds"].int ?? 0
        let surge = maxSurge(wanted.count)
        let unavailable = maxUnavailable(wanted.count, surge)
        var down = 0
        var surging = 0
        var old: [(node: String, pod: Pod, isAvailable: Bool)] = []
        for name in wanted.sorted() {
            let pods = byNode[name] ?? []
            let alive = pods.filter { !$0.isBeingDeleted && !PodState.isFinished($0) }
            let current = alive.first(where: isCurrent)
            let former = alive.first { !isCurrent($0) }
            let isUp = alive.contains { PodState.isAvailable($0, seconds, now: now) }
            if !isUp { down += 1 }
            guard let former else { continue }
            if let current {
                surging += 1
                // The newcomer serves: the former may go.
                if PodState.isAvailable(current, seconds, now: now) { deletions.append(former) } else if seconds > 0 { lookAgainIn = 1 }
            } else {
                old.append((name, former, PodState.isAvailable(former, seconds, now: now)))
            }
        }
        if surge > 0 {
            for entry in old {
                if !entry.isAvailable || surging < surge {
                    creations.append(entry.node)
                    surging += 1
                }
            }
            return
        }
        var room = unavailable - down
        // What serves nobody can go at once.
        for entry in old where !entry.isAvailable { deletions.append(entry.pod) }
        for entry in old where entry.isAvailable && room > 0 {
            deletions.append(entry.pod)
            room -= 1
        }
    }
}

/// The numbers of a DaemonSet's status.
struct DaemonStatus {
    private(set) var required: [String: Int] = [:]
    private(set) var optional: [String: Int] = [:]
    private(set) var isWaitingForAvailability = false

    init(_ set: DaemonSet, nodes: [Node], pods: [Pod], hash: String, now: Timestamp) {
        var byNode: [String: [Pod]] = [:]
        for pod in pods { byNode[DaemonPlacement.target(pod) ?? "", default: []].append(pod) }
        let seconds = set.value["spec"]["minReadySeconds"].int ?? 0
        var (desired, current, misscheduled, ready, available, updated) = (0, 0, 0, 0, 0, 0)
        for node in nodes {
            let starts = DaemonPlacement.verdict(set, node).starts
            let there = (byNode[node.name] ?? []).sorted {
                ($0.value["metadata"]["creationTimestamp"].string ?? "") < ($1.value["metadata"]["creationTimestamp"].string ?? "")
            }
            if !starts {
                if !there.isEmpty { misscheduled += 1 }
                continue
            }
            desired += 1
            guard let first = there.first else { continue }
            current += 1
            if there.contains(where: PodState.isReady) { ready += 1 }
            if there.contains(where: { PodState.isAvailable($0, seconds, now: now) }) {
                available += 1
            } else if there.contains(where: PodState.isReady) {
                isWaitingForAvailability = true
            }
            if there.contains(where: { $0.labels["controller-revision-hash"] == hash }) || first.labels["controller-revision-hash"] == hash { updated += 1 }
        }
        required = [
            "desiredNumberScheduled": desired, "currentNumberScheduled": current, "numberMisscheduled": misscheduled, "numberReady": ready,
        ]
        optional = ["updatedNumberScheduled": updated, "numberAvailable": available, "numberUnavailable": desired - available]
    }
}
