package import Objects

/// The elements of an array of an object; each becomes a value of the language when it is asked for.
struct AdaptedElements: Sendable {
    let elements: [Value]
    let declared: DeclaredType?

    var count: Int { elements.count }

    subscript(position: Int) -> CELValue {
        elements.indices.contains(position) ? CELValue(adapting: elements[position], as: declared) : .null
    }
}

/// The members of an object that is a map.
struct AdaptedMembers: Sendable {
    let members: Members
    let declared: DeclaredType?

    var count: Int { members.count }
    var keys: [String] { members.keys }
    subscript(key: String) -> CELValue? { members[key].map { CELValue(adapting: $0, as: declared) } }
}

/// An object whose fields are declared.
struct AdaptedObject: CELObject {
    let members: Members
    let declared: DeclaredType

    var typeName: String { declared.name }

    func field(_ name: String) throws(CELError) -> CELValue? {
        guard let field = declared.field(name), let property = PropertyName.unescaped(name), let value = members[property] else { return nil }
        if value.isNull { return nil }
        return CELValue(adapting: value, as: field)
    }

    /// A member by the name that the object has for it, declared or not.
    func member(_ key: String) -> CELValue? { members[key].map { CELValue(adapting: $0) } }

    /// Members that no field declares count too.
    func equals(_ other: AdaptedObject) -> Bool {
        guard typeName == other.typeName, members.count == other.members.count else { return false }
        for entry in members {
            guard let counterpart = other.members[entry.key] else { return false }
            if let field = PropertyName.escaped(entry.key).flatMap({ declared.field($0) }) {
                let mine = CELValue(adapting: entry.value, as: field)
                if !mine.equals(CELValue(adapting: counterpart, as: field)) { return false }
            } else if entry.value != counterpart {
                return false
            }
        }
        return true
    }

    var fields: [(name: String, value: CELValue)] {
        members.compactMap { entry in
            guard let name = PropertyName.escaped(entry.key), let field = declared.field(name), !entry.value.isNull else { return nil }
            return (name, CELValue(adapting: entry.value, as: field))
        }
    }
}

extension CELValue {
    /// A value of the API as the language sees it. Nothing is copied; what is below is adapted when it is read.
    package init(adapting value: Value, as declared: DeclaredType? = nil) {
        switch value {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .int(let number):
            if case .scalar(.double) = declared?.shape { self = .double(Double(number)) } else { self = .int(number) }
        case .double(let number):
            if case .scalar(.int) = declared?.shape, let whole = Int64(exactly: number) { self = .int(whole) } else { self = .double(number) }
        case .string(let text): self = Self.adapted(text, declared)
        case .array(let elements):
            if case .list(let element, let topology) = declared?.shape {
                self = .list(CELList(adapted: AdaptedElements(elements: elements, declared: element), topology: topology))
            } else {
                self = .list(CELList(adapted: AdaptedElements(elements: elements, declared: nil), topology: .atomic))
            }
        case .object(let members):
            switch declared?.shape {
            case .object: self = declared.map { .object(AdaptedObject(members: members, declared: $0)) } ?? .null
            case .map(let value): self = .map(CELMap(adapted: AdaptedMembers(members: members, declared: value)))
            default: self = .map(CELMap(adapted: AdaptedMembers(members: members, declared: nil)))
            }
        }
    }

    /// Text of a declared format is what the format says; text that does not fit the format stays text.
    private static func adapted(_ text: String, _ declared: DeclaredType?) -> CELValue {
        guard case .scalar(let type) = declared?.shape else { return .string(text) }
        switch type {
        case .bytes: return Base64.decode(text).map { .bytes($0) } ?? .string(text)
        case .timestamp: return (CELTimestamp(text) ?? CELTimestamp(text + "T00:00:00Z")).map { .timestamp($0) } ?? .string(text)
        case .duration: return (CELDuration(text) ?? days(text)).map { .duration($0) } ?? .string(text)
        default: return .string(text)
        }
    }

    /// The format knows days and weeks, Go does not.
    private static func days(_ text: String) -> CELDuration? {
        guard let unit = text.last, let count = Int64(text.dropLast()), unit == "d" || unit == "w" else { return nil }
        let hours = count.multipliedReportingOverflow(by: (unit == "d" ? 24 : 168) * 3_600_000_000_000)
        return hours.overflow ? nil : CELDuration(nanoseconds: hours.partialValue)
    }

    /// The value as JSON has it; throws for what JSON cannot say.
    package func json() throws(CELError) -> Value {
        switch self {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .int(let number): return .int(number)
        case .uint(let number): return Int64(exactly: number).map { .int($0) } ?? .double(Double(number))
        case .double(let number): return .double(number)
        case .string(let text): return .string(text)
        case .bytes(let bytes): return .string(Base64.encode(bytes))
        case .timestamp(let time): return .string(time.text)
        case .duration(let duration): return .string(duration.text)
        case .optional(let inner): return try inner?.json() ?? .null
        case .type(let type): return .string(type.name)
        case .list(let list):
            if case .adapted(let adapted) = list.storage { return .array(adapted.elements) }
            var elements: [Value] = []
            for element in list.elements { elements.append(try element.json()) }
            return .array(elements)
        case .map(let map):
            var members = Members()
            for entry in map.entries {
                guard let key = entry.key.string else { throw CELError("unsupported map key type \(entry.key.type.name) in JSON") }
                members[key] = try entry.value.json()
            }
            return .object(members)
        case .object(let object):
            if let adapted = object as? AdaptedObject { return .object(adapted.members) }
            var members = Members()
            for field in object.fields { members[PropertyName.unescaped(field.name) ?? field.name] = try field.value.json() }
            return .object(members)
        case .opaque(let value):
            guard let text = value.text else { throw CELError("unsupported conversion from \(value.typeName) to JSON") }
            return .string(text)
        }
    }
}
