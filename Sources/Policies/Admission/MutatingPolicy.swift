import CEL
package import Objects

/// A MutatingAdmissionPolicy, compiled.
package final class MutatingPolicy: Sendable {
    /// What a mutation wants to be done to the object.
    package enum Change: Sendable {
        /// To be merged as server-side apply merges.
        case apply(Value)
        /// Operations of a JSON patch.
        case patch(Value)
    }

    private struct Mutation: Sendable {
        let isPatch: Bool
        let expression: PolicyExpression
    }

    package let failurePolicy: FailurePolicy
    /// Whether the policy is asked again when another one changed the object after it.
    package let isReinvoked: Bool
    private let variables: PolicyVariables
    private let conditions: MatchConditions
    private let mutations: [Mutation]

    package init(_ policy: Value) {
        let spec = policy["spec"]
        let params: CELType? = spec["paramKind"].isObject ? .dyn : nil
        failurePolicy = FailurePolicy(spec["failurePolicy"].string)
        isReinvoked = spec["reinvocationPolicy"].string == "IfNeeded"
        variables = PolicyVariables(spec["variables"].array) { PolicyEnvironment.environment(params: params, isMutation: true, variables: $0) }
        conditions = MatchConditions(spec["matchConditions"].array, PolicyEnvironment.environment(params: params))
        let environment = PolicyEnvironment.environment(params: params, isMutation: true, variables: variables.declared)
        mutations = spec["mutations"].array.map { stated in
            let isPatch = stated["patchType"].string == "JSONPatch"
            let text = stated[isPatch ? "jsonPatch" : "applyConfiguration"]["expression"].string ?? ""
            return Mutation(isPatch: isPatch, expression: PolicyExpression(text, environment))
        }
    }

    /// Mutates the object of a request, one mutation after the other. `make` does a change to an object.
    ///
    /// Gives the object as it was when the conditions leave the request out. Throws when something failed, whatever
    /// the failure policy: that is the caller's to apply.
    package func mutate(
        _ request: PolicyRequest, params: Value, _ make: (Change, Value) throws(PolicyFailure) -> Value
    ) throws(PolicyFailure) -> Value {
        let budget = CostBudget()
        var input = PolicyInput(request, params: params)
        switch conditions.outcome(input, variables.values(input, budget: budget)) {
        case .matches: break
        case .excluded: return request.object
        case .failed(let failure): throw failure
        }
        var object = request.object
        for mutation in mutations {
            input = input.replacing(object: object)
            let value = try mutation.expression.value(input, variables.values(input, budget: budget), budget).get()
            object = try make(try change(mutation, value), object)
        }
        return object
    }

    private func change(_ mutation: Mutation, _ value: CELValue) throws(PolicyFailure) -> Change {
        do throws(CELError) {
            if mutation.isPatch { return .patch(try Self.operations(value)) }
            if let problem = PatchTypes.misplacedType(in: value) { throw CELError("type mismatch: \(problem)") }
            return .apply(try value.json())
        } catch {
            throw PolicyFailure("expression '\(mutation.expression.text)' resulted in error: \(error.message)")
        }
    }

    /// The operations with the members that were set, in the order in which a patch has them.
    private static func operations(_ value: CELValue) throws(CELError) -> Value {
        guard case .list(let list) = value else { throw CELError("type mismatch: JSONPatchType.ValueType must be a list of JSONPatch") }
        var operations: [Value] = []
        for element in list.elements {
            guard case .object(let operation) = element, operation.typeName == "JSONPatch" else {
                throw CELError("type mismatch: a JSON patch has operations of the type JSONPatch")
            }
            var stated = Value.emptyObject
            for field in operation.fields { stated[field.name] = try field.value.json() }
            operations.append(stated)
        }
        return .array(operations)
    }
}
