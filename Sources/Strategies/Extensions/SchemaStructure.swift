import CEL
import KubernetesTypes
import Objects

/// Whether a schema is structural: each place has one type, and conditions on values name only what is told elsewhere.
struct SchemaStructure {
    private enum Level { case root, item, field }

    private(set) var errors = FieldErrors()

    /// Finds what is wrong, sorted as Kubernetes reports it.
    static func problems(_ schema: FieldValue) -> [FieldError] {
        var structure = SchemaStructure()
        structure.check(schema, .root)
        structure.checkCompleteness(of: schema, schema.value, schema.path)
        return structure.errors.list.sorted { "\($0.field): \($0.message)" < "\($1.field): \($1.message)" }
    }

    private mutating func check(_ schema: FieldValue, _ level: Level) {
        let value = schema.value
        let type = value["type"].string ?? ""
        if type == "array", !value["items"].isObject { errors.required(schema["items"], "must be specified") }
        if value["items"].isObject { check(schema["items"], .item) }
        for property in schema["properties"].entries { check(property.field, .field) }
        let additional = schema["additionalProperties"]
        if additional.isPresent {
            if level == .root { errors.forbidden(additional, "must not be used at the root") }
            if additional.value.isObject { check(additional, .field) }
        }
        checkExtensions(schema)
        checkConditions(
            schema, skipsAnyOf: Self.isIntOrString(value["anyOf"]), skipsFirst: Self.isIntOrString(value["allOf"][0]["anyOf"]))
        checkType(schema, type, level)
        checkMetadata(schema, level)
    }

    private mutating func checkType(_ schema: FieldValue, _ type: String, _ level: Level) {
        let value = schema.value
        let isEmbedded = value["x-kubernetes-embedded-resource"].bool == true
        let preserves = value["x-kubernetes-preserve-unknown-fields"].bool == true
        if isEmbedded, type != "object" {
            let reason = "must be object if x-kubernetes-embedded-resource is true"
            if type.isEmpty { errors.required(schema["type"], reason) } else { errors.invalid(schema["type"], reason) }
        } else if type.isEmpty, value["x-kubernetes-int-or-string"].bool != true, !preserves {
            switch level {
            case .root: errors.required(schema["type"], "must not be empty at the root")
            case .item: errors.required(schema["type"], "must not be empty for specified array items")
            case .field: errors.required(schema["type"], "must not be empty for specified object fields")
            }
        }
        if isEmbedded, value.contains("additionalProperties") {
            errors.forbidden(schema["additionalProperties"], "must not be used if x-kubernetes-embedded-resource is set")
        }
        if level == .root, !type.isEmpty, type != "object" { errors.invalid(schema["type"], "must be object at the root") }
        if isEmbedded, !preserves, value["properties"].members.isEmpty {
            errors.required(
                schema["properties"],
                "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields")
        }
    }

    private mutating func checkExtensions(_ schema: FieldValue) {
        guard schema.value["x-kubernetes-int-or-string"].bool == true else { return }
        for key in ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"] where schema.value[key].bool == true {
            errors.invalid(schema[key], "must be false if x-kubernetes-int-or-string is true")
        }
    }

    // MARK: what every object has

    private mutating func checkMetadata(_ schema: FieldValue, _ level: Level) {
        let properties = schema["properties"]
        let isResource = level == .root || schema.value["x-kubernetes-embedded-resource"].bool == true
        if isResource {
            for (name, wanted) in [("kind", "string"), ("apiVersion", "string"), ("metadata", "object")] {
                let property = properties.entry(name)
                guard property.isPresent, property["type"].text != wanted else { continue }
                errors.invalid(property["type"], "must be \(wanted)", showing: .string(property["type"].text))
            }
        }
        guard level == .root else { return }
        let metadata = properties.entry("metadata")
        let allowed: Set<String> = ["name", "generateName"]
        let isPlain = metadata.value.members.allSatisfy { entry in
            switch entry.key {
            case "type", "default": true
            case "properties": entry.value.members.allSatisfy { allowed.contains($0.key) }
            default: entry.value.isEmptyForJSON
            }
        }
        if !isPlain {
            errors.forbidden(metadata, "must not specify anything other than name and generateName, but metadata is implicitly specified")
        }
    }

    // MARK: conditions on values

    /// The one way in which alternatives may speak of types.
    private static func isIntOrString(_ alternatives: Value) -> Bool {
        alternatives == [["type": "integer"], ["type": "string"]]
    }

    private mutating func checkConditions(_ schema: FieldValue, skipsAnyOf: Bool, skipsFirst: Bool = false) {
        if !skipsAnyOf { for part in schema["anyOf"].items { checkNested(part, skipsAnyOf: false) } }
        for (position, part) in schema["allOf"].items.enumerated() { checkNested(part, skipsAnyOf: skipsFirst && position == 0) }
        for part in schema["oneOf"].items { checkNested(part, skipsAnyOf: false) }
        if schema.value["not"].isObject { checkNested(schema["not"], skipsAnyOf: false) }
        guard let pattern = schema.value["pattern"].string, !pattern.isEmpty else { return }
        do {
            _ = try RegularExpression(pattern)
        } catch {
            errors.invalid(schema["pattern"], "must be a valid regular expression, but isn't: \(error.message)")
        }
    }

    private mutating func checkNested(_ schema: FieldValue, skipsAnyOf: Bool) {
        let value = schema.value
        checkConditions(schema, skipsAnyOf: skipsAnyOf)
        if value["items"].isObject { checkNested(schema["items"], skipsAnyOf: false) }
        for property in schema["properties"].entries { checkNested(property.field, skipsAnyOf: false) }
        if value.contains("additionalProperties") { errors.forbidden(schema["additionalProperties"], "must be undefined to be structural") }
        for key in ["type", "title", "description"] where !(value[key].string ?? "").isEmpty {
            errors.forbidden(schema[key], "must be empty to be structural")
        }
        for key in ["x-kubernetes-list-map-keys", "x-kubernetes-validations"] where !value[key].array.isEmpty {
            errors.forbidden(schema[key], "must be empty to be structural")
        }
        for key in ["default", "externalDocs", "x-kubernetes-list-type", "x-kubernetes-map-type"] where !value[key].isNull {
            errors.forbidden(schema[key], "must be undefined to be structural")
        }
        for key in ["nullable", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string"]
        where value[key].bool == true {
            errors.forbidden(schema[key], "must be false to be structural")
        }
        if value["properties"].contains("metadata") {
            errors.forbidden(schema["properties"].entry("metadata"), "must not be specified in a nested context")
        }
    }

    // MARK: completeness

    /// What the conditions of the root name has to be told outside of them: `place` in `schema`, `path` among the conditions.
    private mutating func checkCompleteness(of schema: FieldValue, _ conditions: Value, _ path: String) {
        if conditions["not"].isObject { checkNamed(conditions["not"], in: schema, path + ".not") }
        for junctor in ["allOf", "anyOf", "oneOf"] {
            for (position, part) in conditions[junctor].array.enumerated() { checkNamed(part, in: schema, "\(path).\(junctor)[\(position)]") }
        }
    }

    private mutating func checkNamed(_ conditions: Value, in schema: FieldValue, _ path: String) {
        guard schema.value.isObject else { return errors.required(schema, "because it is defined in \(path)") }
        checkCompleteness(of: schema, conditions, path)
        if conditions["items"].isObject { checkNamed(conditions["items"], in: schema["items"], path + ".items") }
        for property in conditions["properties"].members {
            checkNamed(property.value, in: schema["properties"].entry(property.key), "\(path).properties[\(property.key)]")
        }
    }
}
