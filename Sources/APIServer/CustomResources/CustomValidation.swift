import CEL
import KubernetesTypes
import Objects
import Schema
import Strategies

/// The checks of a structural schema, in the words of Kubernetes.
struct CustomValidation {
    fileprivate(set) var errors: [FieldError] = []

    /// What is wrong with an object. What was so before, in the same place of `old`, is let be.
    static func errors(_ value: Value, _ schema: StructuralSchema, old: Value? = nil) -> [FieldError] {
        var validation = CustomValidation()
        for entry in value.members where !["apiVersion", "kind", "metadata"].contains(entry.key) {
            if let property = schema.properties[entry.key] ?? schema.additional {
                validation.check(entry.value, property, entry.key, old: old?.members[entry.key])
            }
        }
        // Of the metadata a schema may say something of the names only.
        for name in ["name", "generateName"] {
            guard let rule = schema.properties["metadata"]?.properties[name], let text = value["metadata"][name].string else { continue }
            if old?["metadata"][name].string != text { validation.check(.string(text), rule, "metadata.\(name)") }
        }
        validation.checkRequired(value.members, schema, "")
        validation.checkCombinations(value, schema, "")
        return validation.errors
    }

    /// What is wrong with a status that is written by itself: messages name what is in it as if it were all there is.
    static func errors(ofStatus value: Value, _ schema: StructuralSchema, old: Value?) -> [FieldError] {
        guard !value.isNull, let status = schema.properties["status"] ?? schema.additional else { return [] }
        var validation = CustomValidation()
        validation.check(value, status, "", old: old)
        return validation.errors.map { $0.field == "<nil>" ? $0 : $0.below("status") }
    }

    /// What is wrong with a value that stands alone.
    static func errors(ofDefault value: Value, _ schema: StructuralSchema, isResource: Bool) -> [FieldError] {
        var validation = CustomValidation()
        if isResource { validation.checkEmbedded(value.members, "") }
        validation.check(value, schema, "")
        return validation.errors
    }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    fileprivate mutating func check(_ value: Value, _ schema: StructuralSchema, _ path: String, old: Value? = nil) {
        if let old, old == value { return }
        if value.isNull, schema.isNullable { return checkAllowed(value, schema, path) }
        guard hasType(value, schema, path) else { return }
        checkAllowed(value, schema, path)
        switch value {
        case .string(let text): checkText(text, schema.rules, path)
        case .int, .double: checkNumber(value, schema.rules, path)
        case .array(let elements): checkList(elements, schema, path, old: old?.array ?? [])
        case .object(let members): checkObject(members, schema, path, old: old?.members ?? Members())
        case .bool, .null: break
        }
        checkCombinations(value, schema, path)
    }

    private static func typeName(_ value: Value) -> String {
        switch value {
        case .null: return "null"
        case .bool: return "boolean"
        case .int: return "integer"
        case .double(let number): return number == number.rounded() ? "integer" : "number"
        case .string: return "string"
        case .array: return "array"
        case .object: return "object"
        }
    }

    private mutating func hasType(_ value: Value, _ schema: StructuralSchema, _ path: String) -> Bool {
        let actual = Self.typeName(value)
        if schema.isIntOrString {
            if actual == "integer" || actual == "string" { return true }
            errors.append(.typeInvalid(path, .string(actual), "\(path) in body must be of type integer,string: \"\(actual)\""))
            return false
        }
        if schema.type.isEmpty || actual == schema.type || (schema.type == "number" && actual == "integer") { return true }
        errors.append(.typeInvalid(path, .string(actual), "\(path) in body must be of type \(schema.type): \"\(actual)\""))
        if schema.type == "integer", actual == "number" {
            let format = schema.rules.format.map { "with format \($0)" } ?? "(default format)"
            errors.append(.invalid("<nil>", "", "Checked value must be of type integer \(format) in \(path)"))
        }
        return false
    }

    private mutating func checkAllowed(_ value: Value, _ schema: StructuralSchema, _ path: String) {
        // Null is never found among the allowed values, even if it stands there.
        if schema.rules.allowed.isEmpty || (!value.isNull && schema.rules.allowed.contains(value)) { return }
        errors.append(.notSupported(path, value, schema.rules.allowed.map { $0.string ?? $0.jsonString }))
    }

