/// Finds the type of every part of an expression, and what each name and call refers to.
struct Checker {
    private let environment: Environment
    private var bindings = TypeBindings()
    private var scopes: [[String: CELType]] = []
    private var types: [Int: CELType] = [:]
    private(set) var references: [Int: CheckedExpression.Reference] = [:]
    private(set) var issues = IssueList()

    init(_ environment: Environment) { self.environment = environment }

    func final(_ type: CELType) -> CELType { bindings.resolved(type, unknownAsDyn: true) }
    var finalTypes: [Int: CELType] { types.mapValues { bindings.resolved($0, unknownAsDyn: true) } }

    mutating func check(_ node: Expression) -> CELType {
        let type: CELType
        switch node.kind {
        case .literal(let value): type = value.type
        case .identifier(let name): type = identifier(node, name)
        case .select(let operand, let field, let isTest): type = selection(node, operand, field, isTest: isTest)
        case .call(let name, let target, let arguments): type = call(node, name, target, arguments)
        case .list(let elements, let optional): type = list(elements, optional)
        case .map(let entries): type = map(entries)
        case .message(let name, let fields): type = message(node, name, fields)
        case .comprehension(let loop): type = comprehension(loop)
        }
        types[node.id] = type
        return type
    }

    // MARK: names

    private func local(_ name: String) -> CELType? {
        for scope in scopes.reversed() { if let type = scope[name] { return type } }
        return nil
    }

    /// What a plain or dotted name of the environment stands for.
    private func global(_ name: String) -> (CheckedExpression.Reference, CELType)? {
        let name = name.hasPrefix(".") ? String(name.dropFirst()) : name
        if let position = environment.variablePositions[name] { return (.variable(position), environment.variables[position].type) }
        if let type = environment.types[name] { return (.type(type), .type(type)) }
        return nil
    }

    private mutating func identifier(_ node: Expression, _ name: String) -> CELType {
        if let type = local(name) {
            references[node.id] = .local(name)
            return type
        }
        if let (reference, type) = global(name) {
            references[node.id] = reference
            return type
        }
        return undeclared(name, node.offset)
    }

    private mutating func undeclared(_ name: String, _ offset: Int) -> CELType {
        issues.report("undeclared reference to '\(name)' (in container '')", at: offset)
        return .failure
    }

    // MARK: fields

    private mutating func selection(_ node: Expression, _ operand: Expression, _ field: String, isTest: Bool) -> CELType {
        // A dotted name may be the name of a variable or of a type.
        if !isTest, let name = node.qualifiedName, let root = name.split(separator: ".").first, local(String(root)) == nil,
            let (reference, type) = global(name)
        {
            references[node.id] = reference
            return type
        }
        let type = fieldType(check(operand), field, at: node.offset, isOptional: false)
        return isTest ? .bool : type
    }

    private mutating func fieldType(_ operand: CELType, _ field: String, at offset: Int, isOptional: Bool) -> CELType {
        var target = bindings.resolved(operand)
        var wraps = isOptional
        if case .optional(let inner) = target {
            target = bindings.resolved(inner)
            wraps = true
        }
        var type: CELType
        switch target {
        case .failure, .dyn: type = .dyn
        case .map(_, let value): type = value
        case .object(let declared):
            if let declaration = declared.field(field) {
                type = declaration.type
            } else {
                issues.report("undefined field '\(field)'", at: offset)
                type = .failure
            }
        case .parameter:
            _ = bindings.isAssignable(.dyn, to: target)
            type = .dyn
        default:
            issues.report("type '\(target.messageText)' does not support field selection", at: offset)
            type = .failure
        }
        if wraps, !isOptionalType(type) { type = .optional(type) }
        return type
    }

    private func isOptionalType(_ type: CELType) -> Bool {
        if case .optional = type { return true }
        return false
    }

    // MARK: calls

    private mutating func call(_ node: Expression, _ name: String, _ target: Expression?, _ arguments: [Expression]) -> CELType {
        if name == Operator.optionalSelect, arguments.count == 2, case .literal(.string(let field)) = arguments[1].kind {
            let operand = check(arguments[0])
            types[arguments[1].id] = .string
            return fieldType(operand, field, at: node.offset, isOptional: true)
        }
        guard let target else {
            let overloads = environment.overloads(name.hasPrefix(".") ? String(name.dropFirst()) : name)
            let types = arguments.map { check($0) }
            guard !overloads.isEmpty else { return undeclared(name, node.offset) }
            return resolve(node, name, overloads, types, isMember: false, isQualified: false)
        }
        if let prefix = target.qualifiedName, let root = prefix.split(separator: ".").first, local(String(root)) == nil {
            let qualified = (prefix.hasPrefix(".") ? String(prefix.dropFirst()) : prefix) + "." + name
            let overloads = environment.overloads(qualified)
            if !overloads.isEmpty {
                let types = arguments.map { check($0) }
                return resolve(node, qualified, overloads, types, isMember: false, isQualified: true)
            }
        }
        let receiver = check(target)
        let types = [receiver] + arguments.map { check($0) }
        let overloads = environment.overloads(name)
        guard !overloads.isEmpty else { return undeclared(name, node.offset) }
        return resolve(node, name, overloads, types, isMember: true, isQualified: false)
    }

