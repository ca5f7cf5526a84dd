package import HTTPServing
package import Objects

/// What a request is about, read from its method and path (`/apis/GROUP/VERSION/namespaces/NS/RESOURCE/NAME/SUB`).
package struct RequestInfo: Sendable, Equatable {
    package var isResourceRequest = false
    package var path = ""
    /// The verb of authorization: get, list, watch, create, update, patch, delete, deletecollection; for
    /// paths that are no resources the lower-cased method.
    package var verb = ""
    package var group = ""
    package var version = ""
    package var namespace = ""
    package var resource = ""
    package var subresource = ""
    package var name = ""
    /// What follows the subresource (`proxy/some/path`).
    package var rest: [String] = []
    /// What a list or a watch selects by; everything when the selector cannot be read.
    package var fields = FieldSelector.everything
    package var labels = LabelSelector.everything
    /// The path named `/watch/` (deprecated form).
    package var isWatchPath = false

    /// Namespaces hold these below `/namespaces/NAME/` without being namespaced resources.
    private static let namespaceSubresources: Set<String> = ["status", "finalize"]

    /// `segments` are the decoded parts of the path; nil when the path cannot be one of the API.
    package init(method: String, path: String, segments: [String], query: QueryParameters) {
        self.path = path
        verb = method.lowercased()
        var parts = segments[...]
        guard let root = parts.popFirst(), root == "api" || root == "apis" else { return }
        if root == "apis" {
            guard let group = parts.popFirst() else { return }
            self.group = group
        }
        guard let version = parts.popFirst(), !parts.isEmpty else { return }
        self.version = version
        isResourceRequest = true
        switch method {
        case "POST": verb = "create"
        case "GET", "HEAD": verb = "get"
        case "PUT": verb = "update"
        case "PATCH": verb = "patch"
        case "DELETE": verb = "delete"
        default: verb = ""
        }
        if parts.first == "watch", parts.count > 1 {
            isWatchPath = true
            parts = parts.dropFirst()
        } else if parts.first == "proxy", parts.count > 1 {
            verb = "proxy"
            parts = parts.dropFirst()
        }
        if parts.first == "namespaces", parts.count > 1 {
            namespace = parts[parts.startIndex + 1]
            if parts.count > 2, !Self.namespaceSubresources.contains(parts[parts.startIndex + 2]) {
                parts = parts.dropFirst(2)
            }
        }
        resource = parts.popFirst() ?? ""
        name = parts.popFirst() ?? ""
        subresource = parts.popFirst() ?? ""
        rest = Array(parts)
        if resource == "namespaces" { namespace = name }
        if name.isEmpty {
            if verb == "get" { verb = isWatchPath || query.flag("watch") ? "watch" : "list" }
            if verb == "delete" { verb = "deletecollection" }
        }
        if verb == "list" || verb == "watch" || verb == "deletecollection" {
            if let text = query["fieldSelector"], let parsed = try? FieldSelector(parsing: text) { fields = parsed }
            if let text = query["labelSelector"], let parsed = try? LabelSelector(parsing: text) { labels = parsed }
        }
        if isWatchPath, verb == "get" || verb == "list" { verb = "watch" }
    }
}

extension RequestInfo {
    /// What is asked and not kept has no columns to be shown in.
    private static let tableless: Set<String> = [
        "selfsubjectaccessreviews", "subjectaccessreviews", "localsubjectaccessreviews", "selfsubjectrulesreviews", "tokenreviews",
        "selfsubjectreviews", "bindings", "pods/binding", "pods/eviction", "serviceaccounts/token",
    ]

    /// Whether answers can be shown as a Table.
    var hasTable: Bool { !Self.tableless.contains(subresource.isEmpty ? resource : resource + "/" + subresource) }
}
