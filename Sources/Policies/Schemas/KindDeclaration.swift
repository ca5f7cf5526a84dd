package import CEL
package import Schema

/// What a built-in kind says to expressions.
package enum KindDeclaration {
    /// The type of objects of a message. Types that contain themselves are looked into as far as an expression goes.
    package static func type(of message: MessageType) -> DeclaredType {
        DeclaredType(object: message.name) { name in message.field(name).map { type(of: $0.type) } }
    }

    private static func type(of field: FieldType) -> DeclaredType {
        switch field {
        case .message(let message): return message.union == nil ? type(of: message) : .dyn
        case .list(let list): return DeclaredType(.list(type(of: list.element), topology(list.topology)))
        case .map(let map): return DeclaredType(.map(type(of: map.value)))
        case .any: return .dyn
        case .scalar(let scalar):
            switch scalar {
            case .string, .quantity, .duration: return .string
            case .bool: return .bool
            case .int32, .int64: return .int
            case .double: return .double
            case .bytes: return DeclaredType(.scalar(.bytes))
            case .time, .microTime: return DeclaredType(.scalar(.timestamp))
            case .intOrString: return DeclaredType(.intOrString)
            }
        }
    }

    private static func topology(_ topology: ListType.Topology) -> DeclaredType.Topology {
        switch topology {
        case .atomic: .atomic
        case .set: .set
        case .map(let keys): .map(keys: keys)
        }
    }
}
