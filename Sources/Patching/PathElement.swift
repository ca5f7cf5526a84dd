import Objects
import Schema

/// The texts of path elements.
enum PathElement {
    static func field(_ name: String) -> String { "f:" + name }

    static func isWellFormed(_ text: String) -> Bool {
        guard text.utf8.count >= 2, text.utf8.dropFirst().first == UInt8(ascii: ":") else { return false }
        switch text.utf8.first {
        case UInt8(ascii: "f"): return true
        case UInt8(ascii: "v"): return (try? Value(json: String(text.dropFirst(2)))) != nil
        case UInt8(ascii: "k"): return (try? Value(json: String(text.dropFirst(2))))?.isObject == true
        case UInt8(ascii: "i"): return Int(text.dropFirst(2)) != nil
        default: return false
        }
    }

    /// The element of a list that merges by `list.topology`; nil when the item cannot have one: what is no
    /// object in a list with keys, what is null or no scalar in a set.
    static func item(_ item: Value, _ list: ListType) -> String? {
        switch list.topology {
        case .atomic: return nil
        case .set:
            if item.isNull || item.isObject || item.isArray { return nil }
            return "v:" + item.jsonString
        case .map(let keys):
            guard case .object(let members) = item else { return nil }
            var output = Array("k:{".utf8)
            for (index, key) in keys.sorted().enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                JSONWriter.append(key, to: &output)
                output.append(UInt8(ascii: ":"))
                JSONWriter.append(members[key] ?? implied(list.element.message?.field(key)), to: &output)
            }
            output.append(UInt8(ascii: "}"))
            return String(decoding: output, as: UTF8.self)
        }
    }

    /// What a key is that an item does not state.
    private static func implied(_ field: Field?) -> Value {
        if let value = field?.defaultValue { return value }
        if case .scalar(.string)? = field?.type { return "" }
        return .null
    }

    /// The path as conflicts name it: `.spec.containers[name="c"].image`.
    static func text(_ path: [String]) -> String {
        path.map(text).joined()
    }

    static func text(_ element: String) -> String {
        let rest = String(element.dropFirst(2))
        switch element.utf8.first {
        case UInt8(ascii: "f"): return "." + rest
        case UInt8(ascii: "v"): return "[=\(rest)]"
        case UInt8(ascii: "i"): return "[\(rest)]"
        default:
            let keys = ((try? Value(json: rest)) ?? .null).members
            return "[" + keys.map { "\($0.key)=\($0.value.jsonString)" }.joined(separator: ",") + "]"
        }
    }
}

/// How server-side apply looks at a value of some type.
enum FieldShape {
    /// Owned as a whole.
    case leaf
    case structure(MessageType)
    case map(FieldType)
    case list(ListType)
    /// Nothing is said of it: objects are looked into, all else is owned as a whole.
    case deduced

    /// `type` is nil where no schema says anything.
    init(_ type: FieldType?, isGranular: Bool = false) {
        switch type {
        case nil: self = .deduced
        case .scalar?, .any?: self = .leaf
        case .message(let message)?:
            self = message.union != nil || (message.isAtomic && !isGranular) ? .leaf : .structure(message)
        case .map(let map)?: self = map.isAtomic ? .leaf : .map(map.value)
        case .list(let list)?: self = list.topology == .atomic ? .leaf : .list(list)
        }
    }

    /// The shape of a member; nil when a structure has none of that name.
    func member(_ name: String) -> FieldShape? {
        switch self {
        case .structure(let message):
            if let field = message.field(name) { return FieldShape(field.type, isGranular: field.isGranular) }
            return message.preservesUnknown ? .deduced : nil
        case .map(let value): return FieldShape(value)
        case .deduced: return .deduced
        case .leaf, .list: return nil
        }
    }

    /// Whether a member of this name is declared by a structure (in contrast to the key of a map).
    func declares(_ name: String) -> Bool {
        if case .structure(let message) = self { return message.field(name) != nil }
        return false
    }
}