    private mutating func checkText(_ text: String, _ rules: StructuralSchema.Rules, _ path: String) {
        let length = Int64(text.unicodeScalars.count)
        // Of length and pattern only the first that fails is told.
        if let limit = rules.maxLength, length > limit {
            errors.append(.tooLong(path, Int(limit)))
        } else if let limit = rules.minLength, length < limit {
            errors.append(.invalid(path, .string(text), "\(path) in body should be at least \(limit) chars long"))
        } else if let pattern = rules.pattern, let expression = rules.expression, !expression.matches(text) {
            errors.append(.invalid(path, .string(text), "\(path) in body should match '\(pattern)'"))
        }
        if let format = rules.format, !TextFormats.accepts(text, as: format) {
            errors.append(.typeInvalid(path, .string(text), "\(path) in body must be of type \(format): \"\(text)\""))
        }
    }

    private static let ranges: [String: ClosedRange<Double>] = [
        "int32": Double(Int32.min)...Double(Int32.max), "uint32": 0...Double(UInt32.max),
        "float": -Double(Float.greatestFiniteMagnitude)...Double(Float.greatestFiniteMagnitude),
    ]

    private mutating func checkNumber(_ value: Value, _ rules: StructuralSchema.Rules, _ path: String) {
        guard let number = value.double else { return }
        if case .double = value, let format = rules.format, format.hasPrefix("int") || format.hasPrefix("uint") {
            errors.append(.typeInvalid(path, "float64", "\(path) in body must be of type \(format): \"float64\""))
            errors.append(.invalid("<nil>", "", "Checked value must be of type integer with format \(format) in \(path)"))
            return
        }
        if let format = rules.format, let range = Self.ranges[format], !range.contains(number) {
            let type = format.hasPrefix("float") ? "number" : "integer"
            errors.append(.invalid("<nil>", "", "Checked value must be of type \(type) with format \(format) in \(path)"))
        }
        func text(_ limit: Double) -> String { Value.double(limit).jsonString }
        if let limit = rules.minimum, rules.excludesMinimum ? number <= limit : number < limit {
            let relation = rules.excludesMinimum ? "greater than" : "greater than or equal to"
            errors.append(.invalid(path, value, "\(path) in body should be \(relation) \(text(limit))"))
        }
        if let limit = rules.maximum, rules.excludesMaximum ? number >= limit : number > limit {
            let relation = rules.excludesMaximum ? "less than" : "less than or equal to"
            errors.append(.invalid(path, value, "\(path) in body should be \(relation) \(text(limit))"))
        }
        if let factor = rules.multipleOf, factor > 0, (number / factor).rounded() * factor != number {
            errors.append(.invalid(path, value, "\(path) in body should be a multiple of \(text(factor))"))
        }
    }

    /// The element that stood for the same thing before; only lists with keys tell.
    private static func partner(_ element: Value, _ schema: StructuralSchema, _ old: [Value]) -> Value? {
        guard case .map(let keys) = schema.topology else { return nil }
        return old.first { candidate in keys.allSatisfy { candidate[$0] == element[$0] } }
    }

    private mutating func checkList(_ elements: [Value], _ schema: StructuralSchema, _ path: String, old: [Value]) {
        let rules = schema.rules
        if let limit = rules.maxItems, elements.count > limit { errors.append(.tooMany(path, elements.count, Int(limit))) }
        if let limit = rules.minItems, elements.count < limit {
            errors.append(.invalid(path, Value(elements.count), "\(path) in body should have at least \(limit) items"))
        }
        if rules.hasUniqueItems, Set(elements).count < elements.count {
            errors.append(.invalid(path, .array(elements), "\(path) in body shouldn't contain duplicates"))
        }
        if let items = schema.items {
            for (index, element) in elements.enumerated() {
                check(element, items, "\(path)[\(index)]", old: Self.partner(element, schema, old))
            }
        }
        var seen: Set<Value> = []
        for (index, element) in elements.enumerated() {
            switch schema.topology {
            case .atomic: return
            case .set: if !seen.insert(element).inserted { errors.append(.duplicate("\(path)[\(index)]", element)) }
            case .map(let keys):
                let identity = Value.object(
                    Members(keys.sorted().map { ($0, element.contains($0) ? element[$0] : schema.items?.properties[$0]?.defaultValue ?? .null) }))
                if !seen.insert(identity).inserted { errors.append(.duplicate("\(path)[\(index)]", identity)) }
            }
        }
    }

