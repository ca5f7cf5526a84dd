import CEL
package import KubernetesTypes
package import Objects

/// The rules of a schema, as a tree of the places at which some stand or below which some stand.
package final class SchemaRules: Sendable {
    private let type: String
    private let declared: DeclaredType
    private let rules: [SchemaRule]
    private let properties: [String: SchemaRules]
    private let additional: SchemaRules?
    private let items: SchemaRules?
    /// The members by which elements of a keyed list are found again in the old one.
    private let listKeys: [String]?

    /// Nil when there is no rule in the schema. Rules that do not compile are left out: their definition was refused.
    package static func compile(_ schema: Value, isResource: Bool = true) -> SchemaRules? {
        guard contains(schema), let declared = SchemaDeclaration.type(of: schema, isResource: isResource) else { return nil }
        return SchemaRules(schema, declared)
    }

    private static func contains(_ schema: Value) -> Bool {
        !schema["x-kubernetes-validations"].array.isEmpty || schema["properties"].members.contains { contains($0.value) }
            || (schema["items"].isObject && contains(schema["items"]))
            || (schema["additionalProperties"].isObject && contains(schema["additionalProperties"]))
    }

    private init(_ schema: Value, _ declared: DeclaredType) {
        self.declared = declared
        type = schema["type"].string ?? ""
        rules = schema["x-kubernetes-validations"].array.compactMap { try? SchemaRule($0, declared, schema) }
        var properties: [String: SchemaRules] = [:]
        for entry in schema["properties"].members where Self.contains(entry.value) {
            if let name = PropertyName.escaped(entry.key), let field = declared.field(name) {
                properties[entry.key] = SchemaRules(entry.value, field)
            }
        }
        self.properties = properties
        if case .map(let value) = declared.shape, Self.contains(schema["additionalProperties"]) {
            additional = SchemaRules(schema["additionalProperties"], value)
        } else {
            additional = nil
        }
        if case .list(let element, let topology) = declared.shape {
            items = Self.contains(schema["items"]) ? SchemaRules(schema["items"], element) : nil
            if case .map(let keys) = topology { listKeys = keys } else { listKeys = nil }
        } else {
            items = nil
            listKeys = nil
        }
    }

    /// What the rules find wrong with an object. `old` is nil when it is new.
    package func errors(_ value: Value, old: Value?) -> [FieldError] {
        var run = Run()
        visit(value, old, "", &run)
        return run.errors
    }

    /// One evaluation of all rules against an object.
    private struct Run {
        var errors: [FieldError] = []
        var budget = CostLimits.request
        var isOver = false

        mutating func stop(_ error: FieldError) {
            errors.append(error)
            isOver = true
        }
    }

    private func visit(_ value: Value, _ old: Value?, _ path: String, _ run: inout Run) {
        if run.isOver || value.isNull { return }
        for rule in rules where !run.isOver { check(rule, value, old, path, &run) }
        switch value {
        case .object(let members):
            for entry in members where !run.isOver {
                let before = old.flatMap { $0.contains(entry.key) ? $0[entry.key] : nil }
                if let property = properties[entry.key] {
                    property.visit(entry.value, before, path.isEmpty ? entry.key : path + "." + entry.key, &run)
                } else if let additional {
                    additional.visit(entry.value, before, path + "[\(entry.key)]", &run)
                }
            }
        case .array(let elements):
            guard let items else { return }
            let before = counterparts(old)
            for (position, element) in elements.enumerated() where !run.isOver {
                items.visit(element, before.isEmpty ? nil : before[identity(element)], path + "[\(position)]", &run)
            }
        default: return
        }
    }

    /// The elements of the old list by their keys; other lists have nothing that their elements could be found by.
    private func counterparts(_ old: Value?) -> [[Value]: Value] {
        guard listKeys != nil, let old else { return [:] }
        return Dictionary(old.array.map { (identity($0), $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func identity(_ element: Value) -> [Value] { (listKeys ?? []).map { element[$0] } }

    // MARK: one rule

    private func check(_ rule: SchemaRule, _ value: Value, _ old: Value?, _ path: String, _ run: inout Run) {
        if rule.usesOldSelf, old == nil, !rule.hasOptionalOldSelf { return }
        // What did not change does not stand in the way of other changes.
        if !rule.usesOldSelf, let old, old == value { return }
        let place = path.isEmpty ? "<nil>" : path
        let before = old.map { CELValue(adapting: $0, as: declared) }
        let values: [CELValue] = [
            CELValue(adapting: value, as: declared), rule.hasOptionalOldSelf ? .optional(before) : before ?? .null,
        ]
        let (result, cost) = rule.program.measuredRun(values, costLimit: min(CostLimits.call, run.budget))
        if !spend(cost, place, &run) { return }
        switch result {
        case .success(.bool(true)): return
        case .success: fail(rule, value, values, place, &run)
        case .failure(let error): report(error, rule, place, &run)
        }
    }

    private func spend(_ cost: UInt64, _ place: String, _ run: inout Run) -> Bool {
        guard cost <= run.budget else {
            run.stop(
                .invalid(
                    place, .string(type), "validation failed due to running out of cost budget, no further validation rules will be run"))
            return false
        }
        run.budget -= cost
        return true
    }

    private func report(_ error: CELError, _ rule: SchemaRule, _ place: String, _ run: inout Run) {
        let name = rule.message.isEmpty ? SchemaRule.trimmed(rule.text) : rule.message
        if error.code == .costLimitExceeded {
            let detail = "call cost exceeds limit for rule: \(name), no further validation rules will be run"
            return run.stop(.invalid(place, .string(type), detail))
        }
        let detail =
            error.message == "no such overload"
            ? "call arguments did not match a supported operator, function or macro signature for rule: \(name)"
            : "\(error.message) evaluating rule: \(name)"
        run.errors.append(.invalid(place, .string(type), detail))
    }

    private func fail(_ rule: SchemaRule, _ value: Value, _ values: [CELValue], _ place: String, _ run: inout Run) {
        var detail = rule.message.isEmpty ? "failed rule: \(SchemaRule.trimmed(rule.text))" : rule.message
        if let program = rule.messageProgram {
            let (result, cost) = program.measuredRun(values, costLimit: min(CostLimits.call, run.budget))
            if !spend(cost, place, &run) { return }
            if case .success(.string(let text)) = result {
                let message = SchemaRule.trimmed(text)
                if !message.isEmpty, !message.contains(where: \.isNewline) { detail = message }
            }
        }
        let field = place + rule.fieldPath
        switch rule.reason {
        case "FieldValueForbidden": run.errors.append(.forbidden(field, detail))
        case "FieldValueRequired": run.errors.append(.required(field, detail))
        case "FieldValueDuplicate":
            run.errors.append(Self.isScalar(value) ? .duplicate(field, value) : FieldError(kind: .duplicate, field: field, message: "Duplicate value"))
        default:
            run.errors.append(
                Self.isScalar(value) ? .invalid(field, value, detail) : FieldError(kind: .invalid, field: field, message: "Invalid value: \(detail)"))
        }
    }

    /// Lists and objects are too large to be shown.
    private static func isScalar(_ value: Value) -> Bool { !value.isObject && !value.isArray }
}
