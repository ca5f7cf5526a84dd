extension Value {
    /// The value as Go's `%v` prints what JSON decodes to: `map[a:1 b:[x y]]`.
    package var goText: String {
        switch self {
        case .null: return "<nil>"
        case .bool(let flag): return flag ? "true" : "false"
        case .int(let number): return String(number)
        case .string(let text): return text
        case .double: return jsonString
        case .array(let elements): return "[" + elements.map(\.goText).joined(separator: " ") + "]"
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            return "map[" + sorted.map { "\($0.key):\($0.value.goText)" }.joined(separator: " ") + "]"
        }
    }

    /// The type of Go that JSON decodes to when nothing says another: `map[string]interface {}`.
    package var goTypeName: String {
        switch self {
        case .null: return "<nil>"
        case .bool: return "bool"
        case .int: return "int64"
        case .double: return "float64"
        case .string: return "string"
        case .array: return "[]interface {}"
        case .object: return "map[string]interface {}"
        }
    }
}
