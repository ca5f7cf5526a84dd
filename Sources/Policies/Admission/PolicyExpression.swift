import CEL

/// An expression of a policy, compiled once.
struct PolicyExpression: Sendable {
    let text: String
    let program: Result<Program, CompilationError>

    init(_ text: String, _ environment: Environment) {
        self.text = text
        do {
            program = .success(Program(try environment.compile(text)))
        } catch {
            program = .failure(error)
        }
    }

    /// The value, or the sentence that says why there is none.
    func value(_ input: PolicyInput, _ variables: PolicyVariables.Values?, _ budget: CostBudget) -> Result<CELValue, PolicyFailure> {
        switch program {
        case .failure(let error): return .failure(PolicyFailure("compilation error: compilation failed: \(error.text)"))
        case .success(let program):
            if budget.isSpent {
                return .failure(PolicyFailure("validation failed due to running out of cost budget, no further validation rules will be run"))
            }
            let (result, cost) = program.measuredRun(input.values(for: program, variables: variables), costLimit: CostLimits.call)
            budget.spend(cost)
            return result.mapError { PolicyFailure("expression '\(text)' resulted in error: \($0.message)") }
        }
    }
}

/// Why a policy could not be evaluated.
package struct PolicyFailure: Error, Sendable, Hashable {
    package let message: String

    package init(_ message: String) { self.message = message }
}

/// What a policy does with requests that it cannot judge.
package enum FailurePolicy: String, Sendable {
    case fail = "Fail"
    case ignore = "Ignore"

    package init(_ text: String?) { self = text.flatMap { FailurePolicy(rawValue: $0) } ?? .fail }
}
