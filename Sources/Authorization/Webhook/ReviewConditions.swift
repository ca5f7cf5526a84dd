import Authentication
import CEL
import KubernetesTypes
import Objects

/// The expressions that say whether a webhook is asked about a request.
struct ReviewConditions: Sendable {
    enum Outcome: Sendable, Equatable { case matches, excluded, failed }

    private static let strings = DeclaredType(.list(.string, .atomic))
    private static let requirements = DeclaredType(
        .list(DeclaredType(object: "kubernetes.SelectorRequirement", fields: ["key": .string, "operator": .string, "values": strings]), .atomic))
    private static let selector = DeclaredType(
        object: "kubernetes.SelectorAttributes", fields: ["rawSelector": .string, "requirements": requirements])
    private static let resource = DeclaredType(
        object: "kubernetes.ResourceAttributes",
        fields: [
            "namespace": .string, "verb": .string, "group": .string, "version": .string, "resource": .string, "subresource": .string,
            "name": .string, "fieldSelector": selector, "labelSelector": selector,
        ])
    private static let path = DeclaredType(object: "kubernetes.NonResourceAttributes", fields: ["path": .string, "verb": .string])
    private static let request = DeclaredType(
        object: "kubernetes.SubjectAccessReviewSpec",
        fields: [
            "resourceAttributes": resource, "nonResourceAttributes": path, "user": .string, "groups": strings,
            "extra": DeclaredType(.map(strings)), "uid": .string,
        ])
    private static let environment = Environment.kubernetes.extended(variables: [("request", .object(request))])

    private let programs: [Program]

    /// Throws when an expression does not compile, or says something else than yes or no.
    init(_ expressions: [String], path: String) throws(ConfigurationProblem) {
        var programs: [Program] = []
        for (index, text) in expressions.enumerated() {
            let place = "\(path)[\(index)].expression"
            let checked: CheckedExpression
            do {
                checked = try Self.environment.compile(text)
            } catch {
                throw ConfigurationProblem([.invalid(place, .string(text), "compilation failed: \(error.text)")])
            }
            guard checked.type == .bool else { throw ConfigurationProblem([.invalid(place, .string(text), "must evaluate to bool")]) }
            programs.append(Program(checked))
        }
        self.programs = programs
    }

    /// One that says no outweighs those that cannot be evaluated.
    func outcome(of request: AccessRequest) -> Outcome {
        if programs.isEmpty { return .matches }
        let input = [CELValue(adapting: Self.spec(request), as: Self.request)]
        var hasFailed = false
        for program in programs {
            do {
                if try program.run(input, costLimit: CostLimits.call).value.bool != true { return .excluded }
            } catch {
                hasFailed = true
            }
        }
        return hasFailed ? .failed : .matches
    }

    /// Expressions see empty texts where reviews leave them out.
    private static func spec(_ request: AccessRequest) -> Value {
        var spec = request.reviewSpec
        let key = request.isResourceRequest ? "resourceAttributes" : "nonResourceAttributes"
        let names = request.isResourceRequest
            ? ["namespace", "verb", "group", "version", "resource", "subresource", "name"] : ["path", "verb"]
        for name in names where !spec[key].contains(name) { spec[key][name] = "" }
        if !spec.contains("uid") { spec["uid"] = "" }
        if !spec.contains("groups") { spec["groups"] = [] }
        return spec
    }
}
