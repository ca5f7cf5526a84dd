import Objects
import Schema

/// Writes types as JSON schemas of OpenAPI: version 2 and 3 differ in where schemas stand and how a reference
/// is joined with other members.
struct SchemaWriter {
    enum Version { case two, three }

    let version: Version
    /// The fields that are keys of list maps, by type: their defaults are part of the schema, since they make identity.
    private let keyFields: [String: Set<String>]
    private(set) var schemas: [String: Value] = [:]
    private var pending: [MessageType] = []
    private var known: Set<String> = []
    /// Custom kinds by the name of their root type: their definitions say how they look.
    private var customKinds: [String: ServedKind] = [:]
    /// Kinds by the name of their root type.
    private var kindsOfType: [String: [GroupVersionKind]] = [:]

    init(_ version: Version, types: [MessageType], kinds: [(MessageType, GroupVersionKind)], served: [ServedKind] = []) {
        self.version = version
        for kind in served where kind.custom != nil { customKinds[kind.description.type.name] = kind }
        keyFields = Self.keyFields(types)
        for (type, id) in kinds { kindsOfType[type.name, default: []].append(id) }
    }

    private static func keyFields(_ types: [MessageType]) -> [String: Set<String>] {
        var keys: [String: Set<String>] = [:]
        for type in types {
            for field in type.fields {
                guard case .list(let list) = field.type, case .map(let names) = list.topology, case .message(let element) = list.element
                else { continue }
                keys[element.name, default: []].formUnion(names)
            }
        }
        return keys
    }

    // MARK: names

    /// `k8s.io.api.apps.v1.Deployment` as OpenAPI names it.
    static func name(_ type: MessageType) -> String {
        let name = type.name.hasPrefix("k8s.io.") ? "io.k8s." + type.name.dropFirst("k8s.io.".count) : type.name
        return name.replacing("_", with: "-")
    }

    private static let leafPrefix = "io.k8s.apimachinery.pkg."

    private var prefix: String { version == .two ? "#/definitions/" : "#/components/schemas/" }

    func reference(named name: String) -> Value { ["$ref": .string(prefix + name)] }

    /// A reference to a type, which is then written as well.
    mutating func reference(_ type: MessageType) -> Value {
        if known.insert(type.name).inserted { pending.append(type) }
        return reference(named: Self.name(type))
    }

    mutating func add(_ name: String, _ schema: Value) { schemas[name] = schema }

    // MARK: types

    /// Writes all types that were referred to, and those that they refer to.
    mutating func finish() -> [String: Value] {
        while let type = pending.popLast() { schemas[Self.name(type)] = schema(type) }
        return schemas
    }

    private mutating func schema(_ type: MessageType) -> Value {
        if type.union != nil { return .emptyObject }
        if let kind = customKinds[type.name], let schema = custom(kind) { return schema }
        let isMetadata = type.name == CustomSchema.metadataName
        var properties: [(String, Value)] = []
        var required: [Value] = []
        for field in type.fields {
            var property = property(field, of: type)
            if isMetadata, let text = ObjectTexts.metadataFields[field.name] { property["description"] = .string(text) }
            properties.append((field.name, property))
            if field.isRequired { required.append(.string(field.name)) }
        }
        var schema: Value = ["type": "object"]
        if !properties.isEmpty { schema["properties"] = .object(Members(properties.sorted { $0.0 < $1.0 })) }
        if !required.isEmpty { schema["required"] = .array(required) }
        if type.preservesUnknown { schema["x-kubernetes-preserve-unknown-fields"] = true }
        if type.isAtomic { schema["x-kubernetes-map-type"] = "atomic" }
        if let kinds = kindsOfType[type.name] { schema["x-kubernetes-group-version-kind"] = .array(kinds.map(Self.value)) }
        return schema
    }

    private mutating func custom(_ kind: ServedKind) -> Value? {
        guard let custom = kind.custom, let metadata = kind.description.type.field("metadata"),
            case .message(let type) = metadata.type
        else { return nil }
        return CustomKindSchema(version: version, metadata: reference(type))
            .schema(custom.statedSchema, kind.description.id, selectableFields: custom.selectableFields)
    }

