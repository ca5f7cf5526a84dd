import CEL
package import KubernetesTypes
package import Objects

/// What is wrong with the expressions of a policy or of a webhook's conditions, found when they are written.
package struct ExpressionProblems {
    /// Names the field, shows the expression, tells what it must evaluate to.
    private static func check(_ text: String, at path: String, _ environment: Environment, _ wanted: [CELType]) -> FieldError? {
        do {
            let checked = try environment.compile(text)
            if wanted.isEmpty || wanted.contains(checked.type) || checked.type == .dyn { return nil }
            let names = wanted.map(\.text)
            let list = names.count == 1 ? names[0] : "one of [" + names.joined(separator: " ") + "]"
            return .invalid(path, .string(text), "must evaluate to \(list) but got \(checked.type.text)")
        } catch {
            return .invalid(path, .string(text), "compilation failed: \(error.text)")
        }
    }

    private static func isBlank(_ text: String) -> Bool { trimmed(text).isEmpty }

    /// The conditions of a webhook at `path`.
    package static func conditions(_ stated: Value, at path: String) -> [FieldError] {
        conditions(stated, at: path, PolicyEnvironment.environment(hasNamespace: false))
    }

    private static func conditions(_ stated: Value, at path: String, _ environment: Environment) -> [FieldError] {
        stated.array.enumerated().compactMap { position, condition in
            let text = condition["expression"].string ?? ""
            return isBlank(text) ? nil : check(text, at: "\(path)[\(position)].expression", environment, [.bool])
        }
    }

    /// The problems of a policy's expressions, each at its place; `isMutating` tells the kind of the policy.
    package let variables: [FieldError]
    package let conditions: [FieldError]
    /// Of `validations`, or of `mutations`.
    package let body: [FieldError]
    package let annotations: [FieldError]

    package init(_ spec: Value, isMutating: Bool) {
        let params: CELType? = spec["paramKind"].isObject ? .dyn : nil
        func environment(_ variables: DeclaredType?) -> Environment {
            PolicyEnvironment.environment(params: params, isMutation: isMutating, variables: variables)
        }
        let stated = spec["variables"].array
        // What has no name, or one that expressions cannot say, does not exist for those that follow.
        let named = stated.map { variable in
            let name = variable["name"].string ?? ""
            return Self.isName(name) && !Self.isBlank(variable["expression"].string ?? "") ? variable : .emptyObject
        }
        let composed = PolicyVariables(named) { environment($0) }
        variables = composed.problems.compactMap { position, error in
            let text = named[position]["expression"].string ?? ""
            return Self.isBlank(text) ? nil : .invalid("spec.variables[\(position)].expression", .string(text), "compilation failed: \(error.text)")
        }
        conditions = Self.conditions(spec["matchConditions"], at: "spec.matchConditions", environment(nil))
        // Where a variable failed, what uses it says nothing new.
        let failed = Set(composed.problems.compactMap { named[$0.position]["name"].string })
        let known = Self.tolerant(composed.declared, failed)
        let full = environment(known)
        body = isMutating ? Self.mutations(spec["mutations"], full) : Self.validations(spec["validations"], full)
        annotations = spec["auditAnnotations"].array.enumerated().compactMap { position, annotation in
            let text = annotation["valueExpression"].string ?? ""
            return Self.isBlank(text) ? nil : Self.check(text, at: "spec.auditAnnotations[\(position)].valueExpression", full, [.string, .null])
        }
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
        return PropertyName.escaped(text) == text
    }

    private static func tolerant(_ declared: DeclaredType, _ failed: Set<String>) -> DeclaredType {
        if failed.isEmpty { return declared }
        return DeclaredType(object: declared.name) { name in failed.contains(name) ? .dyn : declared.field(name) }
    }

    private static func validations(_ stated: Value, _ environment: Environment) -> [FieldError] {
        stated.array.enumerated().flatMap { position, validation in
            let path = "spec.validations[\(position)]"
            var errors: [FieldError] = []
            let expression = validation["expression"].string ?? "", message = validation["messageExpression"].string ?? ""
            if !isBlank(expression), let error = check(expression, at: path + ".expression", environment, [.bool]) { errors.append(error) }
            if !isBlank(message), let error = check(message, at: path + ".messageExpression", environment, [.string]) { errors.append(error) }
            return errors
        }
    }

    private static func mutations(_ stated: Value, _ environment: Environment) -> [FieldError] {
        stated.array.enumerated().compactMap { position, mutation in
            let isPatch = mutation["patchType"].string == "JSONPatch"
            let key = isPatch ? "jsonPatch" : "applyConfiguration"
            let text = mutation[key]["expression"].string ?? ""
            if isBlank(text) { return nil }
            let path = "spec.mutations[\(position)].\(key).expression"
            let wanted: CELType = isPatch ? .list(.object(PatchTypes.operation)) : PatchTypes.type(named: "Object").map { .object($0) } ?? .dyn
            return check(text, at: path, environment, [wanted])
        }
    }
}
