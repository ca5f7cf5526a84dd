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

    /// What every daemon tolerates: it has to run where nothing else may yet.
    static func tolerations(_ spec: Value) -> [Value] {
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

/// Which nodes a DaemonSet's template is for: read once, asked for each node.
struct DaemonRules {
    private let node: String
    private let tolerations: [Value]
    private let affinity: NodeAffinityRules

    init(_ set: DaemonSet) {
        let spec = set.value["spec"]["template"]["spec"]
        node = spec["nodeName"].string ?? ""
        tolerations = spec["tolerations"].array + DaemonPlacement.tolerations(spec)
        affinity = NodeAffinityRules(spec)
    }

    /// Whether a pod should start on the node, and whether one that is there may stay.
    func verdict(_ node: KnownNode) -> (starts: Bool, stays: Bool) {
        if !self.node.isEmpty, self.node != node.name { return (false, false) }
        guard affinity.matches(node) else { return (false, false) }
        if node.facts.taints.isEmpty { return (true, true) }
        let untolerated = node.facts.taints.filter { taint in !tolerations.contains { TaintRules.tolerates($0, taint) } }
        let effects = Set(untolerated.compactMap { $0["effect"].string })
        return (effects.isDisjoint(with: ["NoSchedule", "NoExecute"]), !effects.contains("NoExecute"))
    }
}

/// Node selector and required node affinity.
struct NodeAffinityRules {
    private typealias Requirement = Objects.LabelSelector.Requirement
    private struct Term {
        /// Nil: an operator that nobody knows, which nothing meets.
        let labels: [Requirement?]
        let fields: [Requirement?]
    }

    private let selector: [String: String]
    private let terms: [Term]?

    init(_ spec: Value) {
        selector = spec["nodeSelector"].stringMap
        let required = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        guard required.isObject else {
            terms = nil
            return
        }
        terms = required["nodeSelectorTerms"].array.map {
            Term(labels: $0["matchExpressions"].array.map(Self.requirement), fields: $0["matchFields"].array.map(Self.requirement))
        }
    }

    private static func requirement(_ expression: Value) -> Requirement? {
        guard let name = expression["operator"].string, let rule = Objects.LabelSelector.Operator(rawValue: name) else { return nil }
        return Requirement(key: expression["key"].string ?? "", operator: rule, values: Set(expression["values"].strings))
    }

    func matches(_ node: KnownNode) -> Bool {
        for (key, value) in selector where node.object.label(key) != value { return false }
        guard let terms else { return true }
        return terms.contains { term in
            if term.labels.isEmpty && term.fields.isEmpty { return false }
            return term.labels.allSatisfy { $0?.matches { node.object.label($0) } ?? false }
                && term.fields.allSatisfy { $0?.matches { $0 == "metadata.name" ? node.name : nil } ?? false }
        }
    }
}

/// What has to happen to the pods of a DaemonSet: a pure decision.
struct DaemonPlan {
    private(set) var creations: [String] = []
    private(set) var deletions: [KnownPod] = []
    /// Those of the deletions that ended well, and those that failed.
    private(set) var succeeded: [KnownPod] = []
    private(set) var failed: [KnownPod] = []
    /// Seconds until something is worth another look; nil when events will tell.
    private(set) var lookAgainIn: Int?

    private let set: DaemonSet
    private let hash: String
    private let now: Timestamp

    init(_ set: DaemonSet, nodes: [KnownNode], pods: [KnownPod], hash: String, now: Timestamp, isHeldBack: (String) -> Bool) {
        self.set = set
        self.hash = hash
        self.now = now
        var byNode: [String: [KnownPod]] = [:]
        for pod in pods { byNode[pod.facts.target, default: []].append(pod) }
        let rules = DaemonRules(set)
        var wanted: Set<String> = []
        for node in nodes {
            let verdict = rules.verdict(node)
            if verdict.starts { wanted.insert(node.name) }
            place(node.name, byNode[node.name] ?? [], verdict, isHeldBack)
        }
        // Pods that name a node that is gone; those are never scheduled.
        let known = Set(nodes.map(\.name))
        for (name, pods) in byNode where !known.contains(name) {
            deletions += pods.filter { !$0.facts.isBound && !$0.facts.isBeingDeleted }
        }
        if set.value["spec"]["updateStrategy"]["type"].string != "OnDelete" { roll(byNode, wanted) }
    }

    private mutating func place(_ name: String, _ pods: [KnownPod], _ verdict: (starts: Bool, stays: Bool), _ isHeldBack: (String) -> Bool) {
        if verdict.starts && pods.isEmpty {
            creations.append(name)
        } else if verdict.stays {
            var running: [KnownPod] = []
            for pod in pods where !pod.facts.isBeingDeleted {
                if pod.facts.hasFailed {
                    if isHeldBack(name) {
                        lookAgainIn = 1
                    } else {
                        failed.append(pod)
                        deletions.append(pod)
                    }
                } else if pod.facts.hasSucceeded {
                    succeeded.append(pod)
                    deletions.append(pod)
                } else {
                    running.append(pod)
                }
            }
            // More than one where one belongs: the oldest of each revision stays, and while a surge is under way one of each.
            guard running.count > 1, maxSurge(1) == 0 || running.allSatisfy({ isCurrent($0) == isCurrent(running[0]) }) else { return }
            let ordered = running.sorted { Self.created($0) < Self.created($1) }
            deletions += ordered.dropFirst()
        } else {
            deletions += pods.filter { !$0.facts.isBeingDeleted }
        }
    }

    private static func created(_ pod: KnownPod) -> Int64 { pod.facts.created ?? 0 }

    private func isCurrent(_ pod: KnownPod) -> Bool { pod.object.label("controller-revision-hash") == hash }

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
    private mutating func roll(_ byNode: [String: [KnownPod]], _ wanted: Set<String>) {
        let seconds = set.value["spec"]["minReadySeconds"].int ?? 0
        let surge = maxSurge(wanted.count)
        let unavailable = maxUnavailable(wanted.count, surge)
        var down = 0
        var surging = 0
        var old: [(node: String, pod: KnownPod, isAvailable: Bool)] = []
        for name in wanted.sorted() {
            let pods = byNode[name] ?? []
            let alive = pods.filter { $0.facts.isActive }
            let current = alive.first(where: isCurrent)
            let former = alive.first { !isCurrent($0) }
            let isUp = alive.contains { $0.facts.isAvailable(seconds, now: now) }
            if !isUp { down += 1 }
            guard let former else { continue }
            if let current {
                surging += 1
                // The newcomer serves: the former may go.
                if current.facts.isAvailable(seconds, now: now) { deletions.append(former) } else if seconds > 0 { lookAgainIn = 1 }
            } else {
                old.append((name, former, former.facts.isAvailable(seconds, now: now)))
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

    init(_ set: DaemonSet, nodes: [KnownNode], pods: [KnownPod], hash: String, now: Timestamp) {
        var byNode: [String: [KnownPod]] = [:]
        for pod in pods { byNode[pod.facts.target, default: []].append(pod) }
        let rules = DaemonRules(set)
        let seconds = set.value["spec"]["minReadySeconds"].int ?? 0
        var (desired, current, misscheduled, ready, available, updated) = (0, 0, 0, 0, 0, 0)
        for node in nodes {
            let starts = rules.verdict(node).starts
            let there = (byNode[node.name] ?? []).sorted { ($0.facts.created ?? 0) < ($1.facts.created ?? 0) }
            if !starts {
                if !there.isEmpty { misscheduled += 1 }
                continue
            }
            desired += 1
            guard let first = there.first else { continue }
            current += 1
            if there.contains(where: \.facts.isReady) { ready += 1 }
            if there.contains(where: { $0.facts.isAvailable(seconds, now: now) }) {
                available += 1
            } else if there.contains(where: \.facts.isReady) {
                isWaitingForAvailability = true
            }
            if there.contains(where: { $0.object.label("controller-revision-hash") == hash }) || first.object.label("controller-revision-hash") == hash { updated += 1 }
        }
        required = [
            "desiredNumberScheduled": desired, "currentNumberScheduled": current, "numberMisscheduled": misscheduled, "numberReady": ready,
        ]
        optional = ["updatedNumberScheduled": updated, "numberAvailable": available, "numberUnavailable": desired - available]
    }
}
