package import CEL
package import Objects

/// What the schema of a custom kind (`openAPIV3Schema`) says to expressions: types, and how large values may be.
package enum SchemaDeclaration {
    private static let requestSize = DeclaredType.requestSize

    /// Nil for places that no expression can look into, and where no rule may stand.
    ///
    /// `isResource` is true for the root and for embedded resources, which always have a kind and a name.
    package static func type(of schema: Value, isResource: Bool, name: String = "selfType") -> DeclaredType? {
        let isNullable = schema["nullable"].bool == true
        if schema["x-kubernetes-int-or-string"].bool == true {
            return DeclaredType(.intOrString, maximumSize: requestSize - 2, minimumBytes: 1, isNullable: isNullable)
        }
        switch schema["type"].string {
        case "array": return list(schema, name, isNullable)
        case "object":
            if schema["additionalProperties"].isObject, !isResource { return map(schema, name, isNullable) }
            return object(schema, isResource, name, isNullable)
        case "string": return text(schema, isNullable)
        case "boolean": return DeclaredType(.scalar(.bool), minimumBytes: 4, isNullable: isNullable)
        case "number": return DeclaredType(.scalar(.double), minimumBytes: 1, isNullable: isNullable)
        case "integer": return DeclaredType(.scalar(.int), minimumBytes: 1, isNullable: isNullable)
        default: return isResource ? object(schema, isResource, name, isNullable) : nil
        }
    }

    private static func size(_ value: Value) -> UInt64? { value.int.map { UInt64(clamping: max($0, 0)) } }

    private static func list(_ schema: Value, _ name: String, _ isNullable: Bool) -> DeclaredType? {
        let items = schema["items"]
        guard items.isObject,
            let element = type(of: items, isResource: items["x-kubernetes-embedded-resource"].bool == true, name: name + ".@idx")
        else { return nil }
        let topology: DeclaredType.Topology
        switch schema["x-kubernetes-list-type"].string {
        case "set": topology = .set
        case "map": topology = .map(keys: schema["x-kubernetes-list-map-keys"].strings)
        default: topology = .atomic
        }
        let most = size(schema["maxItems"]) ?? (requestSize - 2) / (element.minimumBytes + 1)
        return DeclaredType(.list(element, topology), maximumSize: most, minimumBytes: 2, isNullable: isNullable)
    }

    private static func map(_ schema: Value, _ name: String, _ isNullable: Bool) -> DeclaredType? {
        let values = schema["additionalProperties"]
        guard let value = type(of: values, isResource: values["x-kubernetes-embedded-resource"].bool == true, name: name + ".@elem")
        else { return nil }
        let most = size(schema["maxProperties"]) ?? (requestSize - 2) / (value.minimumBytes + 6)
        return DeclaredType(.map(value), maximumSize: most, minimumBytes: 2, isNullable: isNullable)
    }

    private static func object(_ schema: Value, _ isResource: Bool, _ name: String, _ isNullable: Bool) -> DeclaredType {
        var fields: [String: DeclaredType] = [:]
        var bytes: UInt64 = 2
        let required = Set(schema["required"].strings)
        for entry in schema["properties"].members {
            let property = entry.value
            let isEmbedded = property["x-kubernetes-embedded-resource"].bool == true
            guard let field = type(of: property, isResource: isEmbedded, name: name + "." + entry.key) else { continue }
            fields[entry.key] = field
            if required.contains(entry.key), !property.contains("default") {
                bytes += UInt64(entry.key.utf8.count) + field.minimumBytes + 4
            }
        }
        if isResource {
            fields["apiVersion"] = resourceText
            fields["kind"] = resourceText
            fields["metadata"] = DeclaredType(object: name + ".metadata", fields: ["name": resourceText, "generateName": resourceText])
        }
        return DeclaredType(object: name, fields: fields, minimumBytes: bytes, isNullable: isNullable)
    }

    private static let resourceText = DeclaredType(.scalar(.string), maximumSize: requestSize - 2, minimumBytes: 2)

    private static func text(_ schema: Value, _ isNullable: Bool) -> DeclaredType {
        func scalar(_ type: CELType, _ most: UInt64, _ least: UInt64) -> DeclaredType {
            DeclaredType(.scalar(type), maximumSize: most, minimumBytes: least, isNullable: isNullable)
        }
        let stated = size(schema["maxLength"])
        switch schema["format"].string {
        case "byte": return scalar(.bytes, stated ?? requestSize - 2, 2)
        case "duration": return scalar(.duration, 32, 3)
        case "date": return scalar(.timestamp, 12, 12)
        case "date-time": return scalar(.timestamp, 33, 21)
        default: break
        }
        // A character has up to four bytes.
        if let stated { return scalar(.string, stated * 4, 2) }
        let allowed = schema["enum"].array.compactMap { $0.string?.utf8.count }
        return scalar(.string, allowed.max().map { UInt64($0) } ?? requestSize - 2, 2)
    }
}
