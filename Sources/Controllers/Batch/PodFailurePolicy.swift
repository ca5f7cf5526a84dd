import KubernetesTypes
import Objects

/// What a Job's `podFailurePolicy` makes of a failed pod.
struct PodFailurePolicy {
    enum Action: Equatable {
        /// The whole job fails, with this message.
        case failJob(String)
        case failIndex
        case ignore
        case count
    }

    private let rules: [Value]

    init(_ job: Job) { rules = job.value["spec"]["podFailurePolicy"]["rules"].array }

    var exists: Bool { !rules.isEmpty }

    /// The action of the first rule that matches.
    func action(for pod: Pod) -> Action {
        for (position, rule) in rules.enumerated() {
            let name = rule["action"].string ?? "Count"
            guard let why = matchedContainer(rule, pod, position, name) ?? matchedCondition(rule, pod, position, name) else { continue }
            switch name {
            case "FailJob": return .failJob(why)
            case "FailIndex": return .failIndex
            case "Ignore": return .ignore
            default: return .count
            }
        }
        return .count
    }

    private func matchedContainer(_ rule: Value, _ pod: Pod, _ position: Int, _ action: String) -> String? {
        let wanted = rule["onExitCodes"]
        guard wanted.isObject else { return nil }
        let codes = Set(wanted["values"].array.compactMap(\.int))
        let statuses = pod.value["status"]["initContainerStatuses"].array + pod.value["status"]["containerStatuses"].array
        for status in statuses {
            if let name = wanted["containerName"].string, name != status["name"].string { continue }
            guard let code = status["state"]["terminated"]["exitCode"].int, code != 0 else { continue }
            let isMatch = wanted["operator"].string == "NotIn" ? !codes.contains(code) : codes.contains(code)
            guard isMatch else { continue }
            return
                "Container \(status["name"].string ?? "") for pod \(pod.namespace)/\(pod.name) failed with exit code \(code) matching \(action) rule at index \(position)"
        }
        return nil
    }

    private func matchedCondition(_ rule: Value, _ pod: Pod, _ position: Int, _ action: String) -> String? {
        for pattern in rule["onPodConditions"].array {
            let type = pattern["type"].string ?? ""
            let status = pattern["status"].string ?? "True"
            let isThere = pod.value["status"]["conditions"].array.contains { $0["type"].string == type && $0["status"].string == status }
            if isThere { return "Pod \(pod.namespace)/\(pod.name) has condition \(type) matching \(action) rule at index \(position)" }
        }
        return nil
    }
}
