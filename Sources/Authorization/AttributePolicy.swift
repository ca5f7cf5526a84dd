package import Authentication
import Objects

/// Decides by a file of policies, one a line (mode ABAC, abac.authorization.kubernetes.io/v1beta1).
package struct AttributePolicy: Authorizer {
    private struct Line: Sendable {
        let user: String
        let group: String
        let isReadOnly: Bool
        let apiGroup: String
        let resource: String
        let namespace: String
        let path: String

        init(_ spec: Value) {
            func text(_ key: String) -> String { spec[key].string ?? "" }
            user = text("user")
            group = text("group")
            isReadOnly = spec["readonly"].bool ?? false
            apiGroup = text("apiGroup")
            resource = text("resource")
            namespace = text("namespace")
            path = text("nonResourcePath")
        }

        func allows(_ request: AccessRequest) -> Bool {
            guard isFor(request.user), request.isReadOnly || !isReadOnly else { return false }
            return request.isResourceRequest ? allowsResource(request) : allowsPath(request.path)
        }

        private func isFor(_ who: UserInfo) -> Bool {
            if user.isEmpty, group.isEmpty { return false }
            if !user.isEmpty, user != "*", user != who.name { return false }
            return group.isEmpty || group == "*" || who.groups.contains(group)
        }

        private func allowsResource(_ request: AccessRequest) -> Bool {
            func fits(_ stated: String, _ asked: String) -> Bool { stated == "*" || stated == asked }
            return fits(namespace, request.namespace) && fits(resource, request.resource) && fits(apiGroup, request.group)
        }

        private func allowsPath(_ asked: String) -> Bool {
            if path == "*" || path == asked { return true }
            return path.hasSuffix("*") && asked.hasPrefix(path.dropLast())
        }
    }

    private let lines: [Line]

    /// Of a file's text; empty lines and those that begin with `#` say nothing. Throws for one that is no policy.
    package init(_ text: String) throws(ConfigurationProblem) {
        var lines: [Line] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.drop { $0 == " " || $0 == "\t" }
            if content.allSatisfy(\.isWhitespace) || content.hasPrefix("#") { continue }
            guard let value = try? Value(json: String(content)), value["spec"].isObject, value["kind"].string == "Policy",
                value["apiVersion"].string == "abac.authorization.kubernetes.io/v1beta1"
            else { throw ConfigurationProblem("line \(index + 1) of the policy file is no Policy of abac.authorization.kubernetes.io/v1beta1") }
            lines.append(Line(value["spec"]))
        }
        self.lines = lines
    }

    package func decide(_ request: AccessRequest) -> AccessDecision {
        lines.contains { $0.allows(request) } ? .allow(reason: "") : .noOpinion(reason: "No policy matched.")
    }
}
