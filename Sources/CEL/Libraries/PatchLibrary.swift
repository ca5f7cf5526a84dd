extension Library {
    /// What expressions that write JSON patches need.
    public static let jsonPatch = Library([
        Function("jsonpatch.escapeKey", [Overload("string_jsonpatch_escapeKey_string", [.string], .string)]) { arguments throws(CELError) in
            guard case .string(let key) = arguments[0] else { throw .noSuchOverload }
            return .string(key.replacing("~", with: "~0").replacing("/", with: "~1"))
        }
    ])
}

/// The types that expressions of mutating policies construct.
public enum PatchTypes {
    /// One operation of a JSON patch.
    public static let operation = DeclaredType(
        object: "JSONPatch", fields: ["op": .string, "path": .string, "from": .string, "value": .dyn])

    /// `Object`, and `Object.spec.containers` for what lies at a path in it. What fields there are shows when the object is merged.
    public static func type(named name: String) -> DeclaredType? {
        if name == operation.name { return operation }
        guard name == "Object" || name.hasPrefix("Object.") else { return nil }
        return DeclaredType(object: name) { _ in .dyn }
    }

    /// What is wrong with the names of the types in a constructed object: each has to be the path at which it stands.
    public static func misplacedType(in value: CELValue, expected: String = "Object") -> String? {
        switch value {
        case .object(let object):
            if object.typeName != expected {
                return "unexpected type name \"\(object.typeName)\", expected \"\(expected)\", which matches field name path from root Object type"
            }
            for field in object.fields {
                if let problem = misplacedType(in: field.value, expected: expected + "." + field.name) { return problem }
            }
            return nil
        case .list(let list):
            if case .adapted = list.storage { return nil }
            for element in list.elements { if let problem = misplacedType(in: element, expected: expected) { return problem } }
            return nil
        case .map(let map):
            for entry in map.entries {
                guard case .object = entry.value, let key = entry.key.string else { continue }
                if let problem = misplacedType(in: entry.value, expected: expected + "." + key) { return problem }
            }
            return nil
        case .optional(let inner): return inner.flatMap { misplacedType(in: $0, expected: expected) }
        default: return nil
        }
    }
}
