package import Objects

/// What rules look at to see whether a policy is meant.
package struct MatchSubject: Sendable {
    package let operation: String
    /// The resource in the version that the client asked for, then in the others in which it is served.
    package let resources: [GroupVersionResource]
    package let subresource: String
    package let name: String
    package let isNamespaced: Bool
    /// The labels of the new object and of the old one; of one that is not there nothing.
    package let labels: [[String: String]]
    /// Nil for requests that no namespace is around.
    package let namespaceLabels: [String: String]?

    package init(
        operation: String, resources: [GroupVersionResource], subresource: String, name: String, isNamespaced: Bool,
        labels: [[String: String]], namespaceLabels: [String: String]?
    ) {
        self.operation = operation
        self.resources = resources
        self.subresource = subresource
        self.name = name
        self.isNamespaced = isNamespaced
        self.labels = labels
        self.namespaceLabels = namespaceLabels
    }
}

/// Which requests a policy or a binding is for (`MatchResources`).
package struct ResourceMatch: Sendable {
    private struct Rule: Sendable {
        let operations: Set<String>
        let groups: Set<String>
        let versions: Set<String>
        let resources: Set<String>
        let scope: String
        let names: Set<String>

        init(_ stated: Value) {
            operations = Set(stated["operations"].strings)
            groups = Set(stated["apiGroups"].strings)
            versions = Set(stated["apiVersions"].strings)
            resources = Set(stated["resources"].strings)
            scope = stated["scope"].string ?? "*"
            names = Set(stated["resourceNames"].strings)
        }

        func matches(_ subject: MatchSubject, as resource: GroupVersionResource) -> Bool {
            guard operations.contains("*") || operations.contains(subject.operation),
                groups.contains("*") || groups.contains(resource.group), versions.contains("*") || versions.contains(resource.version),
                names.isEmpty || names.contains(subject.name)
            else { return false }
            if scope == "Namespaced", !subject.isNamespaced { return false }
            if scope == "Cluster", subject.isNamespaced { return false }
            let name = resource.resource, part = subject.subresource
            if part.isEmpty { return resources.contains("*") || resources.contains("*/*") || resources.contains(name) }
            return resources.contains("*/*") || resources.contains("*/" + part) || resources.contains(name + "/*")
                || resources.contains(name + "/" + part)
        }
    }

    private let rules: [Rule]
    private let exclusions: [Rule]
    private let namespaces: LabelSelector?
    private let objects: LabelSelector?
    private let isExact: Bool
    /// Bindings without rules are for whatever their policy is for.
    private let needsRule: Bool

    package init(_ stated: Value, needsRule: Bool) {
        rules = stated["resourceRules"].array.map(Rule.init)
        exclusions = stated["excludeResourceRules"].array.map(Rule.init)
        namespaces = Self.selector(stated["namespaceSelector"])
        objects = Self.selector(stated["objectSelector"])
        isExact = stated["matchPolicy"].string == "Exact"
        self.needsRule = needsRule
    }

    private static func selector(_ stated: Value) -> LabelSelector? {
        guard !stated["matchLabels"].members.isEmpty || !stated["matchExpressions"].array.isEmpty else { return nil }
        return LabelSelector(stated)
    }

    /// The position of the resource that the rules name, of `subject.resources`; nil when the request is not meant.
    package func position(_ subject: MatchSubject) -> Int? {
        if let namespaces, let labels = subject.namespaceLabels, !namespaces.matches(labels) { return nil }
        if let objects, !subject.labels.contains(where: { objects.matches($0) }) { return nil }
        let candidates = isExact ? Array(subject.resources.prefix(1)) : subject.resources
        if candidates.contains(where: { candidate in exclusions.contains { $0.matches(subject, as: candidate) } }) { return nil }
        if rules.isEmpty { return needsRule ? nil : 0 }
        return candidates.firstIndex { candidate in rules.contains { $0.matches(subject, as: candidate) } }
    }
}
