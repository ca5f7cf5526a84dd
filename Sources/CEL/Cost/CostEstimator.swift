/// The bounds of a size or a cost that is not known before an expression runs.
public struct Estimate: Sendable, Hashable {
    public var least: UInt64
    public var most: UInt64

    public init(_ least: UInt64, _ most: UInt64) {
        self.least = least
        self.most = most
    }

    static let zero = Estimate(0, 0)
    static let one = Estimate(1, 1)
    static let unknown = Estimate(0, .max)

    static func + (left: Estimate, right: Estimate) -> Estimate { Estimate(Cost.sum(left.least, right.least), Cost.sum(left.most, right.most)) }
    static func * (left: Estimate, right: Estimate) -> Estimate {
        Estimate(Cost.product(left.least, right.least), Cost.product(left.most, right.most))
    }
    func scaled(_ factor: Double) -> Estimate { Estimate(Cost.scaled(least, factor), Cost.scaled(most, factor)) }
    func union(_ other: Estimate) -> Estimate { Estimate(min(least, other.least), max(most, other.most)) }
    var traversal: Estimate { scaled(Cost.traversalFactor) }
}

/// Bounds what an expression can cost, from the sizes that a schema declares.
public struct CostEstimator {
    private let checked: CheckedExpression
    /// What is declared of each variable.
    private let declared: [String: DeclaredType]
    private var sizes: [Int: Estimate] = [:]
    private var places: [Int: DeclaredType] = [:]
    private var loopVariables: [[String: DeclaredType]] = []
    /// The sizes of what `bind` names.
    private var boundSizes: [[String: Estimate]] = []

    private init(_ checked: CheckedExpression, _ declared: [String: DeclaredType]) {
        self.checked = checked
        self.declared = declared
    }

    public static func cost(of checked: CheckedExpression, declared: [String: DeclaredType]) -> Estimate {
        var estimator = CostEstimator(checked, declared)
        return estimator.cost(checked.root)
    }

    private mutating func cost(_ node: Expression) -> Estimate {
        switch node.kind {
        case .literal(let value):
            sizes[node.id] = Estimate(Cost.size(value), Cost.size(value))
            return .zero
        case .identifier(let name):
            places[node.id] = place(name)
            if let size = boundSizes.reversed().lazy.compactMap({ $0[name] }).first { sizes[node.id] = size }
            return .one
        case .select(let operand, let field, let isTest): return select(node, operand, field, isTest)
        case .call(let name, let target, let arguments): return call(node, name, target, arguments)
        case .list(let elements, _):
            sizes[node.id] = Estimate(UInt64(elements.count), UInt64(elements.count))
            return elements.reduce(Estimate(Cost.list, Cost.list)) { $0 + cost($1) }
        case .map(let entries):
            sizes[node.id] = Estimate(UInt64(entries.count), UInt64(entries.count))
            return entries.reduce(Estimate(Cost.map, Cost.map)) { $0 + cost($1.key) + cost($1.value) }
        case .message(_, let fields): return fields.reduce(Estimate(Cost.structure, Cost.structure)) { $0 + cost($1.value) }
        case .comprehension(let loop): return comprehension(node, loop)
        }
    }

    private func place(_ name: String) -> DeclaredType? {
        for scope in loopVariables.reversed() { if let place = scope[name] { return place } }
        return declared[name]
    }

    private mutating func select(_ node: Expression, _ operand: Expression, _ field: String, _ isTest: Bool) -> Estimate {
        if case .variable(let position) = checked.references[node.id] {
            places[node.id] = declared[checked.environment.variables[position].name]
            return .one
        }
        let inner = cost(operand)
        if isTest { return inner }
        places[node.id] = member(places[operand.id], field)
        switch checked.types[operand.id] {
        case .map, .object, .parameter: return inner + .one
        default: return inner
        }
    }

    private func member(_ place: DeclaredType?, _ field: String) -> DeclaredType? {
        switch place?.shape {
        case .object: place?.field(field)
        // Entries of maps have declared sizes only when they are indexed.
        default: nil
        }
    }

