import Objects
import Schema

/// The schema of a custom kind as OpenAPI has it: what the definition states, in one piece, with what every object has.
///
/// Version 2 cannot say all that a definition can, and clients that validate by it take everything for unknown that it does
/// not name. So what it cannot say is left out there.
struct CustomKindSchema {
    let version: SchemaWriter.Version
    /// A reference to the type of metadata.
    let metadata: Value

    private static let preserve = "x-kubernetes-preserve-unknown-fields"
    private static let unpublished: Set<String> = ["example", "externalDocs", "$schema", "id"]

    /// The schema of the kind `id`, as `stated` by its definition.
    func schema(_ stated: Value, _ id: GroupVersionKind, selectableFields: [String]) -> Value {
        var schema: Value
        if version == .two && stated[Self.preserve].bool == true || !stated.isObject {
            // Any property that stands here would forbid all others.
            schema = ["type": "object"]
        } else {
            schema = published(stated, isRoot: true)
            var properties = schema["properties"].isObject ? schema["properties"] : .emptyObject
            add(to: &properties)
            schema["properties"] = Self.sorted(properties)
        }
        schema["x-kubernetes-group-version-kind"] = [SchemaWriter.value(id)]
        if !selectableFields.isEmpty {
            schema["x-kubernetes-selectable-fields"] = .array(selectableFields.map { ["fieldPath": .string($0)] })
        }
        return schema
    }

    private func add(to properties: inout Value) {
        properties["apiVersion"] = ["type": "string", "description": .string(ObjectTexts.apiVersion)]
        properties["kind"] = ["type": "string", "description": .string(ObjectTexts.kind)]
        var reference = version == .three ? ["allOf": [metadata]] : metadata
        reference["description"] = .string(ObjectTexts.metadata)
        properties["metadata"] = reference
    }

    private static func sorted(_ object: Value) -> Value {
        .object(Members(object.members.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }))
    }

    private func published(_ stated: Value, isRoot: Bool = false) -> Value {
        guard stated.isObject else { return stated }
        var schema = stated
        for name in Self.unpublished { schema.remove(name) }
        if version == .two { simplify(&schema) }
        if schema["properties"].isObject {
            let properties = schema["properties"].members.map { ($0.key, published($0.value)) }
            schema["properties"] = .object(Members(properties))
        }
        for name in ["items", "additionalProperties", "not"] where schema[name].isObject { schema[name] = published(schema[name]) }
        for name in ["allOf", "anyOf", "oneOf"] where !schema[name].array.isEmpty {
            schema[name] = .array(schema[name].array.map { published($0) })
        }
        if !isRoot, schema["x-kubernetes-embedded-resource"].bool == true { embed(&schema) }
        return schema
    }

    /// What is an object of its own has the members of all objects.
    private func embed(_ schema: inout Value) {
        if version == .two, schema[Self.preserve].bool == true { return }
        var properties = schema["properties"].isObject ? schema["properties"] : .emptyObject
        add(to: &properties)
        schema["properties"] = Self.sorted(properties)
        var required = schema["required"].array
        for name in ["kind", "apiVersion"] where !required.contains(.string(name)) { required.append(.string(name)) }
        schema["required"] = .array(required)
    }

    /// Takes out what version 2 has no words for.
    private func simplify(_ schema: inout Value) {
        for name in ["allOf", "anyOf", "oneOf", "not"] { schema.remove(name) }
        let preserves = schema[Self.preserve].bool == true
        if schema["nullable"].bool == true {
            for name in ["type", "nullable", "items", "properties"] { schema.remove(name) }
        }
        schema.remove("nullable")
        if preserves {
            schema.remove("items")
            schema.remove("properties")
        }
        if !schema.contains("items"), schema["type"] == "array" { schema.remove("type") }
        if preserves, schema["type"] == "object" { schema.remove("type") }
        let nullable = schema["properties"].members.filter { $0.value["nullable"].bool == true }.map(\.key)
        var required = schema["required"].array.filter { name in !nullable.contains { .string($0) == name } }
        if schema["additionalProperties"]["nullable"].bool == true { required = [] }
        schema.set("required", required.isEmpty ? nil : .array(required))
    }
}
