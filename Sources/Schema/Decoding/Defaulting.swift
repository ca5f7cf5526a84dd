package import Objects

extension ObjectDecoder {
    /// Adds the defaults that the schema states, one walk over what may have some. `value` must be normalised.
    ///
    /// A pointer gets its default when it is absent, any other field also when it is zero. Defaults that
    /// depend on other fields are not the schema's.
    package static func applyDefaults(_ value: inout Value, as type: MessageType) {
        guard type.mayDefault, type.union == nil, case .object(let members) = value else { return }
        if let changed = defaulted(members, type) { value = .object(changed) }
    }

    /// The members with defaults; nil when nothing changes.
    private static func defaulted(_ members: Members, _ type: MessageType) -> Members? {
        var changes: [(position: Int, value: Value)] = []
        for position in type.defaultPositions {
            let field = type.fields[position]
            var value = members[field.name] ?? .null
            var isChanged = false
            if let defaultValue = field.defaultValue, needsDefault(value, field) {
                value = defaultValue
                isChanged = true
            }
            if let below = defaulted(value, field.type) {
                value = below
                isChanged = true
            }
            if isChanged { changes.append((position, value)) }
        }
        return changes.isEmpty ? nil : merge(members, changes, type)
    }

    private static func needsDefault(_ value: Value, _ field: Field) -> Bool {
        field.presence == .optional ? value.isNull : value.isEmptyForJSON
    }

    private static func defaulted(_ value: Value, _ type: FieldType) -> Value? {
        switch (type, value) {
        case (.message(let message), .object(let members)):
            guard message.mayDefault, message.union == nil else { return nil }
            return defaulted(members, message).map(Value.object)
        case (.list(let list), .array(let elements)):
            var result = elements
            var isChanged = false
            for index in elements.indices {
                guard let changed = defaulted(elements[index], list.element) else { continue }
                result[index] = changed
                isChanged = true
            }
            return isChanged ? .array(result) : nil
        case (.map(let map), .object(var members)):
            var isChanged = false
            members.mapValues { _, value in
                guard let changed = defaulted(value, map.value) else { return }
                value = changed
                isChanged = true
            }
            return isChanged ? .object(members) : nil
        default: return nil
        }
    }

    /// Replaces or inserts `changes` (ascending) so that the order of the schema stays.
    private static func merge(
        _ members: Members, _ changes: [(position: Int, value: Value)], _ type: MessageType
    ) -> Members {
        var entries: [Members.Entry] = []
        entries.reserveCapacity(members.count + changes.count)
        var next = 0
        func appendChange() {
            let change = changes[next]
            entries.append(Members.Entry(key: type.fields[change.position].name, value: change.value))
            next += 1
        }
        for entry in members.entries {
            let position = type.position(of: entry.key) ?? Int.max
            while next < changes.count, changes[next].position < position { appendChange() }
            if next < changes.count, changes[next].position == position {
                appendChange()
            } else {
                entries.append(entry)
            }
        }
        while next < changes.count { appendChange() }
        return Members(uniqueEntries: entries)
    }
}
