import CEL
package import KubernetesTypes
package import Objects

/// What is wrong with the rules of a schema themselves, before any object is checked by them.
package struct RuleProblems {
    private init(compiles: Bool) { self.compiles = compiles }

    private var errors: [FieldError] = []
    private var total: UInt64 = 0
    /// The rules that cost most, to name them when all together cost too much.
    private var expensive: [(path: String, cost: UInt64)] = []

    private let compiles: Bool

    /// Checks the rules of a schema that stands at `path`; their expressions only where the schema itself is sound.
    package static func found(in schema: Value, at path: String, compiles: Bool = true) -> [FieldError] {
        let declared = compiles ? SchemaDeclaration.type(of: schema, isResource: true) : nil
        if compiles, declared == nil { return [] }
        var problems = RuleProblems(compiles: compiles)
        problems.visit(schema, declared, Place(path: path, unmatched: nil, count: 1))
        problems.checkTotal(path)
        return problems.errors
    }

    /// Where in the schema a rule stands.
    private struct Place {
        let path: String
        /// The list or map around it whose elements cannot be found again in an old object.
        var unmatched: String?
        /// How often an object may have it; nil when the schema sets no bound.
        var count: UInt64?
    }

    private mutating func visit(_ schema: Value, _ declared: DeclaredType?, _ place: Place) {
        for (position, rule) in schema["x-kubernetes-validations"].array.enumerated() {
            check(rule, schema, declared, place, "\(place.path).x-kubernetes-validations[\(position)]")
        }
        for entry in schema["properties"].members where entry.value.isObject {
            let field = PropertyName.escaped(entry.key).flatMap { declared?.field($0) }
            let isAtomic = schema["x-kubernetes-map-type"].string == "atomic"
            visit(
                entry.value, field,
                Place(
                    path: "\(place.path).properties[\(entry.key)]", unmatched: place.unmatched ?? (isAtomic ? place.path : nil),
                    count: place.count))
        }
        if schema["additionalProperties"].isObject {
            var value: DeclaredType?
            if case .map(let type) = declared?.shape { value = type }
            let count = multiplied(place.count, schema["maxProperties"])
            visit(schema["additionalProperties"], value, Place(path: place.path + ".additionalProperties", unmatched: place.unmatched, count: count))
        }
        if schema["items"].isObject {
            var element: DeclaredType?
            if case .list(let type, _) = declared?.shape { element = type }
            let isKeyed = schema["x-kubernetes-list-type"].string == "map"
            let count = multiplied(place.count, schema["maxItems"])
            visit(schema["items"], element, Place(path: place.path + ".items", unmatched: place.unmatched ?? (isKeyed ? nil : place.path), count: count))
        }
    }

    private func multiplied(_ count: UInt64?, _ bound: Value) -> UInt64? {
        guard let count, let bound = bound.int, bound >= 0 else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: UInt64(bound))
        return overflow ? .max : product
    }

    // MARK: one rule

    private mutating func check(_ rule: Value, _ schema: Value, _ declared: DeclaredType?, _ place: Place, _ path: String) {
        let text = rule["rule"].string ?? ""
        checkTexts(rule, schema, path)
        if SchemaRule.trimmed(text).isEmpty {
            errors.append(.required(path + ".rule", "rule is not specified"))
            return
        }
        if !compiles { return }
        guard let declared else {
            errors.append(.invalid(path + ".rule", Self.shown(rule), "rules may not stand here: the schema does not say of what type the value is"))
            return
        }
        let compiled: SchemaRule
        do {
            compiled = try SchemaRule(rule, declared, schema)
        } catch {
            switch error {
            case .rule(let detail): errors.append(.invalid(path + ".rule", Self.shown(rule), detail))
            case .message(let detail): errors.append(.invalid(path + ".messageExpression", Self.shown(rule), detail))
            }
            return
        }
        if compiled.usesOldSelf, let list = place.unmatched {
            errors.append(
                .invalid(path + ".rule", .string(text), "oldSelf cannot be used on the uncorrelatable portion of the schema within \(list)"))
        }
        if rule.contains("optionalOldSelf"), !rule["optionalOldSelf"].isNull, !compiled.usesOldSelf {
            errors.append(.invalid(path + ".optionalOldSelf", rule["optionalOldSelf"], "may not be set if oldSelf is not used in rule"))
        }
        // A rule runs as often as its place is there; a message is made once, for the answer.
        let count = place.count ?? DeclaredType.requestSize / (declared.minimumBytes + 1)
        charge(compiled.estimatedCost, times: count, "estimated rule cost", path + ".rule")
        if compiled.messageProgram != nil {
            charge(compiled.estimatedMessageCost, times: 1, "estimated messageExpression cost", path + ".messageExpression")
        }
    }

    private mutating func checkTexts(_ rule: Value, _ schema: Value, _ path: String) {
        let message = rule["message"].string ?? "", text = rule["rule"].string ?? ""
        let trimmed = SchemaRule.trimmed(message)
        if !message.isEmpty, trimmed.isEmpty {
            errors.append(.invalid(path + ".message", .string(message), "must be non-empty if specified"))
        } else if trimmed.contains(where: \.isNewline) {
            errors.append(.invalid(path + ".message", .string(message), "must not contain line breaks"))
        } else if trimmed.isEmpty, SchemaRule.trimmed(text).contains(where: \.isNewline) {
            errors.append(.required(path + ".message", "message must be specified if rule contains line breaks"))
        }
        if let expression = rule["messageExpression"].string, !expression.isEmpty, SchemaRule.trimmed(expression).isEmpty {
            errors.append(.required(path + ".messageExpression", "messageExpression must be non-empty if specified"))
        }
        let reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"]
        if let reason = rule["reason"].string, !reasons.contains(reason) {
            errors.append(.notSupported(path + ".reason", .string(reason), reasons))
        }
        guard let field = rule["fieldPath"].string, !field.isEmpty else { return }
        let plain = SchemaRule.trimmed(field)
        if plain.isEmpty {
            errors.append(.invalid(path + ".fieldPath", .string(field), "must be non-empty if specified"))
        } else if plain.contains(where: \.isNewline) {
            errors.append(.invalid(path + ".fieldPath", .string(field), "must not contain line breaks"))
        }
        if FieldPathRule.suffix(field, schema) == nil {
            errors.append(.invalid(path + ".fieldPath", .string(field), "must be a valid path"))
        }
    }

    /// The rule with the names that Go has for its fields.
    private static func shown(_ rule: Value) -> Value {
        func text(_ key: String) -> Value { .string(rule[key].string ?? "") }
        return [
            "Rule": text("rule"), "Message": text("message"), "MessageExpression": text("messageExpression"), "Reason": rule["reason"],
            "FieldPath": text("fieldPath"), "OptionalOldSelf": rule["optionalOldSelf"],
        ]
    }

    // MARK: costs

    private static let advice =
        "try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared"

    private mutating func charge(_ cost: UInt64, times count: UInt64, _ what: String, _ path: String) {
        let (product, overflow) = cost.multipliedReportingOverflow(by: count)
        let whole = overflow ? .max : product
        if whole > CostLimits.estimatedRule {
            errors.append(.forbidden(path, Self.excess(what, whole, CostLimits.estimatedRule) + " (\(Self.advice))"))
        }
        total = total.addingReportingOverflow(whole).overflow ? .max : total + whole
        expensive.append((path, whole))
        expensive.sort { $0.cost > $1.cost }
        if expensive.count > 4 { expensive.removeLast() }
    }

    private mutating func checkTotal(_ path: String) {
        guard total > CostLimits.estimatedSchema else { return }
        for rule in expensive {
            errors.append(
                .forbidden(rule.path, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"))
        }
        errors.append(
            .forbidden(
                path,
                Self.excess(
                    "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema", total,
                    CostLimits.estimatedSchema) + " (\(Self.advice))"))
    }

    private static func excess(_ what: String, _ cost: UInt64, _ limit: UInt64) -> String {
        let factor = Double(cost) / Double(limit)
        let text: String
        if factor > 100 {
            text = "more than 100x"
        } else {
            text = (factor < 1.5 ? NumberText.fixed(factor, decimals: 6) : NumberText.fixed(factor, decimals: 1)) + "x"
        }
        return "\(what) exceeds budget by factor of \(text)"
    }
}
