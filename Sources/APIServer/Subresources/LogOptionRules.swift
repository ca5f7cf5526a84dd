import HTTPServing
import KubernetesTypes
import Objects
import Schema

/// The checks of `PodLogOptions`, which come as parameters.
enum LogOptionRules {
    static func check(_ request: ServerRequest) throws(StatusError) {
        let query = request.query
        func number(_ name: String) throws(StatusError) -> Int64? {
            guard let text = query[name], !text.isEmpty else { return nil }
            guard let number = Int64(text) else { throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax") }
            return number
        }
        var errors: [FieldError] = []
        let tail = try number("tailLines"), limit = try number("limitBytes"), since = try number("sinceSeconds")
        if let text = query["sinceTime"], !text.isEmpty, Timestamp(text) == nil {
            throw .badRequest("parsing time \"\(text)\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\(text)\" as \"2006\"")
        }
        if let tail, tail < 0 { errors.append(.invalid("tailLines", .int(tail), "must be greater than or equal to 0")) }
        if let limit, limit < 1 { errors.append(.invalid("limitBytes", .int(limit), "must be greater than 0")) }
        if since != nil, !(query["sinceTime"] ?? "").isEmpty {
            errors.append(.forbidden("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified"))
        } else if let since, since < 1 {
            errors.append(.invalid("sinceSeconds", .int(since), "must be greater than 0"))
        }
        if let stream = query["stream"], !stream.isEmpty { errors.append(.forbidden("stream", "may not be specified")) }
        if !errors.isEmpty {
            throw .invalid(GroupVersionKind(group: "", version: "v1", kind: "PodLogOptions"), request.info.name, errors)
        }
    }
}
