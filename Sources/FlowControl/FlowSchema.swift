package import Objects

/// A FlowSchema, made ready for matching.
package struct FlowSchema: Sendable {
    /// What tells flows of one schema apart.
    package enum Distinguisher: String, Sendable {
        case none = ""
        case user = "ByUser"
        case namespace = "ByNamespace"
    }

    package let name: String
    package let uid: String
    package let levelName: String
    package let precedence: Int64
    package let distinguisher: Distinguisher
    private let rules: [Rule]

    package init(_ object: Value) {
        let spec = object["spec"]
        name = object["metadata"]["name"].string ?? ""
        uid = object["metadata"]["uid"].string ?? ""
        levelName = spec["priorityLevelConfiguration"]["name"].string ?? ""
        precedence = spec["matchingPrecedence"].int ?? 0
        distinguisher = Distinguisher(rawValue: spec["distinguisherMethod"]["type"].string ?? "") ?? .none
        rules = spec["rules"].array.map(Rule.init)
    }

    /// The order in which schemas are asked.
    package static func precedes(_ one: FlowSchema, _ other: FlowSchema) -> Bool {
        one.precedence == other.precedence ? one.name < other.name : one.precedence < other.precedence
    }

    package func matches(_ request: FlowRequest) -> Bool { rules.contains { $0.matches(request) } }

    /// What the schema tells flows apart by.
    package func flow(_ request: FlowRequest) -> String {
        switch distinguisher {
        case .none: return ""
        case .user: return request.user
        case .namespace: return request.namespace
        }
    }

    private struct Rule: Sendable {
        var users: Set<String> = []
        var groups: Set<String> = []
        /// Prefixes of the names of all service accounts of a namespace.
        var accountPrefixes: [String] = []
        let resources: [ResourceRule]
        let paths: [PathRule]

        init(_ rule: Value) {
            resources = rule["resourceRules"].array.map(ResourceRule.init)
            paths = rule["nonResourceRules"].array.map(PathRule.init)
            for subject in rule["subjects"].array {
                switch subject["kind"].string {
                case "User": users.insert(subject["user"]["name"].string ?? "")
                case "Group": groups.insert(subject["group"]["name"].string ?? "")
                case "ServiceAccount":
                    let account = subject["serviceAccount"]
                    let prefix = "system:serviceaccount:\(account["namespace"].string ?? ""):"
                    let name = account["name"].string ?? ""
                    if name == "*" { accountPrefixes.append(prefix) } else { users.insert(prefix + name) }
                default: continue
                }
            }
        }

        func matches(_ request: FlowRequest) -> Bool {
            guard isSubject(request) else { return false }
            return request.isResourceRequest ? resources.contains { $0.matches(request) } : paths.contains { $0.matches(request) }
        }

        private func isSubject(_ request: FlowRequest) -> Bool {
            if !users.isEmpty, users.contains(request.user) || users.contains("*") { return true }
            if !groups.isEmpty, groups.contains("*") || request.groups.contains(where: groups.contains) { return true }
            return accountPrefixes.contains { request.user.hasPrefix($0) }
        }
    }

    private struct ResourceRule: Sendable {
        let verbs: NameSet
        let apiGroups: NameSet
        let resources: NameSet
        let namespaces: NameSet
        let isClusterScoped: Bool

        init(_ rule: Value) {
            verbs = NameSet(rule["verbs"])
            apiGroups = NameSet(rule["apiGroups"])
            resources = NameSet(rule["resources"])
            namespaces = NameSet(rule["namespaces"])
            isClusterScoped = rule["clusterScope"].bool ?? false
        }

        func matches(_ request: FlowRequest) -> Bool {
            guard verbs.contains(request.verb), apiGroups.contains(request.apiGroup), resources.contains(request.resource) else { return false }
            return request.namespace.isEmpty ? isClusterScoped : namespaces.contains(request.namespace)
        }
    }

    private struct PathRule: Sendable {
        let verbs: NameSet
        let paths: [String]

        init(_ rule: Value) {
            verbs = NameSet(rule["verbs"])
            paths = rule["nonResourceURLs"].strings
        }

        func matches(_ request: FlowRequest) -> Bool {
            verbs.contains(request.verb)
                && paths.contains { $0 == "*" || $0 == request.path || ($0.hasSuffix("*") && request.path.hasPrefix($0.dropLast())) }
        }
    }
}

/// Some names, or all.
struct NameSet: Sendable {
    private let names: Set<String>
    private let isEverything: Bool

    init(_ list: Value) {
        names = Set(list.strings)
        isEverything = names.contains("*")
    }

    func contains(_ name: String) -> Bool { isEverything || names.contains(name) }
}
