import Objects

/// Leaves secrets out of what is logged, whatever the policy says: a log is read by more people than a Secret.
enum Redaction {
    private static let mark: Value = "(not logged)"

    static func withoutSecrets(_ value: Value, resource: String, _ subresource: String) -> Value {
        guard resource == "secrets" || resource == "tokenreviews" || subresource == "token" else { return value }
        var value = value
        if case .array(let items) = value["items"] {
            value["items"] = .array(items.map { withoutSecrets($0, resource: resource, subresource) })
            return value
        }
        if case .array(let operations) = value {
            // A JSON patch.
            return .array(operations.map { operation in
                var operation = operation
                if operation.contains("value") { operation["value"] = mark }
                return operation
            })
        }
        for key in ["data", "stringData"] where value[key].isObject {
            value[key] = .object(Members(value[key].members.map { ($0.key, mark) }))
        }
        // Holds the whole object in clients' own words.
        let applied = "kubectl.kubernetes.io/last-applied-configuration"
        if value["metadata"]["annotations"].contains(applied) { value["metadata"]["annotations"][applied] = mark }
        for part in ["spec", "status"] where value[part].contains("token") { value[part]["token"] = mark }
        return value
    }
}
