package import Objects

/// Encodes values as Kubernetes' generated protobuf code does, byte for byte.
///
/// Fields stand in the order of their numbers. What is a pointer in Go is written when it is set; everything
/// else is written always, zero or not. Maps are written in the byte order of their keys. Values that do not
/// fit their type (the value was not normalised) are written as zero.
package struct ProtobufEncoder {
    private var writer: WireWriter

    /// The message's bytes, without envelope.
    package static func encode(_ value: Value, as type: MessageType) -> [UInt8] {
        var encoder = ProtobufEncoder(writer: WireWriter(capacity: 1024))
        encoder.message(value, type)
        return encoder.writer.bytes
    }

    /// Writes the body of a message.
    private mutating func message(_ value: Value, _ type: MessageType) {
        if let union = type.union { return self.union(value, type, union) }
        for field in type.wireFields.reversed() {
            if field.isInline, case .message(let inner) = field.type {
                let before = writer.count
                message(value, inner)
                writer.close(field.number, before)
                continue
            }
            self.field(value[field.name], field)
        }
    }

    private mutating func field(_ value: Value, _ field: Field) {
        switch field.type {
        case .list(let list):
            if list.isWrapped {
                guard case .array(let elements) = value else { return }
                let before = writer.count
                self.elements(elements, 1, list.element)
                writer.close(field.number, before)
            } else {
                elements(value.array, field.number, list.element)
            }
        case .map(let map): self.map(value.members, field.number, map.value)
        case .scalar(.bytes):
            guard case .string(let text) = value else { return }
            writer.field(field.number, Self.bytes(text))
        case .scalar, .message, .any:
            if field.presence == .optional, value.isNull { return }
            single(value, field.number, field.type)
        }
    }

    private mutating func elements(_ elements: [Value], _ number: Int, _ type: FieldType) {
        for element in elements.reversed() { single(element, number, type) }
    }

    private mutating func map(_ members: Members, _ number: Int, _ type: FieldType) {
        for entry in members.entries.sorted(by: { ByteOrder.precedes($1.key, $0.key) }) {
            let before = writer.count
            if case .list(let list) = type {
                let inner = writer.count
                elements(entry.value.array, 1, list.element)
                writer.close(2, inner)
            } else {
                single(entry.value, 2, type)
            }
            writer.field(1, entry.key)
            writer.close(number, before)
        }
    }

    /// One field that is not repeated, with its tag.
    private mutating func single(_ value: Value, _ number: Int, _ type: FieldType) {
        switch type {
        case .message(let type):
            let before = writer.count
            message(value, type)
            writer.close(number, before)
        case .any:
            let before = writer.count
            if !value.isNull { writer.field(1, value.json) }
            writer.close(number, before)
        case .scalar(let scalar): self.scalar(value, number, scalar)
        case .list(let list): elements(value.array, number, list.element)
        case .map(let map): self.map(value.members, number, map.value)
        }
    }

    private mutating func scalar(_ value: Value, _ number: Int, _ type: ScalarType) {
        switch type {
        case .string: writer.field(number, value.string ?? "")
        case .bool: writer.field(number, varint: value.bool == true ? 1 : 0)
        case .int32, .int64: writer.field(number, varint: value.int ?? 0)
        case .double: writer.field(number, fixed64: (value.double ?? 0).bitPattern)
        case .bytes: writer.field(number, Self.bytes(value.string ?? ""))
        case .quantity:
            let before = writer.count
            writer.field(1, value.string ?? "0")
            writer.close(number, before)
        case .intOrString:
            let before = writer.count
            writer.field(3, value.string ?? "")
            writer.field(2, varint: value.int ?? 0)
            writer.field(1, varint: value.string == nil ? 0 : 1)
            writer.close(number, before)
        case .time, .microTime: time(value, number, isMicro: type == .microTime)
        case .duration:
            let before = writer.count
            writer.field(1, varint: GoDuration.nanoseconds(value.string ?? "") ?? 0)
            writer.close(number, before)
        }
    }

    private mutating func time(_ value: Value, _ number: Int, isMicro: Bool) {
        let before = writer.count
        if let text = value.string, let time = try? WireTime(parsing: text, isMicro: isMicro) {
            writer.field(2, varint: Int64(time.nanoseconds))
            writer.field(1, varint: time.seconds)
        }
        writer.close(number, before)
    }

    private static func bytes(_ text: String) -> [UInt8] {
        if case .success(let bytes) = Base64.decode(text) { return bytes }
        return []
    }

    /// Fields by name: the schema is `schema`, the other member depends on the union.
    private mutating func union(_ value: Value, _ type: MessageType, _ union: MessageType.Union) {
        guard let schema = type.unionSchema else { return }
        switch (union, value) {
        case (.orArray, .array(let elements)): self.elements(elements, 2, .message(schema))
        case (.orStrings, .array(let elements)): self.elements(elements, 2, .scalar(.string))
        case (.orArray, .object), (.orStrings, .object): single(value, 1, .message(schema))
        case (.orBool, .object):
            single(value, 2, .message(schema))
            writer.field(1, varint: 1)
        case (.orBool, _): writer.field(1, varint: value.bool == true ? 1 : 0)
        default: break
        }
    }
}
