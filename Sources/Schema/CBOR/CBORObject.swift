package import Objects

/// Objects as CBOR. What is bytes by its type is written as bytes, and not as the text that JSON makes of them.
package enum CBORObject {
    /// A document with its mark; `type` is nil where no schema says anything.
    package static func encode(_ value: Value, as type: MessageType?) -> [UInt8] {
        var writer = CBORWriter()
        writer.raw(CBORWriter.mark)
        if let type { append(value, .message(type), &writer) } else { writer.value(value) }
        return writer.bytes
    }

    private static func append(_ value: Value, _ type: FieldType, _ writer: inout CBORWriter) {
        switch (type, value) {
        case (.message(let message), .object(let members)) where message.union == nil:
            writer.map(count: members.count)
            for entry in members {
                writer.text(entry.key)
                if let field = message.field(entry.key) { append(entry.value, field.type, &writer) } else { writer.value(entry.value) }
            }
        case (.list(let list), .array(let elements)):
            writer.array(count: elements.count)
            for element in elements { append(element, list.element, &writer) }
        case (.map(let map), .object(let members)):
            writer.map(count: members.count)
            for entry in members {
                writer.text(entry.key)
                append(entry.value, map.value, &writer)
            }
        case (.scalar(.bytes), .string(let text)):
            if case .success(let data) = Base64.decode(text) { writer.data(data) } else { writer.text(text) }
        default: writer.value(value)
        }
    }
}
