import KubernetesTypes
import Objects

/// The conditions of a Deployment, with their two times.
struct DeploymentConditions {
    enum State: String { case yes = "True", no = "False", unknown = "Unknown" }

    private(set) var list: [Value]

    init(_ list: [Value]) { self.list = list }

    func reason(_ type: String) -> String? { list.first { $0["type"].string == type }?["reason"].string }

    func updated(_ type: String) -> Timestamp? {
        list.first { $0["type"].string == type }?["lastUpdateTime"].string.flatMap { Timestamp($0) }
    }

    /// Changes the condition only when its status or reason is another.
    mutating func set(_ type: String, _ state: State, _ reason: String, _ message: String) {
        if let known = list.first(where: { $0["type"].string == type }), known["status"].string == state.rawValue, known["reason"].string == reason { return }
        touch(type, state, reason, message)
    }

    /// Sets the condition and the time of its update.
    mutating func touch(_ type: String, _ state: State, _ reason: String, _ message: String) {
        let now = Value.string(Timestamp.now().text)
        let status = Value.string(state.rawValue)
        let position = list.firstIndex { $0["type"].string == type }
        let transition = position.flatMap { list[$0]["status"] == status ? list[$0]["lastTransitionTime"] : nil } ?? now
        let condition: Value = [
            "type": .string(type), "status": status, "reason": .string(reason), "message": .string(message),
            "lastUpdateTime": now, "lastTransitionTime": transition,
        ]
        if let position { list[position] = condition } else { list.append(condition) }
    }

    mutating func remove(_ type: String) { list.removeAll { $0["type"].string == type } }
}
