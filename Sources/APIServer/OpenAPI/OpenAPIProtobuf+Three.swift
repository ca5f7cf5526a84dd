import Objects

/// The fields of `openapi.v3.Document`.
extension OpenAPIProtobuf {
    static let documentThree = Shape(extensions: 9) {
        [
            ("openapi", 1, .string), ("info", 2, .message(info)), ("paths", 4, .named(.message(pathItem), number: 1)),
            ("components", 5, .message(components)), ("security", 6, .each(.named(.wrapped(.string), number: 1))),
        ]
    }

    private static let info = Shape(extensions: 7) {
        [("title", 1, .string), ("description", 2, .string), ("version", 6, .string)]
    }

    private static let components = Shape(extensions: 10) {
        [
            ("schemas", 1, .named(schemaOrReference, number: 1)),
            ("securitySchemes", 7, .named(.choice { _ in (1, .message(securityScheme)) }, number: 1)),
        ]
    }

    private static let securityScheme = Shape(extensions: 9) {
        [("type", 1, .string), ("description", 2, .string), ("name", 3, .string), ("in", 4, .string), ("scheme", 5, .string)]
    }

    private static let reference = Shape { [("$ref", 1, .string), ("summary", 2, .string), ("description", 3, .string)] }

    // MARK: paths

    private static let pathItem = Shape(extensions: 14) {
        [
            ("$ref", 1, .string), ("summary", 2, .string), ("description", 3, .string), ("get", 4, .message(operation)),
            ("put", 5, .message(operation)), ("post", 6, .message(operation)), ("delete", 7, .message(operation)),
            ("options", 8, .message(operation)), ("head", 9, .message(operation)), ("patch", 10, .message(operation)),
            ("parameters", 13, .each(parameterOrReference)),
        ]
    }

    private static let operation = Shape(extensions: 13) {
        [
            ("tags", 1, .each(.string)), ("summary", 2, .string), ("description", 3, .string), ("operationId", 5, .string),
            ("parameters", 6, .each(parameterOrReference)), ("requestBody", 7, .choice { _ in (1, .message(requestBody)) }),
            ("responses", 8, .named(responseOrReference, number: 2)), ("deprecated", 10, .bool),
        ]
    }

    private static let parameterOrReference: Form = .choice { value in
        value.contains("$ref") ? (2, .message(reference)) : (1, .message(parameter))
    }

    private static let parameter = Shape(extensions: 14) {
        [
            ("name", 1, .string), ("in", 2, .string), ("description", 3, .string), ("required", 4, .bool), ("deprecated", 5, .bool),
            ("allowEmptyValue", 6, .bool), ("style", 7, .string), ("explode", 8, .bool), ("schema", 10, schemaOrReference),
        ]
    }

    private static let content: Form = .named(.message(mediaType), number: 1)

    private static let mediaType = Shape(extensions: 5) { [("schema", 1, schemaOrReference), ("example", 2, .any)] }

    private static let requestBody = Shape(extensions: 4) { [("description", 1, .string), ("content", 2, content), ("required", 3, .bool)] }

    private static let responseOrReference: Form = .choice { value in
        value.contains("$ref") ? (2, .message(reference)) : (1, .message(response))
    }

    private static let response = Shape(extensions: 5) { [("description", 1, .string), ("content", 3, content)] }

    // MARK: schemas

    private static let schemaOrReference: Form = .choice { value in
        value.contains("$ref") ? (2, .message(reference)) : (1, .message(schema))
    }

    private static let schema: Shape = Shape(extensions: 36) {
        [
            ("nullable", 1, .bool), ("readOnly", 3, .bool), ("writeOnly", 4, .bool), ("example", 7, .any), ("deprecated", 8, .bool),
            ("title", 9, .string), ("multipleOf", 10, .double), ("maximum", 11, .double), ("exclusiveMaximum", 12, .bool),
            ("minimum", 13, .double), ("exclusiveMinimum", 14, .bool), ("maxLength", 15, .int), ("minLength", 16, .int),
            ("pattern", 17, .string), ("maxItems", 18, .int), ("minItems", 19, .int), ("uniqueItems", 20, .bool),
            ("maxProperties", 21, .int), ("minProperties", 22, .int), ("required", 23, .each(.string)), ("enum", 24, .each(.any)),
            ("type", 25, .string), ("allOf", 26, .each(schemaOrReference)), ("oneOf", 27, .each(schemaOrReference)),
            ("anyOf", 28, .each(schemaOrReference)), ("not", 29, .message(schema)), ("items", 30, .wrapped(schemaOrReference)),
            ("properties", 31, .named(schemaOrReference, number: 1)), ("additionalProperties", 32, additionalProperties),
            ("default", 33, standing), ("description", 34, .string), ("format", 35, .string),
        ]
    }

    private static let additionalProperties: Form = .choice { value in
        value.isObject ? (1, schemaOrReference) : (2, .bool)
    }

    /// Only scalars have a place in the message; a default that is an object is told of without its contents.
    private static let standing: Form = .choice { value in
        switch value {
        case .int, .double: return (1, .double)
        case .bool: return (2, .bool)
        case .string: return (3, .string)
        default: return nil
        }
    }
}