    // MARK: sizes

    private func size(_ node: Expression) -> Estimate {
        if let known = sizes[node.id] { return known }
        if let place = places[node.id] { return Estimate(0, place.maximumSize) }
        return checked.types[node.id]?.isScalar == true ? .one : .unknown
    }

    private func elementSize(_ node: Expression) -> Estimate? {
        guard case .list(let element) = checked.types[node.id] else { return nil }
        if case .list(let place, _) = places[node.id]?.shape { return Estimate(0, place.maximumSize) }
        return element.isScalar ? .one : .unknown
    }

    // MARK: loops

    private mutating func comprehension(_ node: Expression, _ loop: Expression.Comprehension) -> Estimate {
        let range = cost(loop.range)
        let initial = cost(loop.initial)
        var scope: [String: DeclaredType] = [:]
        switch places[loop.range.id]?.shape {
        case .list(let element, _): scope[loop.second ?? loop.variable] = element
        case .map(let value):
            // Nobody declares how long keys are; Kubernetes takes them for nothing.
            scope[loop.variable] = DeclaredType(.scalar(.string))
            if let second = loop.second { scope[second] = value }
        default: break
        }
        if let bound = places[loop.initial.id] { scope[loop.accumulator] = bound }
        loopVariables.append(scope)
        // A loop over nothing only gives its first value a name.
        if case .list(let none, _) = loop.range.kind, none.isEmpty {
            boundSizes.append([loop.accumulator: size(loop.initial)])
        } else {
            boundSizes.append([:])
        }
        let condition = cost(loop.condition)
        let step = cost(loop.step)
        let count = size(loop.range)
        let result = cost(loop.result)
        loopVariables.removeLast()
        boundSizes.removeLast()
        switch loop.initial.kind {
        case .list, .map: sizes[node.id] = Estimate(0, count.most)
        case .literal: sizes[node.id] = .one
        default: break
        }
        return range + initial + result + count * (condition + step)
    }

    // MARK: calls

    private mutating func call(_ node: Expression, _ name: String, _ target: Expression?, _ arguments: [Expression]) -> Estimate {
        var isMember = target != nil
        if case .qualified = checked.references[node.id] { isMember = false }
        var sum = Estimate.zero
        var operands: [Expression] = []
        if isMember, let target {
            sum = sum + cost(target)
            operands = [target]
        }
        let costs = arguments.map { cost($0) }
        operands += arguments
        if let flow = flow(node, name, costs, arguments) { return sum + flow }
        for price in costs { sum = sum + price }
        track(node, name, operands)
        let overloads: [Environment.ResolvedOverload]
        switch checked.references[node.id] {
        case .overloads(let found), .qualified(let found): overloads = found
        default: return sum + .one
        }
        var price: Estimate?
        for candidate in overloads {
            let rule = CostRule.of(candidate.function.name, candidate.overload.id)
            let estimate = estimate(rule, candidate.function.name, operands)
            price = price?.union(estimate) ?? estimate
        }
        resultSize(node, overloads.first?.function.name ?? name, operands)
        return sum + (price ?? .one)
    }

    /// The operators that do not always look at all of their operands.
    private mutating func flow(_ node: Expression, _ name: String, _ costs: [Estimate], _ arguments: [Expression]) -> Estimate? {
        switch (name, costs.count) {
        case (Operator.or, 2), (Operator.and, 2): return Estimate(costs[0].least, (costs[0] + costs[1]).most)
        case (Operator.conditional, 3):
            sizes[node.id] = size(arguments[1]).union(size(arguments[2]))
            return costs[0] + costs[1].union(costs[2])
        default: return nil
        }
    }

