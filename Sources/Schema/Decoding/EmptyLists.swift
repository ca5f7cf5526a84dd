package import Objects

/// Lists that a client sent empty: they count as stated while it is found out who states what, and are stored as absent ones.
package enum EmptyLists {
    /// Makes the empty lists of an object null, as they come back from the store.
    package static func clear(_ object: inout Value, as type: MessageType) {
        guard contains(object) else { return }
        object = cleared(object, type)
    }

    private static func contains(_ value: Value) -> Bool {
        switch value {
        case .array(let items): return items.isEmpty || items.contains(where: contains)
        case .object(let members): return members.contains { contains($0.value) }
        default: return false
        }
    }

    private static func cleared(_ value: Value, _ type: MessageType) -> Value {
        guard case .object(var members) = value else { return value }
        for field in type.fields {
            guard let inner = members[field.name] else { continue }
            if case .list = field.type, inner == .array([]) {
                members[field.name] = .null
            } else {
                members[field.name] = cleared(inner, field.type)
            }
        }
        return .object(members)
    }

    private static func cleared(_ value: Value, _ type: FieldType) -> Value {
        switch (type, value) {
        case (.message(let message), _): return cleared(value, message)
        case (.list(let list), .array(let items)): return .array(items.map { cleared($0, list.element) })
        case (.map(let map), .object(let members)):
            return .object(Members(members.map { ($0.key, cleared($0.value, map.value)) }))
        default: return value
        }
    }
}
