/// An expression ready to run: names are positions, literals are values, functions are chosen as far as they can be.
indirect enum Plan: Sendable {
    case constant(CELValue)
    case variable(Int, name: String)
    case local(Int)
    case select(Plan, field: String, isOptional: Bool)
    case presence(Plan, field: String)
    case index(Plan, Plan, isOptional: Bool)
    case conditional(Plan, Plan, Plan)
    case or(Plan, Plan)
    case and(Plan, Plan)
    case not(Plan)
    case notStrictlyFalse(Plan)
    case equals(Plan, Plan, isNegated: Bool)
    /// Whether a value is one of a list of literals.
    case membership(Plan, ConstantList)
    case call(CallPlan)
    /// Appends to the accumulator of a loop, in place.
    case append(slot: Int, Plan)
    case list([(Plan, isOptional: Bool)])
    case map([(Plan, Plan, isOptional: Bool)])
    case message(String, [(name: String, Plan, isOptional: Bool)])
    case loop(LoopPlan)
}

/// A list of literals, to be looked up in.
final class ConstantList: Sendable {
    private let elements: [CELValue]
    private let index: ValueIndex

    init(_ elements: [CELValue]) {
        self.elements = elements
        index = ValueIndex(elements)
    }

    func contains(_ value: CELValue) -> Bool { index.contains(value, elements) }
}

extension Plan {
    /// Whether this is a name, or a field or an element of what a name stands for.
    var isPath: Bool {
        switch self {
        case .variable, .local: true
        case .select(let operand, _, _), .index(let operand, _, _): operand.isPath
        default: false
        }
    }
}

final class CallPlan: Sendable {
    let name: String
    let overloads: [Environment.ResolvedOverload]
    let arguments: [Plan]
    let cost: CostRule
    /// A pattern that is a literal is compiled once.
    let pattern: RegularExpression?

    init(_ name: String, _ overloads: [Environment.ResolvedOverload], _ arguments: [Plan]) {
        self.name = name
        self.overloads = overloads
        self.arguments = arguments
        cost = CostRule.of(name, overloads.first?.overload.id ?? "")
        var pattern: RegularExpression?
        if name == "matches", case .constant(.string(let text))? = arguments.last { pattern = try? RegularExpression(text) }
        self.pattern = pattern
    }
}

final class LoopPlan: Sendable {
    let range: Plan
    let initial: Plan
    let condition: Plan
    let step: Plan
    let result: Plan
    /// Where the variables and the accumulator lie.
    let variable: Int
    let second: Int?
    let accumulator: Int

    init(
        range: Plan, initial: Plan, condition: Plan, step: Plan, result: Plan, variable: Int, second: Int?, accumulator: Int
    ) {
        self.range = range
        self.initial = initial
        self.condition = condition
        self.step = step
        self.result = result
        self.variable = variable
        self.second = second
        self.accumulator = accumulator
    }
}

/// Makes a plan of a checked expression.
struct Planner {
    private let checked: CheckedExpression
    private var scopes: [[String: Int]] = []
    private(set) var slotCount = 0

    init(_ checked: CheckedExpression) { self.checked = checked }

    mutating func plan(_ node: Expression) -> Plan {
        switch node.kind {
        case .literal(let value): return .constant(value)
        case .identifier, .select: return reference(node)
        case .call(let name, let target, let arguments): return call(node, name, target, arguments)
        case .list(let elements, let optional): return list(elements, optional)
        case .map(let entries): return map(entries)
        case .message(let name, let fields):
            let plain = name.hasPrefix(".") ? String(name.dropFirst()) : name
            return .message(plain, fields.map { ($0.name, plan($0.value), $0.isOptional) })
        case .comprehension(let loop): return comprehension(loop)
        }
    }

    private mutating func reference(_ node: Expression) -> Plan {
        switch checked.references[node.id] {
        case .variable(let position): return .variable(position, name: checked.environment.variables[position].name)
        case .local(let name): return .local(slot(name) ?? 0)
        case .type(let type): return .constant(.type(type))
        case .overloads, .qualified, nil: break
        }
        guard case .select(let operand, let field, let isTest) = node.kind else { return .constant(.null) }
        return isTest ? .presence(plan(operand), field: field) : .select(plan(operand), field: field, isOptional: false)
    }

    private func slot(_ name: String) -> Int? {
        for scope in scopes.reversed() { if let slot = scope[name] { return slot } }
        return nil
    }

    private mutating func list(_ elements: [Expression], _ optional: Set<Int>) -> Plan {
        let plans = elements.enumerated().map { (plan($0.element), optional.contains($0.offset)) }
        var values: [CELValue] = []
        for case (.constant(let value), false) in plans { values.append(value) }
        return values.count == plans.count ? .constant(.list(values)) : .list(plans)
    }

