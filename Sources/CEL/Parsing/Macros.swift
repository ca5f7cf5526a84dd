/// Calls that are written as others when they are read: `has`, `all`, `map`, `optMap` …
extension Parser {
    /// The name of the accumulator of a macro; no expression can write it.
    static let accumulator = "@result"

    /// Nil when the call is no macro.
    mutating func expandMacro(
        _ name: String, _ target: Expression?, _ arguments: [Expression], at mark: Int
    ) throws(Abort) -> Expression? {
        guard let target else {
            if name == "has", arguments.count == 1 { return try presence(arguments[0], at: mark) }
            return nil
        }
        if let qualifier = target.qualifiedName, let expansion = try namespaced(qualifier, name, arguments, at: mark) { return expansion }
        switch (name, arguments.count) {
        case ("all", 2), ("all", 3): return try quantifier(target, arguments, isAll: true, at: mark)
        case ("exists", 2), ("exists", 3): return try quantifier(target, arguments, isAll: false, at: mark)
        case ("exists_one", 2), ("existsOne", 2), ("existsOne", 3): return try existsOne(target, arguments, at: mark)
        case ("map", 2): return try transformed(target, [arguments[0]], nil, arguments[1], at: mark)
        case ("map", 3): return try transformed(target, [arguments[0]], arguments[1], arguments[2], at: mark)
        case ("filter", 2): return try transformed(target, [arguments[0]], arguments[1], arguments[0], at: mark)
        case ("transformList", 3): return try transformed(target, Array(arguments[..<2]), nil, arguments[2], at: mark)
        case ("transformList", 4): return try transformed(target, Array(arguments[..<2]), arguments[2], arguments[3], at: mark)
        case ("transformMap", 3), ("transformMap", 4): return try transformedMap(target, arguments, isEntry: false, at: mark)
        case ("transformMapEntry", 3), ("transformMapEntry", 4): return try transformedMap(target, arguments, isEntry: true, at: mark)
        case ("optMap", 2): return try optionalMap(target, arguments, isFlat: false, at: mark)
        case ("optFlatMap", 2): return try optionalMap(target, arguments, isFlat: true, at: mark)
        case ("sortBy", 2): return try sortedBy(target, arguments, at: mark)
        default: return nil
        }
    }

    private mutating func namespaced(
        _ qualifier: String, _ name: String, _ arguments: [Expression], at mark: Int
    ) throws(Abort) -> Expression? {
        guard macros.contains(qualifier) else { return nil }
        switch (qualifier, name) {
        case ("cel", "bind") where arguments.count == 3:
            let variable = try self.variable(arguments[0], "cel.bind() variable names must be simple identifiers")
            return try bind(variable, to: arguments[1], in: arguments[2], at: mark)
        case ("math", "greatest"), ("math", "least"):
            guard !arguments.isEmpty else {
                issues.report("math.\(name)() requires at least one argument", at: mark)
                throw Abort()
            }
            let function = name == "greatest" ? "math.@max" : "math.@min"
            if arguments.count <= 2 { return try node(.call(function, target: nil, arguments: arguments), at: mark) }
            let list = try node(.list(arguments, optional: []), at: mark)
            return try node(.call(function, target: nil, arguments: [list]), at: mark)
        default: return nil
        }
    }

    // MARK: pieces

    private mutating func identifier(_ name: String, _ mark: Int) throws(Abort) -> Expression { try node(.identifier(name), at: mark) }
    private mutating func result(_ mark: Int) throws(Abort) -> Expression { try identifier(Self.accumulator, mark) }
    private mutating func constant(_ value: CELValue, _ mark: Int) throws(Abort) -> Expression { try node(.literal(value), at: mark) }
    private mutating func call(_ function: String, _ arguments: [Expression], _ mark: Int) throws(Abort) -> Expression {
        try node(.call(function, target: nil, arguments: arguments), at: mark)
    }

    private mutating func variable(_ argument: Expression, _ problem: String = "argument must be a simple name") throws(Abort) -> String {
        guard case .identifier(let name) = argument.kind, !name.hasPrefix(".") else {
            issues.report(problem, at: argument.offset)
            throw Abort()
        }
        if name == Self.accumulator || name == "__result__" {
            issues.report("iteration variable overwrites accumulator variable", at: argument.offset)
            throw Abort()
        }
        return name
    }

    private mutating func variables(_ arguments: [Expression]) throws(Abort) -> (first: String, second: String?) {
        let first = try variable(arguments[0])
        guard arguments.count > 1 else { return (first, nil) }
        let second = try variable(arguments[1])
        if first == second {
            issues.report("duplicate variable name: \(first)", at: arguments[1].offset)
            throw Abort()
        }
        return (first, second)
    }

    // MARK: macros

