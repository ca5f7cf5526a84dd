package import Objects
package import Schema

/// Kubernetes' strategic merge patch: a merge patch that knows, by the schema, how lists merge.
package enum StrategicMergePatch {
    package static func apply(_ patch: Value, to target: Value, type: MessageType) throws(PatchError) -> Value {
        if patch.isNull { return target }
        guard case .object = patch else {
            throw PatchError(.malformed, "json: cannot unmarshal \(jsonType(patch)) into Go value of type map[string]interface {}")
        }
        return try merge(patch, target, type) ?? .emptyObject
    }

    private static func jsonType(_ value: Value) -> String {
        switch value {
        case .array: return "array"
        case .string: return "string"
        case .bool: return "bool"
        case .int, .double: return "number"
        default: return "null"
        }
    }

    private static let order = "$setElementOrder/"
    private static let deletion = "$deleteFromPrimitiveList/"

    // MARK: objects

    /// Merges an object; nil when a directive deletes it. `type` is nil where the schema says nothing.
    private static func merge(_ patch: Value, _ target: Value, _ type: MessageType?) throws(PatchError) -> Value? {
        switch patch["$patch"] {
        case .string("replace"):
            var replaced = patch
            replaced.remove("$patch")
            return replaced
        case .string("delete"): return .emptyObject
        case .null, .string("merge"): break
        default: throw PatchError(.inapplicable, "unknown patch type: \(patch["$patch"].string ?? patch["$patch"].jsonString) in map: \(patch.goText)")
        }
        var result = target.isObject ? target : .emptyObject
        try retainKeys(patch, &result)
        for entry in patch.members {
            if entry.key == "$patch" || entry.key == "$retainKeys" || entry.key.hasPrefix(order) { continue }
            if entry.key.hasPrefix(deletion) {
                try delete(entry.value, from: String(entry.key.dropFirst(deletion.count)), patch, &result, type)
                continue
            }
            if entry.value.isNull {
                result.remove(entry.key)
            } else {
                try mergeMember(entry, patch, &result, type?.field(entry.key)?.type)
            }
        }
        try reorder(patch, &result, type)
        return result
    }

    /// Drops what `$retainKeys` does not name.
    private static func retainKeys(_ patch: Value, _ result: inout Value) throws(PatchError) {
        guard patch.contains("$retainKeys") else { return }
        guard case .array(let keys) = patch["$retainKeys"] else { throw PatchError(.malformed, "invalid patch format of retainKeys") }
        let kept = Set(keys.compactMap(\.string))
        for entry in patch.members where !entry.key.hasPrefix("$") && !entry.value.isNull && !kept.contains(entry.key) {
            throw PatchError(.malformed, "invalid patch format of retainKeys")
        }
        if case .object(var members) = result {
            members.keep { kept.contains($0.key) }
            result = .object(members)
        }
    }

    /// `$deleteFromPrimitiveList/NAME`, followed by what the patch adds to the same list.
    private static func delete(
        _ values: Value, from name: String, _ patch: Value, _ result: inout Value, _ type: MessageType?
    ) throws(PatchError) {
        guard case .array(let gone) = values else { throw PatchError(.malformed, "invalid patch format of primitive list") }
        guard case .array(let elements) = result[name] else { return }
        result[name] = .array(elements.filter { !gone.contains($0) })
    }

    private static func mergeMember(
        _ entry: Members.Entry, _ patch: Value, _ result: inout Value, _ type: FieldType?
    ) throws(PatchError) {
        let key = entry.key
        let current = result[key]
        switch entry.value {
        case .object:
            guard current.isObject else {
                result[key] = withoutDirectives(entry.value)
                return
            }
            switch type {
            case .message(let message)?: result.set(key, try merge(entry.value, current, message))
            case .map(let map)?: result.set(key, try mergeMap(entry.value, current, map))
            default: result.set(key, try merge(entry.value, current, nil))
            }
        case .array(let elements):
            guard case .array(let old) = current, case .list(let list)? = type, list.patch.merges else {
                result[key] = entry.value
                return
            }
            result[key] = try mergeList(elements, old, list, patch["\(order)\(key)"])
        default: result[key] = entry.value
        }
    }

    private static func mergeMap(_ patch: Value, _ target: Value, _ map: MapType) throws(PatchError) -> Value? {
        let isSpecial = patch.members.contains { $0.key.hasPrefix("$") }
        guard case .message(let type) = map.value, !isSpecial else { return try merge(patch, target, nil) }
        var result = target
        for entry in patch.members {
            if entry.value.isNull {
                result.remove(entry.key)
            } else {
                result.set(entry.key, try merge(entry.value, result[entry.key], type))
            }
        }
        return result
    }

    /// What is put where nothing was, without directives, which have nothing to act on.
    private static func withoutDirectives(_ value: Value) -> Value {
        switch value {
        case .object(let members):
            if members["$patch"] == .string("delete") { return .emptyObject }
            var kept: [(String, Value)] = []
            for entry in members where !isDirective(entry.key) { kept.append((entry.key, withoutDirectives(entry.value))) }
            return .object(Members(kept))
        default: return value
        }
    }

    private static func isDirective(_ key: String) -> Bool {
        key == "$patch" || key == "$retainKeys" || key.hasPrefix(order) || key.hasPrefix(deletion)
    }

    // MARK: lists

    private static func mergeList(
        _ patch: [Value], _ target: [Value], _ list: ListType, _ order: Value
    ) throws(PatchError) -> Value {
        guard let key = list.patch.mergeKey else {
            var result = target
            for element in patch where !result.contains(element) { result.append(element) }
            return .array(try ordered(result, live: target, patch, order) { $0 })
        }
        guard patch.allSatisfy(\.isObject) else { throw PatchError(.inapplicable, "list element types are not identical") }
        if patch.contains(where: { $0["$patch"] == .string("replace") }) {
            return .array(patch.filter { $0["$patch"].isNull })
        }
        let type: MessageType? = if case .message(let type) = list.element { type } else { nil }
        var result = target
        var live = target
        // Deletions come first, wherever they stand in the patch, and what they delete has no place any more.
        for element in patch.filter({ $0.contains("$patch") }) + patch.filter({ !$0.contains("$patch") }) {
            guard element.contains(key) else {
                throw PatchError(.inapplicable, "map: \(element.goText) does not contain declared merge key: \(key)")
            }
            let id = element[key]
            switch element["$patch"] {
            case .null: break
            case .string("delete"):
                result.removeAll { $0[key] == id }
                live = result
                continue
            case .string("merge"): throw PatchError(.inapplicable, "merging lists cannot yet be specified in the patch")
            default:
                throw PatchError(.inapplicable, "unknown patch type: \(element["$patch"].string ?? "") in map: \(element.goText)")
            }
            if let position = result.firstIndex(where: { $0[key] == id }) {
                if let merged = try merge(element, result[position], type) { result[position] = merged }
            } else {
                result.append(element)
            }
        }
        let named = patch.filter { $0["$patch"].isNull }
        return .array(try ordered(result, live: live, named, order) { $0[key] })
    }

    /// `$setElementOrder` of lists that the patch does not touch otherwise.
    private static func reorder(_ patch: Value, _ result: inout Value, _ type: MessageType?) throws(PatchError) {
        for entry in patch.members where entry.key.hasPrefix(order) {
            guard entry.value.isArray else { throw PatchError(.inapplicable, "expected a []interface {}, but received a \(entry.value.goTypeName)") }
            let name = String(entry.key.dropFirst(order.count))
            guard patch[name].isNull, case .list(let list)? = type?.field(name)?.type, case .array(let elements) = result[name] else {
                continue
            }
            if let key = list.patch.mergeKey {
                result[name] = .array(try ordered(elements, live: elements, [], entry.value) { $0[key] })
            } else {
                result[name] = .array(try ordered(elements, live: elements, [], entry.value) { $0 })
            }
        }
    }

    /// The elements in the order that `order` names, or else the patch. Those that neither names (the server's
    /// own) keep their place as far as it goes. What the patch names has to come in the order that is stated.
    private static func ordered(
        _ elements: [Value], live: [Value], _ patch: [Value], _ order: Value, id: (Value) -> Value
    ) throws(PatchError) -> [Value] {
        if !order.isNull, !order.isArray { throw PatchError(.inapplicable, "expected a []interface {}, but received a \(order.goTypeName)") }
        var rank: [Value: Int] = [:]
        for (index, name) in (order.isNull ? patch : order.array).enumerated() where rank[id(name)] == nil { rank[id(name)] = index }
        var last = -1
        for element in order.isNull ? [] : patch {
            guard let position = rank[id(element)], position > last else {
                throw PatchError(
                    .inapplicable,
                    "The order in patch list:\n\(Value.array(patch).goText)\n doesn't match $setElementOrder list:\n\(order.goText)\n")
            }
            last = position
        }
        let named = elements.filter { rank[id($0)] != nil }.sorted { (rank[id($0)] ?? 0) < (rank[id($1)] ?? 0) }
        return interleave(named, elements, live, rank, id: id)
    }

    /// Puts the unnamed elements among the named ones: each before the named element that it stood before; what
    /// is new comes before them.
    private static func interleave(
        _ named: [Value], _ elements: [Value], _ live: [Value], _ rank: [Value: Int], id: (Value) -> Value
    ) -> [Value] {
        let place = Dictionary(live.enumerated().map { (id($0.element), $0.offset) }, uniquingKeysWith: { first, _ in first })
        let unnamed = elements.filter { rank[id($0)] == nil }
        var result: [Value] = []
        var (one, other) = (0, 0)
        while one < named.count || other < unnamed.count {
            if one == named.count {
                result.append(unnamed[other])
                other += 1
            } else if other == unnamed.count {
                result.append(named[one])
                one += 1
            } else if let left = place[id(unnamed[other])], let right = place[id(named[one])], left < right {
                result.append(unnamed[other])
                other += 1
            } else {
                result.append(named[one])
                one += 1
            }
        }
        return result
    }
}
