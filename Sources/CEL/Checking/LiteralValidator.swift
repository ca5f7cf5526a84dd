/// What the types allow and the values do not: literals that cannot be converted, aggregates of mixed types.
struct LiteralValidator {
    private let checked: CheckedExpression
    private(set) var issues = IssueList()

    init(_ checked: CheckedExpression) { self.checked = checked }

    /// The arguments of `format` may be of any types.
    mutating func visit(_ node: Expression, isExempt: Bool) {
        var isExempt = isExempt
        switch node.kind {
        case .call(let name, let target, let arguments):
            if name == "format" {
                isExempt = true
                format(target, arguments, node.offset)
            }
            conversion(name, target, arguments)
        case .list(let elements, let optional) where !isExempt:
            sameTypes(elements.enumerated().map { ($0.element, optional.contains($0.offset)) })
        case .map(let entries) where !isExempt:
            sameTypes(entries.map { ($0.key, false) })
            sameTypes(entries.map { ($0.value, $0.isOptional) })
        default: break
        }
        for child in node.children { visit(child, isExempt: isExempt) }
    }

    private mutating func conversion(_ name: String, _ target: Expression?, _ arguments: [Expression]) {
        if name == "find" || name == "findAll", target != nil, let first = arguments.first, case .literal(.string(let text)) = first.kind {
            do {
                _ = try RegularExpression(text)
            } catch {
                issues.report(error.message, at: first.offset)
            }
        }
        guard let last = arguments.last, case .literal(.string(let text)) = last.kind else { return }
        switch name {
        case "duration" where target == nil && CELDuration(text) == nil: issues.report("invalid duration argument", at: last.offset)
        case "timestamp" where target == nil && CELTimestamp(text) == nil: issues.report("invalid timestamp argument", at: last.offset)
        case "matches":
            do {
                _ = try RegularExpression(text)
            } catch {
                issues.report("invalid matches argument", at: last.offset)
            }
        default: break
        }
    }

    /// A literal format with a literal list: each clause takes values of some types only.
    private mutating func format(_ target: Expression?, _ arguments: [Expression], _ offset: Int) {
        guard let target, case .literal(.string(let text)) = target.kind, let list = arguments.first, arguments.count == 1,
            case .list(let elements, _) = list.kind
        else { return }
        let verbs = Formatting.verbs(text)
        for (verb, element) in zip(verbs, elements) {
            let type = checked.types[element.id] ?? .dyn
            guard let rule = Formatting.rule(of: verb, against: type) else { continue }
            issues.report("error during formatting: \(rule), was given \(type.name)", at: element.offset)
            return
        }
        if verbs.count > elements.count {
            issues.report("index \(elements.count) out of range", at: offset)
        } else if verbs.count < elements.count {
            issues.report("too many arguments supplied to string.format (expected \(verbs.count), got \(elements.count))", at: offset)
        }
    }

    private mutating func sameTypes(_ elements: [(Expression, isOptional: Bool)]) {
        var wanted: CELType?
        for (element, isOptional) in elements {
            var type = checked.types[element.id] ?? .dyn
            if isOptional, case .optional(let inner) = type { type = inner }
            guard let expected = wanted else {
                wanted = type
                continue
            }
            if type != expected {
                issues.report("expected type '\(expected.messageText)' but found '\(type.messageText)'", at: element.offset)
                return
            }
        }
    }
}
