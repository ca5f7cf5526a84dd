package import Objects

/// What Kubernetes prints for a field without `omitempty` that nobody set.
package enum ZeroValue {
    static func of(_ field: Field) -> Value { field.printsNull ? .null : of(field.type) }

    package static func of(_ type: FieldType) -> Value {
        switch type {
        case .scalar(let scalar): return of(scalar)
        case .message(let message): return of(message)
        case .list, .map, .any: return .null
        }
    }

    /// The zero value of a list's element or a map's value, which Go never prints as null (but for times).
    static func ofElement(_ type: FieldType) -> Value {
        // Bytes that are null are stored as none, and read back as an empty text.
        if case .scalar(.bytes) = type { return .string("") }
        return of(type)
    }

    package static func of(_ scalar: ScalarType) -> Value {
        switch scalar {
        case .string: return .string("")
        case .bool: return .bool(false)
        case .int32, .int64, .double, .intOrString: return .int(0)
        case .quantity: return .string("0")
        case .duration: return .string("0s")
        case .bytes, .time, .microTime: return .null
        }
    }

    /// An object that has the fields that are always printed.
    package static func of(_ message: MessageType) -> Value {
        guard message.union == nil else { return .null }
        var entries: [Members.Entry] = []
        for position in message.alwaysPositions {
            let field = message.fields[position]
            entries.append(Members.Entry(key: field.name, value: of(field)))
        }
        return .object(Members(uniqueEntries: entries))
    }
}
