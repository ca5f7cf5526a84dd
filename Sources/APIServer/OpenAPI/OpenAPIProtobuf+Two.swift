import Objects

/// The fields of `openapi.v2.Document`.
extension OpenAPIProtobuf {
    static let documentTwo = Shape(extensions: 16) {
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
}
