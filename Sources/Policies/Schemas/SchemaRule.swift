import CEL
import KubernetesTypes
import Objects

/// One rule of a schema (`x-kubernetes-validations`), compiled.
struct SchemaRule: Sendable {
    let text: String
    let program: Program
    let usesOldSelf: Bool
    /// Whether it also runs when there is no old value; `oldSelf` is optional then.
    let hasOptionalOldSelf: Bool
    let message: String
    let messageProgram: Program?
    let reason: String
    /// What the path of the field has behind the place of the rule.
    let fieldPath: String
    let estimatedCost: UInt64
    let estimatedMessageCost: UInt64

    /// Why a rule does not compile: in the rule, or in the expression of its message.
    enum Problem: Error {
        case rule(String)
        case message(String)
    }

    init(_ stated: Value, _ declared: DeclaredType, _ schema: Value) throws(Problem) {
        text = stated["rule"].string ?? ""
        hasOptionalOldSelf = stated["optionalOldSelf"].bool == true
        let old: CELType = hasOptionalOldSelf ? .optional(declared.type) : declared.type
        let environment = Environment.kubernetes.extended(variables: [("self", declared.type), ("oldSelf", old)])
        let checked: CheckedExpression
        do {
            checked = try environment.compile(text)
        } catch {
            throw .rule("compilation failed: \(error.text)")
        }
        guard checked.type == .bool else { throw .rule("cel expression must evaluate to a bool") }
        program = Program(checked)
        usesOldSelf = checked.names("oldSelf")
        estimatedCost = CostEstimator.cost(of: checked, declared: ["self": declared, "oldSelf": declared]).most
        message = Self.trimmed(stated["message"].string ?? "")
        reason = stated["reason"].string ?? ""
        fieldPath = stated["fieldPath"].string.flatMap { FieldPathRule.suffix($0, schema) } ?? ""
        let expression = stated["messageExpression"].string ?? ""
        guard !Self.trimmed(expression).isEmpty else {
            messageProgram = nil
            estimatedMessageCost = 0
            return
        }
        let messageChecked: CheckedExpression
        do {
            messageChecked = try environment.compile(expression)
        } catch {
            throw .message("messageExpression compilation failed: \(error.text)")
        }
        guard messageChecked.type == .string else { throw .message("messageExpression must evaluate to a string") }
        messageProgram = Program(messageChecked)
        estimatedMessageCost = CostEstimator.cost(of: messageChecked, declared: ["self": declared, "oldSelf": declared]).most
    }

    static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return String(rest)
    }
}

/// The paths that a rule may name: `.spec.name`, `['key']`, as far as the schema knows them.
enum FieldPathRule {
    /// The path as messages have it; nil when the schema has no such place.
    static func suffix(_ path: String, _ schema: Value) -> String? {
        var rest = path[...]
        var place = schema
        var suffix = ""
        while let first = rest.first {
            rest = rest.dropFirst()
            let name: String
            if first == "." {
                name = String(rest.prefix { $0 != "." && $0 != "[" })
                rest = rest.dropFirst(name.count)
            } else if first == "[", let quote = rest.first, quote == "'" || quote == "\"" {
                rest = rest.dropFirst()
                guard let end = rest.firstIndex(of: quote) else { return nil }
                name = String(rest[..<end])
                rest = rest[rest.index(after: end)...]
                guard rest.first == "]" else { return nil }
                rest = rest.dropFirst()
            } else {
                return nil
            }
            guard !name.isEmpty else { return nil }
            if place["properties"].contains(name) {
                place = place["properties"][name]
                suffix += "." + name
            } else if place["additionalProperties"].isObject {
                place = place["additionalProperties"]
                suffix += "[\(name)]"
            } else {
                return nil
            }
        }
        return suffix.isEmpty ? nil : suffix
    }
}
