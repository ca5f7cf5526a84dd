import Objects

/// The strategic merge patch that makes one pod status of another, and touches nothing else.
///
/// Conditions merge by their type and addresses by their text, so what is to go has to be named: a condition that is true
/// now must not keep the reason why it was false.
enum StatusPatch {
    private static let addressLists: Set<String> = ["podIPs", "hostIPs"]

    /// Nil when nothing differs.
    static func make(from old: Value, to new: Value) -> Value? {
        var patch = Value.emptyObject
        for entry in new.members where entry.value != old[entry.key] {
            switch entry.key {
            case "conditions": patch[entry.key] = .array(conditions(old[entry.key].array, entry.value.array))
            // A directive counts only where there is a list already: otherwise it would become one of the addresses.
            case let key where addressLists.contains(key) && !old[key].array.isEmpty:
                patch[key] = .array(entry.value.array + [["$patch": "replace"]])
            default: patch[entry.key] = changes(old[entry.key], entry.value)
            }
        }
        for entry in old.members where !new.contains(entry.key) { patch[entry.key] = .null }
        return patch.members.isEmpty ? nil : patch
    }

    private static func conditions(_ old: [Value], _ new: [Value]) -> [Value] {
        var list: [Value] = []
        for condition in new {
            let known = old.first { $0["type"] == condition["type"] }
            if known == condition { continue }
            var change = condition
            for entry in known?.members ?? Members() where !condition.contains(entry.key) { change[entry.key] = .null }
            list.append(change)
        }
        for condition in old where !new.contains(where: { $0["type"] == condition["type"] }) {
            list.append(["type": condition["type"], "$patch": "delete"])
        }
        return list
    }

    /// Objects merge, so what is to go is set to null; everything else is replaced as it is.
    private static func changes(_ old: Value, _ new: Value) -> Value {
        guard old.isObject, new.isObject else { return new }
        var change = Value.emptyObject
        for entry in new.members where entry.value != old[entry.key] { change[entry.key] = changes(old[entry.key], entry.value) }
        for entry in old.members where !new.contains(entry.key) { change[entry.key] = .null }
        return change
    }
}
