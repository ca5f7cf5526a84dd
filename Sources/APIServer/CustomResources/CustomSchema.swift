import CEL
import KubernetesTypes
import Objects
import Schema

/// What one version of a custom kind does to the objects that clients send: takes away what its schema does not
/// know, adds defaults, and checks what is left.
struct CustomSchema: Sendable {
    let schema: StructuralSchema
    private let metadata: MessageType?

    init(_ schema: StructuralSchema, catalogue: KindCatalogue) {
        self.schema = schema
        metadata = catalogue.message(named: Self.metadataName)
    }

    static let metadataName = "k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta"

    // MARK: pruning

    /// Removes unknown members and gives their paths; normalises metadata. Throws what Go's decoder says.
    func prune(_ value: inout Value) throws(ObjectDecodingError) -> [String] {
        var unknown: [String] = []
        if let metadata, value["metadata"].isObject {
            var normal = value["metadata"]
            unknown += try ObjectDecoder.normalise(&normal, as: metadata).map { "metadata.\($0)" }
            if normal["creationTimestamp"].isNull { normal.remove("creationTimestamp") }
            value["metadata"] = normal
        }
        guard case .object(let members) = value else { return unknown }
        value = .object(Self.pruned(members, schema, "", isResource: true, &unknown))
        return unknown
    }

    private static let typeMembers: Set<String> = ["apiVersion", "kind", "metadata"]

    private static func pruned(
        _ members: Members, _ schema: StructuralSchema, _ path: String, isResource: Bool, _ unknown: inout [String]
    ) -> Members {
        var kept: [Members.Entry] = []
        kept.reserveCapacity(members.count)
        for entry in members {
            let below = path.isEmpty ? entry.key : path + "." + entry.key
            if isResource, typeMembers.contains(entry.key) {
                kept.append(entry)
            } else if let property = schema.properties[entry.key] ?? schema.additional {
                // Null is absence where the schema takes no null, and what is absent gets its default.
                if entry.value.isNull, !property.isNullable, !property.type.isEmpty { continue }
                kept.append(Members.Entry(key: entry.key, value: pruned(entry.value, property, below, &unknown)))
            } else if schema.preservesUnknown {
                kept.append(entry)
            } else {
                unknown.append(below)
            }
        }
        return Members(uniqueEntries: kept)
    }

    private static func pruned(_ value: Value, _ schema: StructuralSchema, _ path: String, _ unknown: inout [String]) -> Value {
        switch value {
        case .object(let members):
            if schema.preservesUnknown, schema.properties.isEmpty, schema.additional == nil { return value }
            return .object(pruned(members, schema, path, isResource: schema.isEmbedded, &unknown))
        case .array(let elements):
            guard let items = schema.items else { return value }
            return .array(elements.enumerated().map { pruned($0.element, items, "\(path)[\($0.offset)]", &unknown) })
        default: return value
        }
    }

    // MARK: defaults

    func applyDefaults(_ value: inout Value) {
        if schema.hasDefaults { value = Self.defaulted(value, schema) }
    }

    private static func defaulted(_ value: Value, _ schema: StructuralSchema) -> Value {
        guard schema.hasDefaults else { return value }
        switch value {
        case .object(var members):
            for (name, property) in schema.properties where property.hasDefaults {
                // A null counts as absent where the schema takes none.
                if let standing = property.defaultValue, members[name] == nil || members[name] == .null && !property.isNullable {
                    members[name] = standing
                }
                if let member = members[name] { members[name] = defaulted(member, property) }
            }
            if let additional = schema.additional, additional.hasDefaults {
                members.mapValues { key, member in
                    if schema.properties[key] == nil { member = defaulted(member, additional) }
                }
            }
            return .object(members)
        case .array(let elements):
            guard let items = schema.items else { return value }
            return .array(elements.map { defaulted($0, items) })
        default: return value
        }
    }
}

/// The checks of a structural schema, in the words of Kubernetes.
struct CustomValidation {
    fileprivate(set) var errors: [FieldError] = []

    static func errors(_ value: Value, _ schema: StructuralSchema) -> [FieldError] {
        var validation = CustomValidation()
        for entry in value.members where !["apiVersion", "kind", "metadata"].contains(entry.key) {
            if let property = schema.properties[entry.key] ?? schema.additional {
                validation.check(entry.value, property, entry.key)
            }
        }
        validation.checkRequired(value.members, schema, "")
        validation.checkCombinations(value, schema, "")
        return validation.errors
    }