    private mutating func map(_ entries: [Expression.Entry]) -> Plan {
        let plans = entries.map { (plan($0.key), plan($0.value), isOptional: $0.isOptional) }
        var constant = CELMap()
        for (key, value, isOptional) in plans {
            guard !isOptional, case .constant(let key) = key, case .constant(let value) = value, Self.isKey(key), constant.insert(key, value)
            else { return .map(plans) }
        }
        return .constant(.map(constant))
    }

    private static func isKey(_ value: CELValue) -> Bool {
        switch value {
        case .bool, .int, .uint, .string: true
        default: false
        }
    }

    private static let conversions: Set<String> = ["bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"]

    /// Literals that are converted are what they are converted to, unless that fails.
    private static func converted(_ name: String, _ overloads: [Environment.ResolvedOverload], _ plans: [Plan]) -> Plan? {
        guard conversions.contains(name), plans.count == 1, overloads.count == 1, case .constant(let value) = plans[0],
            let result = try? overloads[0].function.body(Arguments([value]))
        else { return nil }
        return .constant(result)
    }

    private mutating func call(_ node: Expression, _ name: String, _ target: Expression?, _ arguments: [Expression]) -> Plan {
        if name == Operator.optionalSelect, arguments.count == 2, case .literal(.string(let field)) = arguments[1].kind {
            return .select(plan(arguments[0]), field: field, isOptional: true)
        }
        if name == Operator.add, arguments.count == 2, let slot = appended(arguments[0]),
            case .list(let elements, let optional) = arguments[1].kind, elements.count == 1, optional.isEmpty
        {
            return .append(slot: slot, plan(elements[0]))
        }
        switch checked.references[node.id] {
        case .qualified(let overloads): return .call(CallPlan(overloads.first?.function.name ?? name, overloads, arguments.map { plan($0) }))
        case .overloads(let overloads):
            let plans = (target.map { [$0] } ?? []).map { plan($0) } + arguments.map { plan($0) }
            if let constant = Self.converted(name, overloads, plans) { return constant }
            return special(name, plans) ?? .call(CallPlan(overloads.first?.function.name ?? name, overloads, plans))
        default: return .constant(.null)
        }
    }

    /// The slot, when the node is the accumulator of the loop around it.
    private func appended(_ node: Expression) -> Int? {
        guard case .identifier(Parser.accumulator) = node.kind, case .local = checked.references[node.id] else { return nil }
        return slot(Parser.accumulator)
    }

    /// What is part of the language's flow, and what is asked so often that a call is too dear.
    private func special(_ name: String, _ plans: [Plan]) -> Plan? {
        switch (name, plans.count) {
        case (Operator.conditional, 3): .conditional(plans[0], plans[1], plans[2])
        case (Operator.or, 2): .or(plans[0], plans[1])
        case (Operator.and, 2): .and(plans[0], plans[1])
        case (Operator.not, 1): .not(plans[0])
        case (Operator.notStrictlyFalse, 1): .notStrictlyFalse(plans[0])
        case (Operator.equals, 2): .equals(plans[0], plans[1], isNegated: false)
        case (Operator.notEquals, 2): .equals(plans[0], plans[1], isNegated: true)
        case (Operator.contains, 2): membership(plans[0], plans[1])
        case (Operator.index, 2): .index(plans[0], plans[1], isOptional: false)
        case (Operator.optionalIndex, 2): .index(plans[0], plans[1], isOptional: true)
        default: nil
        }
    }

    private func membership(_ operand: Plan, _ list: Plan) -> Plan? {
        guard case .constant(.list(let elements)) = list else { return nil }
        return .membership(operand, ConstantList(elements.elements))
    }

    private mutating func newSlot() -> Int {
        slotCount += 1
        return slotCount - 1
    }

    private mutating func comprehension(_ loop: Expression.Comprehension) -> Plan {
        let range = plan(loop.range), initial = plan(loop.initial)
        let accumulator = newSlot(), variable = newSlot()
        let second = loop.second == nil ? nil : newSlot()
        scopes.append([loop.accumulator: accumulator])
        scopes.append([loop.variable: variable])
        if let name = loop.second, let second { scopes[scopes.count - 1][name] = second }
        let condition = plan(loop.condition), step = plan(loop.step)
        scopes.removeLast()
        let result = plan(loop.result)
        scopes.removeLast()
        return .loop(
            LoopPlan(
                range: range, initial: initial, condition: condition, step: step, result: result, variable: variable, second: second,
                accumulator: accumulator))
    }
}