    private mutating func checkObject(_ members: Members, _ schema: StructuralSchema, _ path: String, old: Members) {
        if schema.isEmbedded { checkEmbedded(members, path) }
        let rules = schema.rules
        if let limit = rules.maxProperties, members.count > limit { errors.append(.tooMany(path, members.count, Int(limit))) }
        if let limit = rules.minProperties, members.count < limit {
            errors.append(.invalid(path, Value(members.count), "\(path) in body should have at least \(limit) properties"))
        }
        for entry in members {
            if let property = schema.properties[entry.key] {
                check(entry.value, property, Self.join(path, entry.key), old: old[entry.key])
            } else if let additional = schema.additional {
                check(entry.value, additional, Self.join(path, entry.key), old: old[entry.key])
            }
        }
        checkRequired(members, schema, path)
    }

    /// An object within the object says what it is.
    private mutating func checkEmbedded(_ members: Members, _ path: String) {
        for name in ["apiVersion", "kind"] {
            guard let stated = members[name] else {
                errors.append(.required(Self.join(path, name)))
                continue
            }
            let text = stated.string ?? ""
            if text.isEmpty {
                errors.append(.invalid(Self.join(path, name), stated, "must not be empty"))
            } else if name == "apiVersion", text.split(separator: "/", omittingEmptySubsequences: false).count > 2 {
                errors.append(.invalid(Self.join(path, name), stated, "unexpected GroupVersion string: \(text)"))
            }
        }
        var metadata = members["metadata"] ?? .emptyObject
        // It needs no name, but one that can be one.
        if (metadata["name"].string ?? "").isEmpty { metadata["name"] = "fakename" }
        let isNamespaced = !(metadata["namespace"].string ?? "").isEmpty
        let problems = MetadataRules.validate(
            ["metadata": metadata], isNamespaced: isNamespaced, isBuiltIn: false, nameProblems: { name, _ in NameRules.pathSegment(name) })
        errors += problems.map { path.isEmpty ? $0 : $0.below(path) }
    }

    private mutating func checkRequired(_ members: Members, _ schema: StructuralSchema, _ path: String) {
        for name in schema.rules.required where !members.contains(name) {
            errors.append(.required(Self.join(path, name)))
        }
    }

    private mutating func checkCombinations(_ value: Value, _ schema: StructuralSchema, _ path: String) {
        let rules = schema.rules
        // Kubernetes names no field for these.
        let place = "<nil>"
        func holds(_ part: StructuralSchema) -> Bool {
            var inner = CustomValidation()
            inner.check(value, part, path)
            return inner.errors.isEmpty
        }
        let failing = rules.allOf.filter { !holds($0) }
        for part in failing { check(value, part, path) }
        if !failing.isEmpty {
            let none = failing.count == rules.allOf.count ? ". None validated" : ""
            errors.append(.invalid(place, "", "\"\(path)\" must validate all the schemas (allOf)\(none)"))
        }
        if !rules.anyOf.isEmpty, !rules.anyOf.contains(where: holds) {
            errors.append(.invalid(place, "", "\"\(path)\" must validate at least one schema (anyOf)"))
            reportClosest(rules.anyOf, value, path)
        }
        let valid = rules.oneOf.count(where: holds)
        if !rules.oneOf.isEmpty, valid != 1 {
            let found = valid == 0 ? "Found none valid" : "Found \(valid) valid alternatives"
            errors.append(.invalid(place, "", "\"\(path)\" must validate one and only one schema (oneOf). \(found)"))
            if valid == 0 { reportClosest(rules.oneOf, value, path) }
        }
        if let not = rules.not, holds(not) {
            errors.append(.invalid(place, "", "\"\(path)\" must not validate the schema (not)"))
        }
    }
}

extension CustomValidation {
    /// Of alternatives that all fail, what is wrong with the one that fails least.
    fileprivate mutating func reportClosest(_ parts: [StructuralSchema], _ value: Value, _ path: String) {
        let attempts = parts.map { part in
            var inner = CustomValidation()
            inner.check(value, part, path)
            return inner.errors
        }
        if let closest = attempts.min(by: { $0.count < $1.count }) { errors += closest }
    }
}
