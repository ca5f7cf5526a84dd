package import CEL
package import Objects

/// The conditions that decide whether a webhook or a policy is asked about a request.
package struct MatchConditions: Sendable {
    /// What the conditions say of a request.
    package enum Outcome: Sendable, Hashable {
        case matches
        /// The name of the condition that does not hold.
        case excluded(String)
        /// No condition says no, and at least one could not be evaluated.
        case failed(PolicyFailure)
    }

    private let conditions: [(name: String, expression: PolicyExpression)]

    package var isEmpty: Bool { conditions.isEmpty }

    /// For webhooks: conditions name `object`, `oldObject`, `request` and `authorizer`.
    package init(_ stated: [Value]) { self.init(stated, PolicyEnvironment.environment(hasNamespace: false)) }

    init(_ stated: [Value], _ environment: Environment) {
        conditions = stated.map { ($0["name"].string ?? "", PolicyExpression($0["expression"].string ?? "", environment)) }
    }

    /// Whether the request is to be looked at. One condition that says no outweighs all that fail.
    package func outcome(of request: PolicyRequest) -> Outcome {
        conditions.isEmpty ? .matches : outcome(PolicyInput(request), nil)
    }

    /// The same for an `AdmissionRequest` as a webhook is sent it.
    package func outcome(
        request: Value, object: Value, oldObject: Value, decide: @escaping AuthorizerValue.Decide
    ) -> Outcome {
        let input = PolicyInput(
            request: request, object: object, oldObject: oldObject, namespaceObject: .null, params: .null, decide: decide)
        return outcome(input, nil)
    }

    func outcome(_ input: PolicyInput, _ variables: PolicyVariables.Values?) -> Outcome {
        let budget = CostBudget(CostLimits.matchConditions)
        var failures: [String] = []
        for (name, expression) in conditions {
            switch expression.value(input, variables, budget) {
            case .success(.bool(true)): continue
            case .success: return .excluded(name)
            case .failure(let failure): failures.append(failure.message)
            }
        }
        return failures.isEmpty ? .matches : .failed(PolicyFailure(failures.count == 1 ? failures[0] : "[" + failures.joined(separator: ", ") + "]"))
    }
}
