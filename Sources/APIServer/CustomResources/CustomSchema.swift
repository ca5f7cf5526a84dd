import KubernetesTypes
import Objects
import Schema

/// What one version of a custom kind does to the objects that clients send: takes away what its schema does not
/// know, adds defaults, and checks what is left.
struct CustomSchema: Sendable {
    let schema: StructuralSchema
    private let metadata: MessageType?

    init(_ schema: StructuralSchema, catalogue: KindCatalogue) {
        self.schema = schema
        metadata = catalogue.message(named: Self.metadataName)
    }

    static let metadataName = "k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta"

    // MARK: pruning

    /// Removes unknown members and gives their paths; normalises metadata. Throws what Go's decoder says.
    func prune(_ value: inout Value) throws(ObjectDecodingError) -> [String] {
        var unknown: [String] = []
        if let metadata, value["metadata"].isObject {
            var normal = value["metadata"]
            unknown += try ObjectDecoder.normalise(&normal, as: metadata).map { "metadata.\($0)" }
            if normal["creationTimestamp"].isNull { normal.remove("creationTimestamp") }
            value["metadata"] = normal
        }
        guard case .object(let members) = value else { return unknown }
        value = .object(Self.pruned(members, schema, "", isResource: true, &unknown))
        if schema.hasEmbedded { value = try pruneEmbedded(value, schema, "", &unknown) }
        return unknown.sorted()
    }

    /// Holds the metadata of objects within the object to its schema.
    private func pruneEmbedded(
        _ value: Value, _ schema: StructuralSchema, _ path: String, _ unknown: inout [String]
    ) throws(ObjectDecodingError) -> Value {
        guard schema.hasEmbedded else { return value }
        switch value {
        case .object(let members):
            var result = members
            for entry in members {
                let below = path.isEmpty ? entry.key : path + "." + entry.key
                if schema.isEmbedded, entry.key == "metadata", let metadata, entry.value.isObject {
                    result[entry.key] = try embeddedMetadata(entry.value, metadata, below, &unknown)
                } else if let property = schema.properties[entry.key] ?? schema.additional {
                    result[entry.key] = try pruneEmbedded(entry.value, property, below, &unknown)
                }
            }
            return .object(result)
        case .array(let elements):
            guard let items = schema.items else { return value }
            var result: [Value] = []
            for (index, element) in elements.enumerated() {
                result.append(try pruneEmbedded(element, items, "\(path)[\(index)]", &unknown))
            }
            return .array(result)
        default: return value
        }
    }

    private func embeddedMetadata(
        _ value: Value, _ type: MessageType, _ path: String, _ unknown: inout [String]
    ) throws(ObjectDecodingError) -> Value {
        var normal = value
        do throws(ObjectDecodingError) {
            unknown += try ObjectDecoder.normalise(&normal, as: type).map { "\(path).\($0)" }
        } catch {
            throw error.of(value, at: path)
        }
        if normal["creationTimestamp"].isNull { normal.remove("creationTimestamp") }
        return normal
    }

    /// A value that stands alone, such as a default, without what its schema does not know.
    static func pruned(_ value: Value, _ schema: StructuralSchema, isResource: Bool, _ unknown: inout [String]) -> Value {
        guard isResource, case .object(let members) = value else { return pruned(value, schema, "", &unknown) }
        return .object(pruned(members, schema, "", isResource: true, &unknown))
    }

    private static let typeMembers: Set<String> = ["apiVersion", "kind", "metadata"]

    private static func pruned(
        _ members: Members, _ schema: StructuralSchema, _ path: String, isResource: Bool, _ unknown: inout [String]
    ) -> Members {
        var kept: [Members.Entry] = []
        kept.reserveCapacity(members.count)
        for entry in members {
            let below = path.isEmpty ? entry.key : path + "." + entry.key
            if isResource, typeMembers.contains(entry.key) {
                kept.append(entry)
            } else if let property = schema.properties[entry.key] ?? schema.additional {
                // Null is absence where the schema takes no null, and what is absent gets its default.
                if entry.value.isNull, !property.isNullable, !property.type.isEmpty { continue }
                kept.append(Members.Entry(key: entry.key, value: pruned(entry.value, property, below, &unknown)))
            } else if schema.preservesUnknown {
                kept.append(entry)
            } else {
                unknown.append(below)
            }
        }
        return Members(uniqueEntries: kept)
    }

    private static func pruned(_ value: Value, _ schema: StructuralSchema, _ path: String, _ unknown: inout [String]) -> Value {
        switch value {
        case .object(let members):
            if schema.preservesUnknown, schema.properties.isEmpty, schema.additional == nil { return value }
            return .object(pruned(members, schema, path, isResource: schema.isEmbedded, &unknown))
        case .array(let elements):
            guard let items = schema.items else { return value }
            return .array(elements.enumerated().map { pruned($0.element, items, "\(path)[\($0.offset)]", &unknown) })
        default: return value
        }
    }

    // MARK: defaults

    func applyDefaults(_ value: inout Value) {
        if schema.hasDefaults { value = Self.defaulted(value, schema) }
    }

    private static func defaulted(_ value: Value, _ schema: StructuralSchema) -> Value {
        guard schema.hasDefaults else { return value }
        switch value {
        case .object(var members):
            for (name, property) in schema.properties where property.hasDefaults {
                // A null counts as absent where the schema takes none.
                if let standing = property.defaultValue, members[name] == nil || members[name] == .null && !property.isNullable {
                    members[name] = standing
                }
                if let member = members[name] { members[name] = defaulted(member, property) }
            }
            if let additional = schema.additional, additional.hasDefaults {
                members.mapValues { key, member in
                    if schema.properties[key] == nil { member = defaulted(member, additional) }
                }
            }
            return .object(members)
        case .array(let elements):
            guard let items = schema.items else { return value }
            return .array(elements.map { defaulted($0, items) })
        default: return value
        }
    }
}
