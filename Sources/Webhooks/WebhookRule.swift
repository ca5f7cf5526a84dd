package import Objects

/// The resource that a request is about, as rules compare it.
package struct WebhookResource: Sendable, Hashable {
    package var group: String
    package var version: String
    package var resource: String
    package var subresource: String

    package init(group: String, version: String, resource: String, subresource: String = "") {
        self.group = group
        self.version = version
        self.resource = resource
        self.subresource = subresource
    }

    /// As reviews name it.
    var value: Value { ["group": .string(group), "version": .string(version), "resource": .string(resource)] }
}

/// Which requests a webhook, or a policy, is for.
package struct WebhookRule: Sendable, Hashable {
    private let operations: [String]
    private let groups: [String]
    private let versions: [String]
    private let resources: [(name: String, subresource: String)]
    private let scope: String

    package init(_ rule: Value) {
        operations = rule["operations"].strings
        groups = rule["apiGroups"].strings
        versions = rule["apiVersions"].strings
        scope = rule["scope"].string ?? "*"
        resources = rule["resources"].strings.map { text in
            let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts.first ?? ""), parts.count > 1 ? String(parts[1]) : "")
        }
    }

    package static func == (left: WebhookRule, right: WebhookRule) -> Bool {
        left.operations == right.operations && left.groups == right.groups && left.versions == right.versions
            && left.scope == right.scope && left.resources.elementsEqual(right.resources, by: ==)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(operations)
        hasher.combine(groups)
        hasher.combine(versions)
        hasher.combine(scope)
    }

    /// `namespace` is empty for objects of the cluster; of a namespace itself it is its name.
    package func matches(operation: String, _ target: WebhookResource, namespace: String) -> Bool {
        matches(operations, operation) && matches(groups, target.group) && matches(versions, target.version)
            && matchesScope(target, namespace) && resources.contains { matches($0, target) }
    }

    private func matches(_ list: [String], _ wanted: String) -> Bool { list.contains("*") || list.contains(wanted) }

    private func matches(_ stated: (name: String, subresource: String), _ target: WebhookResource) -> Bool {
        if stated.name == "*", stated.subresource == "*" { return true }
        return (stated.name == "*" || stated.name == target.resource)
            && (stated.subresource == "*" || stated.subresource == target.subresource)
    }

    private func matchesScope(_ target: WebhookResource, _ namespace: String) -> Bool {
        let isCluster = namespace.isEmpty || (target.group.isEmpty && target.resource == "namespaces")
        switch scope {
        case "Namespaced": return !isCluster
        case "Cluster": return isCluster
        default: return true
        }
    }
}
