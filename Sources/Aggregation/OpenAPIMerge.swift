package import Objects
package import Schema

/// Puts the OpenAPI v2 documents of aggregated servers into the server's own.
package enum OpenAPIMerge {
    /// `document` with the paths of the group and version out of `other`, and the definitions that these need.
    package static func merge(_ other: Value, of groupVersion: GroupVersion, into document: Value) -> Value {
        let prefix = "/apis/\(groupVersion)/"
        let added = other["paths"].members.filter { $0.key.hasPrefix(prefix) }
        if added.isEmpty { return document }
        var paths = document["paths"].members
        var wanted: Set<String> = []
        for entry in added where paths[entry.key] == nil {
            paths[entry.key] = entry.value
            collectReferences(entry.value, &wanted)
        }
        var definitions = document["definitions"].members
        let source = other["definitions"]
        var pending = Array(wanted)
        while let name = pending.popLast() {
            let definition = source[name]
            if definitions[name] != nil || definition.isNull { continue }
            definitions[name] = definition
            var more: Set<String> = []
            collectReferences(definition, &more)
            pending += more
        }
        // Kinds that nobody refers to are what `explain` looks for.
        for entry in source.members where definitions[entry.key] == nil && isOf(entry.value, groupVersion) {
            definitions[entry.key] = entry.value
        }
        var merged = document
        merged["paths"] = .object(paths)
        merged["definitions"] = .object(definitions)
        return merged
    }

    private static func isOf(_ definition: Value, _ groupVersion: GroupVersion) -> Bool {
        definition["x-kubernetes-group-version-kind"].array.contains {
            $0["group"].string == groupVersion.group && $0["version"].string == groupVersion.version
        }
    }

    private static func collectReferences(_ value: Value, _ names: inout Set<String>) {
        switch value {
        case .object(let members):
            for entry in members {
                if entry.key == "$ref", let text = entry.value.string, text.hasPrefix("#/definitions/") {
                    names.insert(String(text.dropFirst("#/definitions/".count)))
                } else {
                    collectReferences(entry.value, &names)
                }
            }
        case .array(let items): for item in items { collectReferences(item, &names) }
        default: return
        }
    }
}