    private mutating func resolve(
        _ node: Expression, _ name: String, _ overloads: [Environment.ResolvedOverload], _ arguments: [CELType], isMember: Bool,
        isQualified: Bool
    ) -> CELType {
        var matching: [Environment.ResolvedOverload] = []
        var result: CELType?
        for candidate in overloads where candidate.overload.isMember == isMember {
            var names: Set<String> = []
            for type in candidate.overload.parameters + [candidate.overload.result] { TypeBindings.parameters(of: type, &names) }
            var replacements: [String: CELType] = [:]
            for name in names { replacements[name] = bindings.fresh() }
            let parameters = candidate.overload.parameters.map { TypeBindings.instantiated($0, replacements) }
            guard bindings.areAssignable(arguments, to: parameters) else { continue }
            matching.append(candidate)
            let type = bindings.resolved(TypeBindings.instantiated(candidate.overload.result, replacements))
            if let known = result {
                if !known.isDyn, known != type { result = .dyn }
            } else {
                result = type
            }
        }
        guard let result else {
            let known = arguments.map { bindings.resolved($0, unknownAsDyn: true) }
            if known.contains(.failure) { return .failure }
            issues.report("found no matching overload for '\(name)' applied to '\(signature(known, isMember))'", at: node.offset)
            return .failure
        }
        references[node.id] = isQualified ? .qualified(matching) : .overloads(matching)
        return result
    }

    private func signature(_ types: [CELType], _ isMember: Bool) -> String {
        guard isMember, let receiver = types.first else { return "(" + types.map(\.messageText).joined(separator: ", ") + ")" }
        return receiver.messageText + ".(" + types.dropFirst().map(\.messageText).joined(separator: ", ") + ")"
    }

    // MARK: aggregates

    /// The type of what an optional element holds.
    private mutating func unwrapped(_ type: CELType, _ node: Expression) -> CELType {
        let known = bindings.resolved(type)
        if case .optional(let inner) = known { return inner }
        if !known.isDyn {
            issues.report("expected type 'optional_type(\(known.messageText))' but found '\(known.messageText)'", at: node.offset)
        }
        return .dyn
    }

    private mutating func list(_ elements: [Expression], _ optional: Set<Int>) -> CELType {
        var joined: CELType?
        for (position, element) in elements.enumerated() {
            var type = check(element)
            if optional.contains(position) { type = unwrapped(type, element) }
            joined = bindings.joined(joined, type)
        }
        return .list(joined ?? bindings.fresh())
    }

    private mutating func map(_ entries: [Expression.Entry]) -> CELType {
        var keys: CELType?, values: CELType?
        for entry in entries {
            keys = bindings.joined(keys, check(entry.key))
            var value = check(entry.value)
            if entry.isOptional { value = unwrapped(value, entry.value) }
            values = bindings.joined(values, value)
        }
        return .map(keys ?? bindings.fresh(), values ?? bindings.fresh())
    }

    private mutating func message(_ node: Expression, _ name: String, _ fields: [Expression.Field]) -> CELType {
        let name = name.hasPrefix(".") ? String(name.dropFirst()) : name
        guard let declared = environment.messageType(name) else {
            for field in fields { _ = check(field.value) }
            return undeclared(name, node.offset)
        }
        for field in fields {
            var type = check(field.value)
            if field.isOptional { type = unwrapped(type, field.value) }
            guard let declaration = declared.field(field.name) else {
                issues.report("undefined field '\(field.name)'", at: field.offset)
                continue
            }
            let wanted = declaration.type
            if !bindings.isAssignable(type, to: wanted) {
                let found = bindings.resolved(type, unknownAsDyn: true).messageText
                issues.report(
                    "expected type of field '\(field.name)' is '\(wanted.messageText)' but provided type is '\(found)'", at: field.offset)
            }
        }
        return .object(declared)
    }

    // MARK: comprehensions

    private mutating func comprehension(_ loop: Expression.Comprehension) -> CELType {
        let range = bindings.resolved(check(loop.range))
        let accumulator = check(loop.initial)
        let (first, second) = elementTypes(range, hasTwo: loop.second != nil, at: loop.range.offset)
        scopes.append([loop.accumulator: accumulator])
        scopes.append([loop.variable: first])
        if let name = loop.second { scopes[scopes.count - 1][name] = second }
        expect(check(loop.condition), .bool, at: loop.condition.offset)
        expect(check(loop.step), accumulator, at: loop.step.offset)
        scopes.removeLast()
        let result = check(loop.result)
        scopes.removeLast()
        return bindings.resolved(result)
    }

    private mutating func elementTypes(_ range: CELType, hasTwo: Bool, at offset: Int) -> (CELType, CELType) {
        switch range {
        case .list(let element): return hasTwo ? (.int, element) : (element, .dyn)
        case .map(let key, let value): return (key, value)
        case .dyn, .failure: return (.dyn, .dyn)
        case .parameter:
            _ = bindings.isAssignable(.dyn, to: range)
            return (.dyn, .dyn)
        default:
            issues.report(
                "expression of type '\(range.messageText)' cannot be range of a comprehension (must be list, map, or dynamic)", at: offset)
            return (.failure, .failure)
        }
    }

    private mutating func expect(_ type: CELType, _ wanted: CELType, at offset: Int) {
        if bindings.isAssignable(type, to: wanted) { return }
        let (expected, found) = (bindings.resolved(wanted, unknownAsDyn: true), bindings.resolved(type, unknownAsDyn: true))
        issues.report("expected type '\(expected.messageText)' but found '\(found.messageText)'", at: offset)
    }
}
