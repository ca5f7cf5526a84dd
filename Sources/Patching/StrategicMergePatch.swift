package import Objects
package import Schema

/// Kubernetes' strategic merge patch: a merge patch that knows, by the schema, how lists merge.
package enum StrategicMergePatch {
    package static func apply(_ patch: Value, to target: Value, type: MessageType) throws(PatchError) -> Value {
        guard case .object = patch else {
            throw PatchError(.malformed, "the patch has to be an object")
        }
        return try merge(patch, target, type) ?? .emptyObject
    }

    private static let directives: Set<String> = ["$patch", "$retainKeys", "$deleteFromPrimitiveList", "$setElementOrder"]

    /// Merges an object; nil when a directive deletes it. `type` is nil where the schema says nothing.
    private static func merge(_ patch: Value, _ target: Value, _ type: MessageType?) throws(PatchError) -> Value? {
        switch patch["$patch"].string {
        case "replace":
            var replaced = patch
            replaced.remove("$patch")
            return replaced
        case "delete": return nil
        case nil, "merge": break
        case let other?: throw PatchError(.malformed, "Wrong patch type: \(other)")
        }
        var result = target.isObject ? target : .emptyObject
        if case .array(let keys) = patch["$retainKeys"] {
            let kept = Set(keys.compactMap(\.string))
            if case .object(var members) = result {
                members.keep { kept.contains($0.key) }
                result = .object(members)
            }
        }
        for entry in patch.members {
            if entry.key == "$patch" || entry.key == "$retainKeys" { continue }
            if entry.key.hasPrefix("$deleteFromPrimitiveList/") {
                let name = String(entry.key.dropFirst("$deleteFromPrimitiveList/".count))
                if case .array(let elements) = result[name] {
                    result[name] = .array(elements.filter { !entry.value.array.contains($0) })
                }
                continue
            }
            if entry.key.hasPrefix("$setElementOrder/") { continue }
            if entry.value.isNull {
                result.remove(entry.key)
                continue
            }
            try mergeField(entry, patch, &result, type?.field(entry.key))
        }
        try order(patch, &result, type)
        return result
    }

    private static func mergeField(
        _ entry: Members.Entry, _ patch: Value, _ result: inout Value, _ field: Field?
    ) throws(PatchError) {
        let key = entry.key
        switch (entry.value, field?.type) {
        case (.object, .message(let type)?):
            if field?.patch.retainsKeys == true, patch[key]["$retainKeys"].isNull {
                result.set(key, try merge(entry.value, result[key], type))
            } else {
                result.set(key, try merge(entry.value, result[key], type))
            }
        case (.object, .map(let map)?):
            if case .message(let type) = map.value {
                result.set(key, try mergeMap(entry.value, result[key], type))
            } else {
                result.set(key, try merge(entry.value, result[key], nil))
            }
        case (.object, _):
            result.set(key, try merge(entry.value, result[key], nil))
        case (.array(let elements), .list(let list)?) where list.patch.merges:
            result[key] = try mergeList(elements, result[key].array, list, patch["$setElementOrder/\(key)"])
        default:
            result[key] = stripped(entry.value)
        }
    }

    private static func mergeMap(_ patch: Value, _ target: Value, _ type: MessageType) throws(PatchError) -> Value {
        var result = target.isObject ? target : .emptyObject
        for entry in patch.members {
            if entry.value.isNull {
                result.remove(entry.key)
            } else {
                result.set(entry.key, try merge(entry.value, result[entry.key], type))
            }
        }
        return result
    }

    /// Directives inside what is stored as it is mean nothing.
    private static func stripped(_ value: Value) -> Value {
        guard case .array(let elements) = value else { return value }
        return .array(elements.filter { !($0.isObject && $0["$patch"].string == "replace" && $0.members.count == 1) })
    }

    private static func mergeList(
        _ patch: [Value], _ target: [Value], _ list: ListType, _ order: Value
    ) throws(PatchError) -> Value {
        guard let key = list.patch.mergeKey else {
            var result = target
            for element in patch where !result.contains(element) { result.append(element) }
            return .array(ordered(result, order.array) { $0 })
        }
        if patch.contains(where: { $0["$patch"].string == "replace" }) {
            return .array(patch.filter { $0["$patch"].string != "replace" })
        }
        let type: MessageType? = if case .message(let type) = list.element { type } else { nil }
        var result = target
        for element in patch {
            guard element.isObject else { throw PatchError(.malformed, "the elements of the list have to be objects") }
            guard element.contains(key) else {
                throw PatchError(.malformed, "map: \(element.jsonString) does not contain declared merge key: \(key)")
            }
            let id = element[key]
            let position = result.firstIndex { $0[key] == id }
            if element["$patch"].string == "delete" {
                result.removeAll { $0[key] == id }
            } else if let position {
                if let merged = try merge(element, result[position], type) { result[position] = merged }
            } else if let merged = try merge(element, .emptyObject, type) {
                result.append(merged)
            }
        }
        return .array(ordered(result, order.array.map { $0[key] }) { $0[key] })
    }

    /// `$setElementOrder` of lists that the patch does not touch otherwise.
    private static func order(_ patch: Value, _ result: inout Value, _ type: MessageType?) throws(PatchError) {
        for entry in patch.members where entry.key.hasPrefix("$setElementOrder/") {
            let name = String(entry.key.dropFirst("$setElementOrder/".count))
            guard patch[name].isNull, case .list(let list)? = type?.field(name)?.type, case .array(let elements) = result[name] else {
                continue
            }
            if let key = list.patch.mergeKey {
                result[name] = .array(ordered(elements, entry.value.array.map { $0[key] }) { $0[key] })
            } else {
                result[name] = .array(ordered(elements, entry.value.array) { $0 })
            }
        }
    }

    /// The elements that the order names in that order; those that it does not name stay behind the element
    /// that they followed.
    private static func ordered(_ elements: [Value], _ order: [Value], id: (Value) -> Value) -> [Value] {
        if order.isEmpty { return elements }
        var rank: [Value: Int] = [:]
        for (index, key) in order.enumerated() { rank[key] = index }
        let named = elements.filter { rank[id($0)] != nil }.sorted { (rank[id($0)] ?? 0) < (rank[id($1)] ?? 0) }
        var result = named
        for (index, element) in elements.enumerated() where rank[id(element)] == nil {
            let before = elements[..<index].last.flatMap { previous in result.firstIndex { id($0) == id(previous) } }
            result.insert(element, at: before.map { $0 + 1 } ?? 0)
        }
        return result
    }
}
