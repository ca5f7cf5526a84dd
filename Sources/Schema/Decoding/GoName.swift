import Objects

/// The names that Go gives to values and types in its decoding errors.
enum GoName {
    static func kind(of value: Value) -> String {
        switch value {
        case .null: return "null"
        case .bool: return "bool"
        case .int, .double: return "number"
        case .string: return "string"
        case .array: return "array"
        case .object: return "object"
        }
    }

    /// The number's digits. The spelling of a number with a point or an exponent is not known any more.
    static func number(_ value: Value) -> String {
        if case .double(let number) = value {
            if let whole = UInt64(exactly: number), whole > UInt64(Int64.max) { return String(whole) }
            return number.description
        }
        return value.jsonString
    }

    static func of(_ type: FieldType) -> String {
        switch type {
        case .scalar(let scalar): return of(scalar)
        case .message(let message):
            let parts = message.name.split(separator: ".")
            return parts.count > 1 ? parts[parts.count - 2] + "." + parts[parts.count - 1] : message.name
        case .list(let list): return "[]" + of(list.element)
        case .map(let map):
            if case .scalar(.quantity) = map.value { return "v1.ResourceList" }
            return "map[string]" + of(map.value)
        case .any: return "interface {}"
        }
    }

    private static func of(_ scalar: ScalarType) -> String {
        switch scalar {
        case .string, .bool, .int32, .int64: return scalar.rawValue
        case .double: return "float64"
        case .bytes: return "[]uint8"
        case .quantity: return "resource.Quantity"
        case .intOrString: return "intstr.IntOrString"
        case .time: return "v1.Time"
        case .microTime: return "v1.MicroTime"
        case .duration: return "v1.Duration"
        }
    }
}

/// Go orders strings by their bytes; Swift's `<` orders by characters.
enum ByteOrder {
    static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
