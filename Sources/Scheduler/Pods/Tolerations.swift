import Objects

struct Taint: Sendable, Hashable {
    let key: String
    let value: String
    let effect: String

    /// The taint that a cordoned node counts as having.
    static let unschedulable = Taint(key: "node.kubernetes.io/unschedulable", effect: "NoSchedule")

    init(key: String, value: String = "", effect: String) {
        self.key = key
        self.value = value
        self.effect = effect
    }

    init(_ taint: Value) {
        self.init(key: taint["key"].string ?? "", value: taint["value"].string ?? "", effect: taint["effect"].string ?? "")
    }

    /// Whether it keeps pods away, and does not only make the node less liked.
    var isHard: Bool { effect == "NoSchedule" || effect == "NoExecute" }
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

extension [Toleration] {
    func cover(_ taint: Taint) -> Bool { contains { $0.covers(taint) } }
}