    /// Where in the schema an element of a container lies.
    private mutating func track(_ node: Expression, _ name: String, _ operands: [Expression]) {
        guard let first = operands.first else { return }
        switch name {
        case Operator.index, Operator.optionalIndex:
            switch places[first.id]?.shape {
            case .list(let element, _): places[node.id] = element
            case .map(let value): places[node.id] = value
            default: break
            }
        case Operator.optionalSelect:
            if case .literal(.string(let field))? = operands.last?.kind { places[node.id] = member(places[first.id], field) }
        case "value", "orValue", "first", "last": places[node.id] = places[first.id]
        default: break
        }
    }

    private func estimate(_ rule: CostRule, _ name: String, _ operands: [Expression]) -> Estimate {
        func size(_ position: Int) -> Estimate { operands.indices.contains(position) ? self.size(operands[position]) : .one }
        switch rule {
        case .constant(let price):
            if name == Operator.equals || name == Operator.notEquals { return smaller(size(0), size(1)) }
            return Estimate(price, price)
        case .traversal(let position, let times): return (size(position) * Estimate(times, times)).traversal
        // What a text begins with is known better than the text.
        case .affix: return size(1).traversal
        case .elements(let position), .deep(let position): return elements(name, operands, position)
        case .concatenation: return (size(0) + size(1)).traversal
        case .smaller: return smaller(size(0), size(1))
        case .contains: return size(0).traversal * size(1).traversal
        case .pattern: return (size(0) + .one).traversal * size(1).scaled(Cost.patternFactor)
        case .result:
            guard name == "join", let list = operands.first else { return size(0).traversal }
            return joined(list, operands.count > 1 ? size(1) : .zero).traversal
        case .pairs(let times): return size(0) * size(1) * Estimate(times, times)
        case .parsed(let base, let position):
            let isText = operands.indices.contains(position) && checked.types[operands[position].id] == .string
            return Estimate(base, base) + (isText ? size(position).traversal : .zero)
        case .quadratic: return size(0) * size(0)
        }
    }

    private func smaller(_ left: Estimate, _ right: Estimate) -> Estimate {
        let most = min(left.most, right.most)
        return Estimate(most > 0 ? 1 : 0, most).traversal
    }

    private func elements(_ name: String, _ operands: [Expression], _ position: Int) -> Estimate {
        guard operands.indices.contains(position) else { return .one }
        let node = operands[position]
        if name == Operator.contains { return size(node) }
        guard case .list(let element) = checked.types[node.id] else { return size(node).traversal }
        var price = Estimate.one
        if element == .string || element == .bytes { price = price + (elementSize(node) ?? .unknown).traversal }
        return size(node) * price
    }

    private func joined(_ list: Expression, _ separator: Estimate) -> Estimate {
        let count = size(list)
        let separators = Estimate(count.least > 0 ? count.least - 1 : 0, count.most > 0 ? count.most - 1 : 0)
        return count * (elementSize(list) ?? .unknown) + separator * separators
    }

    private mutating func resultSize(_ node: Expression, _ name: String, _ operands: [Expression]) {
        guard let first = operands.first else { return }
        let size = self.size(first)
        switch name {
        case Operator.add where operands.count == 2 && checked.types[node.id]?.isScalar == false: sizes[node.id] = size + self.size(operands[1])
        case "bytes": sizes[node.id] = Estimate(size.least, Cost.product(size.most, 4))
        case "lowerAscii", "upperAscii", "substring", "trim", "reverse", "sort", "distinct": sizes[node.id] = Estimate(0, size.most)
        case "split", "find", "findAll", "slice": sizes[node.id] = Estimate(0, size.most)
        case "replace" where operands.count >= 3:
            let new = self.size(operands[2])
            sizes[node.id] = Estimate(0, Cost.sum(size.most, Cost.product(Cost.sum(size.most, 1), new.most)))
        case "join": sizes[node.id] = joined(first, operands.count > 1 ? self.size(operands[1]) : .zero)
        case "strings.quote": sizes[node.id] = Estimate(size.least, Cost.product(size.most, 2))
        default: break
        }
    }
}

extension DeclaredType {
    /// The most bytes that a request has.
    package static let requestSize: UInt64 = 3 * 1024 * 1024
}
