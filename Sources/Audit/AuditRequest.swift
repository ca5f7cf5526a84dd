package import Objects

/// What a policy decides by and an event begins with: who asks for what.
package struct AuditRequest: Sendable {
    package struct Resource: Sendable {
        package var group: String
        package var version: String
        package var resource: String
        package var subresource: String
        package var namespace: String
        package var name: String

        package init(group: String, version: String, resource: String, subresource: String, namespace: String, name: String) {
            self.group = group
            self.version = version
            self.resource = resource
            self.subresource = subresource
            self.namespace = namespace
            self.name = name
        }
    }

    package var verb: String
    /// With the query, as sent.
    package var uri: String
    package var user: Value
    /// Nil for paths that are no resources.
    package var resource: Resource?
    package var sourceAddresses: [String]
    package var userAgent: String

    package init(verb: String, uri: String, user: Value, resource: Resource?, sourceAddresses: [String], userAgent: String) {
        self.verb = verb
        self.uri = uri
        self.user = user
        self.resource = resource
        self.sourceAddresses = sourceAddresses
        self.userAgent = userAgent
    }

    var path: String { String(uri.prefix { $0 != "?" }) }
}
