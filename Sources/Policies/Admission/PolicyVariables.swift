import CEL
import Objects
import Synchronization

/// The variables of a policy: each is evaluated when an expression first asks for it, and sees those before it.
struct PolicyVariables: Sendable {
    private let programs: [(name: String, program: Result<Program, CompilationError>)]
    /// The type of `variables` for what follows them.
    let declared: DeclaredType

    /// Compiles the variables in their order. `environment` makes the environment of an expression that sees `declared`.
    init(_ stated: [Value], _ environment: (DeclaredType) -> Environment) {
        var types: [String: DeclaredType] = [:]
        var programs: [(name: String, program: Result<Program, CompilationError>)] = []
        for variable in stated {
            let name = variable["name"].string ?? ""
            let known = types
            do {
                let checked = try environment(Self.declaration(known)).compile(variable["expression"].string ?? "")
                programs.append((name, .success(Program(checked))))
                types[name] = DeclaredType(.scalar(checked.type))
            } catch {
                programs.append((name, .failure(error)))
                types[name] = nil
            }
        }
        self.programs = programs
        declared = Self.declaration(types)
    }

    private static func declaration(_ types: [String: DeclaredType]) -> DeclaredType { DeclaredType(object: "kubernetes.variables", fields: types) }

    /// What is wrong with the expression of each variable.
    var problems: [(position: Int, error: CompilationError)] {
        programs.enumerated().compactMap { position, variable in
            if case .failure(let error) = variable.program { return (position, error) }
            return nil
        }
    }

    /// The values for one request.
    func values(_ input: PolicyInput, budget: CostBudget) -> Values {
        Values(Store(programs.map { ($0.name, try? $0.program.get()) }, input, budget), visible: programs.count)
    }

    /// What was evaluated so far, shared by all expressions of a request.
    fileprivate final class Store: Sendable {
        let programs: [(name: String, program: Program?)]
        let input: PolicyInput
        let budget: CostBudget
        let known = Mutex<[Int: Result<CELValue, CELError>]>([:])

        init(_ programs: [(name: String, program: Program?)], _ input: PolicyInput, _ budget: CostBudget) {
            self.programs = programs
            self.input = input
            self.budget = budget
        }
    }

    /// The value of `variables`.
    struct Values: CELObject {
        private let store: Store
        /// How many of the variables can be seen.
        private let visible: Int

        fileprivate init(_ store: Store, visible: Int) {
            self.store = store
            self.visible = visible
        }

        var typeName: String { "kubernetes.variables" }
        var fields: [(name: String, value: CELValue)] { [] }

        func field(_ name: String) throws(CELError) -> CELValue? {
            guard let position = store.programs[..<visible].lastIndex(where: { $0.name == name }) else { return nil }
            if let known = store.known.withLock({ $0[position] }) { return try known.get() }
            guard let program = store.programs[position].program else { return nil }
            let values = store.input.values(for: program, variables: Values(store, visible: position))
            let (result, cost) = program.measuredRun(values, costLimit: CostLimits.call)
            store.budget.spend(cost)
            let named = result.mapError { error in
                CELError("composited variable \"\(name)\" fails to evaluate: \(error.message)", code: error.code)
            }
            store.known.withLock { $0[position] = named }
            return try named.get()
        }
    }
}

/// What the expressions of one request may still cost.
final class CostBudget: Sendable {
    private let left: Mutex<UInt64>

    init(_ limit: UInt64 = CostLimits.request) { left = Mutex(limit) }

    func spend(_ cost: UInt64) { left.withLock { $0 = $0 > cost ? $0 - cost : 0 } }
    var isSpent: Bool { left.withLock { $0 == 0 } }
}
