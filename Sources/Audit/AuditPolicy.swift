package import Objects

/// How much is told of a request. The order is that of `audit.k8s.io/v1`.
package enum AuditLevel: Int, Sendable, Comparable {
    case none, metadata, request, requestResponse

    init?(_ text: String) {
        switch text {
        case "None": self = .none
        case "Metadata": self = .metadata
        case "Request": self = .request
        case "RequestResponse": self = .requestResponse
        default: return nil
        }
    }

    var text: String {
        switch self {
        case .none: "None"
        case .metadata: "Metadata"
        case .request: "Request"
        case .requestResponse: "RequestResponse"
        }
    }

    package static func < (left: AuditLevel, right: AuditLevel) -> Bool { left.rawValue < right.rawValue }
}

/// When in a request's life an event is written.
package enum AuditStage: String, Sendable {
    case requestReceived = "RequestReceived"
    case responseStarted = "ResponseStarted"
    case responseComplete = "ResponseComplete"
    case panic = "Panic"
}

/// A `Policy` of `audit.k8s.io/v1`: the first rule that fits says what is told of a request.
package struct AuditPolicy: Sendable {
    package struct Problem: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// What one rule says of a request.
    package struct Decision: Sendable {
        package let level: AuditLevel
        let omittedStages: Set<AuditStage>
        let omitsManagedFields: Bool
    }

    private struct Rule: Sendable {
        let decision: Decision
        let users: Set<String>
        let groups: Set<String>
        let verbs: Set<String>
        let resources: [(group: String, resources: [String], names: Set<String>)]
        let namespaces: Set<String>
        let paths: [String]
    }

    private let rules: [Rule]

    /// Reads a policy. Throws what is wrong with it: a policy that is not understood must not be taken for one that says less.
    package init(_ value: Value) throws(Problem) {
        guard value["kind"].string == "Policy", value["apiVersion"].string == "audit.k8s.io/v1" else {
            throw Problem(description: "the audit policy has to be a Policy of audit.k8s.io/v1")
        }
        let stages = try Self.stages(value["omitStages"], "omitStages")
        let omitsManagedFields = value["omitManagedFields"].bool ?? false
        var rules: [Rule] = []
        for (index, rule) in value["rules"].array.enumerated() {
            rules.append(try Self.rule(rule, "rules[\(index)]", stages, omitsManagedFields))
        }
        if rules.isEmpty { throw Problem(description: "the audit policy has no rules") }
        self.rules = rules
    }

    private static func rule(
        _ value: Value, _ path: String, _ stages: Set<AuditStage>, _ omitsManagedFields: Bool
    ) throws(Problem) -> Rule {
        guard let level = AuditLevel(value["level"].string ?? "") else {
            throw Problem(description: "\(path).level has to be None, Metadata, Request or RequestResponse, not \"\(value["level"].string ?? "")\"")
        }
        let paths = value["nonResourceURLs"].strings
        let resources = value["resources"].array
        if !paths.isEmpty, !resources.isEmpty || !value["namespaces"].array.isEmpty {
            throw Problem(description: "\(path): a rule is for resources or for nonResourceURLs, not for both")
        }
        for one in paths where one != "*" && (!one.hasPrefix("/") || one.dropLast().contains("*")) {
            throw Problem(description: "\(path).nonResourceURLs: \"\(one)\" has to begin with '/', and '*' may stand at its end only")
        }
        for resource in resources {
            if resource["group"].string?.contains("/") == true {
                throw Problem(description: "\(path).resources: a group is named without its version")
            }
            if !resource["resourceNames"].array.isEmpty, resource["resources"].array.isEmpty {
                throw Problem(description: "\(path).resources: resourceNames need resources")
            }
        }
        return Rule(
            decision: Decision(
                level: level, omittedStages: stages.union(try Self.stages(value["omitStages"], path + ".omitStages")),
                omitsManagedFields: value["omitManagedFields"].bool ?? omitsManagedFields),
            users: Set(value["users"].strings), groups: Set(value["userGroups"].strings), verbs: Set(value["verbs"].strings),
            resources: resources.map { ($0["group"].string ?? "", $0["resources"].strings, Set($0["resourceNames"].strings)) },
            namespaces: Set(value["namespaces"].strings), paths: paths)
    }

    private static func stages(_ value: Value, _ path: String) throws(Problem) -> Set<AuditStage> {
        var stages: Set<AuditStage> = []
        for text in value.strings {
            guard let stage = AuditStage(rawValue: text) else { throw Problem(description: "\(path): there is no stage \"\(text)\"") }
            stages.insert(stage)
        }
        return stages
    }

    /// What the first rule that fits says; nothing is told where none does.
    package func decide(_ request: AuditRequest) -> Decision {
        rules.first { Self.fits($0, request) }?.decision ?? Decision(level: .none, omittedStages: [], omitsManagedFields: false)
    }

    private static func fits(_ rule: Rule, _ request: AuditRequest) -> Bool {
        if !rule.users.isEmpty, !rule.users.contains(request.user["username"].string ?? "") { return false }
        if !rule.groups.isEmpty, rule.groups.isDisjoint(with: request.user["groups"].strings) { return false }
        if !rule.verbs.isEmpty, !rule.verbs.contains(request.verb) { return false }
        guard !rule.resources.isEmpty || !rule.namespaces.isEmpty || !rule.paths.isEmpty else { return true }
        guard let resource = request.resource else { return rule.paths.contains { matches($0, path: request.path) } }
        if !rule.paths.isEmpty { return false }
        if !rule.namespaces.isEmpty, !rule.namespaces.contains(resource.namespace) { return false }
        if rule.resources.isEmpty { return true }
        return rule.resources.contains { one in
            guard one.group == resource.group else { return false }
            if !one.names.isEmpty, !one.names.contains(resource.name) { return false }
            return one.resources.isEmpty || one.resources.contains { matches($0, resource) }
        }
    }

    private static func matches(_ pattern: String, path: String) -> Bool {
        if pattern == "*" || pattern == path { return true }
        return pattern.hasSuffix("*") && path.hasPrefix(pattern.dropLast())
    }

    /// `pods`, `pods/log`, `pods/*`, `*/scale` and `*`.
    private static func matches(_ pattern: String, _ resource: AuditRequest.Resource) -> Bool {
        if pattern == "*" { return true }
        let full = resource.subresource.isEmpty ? resource.resource : resource.resource + "/" + resource.subresource
        if pattern == full { return true }
        if pattern.hasSuffix("/*") { return !resource.subresource.isEmpty && pattern.dropLast(2) == resource.resource }
        return pattern.hasPrefix("*/") && !resource.subresource.isEmpty && pattern.dropFirst(2) == resource.subresource
    }
}