    fileprivate mutating func check(_ value: Value, _ schema: StructuralSchema, _ path: String) {
        if value.isNull, schema.isNullable { return checkAllowed(value, schema, path) }
        guard hasType(value, schema, path) else { return }
        checkAllowed(value, schema, path)
        switch value {
        case .string(let text): checkText(text, schema.rules, path)
        case .int, .double: checkNumber(value, schema.rules, path)
        case .array(let elements): checkList(elements, schema, path)
        case .object(let members): checkObject(members, schema, path)
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
        return false
    }

    private mutating func checkAllowed(_ value: Value, _ schema: StructuralSchema, _ path: String) {
        if schema.rules.allowed.isEmpty || schema.rules.allowed.contains(value) { return }
        errors.append(.notSupported(path, value, schema.rules.allowed.map { $0.string ?? $0.jsonString }))
    }

    private mutating func checkText(_ text: String, _ rules: StructuralSchema.Rules, _ path: String) {
        let length = Int64(text.unicodeScalars.count)
        if let limit = rules.maxLength, length > limit { errors.append(.tooLong(path, Int(limit))) }
        if let limit = rules.minLength, length < limit {
            errors.append(.invalid(path, .string(text), "\(path) in body should be at least \(limit) chars long"))
        }
        if let pattern = rules.pattern, let expression = rules.expression, !expression.matches(text) {
            errors.append(.invalid(path, .string(text), "\(path) in body should match '\(pattern)'"))
        }
        if let format = rules.format, !TextFormats.accepts(text, as: format) {
            errors.append(.typeInvalid(path, .string(text), "\(path) in body must be of type \(format): \"\(text)\""))
        }
    }

    private mutating func checkNumber(_ value: Value, _ rules: StructuralSchema.Rules, _ path: String) {
        guard let number = value.double else { return }
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

    private mutating func checkList(_ elements: [Value], _ schema: StructuralSchema, _ path: String) {
        let rules = schema.rules
        if let limit = rules.maxItems, elements.count > limit { errors.append(.tooMany(path, elements.count, Int(limit))) }
        if let limit = rules.minItems, elements.count < limit {
            errors.append(.invalid(path, Value(elements.count), "\(path) in body should have at least \(limit) items"))
        }
        if rules.hasUniqueItems, Set(elements).count < elements.count {
            errors.append(.invalid(path, .array(elements), "\(path) in body shouldn't contain duplicates"))
        }
        if let items = schema.items {
            for (index, element) in elements.enumerated() { check(element, items, "\(path)[\(index)]") }
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

    private mutating func checkObject(_ members: Members, _ schema: StructuralSchema, _ path: String) {
        let rules = schema.rules
        if let limit = rules.maxProperties, members.count > limit { errors.append(.tooMany(path, members.count, Int(limit))) }
        if let limit = rules.minProperties, members.count < limit {
            errors.append(.invalid(path, Value(members.count), "\(path) in body should have at least \(limit) properties"))
        }
        for entry in members {
            if let property = schema.properties[entry.key] {
                check(entry.value, property, "\(path).\(entry.key)")
            } else if let additional = schema.additional {
                check(entry.value, additional, "\(path).\(entry.key)")
            }
        }
        checkRequired(members, schema, path)
    }

    private mutating func checkRequired(_ members: Members, _ schema: StructuralSchema, _ path: String) {
        for name in schema.rules.required where !members.contains(name) {
            errors.append(.required(path.isEmpty ? name : "\(path).\(name)"))
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
        for part in rules.allOf where !holds(part) {
            check(value, part, path)
            errors.append(.invalid(place, "", "\(path) in body must validate all the schemas (allOf)"))
        }
        if !rules.anyOf.isEmpty, !rules.anyOf.contains(where: holds) {
            reportClosest(rules.anyOf, value, path)
            errors.append(.invalid(place, "", "\(path) in body must validate at least one schema (anyOf)"))
        }
        if !rules.oneOf.isEmpty, rules.oneOf.filter(holds).count != 1 {
            if !rules.oneOf.contains(where: holds) { reportClosest(rules.oneOf, value, path) }
            errors.append(.invalid(place, "", "\(path) in body must validate one and only one schema (oneOf)"))
        }
        if let not = rules.not, holds(not) {
            errors.append(.invalid(place, "", "\(path) in body must not validate the schema (not)"))
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
