import CEL
package import Objects

/// A ValidatingAdmissionPolicy, compiled.
package final class ValidatingPolicy: Sendable {
    /// One thing that is wrong with a request.
    package struct Violation: Sendable, Hashable {
        package let message: String
        package let reason: String
        /// Which of the policy's validations failed.
        package let position: Int

        package init(message: String, reason: String, position: Int = 0) {
            self.message = message
            self.reason = reason
            self.position = position
        }
    }

    /// What the policy says of a request.
    package struct Judgement: Sendable {
        package var violations: [Violation] = []
        package var annotations: [String: String] = [:]
    }

    private struct Check: Sendable {
        let expression: PolicyExpression
        let message: String
        let messageExpression: PolicyExpression?
        let reason: String
    }

    package let failurePolicy: FailurePolicy
    private let variables: PolicyVariables
    private let conditions: MatchConditions
    private let checks: [Check]
    private let annotations: [(key: String, expression: PolicyExpression)]

    package convenience init(_ policy: Value) { self.init(spec: policy["spec"], object: .dyn) }

    private init(spec: Value, object: CELType) {
        let params: CELType? = spec["paramKind"].isObject ? .dyn : nil
        variables = PolicyVariables(spec["variables"].array) { PolicyEnvironment.environment(object: object, params: params, variables: $0) }
        conditions = MatchConditions(spec["matchConditions"].array, PolicyEnvironment.environment(object: object, params: params))
        let environment = PolicyEnvironment.environment(object: object, params: params, variables: variables.declared)
        failurePolicy = FailurePolicy(spec["failurePolicy"].string)
        checks = spec["validations"].array.map { stated in
            let message = stated["messageExpression"].string ?? ""
            return Check(
                expression: PolicyExpression(stated["expression"].string ?? "", environment), message: trimmed(stated["message"].string ?? ""),
                messageExpression: message.isEmpty ? nil : PolicyExpression(message, environment), reason: stated["reason"].string ?? "Invalid")
        }
        annotations = spec["auditAnnotations"].array.map {
            ($0["key"].string ?? "", PolicyExpression($0["valueExpression"].string ?? "", environment))
        }
    }

    /// Judges a request; nil when the policy's conditions leave it out.
    package func judge(_ request: PolicyRequest, params: Value) -> Judgement? {
        let budget = CostBudget()
        let input = PolicyInput(request, params: params)
        let values = variables.values(input, budget: budget)
        switch conditions.outcome(input, values) {
        case .matches: break
        case .excluded: return nil
        case .failed(let failure): return failurePolicy == .fail ? Judgement(violations: [Violation(message: failure.message, reason: "Invalid")]) : nil
        }
        var judgement = Judgement()
        for (position, check) in checks.enumerated() {
            switch check.expression.value(input, values, budget) {
            case .success(.bool(true)): continue
            case .success:
                judgement.violations.append(
                    Violation(message: message(check, input, values, budget), reason: check.reason, position: position))
            case .failure(let failure):
                if failurePolicy == .fail {
                    judgement.violations.append(Violation(message: failure.message, reason: "Invalid", position: position))
                }
            }
        }
        for (key, expression) in annotations {
            switch expression.value(input, values, budget) {
            case .success(.string(let text)):
                let value = trimmed(text)
                if !value.isEmpty { judgement.annotations[key] = value }
            case .success: continue
            case .failure(let failure):
                if failurePolicy == .fail { judgement.violations.append(Violation(message: failure.message, reason: "Invalid")) }
            }
        }
        return judgement
    }

    private func message(_ check: Check, _ input: PolicyInput, _ values: PolicyVariables.Values, _ budget: CostBudget) -> String {
        if let expression = check.messageExpression, case .success(.string(let text)) = expression.value(input, values, budget) {
            let message = trimmed(text)
            if !message.isEmpty, message.utf8.count <= 5 * 1024, !message.contains(where: \.isNewline) { return message }
        }
        return check.message.isEmpty ? "failed expression: \(trimmed(check.expression.text))" : check.message
    }

    /// What does not fit when `object` has the type of a kind: the field of the policy, and the problem.
    package static func typeProblems(_ policy: Value, object: DeclaredObject) -> [(field: String, problem: String)] {
        let typed = ValidatingPolicy(spec: policy["spec"], object: object.type.type)
        var found: [(field: String, problem: String)] = []
        for (position, check) in typed.checks.enumerated() {
            if case .failure(let error) = check.expression.program {
                found.append(("spec.validations[\(position)].expression", error.text))
            }
            if case .failure(let error)? = check.messageExpression?.program {
                found.append(("spec.validations[\(position)].messageExpression", error.text))
            }
        }
        return found
    }
}

func trimmed(_ text: String) -> String { SchemaRule.trimmed(text) }
