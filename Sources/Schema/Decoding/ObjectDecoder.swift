package import Objects

/// Brings a value from outside into the form in which Kubernetes would print it, against its schema.
///
/// One walk checks types as Go's decoder does, drops unknown members and nulls, removes what `omitempty`
/// leaves out, adds what is always printed, and puts members into the order of the schema and keys of maps
/// into byte order.
package struct ObjectDecoder {
    /// The paths of members that no field names, in the order in which they were met.
    package private(set) var unknownFields: [String] = []

    private var trail = FieldTrail()
    private let canonicalQuantity: (@Sendable (String) -> String?)?

    /// - Parameter canonicalQuantity: gives a quantity's canonical text, nil when it is none. Without it
    ///   quantities stay as they were written.
    package init(canonicalQuantity: (@Sendable (String) -> String?)? = nil) {
        self.canonicalQuantity = canonicalQuantity
    }

    /// Normalises `value` and returns the paths of unknown fields. Throws `ObjectDecodingError`.
    @discardableResult
    package static func normalise(
        _ value: inout Value, as type: MessageType, canonicalQuantity: (@Sendable (String) -> String?)? = nil
    ) throws(ObjectDecodingError) -> [String] {
        var decoder = ObjectDecoder(canonicalQuantity: canonicalQuantity)
        value = try decoder.message(value, type)
        return decoder.unknownFields
    }

    /// Normalises one object; unknown fields add up over several.
    package mutating func normalise(_ value: inout Value, as type: MessageType) throws(ObjectDecodingError) {
        value = try message(value, type)
    }

    // MARK: Messages

    private mutating func message(_ value: Value, _ type: MessageType) throws(ObjectDecodingError) -> Value {
        if let union = type.union { return try self.union(value, type, union) }
        switch value {
        case .object(let members): return try object(members, type)
        case .null: return ZeroValue.of(type)
        default: throw wrongType(value, .message(type))
        }
    }

    private mutating func object(_ members: Members, _ type: MessageType) throws(ObjectDecodingError) -> Value {
        var found: [(position: Int, value: Value)] = []
        found.reserveCapacity(members.count)
        var kept: [Members.Entry] = []
        var isSorted = true
        for entry in members.entries {
            guard let position = type.position(of: entry.key) else {
                if type.preservesUnknown {
                    kept.append(entry)
                } else {
                    unknownFields.append(trail.path(to: entry.key))
                }
                continue
            }
            if case .null = entry.value { continue }
            let field = type.fields[position]
            trail.push(.field(type, position))
            let value = try self.value(entry.value, field.type)
            trail.pop()
            // The zero of a time is no time.
            if case .null = value, field.presence != .optional { continue }
            if !isPrinted(value, field) { continue }
            if let last = found.last, last.position > position { isSorted = false }
            found.append((position, value))
        }
        if !isSorted { found.sort { $0.position < $1.position } }
        return .object(Members(uniqueEntries: merge(found, type) + kept))
    }

    /// Whether a value that is there is printed; those that are not printed may still be printed as zero.
    private func isPrinted(_ value: Value, _ field: Field) -> Bool {
        switch field.presence {
        case .optional: return true
        case .omittedWhenEmpty:
            if case .any = field.type { return !value.isNull }
            return !value.isEmptyForJSON
        case .always:
            // Null and absent lists print as null; an empty one is stated until `EmptyLists` clears it.
            if case .list = field.type { return !value.isNull }
            return true
        }
    }

    /// The members in the order of the schema, with the fields that are always printed.
    private func merge(_ found: [(position: Int, value: Value)], _ type: MessageType) -> [Members.Entry] {
        let always = type.alwaysPositions
        var entries: [Members.Entry] = []
        entries.reserveCapacity(found.count + always.count)
        var next = 0
        let fields = type.fields
        for (position, value) in found {
            while next < always.count, always[next] < position {
                let field = fields[always[next]]
                entries.append(Members.Entry(key: field.name, value: ZeroValue.of(field)))
                next += 1
            }
            if next < always.count, always[next] == position { next += 1 }
            entries.append(Members.Entry(key: fields[position].name, value: value))
        }
        while next < always.count {
            let field = fields[always[next]]
            entries.append(Members.Entry(key: field.name, value: ZeroValue.of(field)))
            next += 1
        }
        return entries
    }

    private mutating func union(
        _ value: Value, _ type: MessageType, _ union: MessageType.Union
    ) throws(ObjectDecodingError) -> Value {
        guard let schema = type.unionSchema else { return value }
        switch (union, value) {
        case (_, .object(let members)): return try object(members, schema)
        case (.orArray, .array), (.orStrings, .array):
            let element: FieldType = union == .orArray ? .message(schema) : .scalar(.string)
            return try list(value, ListType(element: element))
        case (.orBool, .bool), (_, .null): return value
        default: throw wrongType(value, .message(type))
        }
    }

    // MARK: Fields

    private mutating func value(_ value: Value, _ type: FieldType) throws(ObjectDecodingError) -> Value {
        switch type {
        case .scalar(let scalar): return try self.scalar(value, scalar)
        case .message(let message): return try self.message(value, message)
        case .list(let type): return try list(value, type)
        case .map(let type): return try map(value, type)
        case .any: return value
        }
    }

    private mutating func list(_ value: Value, _ type: ListType) throws(ObjectDecodingError) -> Value {
        guard case .array(let elements) = value else { throw wrongType(value, .list(type)) }
        var result: [Value] = []
        result.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            trail.push(.index(index))
            result.append(try self.element(element, type.element))
            trail.pop()
        }
        return .array(result)
    }

    private mutating func map(_ value: Value, _ type: MapType) throws(ObjectDecodingError) -> Value {
        guard case .object(let members) = value else { throw wrongType(value, .map(type)) }
        var entries: [Members.Entry] = []
        entries.reserveCapacity(members.count)
        var isSorted = true
        for entry in members.entries {
            trail.push(.key(entry.key))
            let value = try element(entry.value, type.value)
            trail.pop()
            if let last = entries.last, ByteOrder.precedes(entry.key, last.key) { isSorted = false }
            entries.append(Members.Entry(key: entry.key, value: value))
        }
        if !isSorted { entries.sort { ByteOrder.precedes($0.key, $1.key) } }
        return .object(Members(uniqueEntries: entries))
    }

    private mutating func element(_ value: Value, _ type: FieldType) throws(ObjectDecodingError) -> Value {
        if case .null = value { return ZeroValue.ofElement(type) }
        return try self.value(value, type)
    }

    private func scalar(_ value: Value, _ type: ScalarType) throws(ObjectDecodingError) -> Value {
        switch (type, value) {
        case (.string, .string), (.bool, .bool), (.int64, .int), (.double, .int), (.double, .double),
            (.duration, .string), (.intOrString, .string):
            return value
        case (.int32, .int(let number)), (.intOrString, .int(let number)):
            guard Int32(exactly: number) != nil else { throw outOfRange(value, .int32) }
            return value
        case (.int32, .double), (.int64, .double), (.intOrString, .double):
            throw outOfRange(value, type == .int64 ? .int64 : .int32)
        case (.bytes, .string(let text)): return .string(try base64(text))
        case (.quantity, .string(let text)): return .string(try quantity(text))
        case (.quantity, .int), (.quantity, .double): return .string(try quantity(value.jsonString))
        case (.quantity, _): throw Self.badQuantity("")
        case (.time, .string("0001-01-01T00:00:00Z")): return .null
        case (.time, .string(let text)): return .string(try WireTime(parsing: text, isMicro: false).text(isMicro: false))
        case (.microTime, .string(let text)): return .string(try WireTime(parsing: text, isMicro: true).text(isMicro: true))
        case (.intOrString, _): throw wrongType(value, .scalar(.int32))
        case (.time, _), (.microTime, _), (.duration, _): throw wrongType(value, .scalar(.string))
        default: throw wrongType(value, .scalar(type))
        }
    }

    private func base64(_ text: String) throws(ObjectDecodingError) -> String {
        switch Base64.decode(text) {
        case .success(let bytes):
            // Line breaks are skipped in reading and never written.
            return text.utf8.contains { $0 == 0x0a || $0 == 0x0d } ? Base64.encode(bytes) : text
        case .failure(let problem):
            throw ObjectDecodingError(
                code: .badBase64, description: "illegal base64 data at input byte \(problem.offset)")
        }
    }

    private func quantity(_ text: String) throws(ObjectDecodingError) -> String {
        guard let canonicalQuantity else { return text }
        guard let canonical = canonicalQuantity(text) else { throw Self.badQuantity(text) }
        return canonical
    }

    /// A number with a suffix that looks like one but is none, or no number at all.
    private static func badQuantity(_ text: String) -> ObjectDecodingError {
        var rest = text.utf8[...]
        func skip(_ characters: String) { rest = rest.drop { byte in characters.utf8.contains(byte) } }
        if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
        // Two signs are a number without digits whose suffix is the rest.
        let isNumber = rest.first.map { "0123456789+-".utf8.contains($0) } ?? false
        skip("0123456789")
        if rest.first == UInt8(ascii: ".") { rest = rest.dropFirst() }
        skip("0123456789")
        skip("eEinumkKMGTP")
        if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
        skip("0123456789")
        return ObjectDecodingError(
            code: .badQuantity,
            description: isNumber && rest.isEmpty
                ? "unable to parse quantity's suffix"
                : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
    }

    private func wrongType(_ value: Value, _ type: FieldType) -> ObjectDecodingError {
        ObjectDecodingError(
            code: .wrongType,
            description: "json: cannot unmarshal \(GoName.kind(of: value)) into Go \(trail.goPlace) of type \(GoName.of(type))")
    }

    private func outOfRange(_ value: Value, _ type: ScalarType) -> ObjectDecodingError {
        ObjectDecodingError(
            code: .outOfRange,
            description: "json: cannot unmarshal number \(GoName.number(value)) into Go \(trail.goPlace) of type \(type.rawValue)")
    }
}
