package import CEL
package import Objects
package import Schema

/// What an admission policy is asked about.
package struct PolicyRequest: Sendable {
    package var operation: String
    /// Kind and resource as the policy sees them; the object is in this version.
    package var kind: GroupVersionKind
    package var resource: GroupVersionResource
    package var subresource: String
    /// Kind and resource as the client asked.
    package var requestKind: GroupVersionKind
    package var requestResource: GroupVersionResource
    package var namespace: String
    package var name: String
    package var object: Value
    package var oldObject: Value
    /// The `UserInfo` of the authentication API.
    package var user: Value
    package var isDryRun: Bool
    package var options: Value
    /// The object of the request's namespace; null for requests of the cluster.
    package var namespaceObject: Value
    package var decide: AuthorizerValue.Decide

    package init(
        operation: String, kind: GroupVersionKind, resource: GroupVersionResource, subresource: String, requestKind: GroupVersionKind,
        requestResource: GroupVersionResource, namespace: String, name: String, object: Value, oldObject: Value, user: Value,
        isDryRun: Bool, options: Value, namespaceObject: Value, decide: @escaping AuthorizerValue.Decide
    ) {
        self.operation = operation
        self.kind = kind
        self.resource = resource
        self.subresource = subresource
        self.requestKind = requestKind
        self.requestResource = requestResource
        self.namespace = namespace
        self.name = name
        self.object = object
        self.oldObject = oldObject
        self.user = user
        self.isDryRun = isDryRun
        self.options = options
        self.namespaceObject = namespaceObject
        self.decide = decide
    }

    /// The `AdmissionRequest` without its objects, as expressions have it.
    package var value: Value {
        func kind(_ id: GroupVersionKind) -> Value {
            ["group": .string(id.group), "version": .string(id.version), "kind": .string(id.kind)]
        }
        var value: Value = [
            "kind": kind(self.kind), "resource": resource.value, "requestKind": kind(requestKind), "requestResource": requestResource.value,
            "name": .string(name), "namespace": .string(namespace), "operation": .string(operation), "userInfo": user,
            "dryRun": .bool(isDryRun), "options": options, "subResource": .string(subresource), "requestSubResource": .string(subresource),
        ]
        for key in ["name", "namespace", "subResource", "requestSubResource"] where value[key] == .string("") { value.remove(key) }
        return value
    }
}

/// A resource in one version.
package struct GroupVersionResource: Sendable, Hashable {
    package let group: String
    package let version: String
    package let resource: String

    package init(group: String, version: String, resource: String) {
        self.group = group
        self.version = version
        self.resource = resource
    }

    package var value: Value { ["group": .string(group), "version": .string(version), "resource": .string(resource)] }
}