    private mutating func presence(_ argument: Expression, at mark: Int) throws(Abort) -> Expression {
        if case .select(let operand, let field, false) = argument.kind {
            return try node(.select(operand, field: field, isTest: true), at: mark)
        }
        issues.report("invalid argument to has() macro", at: argument.offset)
        throw Abort()
    }

    private mutating func quantifier(
        _ target: Expression, _ arguments: [Expression], isAll: Bool, at mark: Int
    ) throws(Abort) -> Expression {
        let (first, second) = try variables(arguments.dropLast())
        let predicate = arguments[arguments.count - 1]
        let running = isAll ? try result(mark) : try call(Operator.not, [try result(mark)], mark)
        let condition = try call(Operator.notStrictlyFalse, [running], mark)
        let step = try call(isAll ? Operator.and : Operator.or, [try result(mark), predicate], mark)
        return try node(
            .comprehension(
                Expression.Comprehension(
                    range: target, variable: first, second: second, accumulator: Self.accumulator,
                    initial: try constant(.bool(isAll), mark), condition: condition, step: step, result: try result(mark))), at: mark)
    }

    private mutating func existsOne(_ target: Expression, _ arguments: [Expression], at mark: Int) throws(Abort) -> Expression {
        let (first, second) = try variables(arguments.dropLast())
        let more = try call(Operator.add, [try result(mark), try constant(.int(1), mark)], mark)
        let step = try call(Operator.conditional, [arguments[arguments.count - 1], more, try result(mark)], mark)
        return try node(
            .comprehension(
                Expression.Comprehension(
                    range: target, variable: first, second: second, accumulator: Self.accumulator,
                    initial: try constant(.int(0), mark), condition: try constant(.bool(true), mark), step: step,
                    result: try call(Operator.equals, [try result(mark), try constant(.int(1), mark)], mark))), at: mark)
    }

    private mutating func transformed(
        _ target: Expression, _ names: [Expression], _ predicate: Expression?, _ transform: Expression, at mark: Int
    ) throws(Abort) -> Expression {
        let (first, second) = try variables(names)
        let element = try node(.list([transform], optional: []), at: mark)
        var step = try call(Operator.add, [try result(mark), element], mark)
        if let predicate { step = try call(Operator.conditional, [predicate, step, try result(mark)], mark) }
        return try node(
            .comprehension(
                Expression.Comprehension(
                    range: target, variable: first, second: second, accumulator: Self.accumulator,
                    initial: try node(.list([], optional: []), at: mark), condition: try constant(.bool(true), mark), step: step,
                    result: try result(mark))), at: mark)
    }

    private mutating func transformedMap(
        _ target: Expression, _ arguments: [Expression], isEntry: Bool, at mark: Int
    ) throws(Abort) -> Expression {
        let (first, second) = try variables(Array(arguments[..<2]))
        let transform = arguments[arguments.count - 1]
        let inserted = isEntry ? [try result(mark), transform] : [try result(mark), try identifier(first, mark), transform]
        var step = try call("cel.@mapInsert", inserted, mark)
        if arguments.count == 4 { step = try call(Operator.conditional, [arguments[2], step, try result(mark)], mark) }
        return try node(
            .comprehension(
                Expression.Comprehension(
                    range: target, variable: first, second: second, accumulator: Self.accumulator,
                    initial: try node(.map([]), at: mark), condition: try constant(.bool(true), mark), step: step,
                    result: try result(mark))), at: mark)
    }

    /// A loop over nothing, whose accumulator is the variable.
    private mutating func bind(_ variable: String, to value: Expression, in body: Expression, at mark: Int) throws(Abort) -> Expression {
        try node(
            .comprehension(
                Expression.Comprehension(
                    range: try node(.list([], optional: []), at: mark), variable: "#unused", second: nil, accumulator: variable,
                    initial: value, condition: try constant(.bool(false), mark), step: try identifier(variable, mark), result: body)),
            at: mark)
    }

    private mutating func optionalMap(
        _ target: Expression, _ arguments: [Expression], isFlat: Bool, at mark: Int
    ) throws(Abort) -> Expression {
        let name = try variable(arguments[0], "optMap() variable name must be a simple identifier")
        let isThere = try node(.call("hasValue", target: target, arguments: []), at: mark)
        let value = try node(.call("value", target: target, arguments: []), at: mark)
        let body = try bind(name, to: value, in: arguments[1], at: mark)
        let wrapped = isFlat ? body : try call("optional.of", [body], mark)
        return try call(Operator.conditional, [isThere, wrapped, try call("optional.none", [], mark)], mark)
    }

    private mutating func sortedBy(_ target: Expression, _ arguments: [Expression], at mark: Int) throws(Abort) -> Expression {
        let input = "@sortedInput"
        let keys = try transformed(try identifier(input, mark), [arguments[0]], nil, arguments[1], at: mark)
        let sorted = try node(.call("@sortByAssociatedKeys", target: try identifier(input, mark), arguments: [keys]), at: mark)
        return try bind(input, to: target, in: sorted, at: mark)
    }
}
