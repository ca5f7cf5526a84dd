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
    package private(set) var message: String
    /// The structure or list that the message shows, between what it says before and after it.
    package private(set) var shown: Value?
    private var label = ""

    package init(kind: Kind, field: String, message: String) {
        self.kind = kind
        self.field = field
        self.message = message
    }

    /// A message that shows a value; scalars are part of the text, structures may still be shown otherwise.
    private init(_ kind: Kind, _ field: String, _ label: String, _ value: Value, _ detail: String) {
        self.init(kind: kind, field: field, message: label + Self.quoted(value) + detail)
        guard value.isObject || value.isArray else { return }
        shown = value
        self.label = label
    }

    /// The same error with another form of the structure that it shows.
    package func showing(_ value: Value) -> FieldError {
        guard let shown, message.hasPrefix(label) else { return self }
        var error = self
        error.message = label + Self.quoted(value) + message.dropFirst(label.count + Self.quoted(shown).count)
        error.shown = value
        return error
    }

    package static func required(_ field: String, _ detail: String = "") -> FieldError {
        FieldError(kind: .required, field: field, message: "Required value" + suffix(detail))
    }

    package static func invalid(_ field: String, _ value: Value, _ detail: String = "") -> FieldError {
        FieldError(.invalid, field, "Invalid value: ", value, suffix(detail))
    }

    /// A message without a value, which would say nothing.
    package static func invalid(_ field: String, withoutValue detail: String) -> FieldError {
        FieldError(kind: .invalid, field: field, message: "Invalid value: " + detail)
    }

    package static func typeInvalid(_ field: String, _ value: Value, _ detail: String = "") -> FieldError {
        FieldError(.typeInvalid, field, "Invalid value: ", value, suffix(detail))
    }

    package static func duplicate(_ field: String, _ value: Value, _ detail: String = "") -> FieldError {
        FieldError(.duplicate, field, "Duplicate value: ", value, suffix(detail))
    }

    package static func notSupported(_ field: String, _ value: Value, _ supported: [String]) -> FieldError {
        let list = supported.isEmpty ? "" : ": supported values: " + supported.map { "\"\($0)\"" }.joined(separator: ", ")
        return FieldError(.notSupported, field, "Unsupported value: ", value, list)
    }

    package static func forbidden(_ field: String, _ detail: String = "") -> FieldError {
        FieldError(kind: .forbidden, field: field, message: "Forbidden" + suffix(detail))
    }

    package static func notFound(_ field: String, _ value: Value, _ detail: String = "") -> FieldError {
        FieldError(.notFound, field, "Not found: ", value, suffix(detail))
    }

    /// `limit` is in bytes.
    package static func tooLong(_ field: String, _ limit: Int) -> FieldError {
        FieldError(kind: .tooLong, field: field, message: "Too long: may not be more than \(limit) bytes")
    }

    package static func tooMany(_ field: String, _ actual: Int, _ limit: Int) -> FieldError {
        FieldError(kind: .tooMany, field: field, message: "Too many: \(actual): must have at most \(limit) item\(limit == 1 ? "" : "s")")
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
