import Objects

extension FieldErrors {
    /// Labels: their keys and values. Problems stand at the map itself.
    package mutating func labels(_ labels: FieldValue) {
        guard case .object(let members) = labels.value else { return }
        for entry in members {
            for problem in NameRules.qualifiedName(entry.key) { invalid(labels, problem, showing: .string(entry.key)) }
            let text = entry.value.string ?? ""
            for problem in NameRules.labelValue(text) { invalid(labels, problem, showing: .string(text)) }
        }
    }

    package mutating func labelKey(_ field: FieldValue) { text(field, NameRules.qualifiedName) }

    /// Annotations: their keys and their size in all.
    package mutating func annotations(_ annotations: FieldValue) {
        let limit = 256 * 1024
        guard case .object(let members) = annotations.value else { return }
        var size = 0
        for entry in members {
            for problem in NameRules.qualifiedName(entry.key.lowercased()) {
                invalid(annotations, problem, showing: .string(entry.key))
            }
            size += entry.key.utf8.count + (entry.value.string?.utf8.count ?? 0)
        }
        if size > limit { tooLong(annotations, limit) }
    }

    /// A `LabelSelector`; nothing is wrong with an absent one.
    package mutating func labelSelector(_ selector: FieldValue, allowsInvalidValues: Bool = false) {
        guard selector.isPresent else { return }
        labels(selector["matchLabels"])
        for expression in selector["matchExpressions"].items {
            selectorRequirement(expression, operators: ["In", "NotIn", "Exists", "DoesNotExist"])
            if !allowsInvalidValues {
                for value in expression["values"].items { text(value, NameRules.labelValue) }
            }
        }
    }

    /// `key`, `operator` and `values` of a requirement.
    package mutating func selectorRequirement(_ requirement: FieldValue, operators: [String], hasLabelKey: Bool = true) {
        let values = requirement["values"]
        let `operator` = requirement["operator"].text
        switch `operator` {
        case "In" where operators.contains(`operator`), "NotIn" where operators.contains(`operator`):
            if values.count == 0 { required(values, "must be specified when `operator` is 'In' or 'NotIn'") }
        case "Exists" where operators.contains(`operator`), "DoesNotExist" where operators.contains(`operator`):
            if values.count > 0 { forbidden(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'") }
        case "Gt" where operators.contains(`operator`), "Lt" where operators.contains(`operator`):
            if values.count != 1 { required(values, "must be specified single value when `operator` is 'Lt' or 'Gt'") }
        default:
            invalid(requirement["operator"], "not a valid selector operator", showing: .string(`operator`))
        }
        if hasLabelKey { labelKey(requirement["key"]) }
    }
}
