package import Objects
package import Schema

/// A failure as the API tells it: what becomes, or came as, a `Status` object.
package struct StatusError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The HTTP status code.
    package let code: Int
    /// The machine-readable reason, such as `NotFound`; may be empty.
    package let reason: String
    package let message: String
    /// `details` of the Status; null when there are none.
    package let details: Value
    /// By which a list that cannot go on as it was may go on otherwise; empty for other failures.
    package var continuation = ""

    package init(code: Int, reason: String, message: String, details: Value = .null) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    /// From a `Status` that a server sent; `code` is used when the Status names none.
    package init(status: Value, code: Int) {
        self.init(
            code: status["code"].int.map(Int.init) ?? code, reason: status["reason"].string ?? "",
            message: status["message"].string ?? "the server answered with status \(code)", details: status["details"])
        continuation = status["metadata"]["continue"].string ?? ""
    }

    package var description: String { message }

    package var isNotFound: Bool { code == 404 }
    package var isConflict: Bool { reason == "Conflict" }
    package var isAlreadyExists: Bool { reason == "AlreadyExists" }
    package var isGone: Bool { code == 410 }

    /// `details.retryAfterSeconds`.
    package var retryAfterSeconds: Int64? { details["retryAfterSeconds"].int }

    /// The Status object.
    package var status: Value {
        var status: Value = [
            "kind": "Status", "apiVersion": "v1", "metadata": .emptyObject, "status": "Failure", "message": .string(message),
        ]
        if !continuation.isEmpty { status["metadata"]["continue"] = .string(continuation) }
        if !reason.isEmpty { status["reason"] = .string(reason) }
        if !details.isNull { status["details"] = details }
        status["code"] = .int(Int64(code))
        return status
    }
}

extension StatusError {
    private static func details(_ resource: GroupResource, _ name: String) -> Value {
        var details = Value.emptyObject
        if !name.isEmpty { details["name"] = .string(name) }
        if !resource.group.isEmpty { details["group"] = .string(resource.group) }
        details["kind"] = .string(resource.resource)
        return details
    }

    package static func notFound(_ resource: GroupResource, _ name: String) -> StatusError {
        StatusError(
            code: 404, reason: "NotFound", message: "\(resource) \"\(name)\" not found", details: details(resource, name))
    }

    /// No such path.
    package static var unknownPath: StatusError {
        StatusError(
            code: 404, reason: "NotFound", message: "the server could not find the requested resource", details: .emptyObject)
    }

    package static func alreadyExists(_ resource: GroupResource, _ name: String) -> StatusError {
        StatusError(
            code: 409, reason: "AlreadyExists", message: "\(resource) \"\(name)\" already exists",
            details: details(resource, name))
    }

    /// An object of that name is there, but goes.
    package static func stillExists(_ resource: GroupResource, _ name: String) -> StatusError {
        StatusError(
            code: 409, reason: "AlreadyExists", message: "object is being deleted: \(resource) \"\(name)\" already exists",
            details: details(resource, name))
    }

    package static func conflict(_ resource: GroupResource, _ name: String, _ why: String) -> StatusError {
        StatusError(
            code: 409, reason: "Conflict", message: "Operation cannot be fulfilled on \(resource) \"\(name)\": \(why)",
            details: details(resource, name))
    }

    /// The conflict of a compare-and-swap that lost.
    package static func modified(_ resource: GroupResource, _ name: String) -> StatusError {
        conflict(
            resource, name, "the object has been modified; please apply your changes to the latest version and try again")
    }

    package static func invalid(_ kind: GroupVersionKind, _ name: String, _ errors: [FieldError]) -> StatusError {
        var details = Value.emptyObject
        if !name.isEmpty { details["name"] = .string(name) }
        if !kind.group.isEmpty { details["group"] = .string(kind.group) }
        if !kind.kind.isEmpty { details["kind"] = .string(kind.kind) }
        if !errors.isEmpty { details["causes"] = .array(errors.map(\.cause)) }
        var texts: [String] = []
        for error in errors where !texts.contains(error.text) { texts.append(error.text) }
        let all = texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
        let kindText = kind.group.isEmpty ? kind.kind : "\(kind.kind).\(kind.group)"
        return StatusError(
            code: 422, reason: "Invalid", message: "\(kindText) \"\(name)\" is invalid" + (errors.isEmpty ? "" : ": \(all)"),
            details: details)
    }

    package static func forbidden(_ resource: GroupResource, _ name: String, _ why: String) -> StatusError {
        let quotedName = name.isEmpty ? "" : " \"\(name)\""
        return StatusError(
            code: 403, reason: "Forbidden",
            message: resource.resource.isEmpty ? "forbidden: \(why)" : "\(resource)\(quotedName) is forbidden: \(why)",
            details: resource.resource.isEmpty ? .emptyObject : details(resource, name))
    }

    package static func badRequest(_ message: String) -> StatusError {
        StatusError(code: 400, reason: "BadRequest", message: message)
    }

    package static var unauthorized: StatusError {
        StatusError(code: 401, reason: "Unauthorized", message: "Unauthorized")
    }

    package static var methodNotAllowed: StatusError {
        StatusError(
            code: 405, reason: "MethodNotAllowed", message: "the server does not allow this method on the requested resource",
            details: .emptyObject)
    }

    package static func notAcceptable(_ supported: [String]) -> StatusError {
        StatusError(
            code: 406, reason: "NotAcceptable",
            message: "only the following media types are accepted: \(supported.joined(separator: ", "))")
    }

    package static func unsupportedMediaType(_ message: String) -> StatusError {
        StatusError(code: 415, reason: "UnsupportedMediaType", message: message)
    }

    package static func internalError(_ message: String) -> StatusError {
        StatusError(
            code: 500, reason: "InternalError", message: "Internal error occurred: \(message)",
            details: ["causes": [["message": .string(message)]]])
    }

    /// An error for which Kubernetes has no reason: some mistakes of clients are answered so, because they come from a
    /// library of upstream's that knows no status.
    package static func unexpected(_ message: String) -> StatusError { StatusError(code: 500, reason: "", message: message) }

    package static func expired(_ message: String) -> StatusError {
        StatusError(code: 410, reason: "Expired", message: message)
    }

    package static func tooManyRequests(_ message: String, retryAfterSeconds: Int64) -> StatusError {
        StatusError(
            code: 429, reason: "TooManyRequests", message: message, details: ["retryAfterSeconds": .int(retryAfterSeconds)])
    }

    package static func tooLarge(_ message: String) -> StatusError {
        StatusError(code: 413, reason: "RequestEntityTooLarge", message: message)
    }

    package static func unavailable(_ message: String) -> StatusError {
        StatusError(code: 503, reason: "ServiceUnavailable", message: message)
    }

    package static func timeout(_ message: String, retryAfterSeconds: Int64 = 1) -> StatusError {
        StatusError(code: 504, reason: "Timeout", message: "Timeout: \(message)", details: ["retryAfterSeconds": .int(retryAfterSeconds)])
    }
}
