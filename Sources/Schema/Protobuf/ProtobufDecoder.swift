package import Objects

/// Decodes protobuf messages into values that are normalised: what a JSON body of the same content gives.
///
/// Unknown fields are passed over, as the generated Go code does. Nesting is bounded.
package struct ProtobufDecoder {
    package static let maximumDepth = 128

    /// Decodes a message without envelope. Throws `ProtobufError`.
    package static func decode(_ bytes: UnsafeRawBufferPointer, as type: MessageType) throws(ProtobufError) -> Value {
        var decoder = ProtobufDecoder()
        return try decoder.message(WireReader(bytes), type, depth: 0)
    }

    package static func decode(_ bytes: [UInt8], as type: MessageType) throws(ProtobufError) -> Value {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(ProtobufError) -> Value in try decode(buffer, as: type) }
        }
        return try result.get()
    }

    private mutating func message(
        _ reader: WireReader, _ type: MessageType, depth: Int
    ) throws(ProtobufError) -> Value {
        if let union = type.union { return try self.union(reader, type, union, depth: depth) }
        var slots = [Value?](repeating: nil, count: type.fields.count)
        try fill(&slots, of: type, reader, type, depth: depth)
        var entries: [Members.Entry] = []
        entries.reserveCapacity(slots.count)
        for (position, field) in type.fields.enumerated() {
            if let value = printed(slots[position], field) {
                entries.append(Members.Entry(key: field.name, value: value))
            }
        }
        return .object(Members(uniqueEntries: entries))
    }

    /// What JSON has for a field, nil when it has nothing.
    private func printed(_ value: Value?, _ field: Field) -> Value? {
        guard var value else { return field.presence == .always || field.printsNull ? ZeroValue.of(field) : nil }
        if case .map = field.type, case .object(var members) = value {
            members.sortByKey()
            value = .object(members)
        }
        switch field.presence {
        case .optional, .always: return value
        case .omittedWhenEmpty: return value.isEmptyForJSON ? nil : value
        }
    }

    /// Reads the fields of `type` into the slots of `root`, of which it is the whole or an inline part.
    private mutating func fill(
        _ slots: inout [Value?], of root: MessageType, _ reader: WireReader, _ type: MessageType, depth: Int
    ) throws(ProtobufError) {
        guard depth < Self.maximumDepth else { throw ProtobufError(.tooDeep, "exceeded max depth") }
        var reader = reader
        let fields = type.wireFields
        var next = 0
        while !reader.isAtEnd {
            let (number, wire) = try reader.tag()
            // Fields mostly come in order, so the search begins where the last one ended.
            if next >= fields.count || fields[next].number > number { next = 0 }
            while next < fields.count, fields[next].number < number { next += 1 }
            guard next < fields.count, fields[next].number == number else {
                try reader.skip(wire)
                continue
            }
            let field = fields[next]
            if field.isInline, case .message(let inner) = field.type {
                try expect(.delimited, wire, field)
                try fill(&slots, of: root, try reader.delimited(), inner, depth: depth + 1)
                continue
            }
            guard let position = root.position(of: field.name) else {
                try reader.skip(wire)
                continue
            }
            try self.field(&slots[position], field, wire, &reader, depth: depth)
        }
    }

    private func expect(_ expected: WireType, _ wire: WireType, _ field: Field) throws(ProtobufError) {
        if wire != expected {
            throw ProtobufError(.wrongWireType, "proto: wrong wireType = \(wire.rawValue) for field \(field.name)")
        }
    }

    private mutating func field(
        _ slot: inout Value?, _ field: Field, _ wire: WireType, _ reader: inout WireReader, depth: Int
    ) throws(ProtobufError) {
        switch field.type {
        case .list(let list):
            var elements: [Value]
            if case .array(let existing) = slot { elements = existing } else { elements = [] }
            slot = nil
            if list.isWrapped {
                try expect(.delimited, wire, field)
                try wrapped(&elements, list, try reader.delimited(), depth: depth)
            } else {
                try append(&elements, list.element, field, wire, &reader, depth: depth)
            }
            slot = .array(elements)
        case .map(let map):
            try expect(.delimited, wire, field)
            var members: Members
            if case .object(let existing) = slot { members = existing } else { members = Members() }
            slot = nil
            try entry(&members, map, field, try reader.delimited(), depth: depth)
            slot = .object(members)
        default:
            try expect(Self.wireType(field.type), wire, field)
            slot = try single(field.type, &reader, depth: depth)
        }
    }

    private mutating func append(
        _ elements: inout [Value], _ type: FieldType, _ field: Field, _ wire: WireType, _ reader: inout WireReader,
        depth: Int
    ) throws(ProtobufError) {
        let expected = Self.wireType(type)
        if wire == .delimited, expected != .delimited {
            var packed = try reader.delimited()
            while !packed.isAtEnd { elements.append(try single(type, &packed, depth: depth)) }
            return
        }
        try expect(expected, wire, field)
        elements.append(try single(type, &reader, depth: depth))
    }

    private mutating func wrapped(
        _ elements: inout [Value], _ list: ListType, _ reader: WireReader, depth: Int
    ) throws(ProtobufError) {
        let items = Field(name: "items", number: 1, type: .list(list))
        var reader = reader
        while !reader.isAtEnd {
            let (number, wire) = try reader.tag()
            if number == 1 {
                try append(&elements, list.element, items, wire, &reader, depth: depth)
            } else {
                try reader.skip(wire)
            }
        }
    }

    private mutating func entry(
        _ members: inout Members, _ map: MapType, _ field: Field, _ reader: WireReader, depth: Int
    ) throws(ProtobufError) {
        var reader = reader
        var key = ""
        var value: Value?
        while !reader.isAtEnd {
            let (number, wire) = try reader.tag()
            switch number {
            case 1:
                try expect(.delimited, wire, field)
                key = try reader.text()
            case 2:
                if case .list(let list) = map.value {
                    try expect(.delimited, wire, field)
                    var elements: [Value] = []
                    try wrapped(&elements, list, try reader.delimited(), depth: depth)
                    value = .array(elements)
                } else {
                    try expect(Self.wireType(map.value), wire, field)
                    value = try single(map.value, &reader, depth: depth)
                }
            default: try reader.skip(wire)
            }
        }
        // A list is wrapped in a message, and one that is not there is an empty list to Go, not null.
        if value == nil, case .list = map.value { value = .array([]) }
        members[key] = value ?? ZeroValue.ofElement(map.value)
    }

    private static func wireType(_ type: FieldType) -> WireType {
        switch type {
        case .scalar(.bool), .scalar(.int32), .scalar(.int64): return .varint
        case .scalar(.double): return .fixed64
        default: return .delimited
        }
    }

    private mutating func single(
        _ type: FieldType, _ reader: inout WireReader, depth: Int
    ) throws(ProtobufError) -> Value {
        switch type {
        case .message(let type): return try message(try reader.delimited(), type, depth: depth + 1)
        case .any: return try json(try reader.delimited())
        case .scalar(let scalar): return try self.scalar(scalar, &reader)
        case .list, .map: return .null
        }
    }

    private func scalar(_ type: ScalarType, _ reader: inout WireReader) throws(ProtobufError) -> Value {
        switch type {
        case .string: return .string(try reader.text())
        case .bool: return .bool(try reader.varint() != 0)
        case .int32: return .int(Int64(Int32(truncatingIfNeeded: try reader.varint())))
        case .int64: return .int(Int64(bitPattern: try reader.varint()))
        case .double: return try number(Double(bitPattern: try reader.fixed64()))
        case .bytes: return .string(Base64.encode(try reader.delimited().rest))
        case .quantity: return .string(try parts(try reader.delimited()).text[1] ?? "0")
        case .intOrString:
            let found = try parts(try reader.delimited())
            if found.number[1] == 1 { return .string(found.text[3] ?? "") }
            return .int(Int64(Int32(truncatingIfNeeded: found.number[2] ?? 0)))
        case .time, .microTime: return try time(try reader.delimited(), isMicro: type == .microTime)
        case .duration: return .string(GoDuration.text(try parts(try reader.delimited()).number[1] ?? 0))
        }
    }

    private func number(_ value: Double) throws(ProtobufError) -> Value {
        guard value.isFinite else { throw ProtobufError(.outOfRange, "unsupported value: \(value)") }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return .int(whole) }
        return .double(value)
    }

    /// The fields of the small messages that JSON writes as one scalar.
    private func parts(
        _ reader: WireReader
    ) throws(ProtobufError) -> (text: [Int: String], number: [Int: Int64]) {
        var reader = reader
        var text: [Int: String] = [:]
        var numbers: [Int: Int64] = [:]
        while !reader.isAtEnd {
            let (number, wire) = try reader.tag()
            switch wire {
            case .delimited: text[number] = try reader.text()
            case .varint: numbers[number] = Int64(bitPattern: try reader.varint())
            default: try reader.skip(wire)
            }
        }
        return (text, numbers)
    }

    private func time(_ reader: WireReader, isMicro: Bool) throws(ProtobufError) -> Value {
        if reader.isAtEnd { return .null }
        let numbers = try parts(reader).number
        let seconds = numbers[1] ?? 0
        guard WireTime.range.contains(seconds) else { throw ProtobufError(.outOfRange, "time out of range") }
        let nanoseconds = Int32(truncatingIfNeeded: numbers[2] ?? 0)
        return .string(WireTime(seconds: seconds, nanoseconds: nanoseconds).text(isMicro: isMicro))
    }

    /// The JSON inside `RawExtension`, `JSON` and `FieldsV1`.
    private func json(_ reader: WireReader) throws(ProtobufError) -> Value {
        var reader = reader
        var value = Value.null
        while !reader.isAtEnd {
            let (number, wire) = try reader.tag()
            guard number == 1, wire == .delimited else {
                try reader.skip(wire)
                continue
            }
            let raw = try reader.delimited().rest
            if raw.isEmpty { continue }
            do {
                value = try Value(json: raw)
            } catch {
                throw ProtobufError(.badJSON, error.description)
            }
        }
        return value
    }

    private mutating func union(
        _ reader: WireReader, _ type: MessageType, _ union: MessageType.Union, depth: Int
    ) throws(ProtobufError) -> Value {
        guard let schema = type.unionSchema else { return .null }
        var reader = reader
        var flag = false
        var single: Value?
        var elements: [Value] = []
        while !reader.isAtEnd {
            let (number, wire) = try reader.tag()
            switch (union, number, wire) {
            case (.orBool, 1, .varint): flag = try reader.varint() != 0
            case (.orBool, 2, .delimited), (.orArray, 1, .delimited), (.orStrings, 1, .delimited):
                single = try message(try reader.delimited(), schema, depth: depth + 1)
            case (.orArray, 2, .delimited):
                elements.append(try message(try reader.delimited(), schema, depth: depth + 1))
            case (.orStrings, 2, .delimited): elements.append(.string(try reader.text()))
            default: try reader.skip(wire)
            }
        }
        if let single { return single }
        if union == .orBool { return .bool(flag) }
        return elements.isEmpty ? .null : .array(elements)
    }
}
