/// A type of the Common Expression Language.
public indirect enum CELType: Sendable, Hashable {
    case dyn, null, bool, int, uint, double, string, bytes, timestamp, duration
    case list(CELType)
    case map(CELType, CELType)
    case optional(CELType)
    /// The type of a type.
    case type(CELType)
    /// A structure with declared fields.
    case object(DeclaredType)
    /// A type that only functions look into, such as `net.IP`.
    case opaque(String)
    /// A type parameter of a function's declaration, or a type that is still to be found.
    case parameter(String)
    /// What an expression has whose error was reported already.
    case failure

    /// The name without parameters, as `type(x)` gives it and as `string(type(x))` prints it.
    public var name: String {
        switch self {
        case .dyn: "dyn"
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .list: "list"
        case .map: "map"
        case .optional: "optional_type"
        case .type: "type"
        case .object(let declared): declared.name
        case .opaque(let name), .parameter(let name): name
        case .failure: "*error*"
        }
    }

    /// The types that this one is made of.
    public var parameters: [CELType] {
        switch self {
        case .list(let element), .optional(let element): [element]
        case .type(let element): element == .dyn ? [] : [element]
        case .map(let key, let value): [key, value]
        default: []
        }
    }

    /// The text that says of what type a whole expression is: `list(int)`.
    public var text: String {
        parameters.isEmpty ? name : name + "(" + parameters.map(\.text).joined(separator: ", ") + ")"
    }

    /// The text that the messages of the checker use, where some names are shorter.
    var messageText: String {
        switch self {
        case .null: return "null"
        case .timestamp: return "timestamp"
        case .duration: return "duration"
        case .failure: return "!error!"
        default:
            return parameters.isEmpty ? name : name + "(" + parameters.map(\.messageText).joined(separator: ", ") + ")"
        }
    }

    var isDyn: Bool { self == .dyn || self == .failure }

    /// Whether every value has the same, small size.
    var isScalar: Bool {
        switch self {
        case .bool, .int, .uint, .double, .timestamp, .duration, .null, .type, .opaque: true
        case .optional(let inner): inner.isScalar
        default: false
        }
    }
}
