import Objects

/// OpenAPI documents as protobuf messages: `openapi.v2.Document`, which older validation in kubectl reads, and `openapi.v3.Document`.
///
/// Fields are described by tables, and written in the order of their numbers. What no table names, beyond `x-` extensions, is
/// left out.
enum OpenAPIProtobuf {
    /// A version's media types: as it is given, and all under which it is asked for.
    struct MediaTypes: Sendable {
        let contentType: String
        let accepted: Set<String>

        init(_ version: String) {
            contentType = "application/com.github.proto-openapi.spec.\(version).v1.0+protobuf"
            accepted = [contentType, "application/com.github.proto-openapi.spec.\(version)@v1.0+protobuf"]
        }
    }

    static let two = MediaTypes("v2")
    static let three = MediaTypes("v3")

    /// How a member of JSON becomes a field.
    indirect enum Form: Sendable {
        case string
        case bool
        case int
        case double
        /// `Any`, which holds YAML; JSON is that.
        case any
        case message(Shape)
        /// One field for each element.
        case each(Form)
        /// A message with nothing but `repeated Named… = number`, for objects whose member names are data.
        case named(Form, number: Int)
        /// A message with one repeated field, for what may be one value or several.
        case wrapped(Form)
        /// A message that is one of several.
        case choice(@Sendable (Value) -> (number: Int, form: Form)?)
    }

    /// The fields of a message.
    final class Shape: Sendable {
        let fields: @Sendable () -> [(name: String, number: Int, form: Form)]
        let extensions: Int?

        init(extensions: Int? = nil, _ fields: @escaping @Sendable () -> [(name: String, number: Int, form: Form)]) {
            self.fields = fields
            self.extensions = extensions
        }
    }

    // MARK: writing

    static func encodeTwo(_ value: Value) -> [UInt8] { encode(value, documentTwo) }

    static func encodeThree(_ value: Value) -> [UInt8] { encode(value, documentThree) }

    private static func encode(_ value: Value, _ document: Shape) -> [UInt8] {
        var bytes: [UInt8] = []
        append(value, document, to: &bytes)
        return bytes
    }

    private static func append(_ value: Value, _ shape: Shape, to bytes: inout [UInt8]) {
        for (name, number, form) in shape.fields() where value.contains(name) { append(value[name], form, number, to: &bytes) }
        guard let number = shape.extensions else { return }
        for entry in value.members where entry.key.hasPrefix("x-") {
            append(named: entry.key, entry.value, .any, number, to: &bytes)
        }
    }

    private static func append(_ value: Value, _ form: Form, _ number: Int, to bytes: inout [UInt8]) {
        switch form {
        case .string: if let text = value.string { appendBytes(Array(text.utf8), number, to: &bytes) }
        case .bool: appendVarint(value.bool == true ? 1 : 0, number, to: &bytes)
        case .int: appendVarint(UInt64(bitPattern: value.int ?? 0), number, to: &bytes)
        case .double:
            appendTag(number, 1, to: &bytes)
            let bits = (value.double ?? 0).bitPattern
            for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
        case .any:
            var inner: [UInt8] = []
            appendBytes(value.json, 2, to: &inner)
            appendBytes(inner, number, to: &bytes)
        case .message(let shape):
            var inner: [UInt8] = []
            append(value, shape, to: &inner)
            appendBytes(inner, number, to: &bytes)
        case .each(let form): for element in value.array { append(element, form, number, to: &bytes) }
        case .wrapped(let form):
            var inner: [UInt8] = []
            for element in value.isArray ? value.array : [value] { append(element, form, 1, to: &inner) }
            appendBytes(inner, number, to: &bytes)
        case .named(let form, let field):
            var inner: [UInt8] = []
            for entry in value.members where !entry.key.hasPrefix("x-") { append(named: entry.key, entry.value, form, field, to: &inner) }
            appendBytes(inner, number, to: &bytes)
        case .choice(let choose):
            var inner: [UInt8] = []
            if let (field, form) = choose(value) { append(value, form, field, to: &inner) }
            appendBytes(inner, number, to: &bytes)
        }
    }

    private static func append(named name: String, _ value: Value, _ form: Form, _ number: Int, to bytes: inout [UInt8]) {
        var entry: [UInt8] = []
        appendBytes(Array(name.utf8), 1, to: &entry)
        append(value, form, 2, to: &entry)
        appendBytes(entry, number, to: &bytes)
    }

    private static func appendTag(_ number: Int, _ type: UInt64, to bytes: inout [UInt8]) {
        appendNumber(UInt64(number) << 3 | type, to: &bytes)
    }

    private static func appendVarint(_ value: UInt64, _ number: Int, to bytes: inout [UInt8]) {
        appendTag(number, 0, to: &bytes)
        appendNumber(value, to: &bytes)
    }

    private static func appendBytes(_ content: [UInt8], _ number: Int, to bytes: inout [UInt8]) {
        appendTag(number, 2, to: &bytes)
        appendNumber(UInt64(content.count), to: &bytes)
        bytes += content
    }

    private static func appendNumber(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