    static func value(_ id: GroupVersionKind) -> Value {
        ["group": .string(id.group), "kind": .string(id.kind), "version": .string(id.version)]
    }

    private mutating func property(_ field: Field, of type: MessageType) -> Value {
        var schema = self.schema(field.type)
        var extras: [(String, Value)] = []
        if let standing = standingDefault(field, of: type) { extras.append(("default", standing)) }
        if case .list(let list) = field.type {
            extras += Self.listExtras(list)
        } else if field.patch.merges || field.patch.retainsKeys {
            extras += Self.patchExtras(field.patch)
        }
        if field.isGranular { extras.append(("x-kubernetes-map-type", "granular")) }
        if case .map(let map) = field.type, map.isAtomic { extras.append(("x-kubernetes-map-type", "atomic")) }
        if version == .three, schema.contains("$ref") { schema = ["allOf": [schema]] }
        for (name, value) in extras { schema[name] = value }
        return schema
    }

    /// The default that the structure itself implies: the zero of what is always there, and the keys of lists.
    private func standingDefault(_ field: Field, of type: MessageType) -> Value? {
        if let stated = field.defaultValue, keyFields[type.name]?.contains(field.name) == true { return stated }
        guard field.presence == .always, !field.printsNull else { return nil }
        switch field.type {
        case .message(let message): return message.union == nil ? .emptyObject : nil
        case .scalar(.string), .scalar(.bool), .scalar(.int32), .scalar(.int64), .scalar(.double): return ZeroValue.of(field.type)
        default: return nil
        }
    }

    private static func listExtras(_ list: ListType) -> [(String, Value)] {
        var extras: [(String, Value)] = []
        switch list.topology {
        case .atomic: extras.append(("x-kubernetes-list-type", "atomic"))
        case .set: extras.append(("x-kubernetes-list-type", "set"))
        case .map(let keys):
            extras.append(("x-kubernetes-list-map-keys", Value(keys)))
            extras.append(("x-kubernetes-list-type", "map"))
        }
        return extras + patchExtras(list.patch)
    }

    private static func patchExtras(_ patch: PatchStrategy) -> [(String, Value)] {
        var extras: [(String, Value)] = []
        if let key = patch.mergeKey { extras.append(("x-kubernetes-patch-merge-key", .string(key))) }
        let names = (patch.merges ? ["merge"] : []) + (patch.retainsKeys ? ["retainKeys"] : [])
        if !names.isEmpty { extras.append(("x-kubernetes-patch-strategy", .string(names.joined(separator: ",")))) }
        return extras
    }

    private mutating func schema(_ type: FieldType) -> Value {
        switch type {
        case .message(let message): return reference(message)
        case .list(let list): return ["type": "array", "items": schema(list.element)]
        case .map(let map): return ["type": "object", "additionalProperties": schema(map.value)]
        case .any: return ["type": "object"]
        case .scalar(let scalar): return self.scalar(scalar)
        }
    }

    private mutating func scalar(_ type: ScalarType) -> Value {
        switch type {
        case .string: return ["type": "string"]
        case .bool: return ["type": "boolean"]
        case .int32: return ["type": "integer", "format": "int32"]
        case .int64: return ["type": "integer", "format": "int64"]
        case .double: return ["type": "number", "format": "double"]
        case .bytes: return ["type": "string", "format": "byte"]
        case .quantity:
            let either: Value = ["oneOf": [["type": "string"], ["type": "number"]]]
            return leaf("api.resource.Quantity", version == .two ? ["type": "string"] : either)
        case .intOrString:
            let either: Value = ["format": "int-or-string", "oneOf": [["type": "integer"], ["type": "string"]]]
            return leaf("util.intstr.IntOrString", version == .two ? ["type": "string", "format": "int-or-string"] : either)
        case .time: return leaf("apis.meta.v1.Time", ["type": "string", "format": "date-time"])
        case .microTime: return leaf("apis.meta.v1.MicroTime", ["type": "string", "format": "date-time"])
        case .duration: return leaf("apis.meta.v1.Duration", ["type": "string"])
        }
    }

    /// A leaf that has a schema of its own.
    private mutating func leaf(_ name: String, _ schema: Value) -> Value {
        schemas[Self.leafPrefix + name] = schema
        return reference(named: Self.leafPrefix + name)
    }
}
