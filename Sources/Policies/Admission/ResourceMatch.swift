package import Objects

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

        func matches(_ request: PolicyRequest, version: String, isNamespaced: Bool) -> Bool {
            guard operations.contains("*") || operations.contains(request.operation),
                groups.contains("*") || groups.contains(request.requestResource.group), versions.contains("*") || versions.contains(version),
                names.isEmpty || names.contains(request.name)
            else { return false }
            if scope == "Namespaced", !isNamespaced { return false }
            if scope == "Cluster", isNamespaced { return false }
            let resource = request.requestResource.resource
            if request.subresource.isEmpty { return resources.contains("*") || resources.contains("*/*") || resources.contains(resource) }
            return resources.contains("*/*") || resources.contains("*/" + request.subresource) || resources.contains(resource + "/*")
                || resources.contains(resource + "/" + request.subresource)
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

    /// The version in which the object is to be shown; nil when the request is not meant.
    ///
    /// `versions` are those in which the resource is served, the request's own among them.
    package func version(for request: PolicyRequest, versions: [String], isNamespaced: Bool) -> String? {
        guard matchesLabels(request) else { return nil }
        let asked = request.requestResource.version
        if exclusions.contains(where: { rule in candidates(asked, versions).contains { rule.matches(request, version: $0, isNamespaced: isNamespaced) } }) {
            return nil
        }
        if rules.isEmpty { return needsRule ? nil : asked }
        for version in candidates(asked, versions) where rules.contains(where: { $0.matches(request, version: version, isNamespaced: isNamespaced) }) {
            return version
        }
        return nil
    }

    private func candidates(_ asked: String, _ all: [String]) -> [String] { isExact ? [asked] : [asked] + all.filter { $0 != asked } }

    private func matchesLabels(_ request: PolicyRequest) -> Bool {
        if let namespaces {
            // A namespace is judged by its own labels; what lies in none always passes.
            let isNamespace = request.requestResource.resource == "namespaces" && request.requestResource.group.isEmpty
            let subject = isNamespace ? (request.object.isNull ? request.oldObject : request.object) : request.namespaceObject
            if !subject.isNull, !namespaces.matches(subject["metadata"]["labels"].stringMap) { return false }
        }
        guard let objects else { return true }
        return [request.object, request.oldObject].contains { object in
            object.isObject && objects.matches(object["metadata"]["labels"].stringMap)
        }
    }
}
