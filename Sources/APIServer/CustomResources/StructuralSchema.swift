import CEL
import Objects
import Schema

/// The schema of a custom kind, or of a part of it, as a definition states it (`openAPIV3Schema`).
///
/// A tree: structural schemas have no references.
final class StructuralSchema: Sendable {
    enum Topology: Sendable { case atomic, set, map(keys: [String]) }

    /// Limits and forms; read by validation only.
    struct Rules: Sendable {
        var allowed: [Value] = []
        var minimum: Double?
        var maximum: Double?
        var excludesMinimum = false
        var excludesMaximum = false
        var multipleOf: Double?
        var minLength: Int64?
        var maxLength: Int64?
        var pattern: String?
        /// The pattern compiled; nil when it is none.
        var expression: RegularExpression?
        var format: String?
        var minItems: Int64?
        var maxItems: Int64?
        var hasUniqueItems = false
        var minProperties: Int64?
        var maxProperties: Int64?
        var required: [String] = []
        var allOf: [StructuralSchema] = []
        var anyOf: [StructuralSchema] = []
        var oneOf: [StructuralSchema] = []
        var not: StructuralSchema?
    }

    /// Empty when any type will do.
    let type: String
    let properties: [String: StructuralSchema]
    /// What members have that no property names; nil when there may be none.
    let additional: StructuralSchema?
    let items: StructuralSchema?
    let preservesUnknown: Bool
    let isEmbedded: Bool
    let isIntOrString: Bool
    let isNullable: Bool
    let defaultValue: Value?
    let topology: Topology
    let isAtomicMap: Bool
    let rules: Rules
    let hasDefaults: Bool
    /// Whether there are whole objects within.
    let hasEmbedded: Bool
    let description: String

    init(_ value: Value) {
        type = value["type"].string ?? ""
        var properties: [String: StructuralSchema] = [:]
        for entry in value["properties"].members { properties[entry.key] = StructuralSchema(entry.value) }
        self.properties = properties
        switch value["additionalProperties"] {
        case .object: additional = StructuralSchema(value["additionalProperties"])
        case .bool(true): additional = StructuralSchema(["x-kubernetes-preserve-unknown-fields": true])
        default: additional = nil
        }
        items = value["items"].isObject ? StructuralSchema(value["items"]) : nil
        preservesUnknown = value["x-kubernetes-preserve-unknown-fields"].bool == true
        isEmbedded = value["x-kubernetes-embedded-resource"].bool == true
        isIntOrString = value["x-kubernetes-int-or-string"].bool == true
        isNullable = value["nullable"].bool == true
        defaultValue = value.contains("default") ? value["default"] : nil
        isAtomicMap = value["x-kubernetes-map-type"].string == "atomic"
        description = value["description"].string ?? ""
        switch value["x-kubernetes-list-type"].string {
        case "set": topology = .set
        case "map": topology = .map(keys: value["x-kubernetes-list-map-keys"].strings)
        default: topology = .atomic
        }
        rules = Self.rules(value)
        hasEmbedded = isEmbedded || properties.values.contains(where: \.hasEmbedded) || additional?.hasEmbedded == true
            || items?.hasEmbedded == true
        hasDefaults = defaultValue != nil || properties.values.contains(where: \.hasDefaults)
            || additional?.hasDefaults == true || items?.hasDefaults == true
    }

    private static func rules(_ value: Value) -> Rules {
        var rules = Rules()
        rules.allowed = value["enum"].array
        rules.minimum = value["minimum"].double
        rules.maximum = value["maximum"].double
        rules.excludesMinimum = value["exclusiveMinimum"].bool == true
        rules.excludesMaximum = value["exclusiveMaximum"].bool == true
        rules.multipleOf = value["multipleOf"].double
        rules.minLength = value["minLength"].int
        rules.maxLength = value["maxLength"].int
        rules.pattern = value["pattern"].string
        rules.expression = rules.pattern.flatMap { try? RegularExpression($0) }
        rules.format = value["format"].string
        rules.minItems = value["minItems"].int
        rules.maxItems = value["maxItems"].int
        rules.hasUniqueItems = value["uniqueItems"].bool == true
        rules.minProperties = value["minProperties"].int
        rules.maxProperties = value["maxProperties"].int
        rules.required = value["required"].strings
        rules.allOf = value["allOf"].array.map { StructuralSchema($0) }
        rules.anyOf = value["anyOf"].array.map { StructuralSchema($0) }
        rules.oneOf = value["oneOf"].array.map { StructuralSchema($0) }
        if value["not"].isObject { rules.not = StructuralSchema(value["not"]) }
        return rules
    }
}

// MARK: The catalogue's view

extension StructuralSchema {
    /// The root type of the kind, for server-side apply and for OpenAPI.
    func rootType(named name: String, metadata: MessageType) -> MessageType {
        let type = MessageType(name: name, preservesUnknown: preservesUnknown)
        var fields = [
            Field(name: "apiVersion", type: .scalar(.string)), Field(name: "kind", type: .scalar(.string)),
            Field(name: "metadata", type: .message(metadata), presence: .always),
        ]
        fields += Self.fields(of: self, name).filter { !["apiVersion", "kind", "metadata"].contains($0.name) }
        type.bind(fields)
        return type
    }

    private static func fields(of schema: StructuralSchema, _ name: String) -> [Field] {
        schema.properties.sorted { $0.key < $1.key }.map { key, property in
            Field(
                name: key, type: property.fieldType(named: name + "." + key), presence: .optional,
                isRequired: schema.rules.required.contains(key), defaultValue: property.defaultValue)
        }
    }

    private func fieldType(named name: String) -> FieldType {
        if isIntOrString { return .scalar(.intOrString) }
        switch type {
        case "string": return .scalar(rules.format == "byte" ? .bytes : .string)
        case "boolean": return .scalar(.bool)
        case "integer": return .scalar(rules.format == "int32" ? .int32 : .int64)
        case "number": return .scalar(.double)
        case "array":
            guard let items else { return .any }
            let element = items.fieldType(named: name + ".items")
            switch topology {
            case .atomic: return .list(ListType(element: element))
            case .set: return .list(ListType(element: element, topology: .set))
            case .map(let keys): return .list(ListType(element: element, topology: .map(keys: keys)))
            }
        case "object":
            if let additional, properties.isEmpty {
                return .map(MapType(value: additional.fieldType(named: name + ".values"), isAtomic: isAtomicMap))
            }
            let message = MessageType(name: name, isAtomic: isAtomicMap, preservesUnknown: preservesUnknown || isEmbedded)
            message.bind(Self.fields(of: self, name))
            return .message(message)
        default: return .any
        }
    }
}
