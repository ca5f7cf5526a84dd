import KubernetesTypes
import Objects

/// Resources of a pod's containers that changed while it runs (KEP-1287): what the node has granted may differ from what the
/// specification asks for, until there is room.
struct PodResize: Sendable, Equatable {
    /// Why a wish is not granted now.
    struct Refusal {
        let waiting: Waiting
        /// What the node lacks, as events call it.
        let predicate: String
    }

    /// Something that an event tells of.
    struct News: Equatable {
        let type: String
        let reason: String
        let message: String
    }

    /// Why the last wish was not granted: `Deferred` or `Infeasible`.
    private(set) var pending: Waiting?
    /// What was granted, by the containers' names; nil before the pod was looked at.
    private(set) var allocated: [String: Value]?
    /// What running containers have, by their ids, where that is not what they were made with.
    var applied: [String: Value] = [:]
    /// Why granted resources could not be given.
    var failure: String?
    /// What was granted has not been given to all containers yet.
    private(set) var isUnderWay = false
    /// The generation of the pod of which a refusal was told last.
    private var refusedGeneration: Int64?

    /// Requests and limits of a container.
    static func resources(_ container: Value) -> Value {
        var value = Value.emptyObject
        for key in ["requests", "limits"] where !container["resources"][key].members.isEmpty { value[key] = container["resources"][key] }
        return value
    }

    /// The containers whose resources can change: all that go on while the pod runs.
    private static func wanted(_ spec: Value) -> [String: Value] {
        let containers = spec["containers"].array + spec["initContainers"].array.filter(PodContainers.isSidecar)
        return Dictionary(containers.map { ($0["name"].string ?? "", resources($0)) }, uniquingKeysWith: { $1 })
    }

    /// What containers had when their status was last written: after a restart of the kubelet that is what was granted.
    private static func remembered(_ status: Value) -> [String: Value] {
        let statuses = status["containerStatuses"].array + status["initContainerStatuses"].array
        let known = statuses.filter { $0["resources"].isObject && $0["state"]["running"].isObject }
        return Dictionary(known.map { ($0["name"].string ?? "", resources($0)) }, uniquingKeysWith: { $1 })
    }

    /// Grants what the pod asks for, if `admission` allows it. Returns the pod with the resources that are granted.
    mutating func settle(_ pod: Pod, _ admission: () -> PodAdmission, tell: (News) -> Void = { _ in }) -> Pod {
        let wanted = Self.wanted(pod.value["spec"])
        let granted = allocated ?? wanted.merging(Self.remembered(pod.value["status"]), uniquingKeysWith: { $1 })
        allocated = granted.filter { wanted[$0.key] != nil }.merging(wanted, uniquingKeysWith: { old, _ in old })
        if allocated == wanted {
            pending = nil
            return pod
        }
        if let refusal = admission().resizeRefusal(pod) {
            let generation = pod.value["metadata"]["generation"].int
            if pending?.reason != refusal.waiting.reason || refusedGeneration != generation {
                let text = Self.summary(pod, error: refusal.waiting.message)
                tell(News(type: "Warning", reason: "Resize\(refusal.waiting.reason)", message: "Pod resize \(refusal.predicate): \(text)"))
            }
            refusedGeneration = generation
            pending = refusal.waiting
            return apply(to: pod)
        }
        pending = nil
        allocated = wanted
        failure = nil
        isUnderWay = true
        tell(News(type: "Normal", reason: "ResizeStarted", message: "Pod resize started: " + Self.summary(pod, error: nil)))
        return pod
    }

    /// All containers have what was granted. Gives what is to be told of it.
    mutating func complete(_ pod: Pod) -> News? {
        guard isUnderWay else { return nil }
        isUnderWay = false
        return News(type: "Normal", reason: "ResizeCompleted", message: "Pod resize completed: " + Self.summary(pod, error: nil))
    }

    /// The resources of a pod's containers as events show them.
    static func summary(_ pod: Pod, error: String?) -> String {
        let spec = pod.value["spec"]
        var summary = Value.emptyObject
        for (key, containers) in [("initContainers", spec["initContainers"].array.filter(PodContainers.isSidecar)), ("containers", spec["containers"].array)]
        where !containers.isEmpty {
            let parts: [Value] = containers.map { container in
                var shown = Value.emptyObject
                for part in ["limits", "requests"] where !container["resources"][part].members.isEmpty { shown[part] = container["resources"][part] }
                return ["name": container["name"], "resources": shown]
            }
            summary[key] = .array(parts)
        }
        if let generation = pod.value["metadata"]["generation"].int { summary["generation"] = .int(generation) }
        if let error { summary["error"] = .string(error) }
        return summary.jsonString
    }

    private func apply(to pod: Pod) -> Pod {
        var pod = pod
        for key in ["containers", "initContainers"] where pod.value["spec"][key].isArray {
            let changed: [Value] = pod.value["spec"][key].array.map { container in
                guard let granted = allocated?[container["name"].string ?? ""] else { return container }
                var container = container
                for part in ["requests", "limits"] { container["resources"].set(part, granted[part].isObject ? granted[part] : nil) }
                return container
            }
            pod.value["spec"][key] = .array(changed)
        }
        return pod
    }

    // MARK: what runs

    /// What a running container has: what it was given, or what it was made with.
    func current(_ id: String, made annotation: String?, status: Value) -> Value {
        if let known = applied[id] { return known }
        if status["containerID"].string?.hasSuffix("://" + id) == true, status["resources"].isObject { return Self.resources(status) }
        return annotation.flatMap { try? Value(json: Array($0.utf8)) } ?? .emptyObject
    }

    /// The resources that differ, of `cpu` and `memory`.
    static func differences(_ left: Value, _ right: Value) -> [String] {
        ["cpu", "memory"].filter { name in ["requests", "limits"].contains { Quantity(left[$0][name]) != Quantity(right[$0][name]) } }
    }

    /// Whether the container has to be started anew for these resources to change.
    static func needsRestart(_ container: Value, _ changed: [String]) -> Bool {
        container["resizePolicy"].array.contains { changed.contains($0["resourceName"].string ?? "") && $0["restartPolicy"].string == "RestartContainer" }
    }

    /// Whether a limit gets lower: such changes go first, so that the pod's own limit always has room.
    static func isSmaller(_ new: Value, than old: Value) -> Bool {
        ["cpu", "memory"].contains { name in
            guard let limit = Quantity(new["limits"][name]) else { return false }
            return Quantity(old["limits"][name]).map { limit < $0 } ?? true
        }
    }
}
