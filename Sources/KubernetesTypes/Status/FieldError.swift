package import Objects

/// One thing that is wrong with one field: a cause of an `Invalid` answer.
package struct FieldError: Sendable, Hashable {
    /// The `reason` of the cause.
    package enum Kind: String, Sendable, Hashable {
        case required = "FieldValueRequired"
        case invalid = "FieldValueInvalid"
        case typeInvalid = "FieldValueTypeInvalid"
        case duplicate = "FieldValueDuplicate"
        case notSupported = "FieldValueNotSupported"
        case forbidden = "FieldValueForbidden"
        case notFound = "FieldValueNotFound"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
        case tooShort = "FieldValueTooShort"
        case tooFew = "FieldValueTooFew"
        case internalError = "InternalError"
    }

    package let kind: Kind
    /// The path, such as `spec.containers[0].name`.
    package let field: String
    package let message: String

    package init(kind: Kind, field: String, message: String) {
        self.kind = kind
        self.field = field
        self.message = message
    }

    package static func required(_ field: String, _ detail: String = "") -> FieldError {
        FieldError(kind: .required, field: field, message: "Required value" + suffix(detail))
    }

    package static func invalid(_ field: String, _ value: Value, _ detail: String = "") -> FieldError {
        FieldError(kind: .invalid, field: field, message: "Invalid value: " + quoted(value) + suffix(detail))
    }

    package static func typeInvalid(_ field: String, _ value: Value, _ detail: String = "") -> FieldError {
        FieldError(kind: .typeInvalid, field: field, message: "Invalid value: " + quoted(value) + suffix(detail))
    }

    package static func duplicate(_ field: String, _ value: Value) -> FieldError {
        FieldError(kind: .duplicate, field: field, message: "Duplicate value: " + quoted(value))
    }

    package static func notSupported(_ field: String, _ value: Value, _ supported: [String]) -> FieldError {
        let list = supported.isEmpty ? "" : ": supported values: " + supported.map { "\"\($0)\"" }.joined(separator: ", ")
        return FieldError(kind: .notSupported, field: field, message: "Unsupported value: " + quoted(value) + list)
    }

    package static func forbidden(_ field: String, _ detail: String = "") -> FieldError {
        FieldError(kind: .forbidden, field: field, message: "Forbidden" + suffix(detail))
    }

    package static func notFound(_ field: String, _ value: Value) -> FieldError {
        FieldError(kind: .notFound, field: field, message: "Not found: " + quoted(value))
    }

    /// `limit` is in bytes.
    package static func tooLong(_ field: String, _ limit: Int) -> FieldError {
        FieldError(kind: .tooLong, field: field, message: "Too long: may not be more than \(limit) bytes")
    }

    package static func tooMany(_ field: String, _ actual: Int, _ limit: Int) -> FieldError {
        FieldError(kind: .tooMany, field: field, message: "Too many: \(actual): must have at most \(limit) items")
    }

    private static func suffix(_ detail: String) -> String { detail.isEmpty ? "" : ": " + detail }

    /// A value as Kubernetes shows it in a message.
    private static func quoted(_ value: Value) -> String { value.isNull ? "null" : value.jsonString }

    /// The `StatusCause` of the API.
    package var cause: Value {
        field.isEmpty
            ? ["reason": .string(kind.rawValue), "message": .string(message)]
            : ["reason": .string(kind.rawValue), "message": .string(message), "field": .string(field)]
    }

    /// `field: message`, as it stands in the message of the whole.
    package var text: String { field + ": " + message }
}
