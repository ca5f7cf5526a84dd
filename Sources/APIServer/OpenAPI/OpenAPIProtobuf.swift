import Objects

/// An OpenAPI v2 document as the protobuf message that older validation in kubectl reads (`openapi.v2.Document`).
///
/// Fields are described by tables, and written in the order of their numbers. What no table names, beyond `x-` extensions, is
/// left out.
enum OpenAPIProtobuf {
    static let contentType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    static let accepted: Set<String> = [contentType, "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"]

    /// How a member of JSON becomes a field.
    private indirect enum Form: Sendable {
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
    private final class Shape: Sendable {
        let fields: @Sendable () -> [(name: String, number: Int, form: Form)]
        let extensions: Int?

        init(extensions: Int? = nil, _ fields: @escaping @Sendable () -> [(name: String, number: Int, form: Form)]) {
            self.fields = fields
            self.extensions = extensions
        }
    }

    // MARK: the document

    private static let document = Shape(extensions: 16) {
        [
            ("swagger", 1, .string), ("info", 2, .message(info)), ("host", 3, .string), ("basePath", 4, .string),
            ("schemes", 5, .each(.string)), ("consumes", 6, .each(.string)), ("produces", 7, .each(.string)),
            ("paths", 8, .named(.message(pathItem), number: 2)), ("definitions", 9, .named(.message(schema), number: 1)),
            ("security", 12, .each(requirement)), ("securityDefinitions", 13, .named(securityDefinition, number: 1)),
        ]
    }

    private static let info = Shape(extensions: 7) {
        [("title", 1, .string), ("version", 2, .string), ("description", 3, .string)]
    }

    private static let requirement: Form = .named(.wrapped(.string), number: 1)

    private static let securityDefinition: Form = .choice { value in
        value["type"].string == "apiKey" ? (2, .message(apiKey)) : value["type"].string == "basic" ? (1, .message(basic)) : nil
    }

    private static let apiKey = Shape(extensions: 5) {
        [("type", 1, .string), ("name", 2, .string), ("in", 3, .string), ("description", 4, .string)]
    }

    private static let basic = Shape(extensions: 3) { [("type", 1, .string), ("description", 2, .string)] }

    // MARK: paths

    private static let pathItem = Shape(extensions: 10) {
        [
            ("$ref", 1, .string), ("get", 2, .message(operation)), ("put", 3, .message(operation)), ("post", 4, .message(operation)),
            ("delete", 5, .message(operation)), ("options", 6, .message(operation)), ("head", 7, .message(operation)),
            ("patch", 8, .message(operation)), ("parameters", 9, .each(parametersItem)),
        ]
    }

    private static let operation = Shape(extensions: 13) {
        [
            ("tags", 1, .each(.string)), ("summary", 2, .string), ("description", 3, .string), ("operationId", 5, .string),
            ("produces", 6, .each(.string)), ("consumes", 7, .each(.string)), ("parameters", 8, .each(parametersItem)),
            ("responses", 9, .named(responseValue, number: 1)), ("schemes", 10, .each(.string)), ("deprecated", 11, .bool),
            ("security", 12, .each(requirement)),
        ]
    }

    private static let reference = Shape { [("$ref", 1, .string), ("description", 2, .string)] }

    private static let parametersItem: Form = .choice { value in
        value.contains("$ref") ? (2, .message(reference)) : (1, parameter)
    }

    private static let parameter: Form = .choice { value in
        value["in"].string == "body" ? (1, .message(bodyParameter)) : (2, nonBodyParameter)
    }

    private static let bodyParameter = Shape(extensions: 6) {
        [
            ("description", 1, .string), ("name", 2, .string), ("in", 3, .string), ("required", 4, .bool),
            ("schema", 5, .message(schema)),
        ]
    }

    private static let nonBodyParameter: Form = .choice { value in
        switch value["in"].string {
        case "header": return (1, .message(plainParameter))
        case "formData": return (2, .message(emptyableParameter))
        case "query": return (3, .message(emptyableParameter))
        case "path": return (4, .message(plainParameter))
        default: return nil
        }
    }

    private static let plainParameter = Shape(extensions: 22) {
        [
            ("required", 1, .bool), ("in", 2, .string), ("description", 3, .string), ("name", 4, .string), ("type", 5, .string),
            ("format", 6, .string), ("collectionFormat", 8, .string), ("default", 9, .any), ("pattern", 16, .string),
            ("uniqueItems", 19, .bool), ("enum", 20, .each(.any)),
        ]
    }

    private static let emptyableParameter = Shape(extensions: 23) {
        [
            ("required", 1, .bool), ("in", 2, .string), ("description", 3, .string), ("name", 4, .string),
            ("allowEmptyValue", 5, .bool), ("type", 6, .string), ("format", 7, .string), ("collectionFormat", 9, .string),
            ("default", 10, .any), ("pattern", 17, .string), ("uniqueItems", 20, .bool), ("enum", 21, .each(.any)),
        ]
    }

    private static let responseValue: Form = .choice { value in
        value.contains("$ref") ? (2, .message(reference)) : (1, .message(response))
    }

    private static let response = Shape(extensions: 5) {
        [("description", 1, .string), ("schema", 2, .choice { _ in (1, .message(schema)) })]
    }

    // MARK: schemas

    private static let schema: Shape = Shape(extensions: 31) {
        [
            ("$ref", 1, .string), ("format", 2, .string), ("title", 3, .string), ("description", 4, .string), ("default", 5, .any),
            ("multipleOf", 6, .double), ("maximum", 7, .double), ("exclusiveMaximum", 8, .bool), ("minimum", 9, .double),
            ("exclusiveMinimum", 10, .bool), ("maxLength", 11, .int), ("minLength", 12, .int), ("pattern", 13, .string),
            ("maxItems", 14, .int), ("minItems", 15, .int), ("uniqueItems", 16, .bool), ("maxProperties", 17, .int),
            ("minProperties", 18, .int), ("required", 19, .each(.string)), ("enum", 20, .each(.any)),
            ("additionalProperties", 21, additionalProperties), ("type", 22, .wrapped(.string)),
            ("items", 23, .wrapped(.message(schema))), ("allOf", 24, .each(.message(schema))),
            ("properties", 25, .named(.message(schema), number: 1)), ("discriminator", 26, .string), ("readOnly", 27, .bool),
            ("example", 30, .any),
        ]
    }

    private static let additionalProperties: Form = .choice { value in
        value.isObject ? (1, .message(schema)) : (2, .bool)
    }

    // MARK: writing

    static func encode(_ value: Value) -> [UInt8] {
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
