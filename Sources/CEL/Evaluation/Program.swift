/// A compiled expression that can run any number of times, on any thread.
public struct Program: Sendable {
    /// The value of a run, and what it cost.
    public struct Outcome: Sendable {
        public let value: CELValue
        public let cost: UInt64
    }

    public let checked: CheckedExpression
    private let plan: Plan
    private let slotCount: Int

    public init(_ checked: CheckedExpression) {
        self.checked = checked
        var planner = Planner(checked)
        plan = planner.plan(checked.root)
        slotCount = planner.slotCount
    }

    /// The values are those of the environment's variables, in its order.
    public func run(_ values: [CELValue], costLimit: UInt64 = .max) throws(CELError) -> Outcome {
        var evaluation = Evaluation(variables: values, slotCount: slotCount, costLimit: costLimit)
        let value = try evaluation.value(of: plan)
        return Outcome(value: value, cost: evaluation.cost)
    }

    /// Like `run`, and tells the cost also of a run that failed.
    public func measuredRun(_ values: [CELValue], costLimit: UInt64 = .max) -> (value: Result<CELValue, CELError>, cost: UInt64) {
        var evaluation = Evaluation(variables: values, slotCount: slotCount, costLimit: costLimit)
        do {
            return (.success(try evaluation.value(of: plan)), evaluation.cost)
        } catch {
            return (.failure(error), evaluation.cost)
        }
    }

    /// For values by their names; what is missing is null.
    public func run(named values: [String: CELValue], costLimit: UInt64 = .max) throws(CELError) -> Outcome {
        try run(checked.environment.variables.map { values[$0.name] ?? .null }, costLimit: costLimit)
    }
}
