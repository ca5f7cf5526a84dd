import Objects
import Policies
import Schema

extension FieldErrors {
    /// Which requests a policy or a binding is for.
    mutating func matchResources(_ match: FieldValue) {
        oneOfIfPresent(match["matchPolicy"], ["Equivalent", "Exact"])
        labelSelector(match["namespaceSelector"])
        labelSelector(match["objectSelector"])
        for list in ["resourceRules", "excludeResourceRules"] {
            for rule in match[list].items {
                admissionRule(rule)
                var names: Set<String> = []
                for name in rule["resourceNames"].items {
                    text(name, NameRules.pathSegment)
                    if !names.insert(name.text).inserted { duplicate(name) }
                }
            }
        }
    }

    mutating func parameterKind(_ kind: FieldValue) {
        guard kind.isPresent else { return }
        let version = kind["apiVersion"]
        if need(version) {
            let parts = version.text.split(separator: "/", omittingEmptySubsequences: false)
            if parts.count > 2 {
                invalid(version, "unexpected GroupVersion string: \(version.text)")
            } else {
                if parts.count == 2 { for problem in NameRules.dns1123Subdomain(String(parts[0])) { invalid(version, problem) } }
                for problem in NameRules.dns1035Label(String(parts[parts.count - 1])) { invalid(version, problem) }
            }
        }
        guard need(kind["kind"]) else { return }
        for problem in NameRules.dns1035Label(kind["kind"].text.lowercased()) {
            invalid(kind["kind"], "may have mixed case, but should otherwise match: \(problem)")
        }
    }

    /// Variables of a policy: identifiers with expressions.
    mutating func policyVariables(_ variables: FieldValue) {
        for variable in variables.items {
            let name = variable["name"]
            if need(name, "name is not specified") {
                if !CELNames.isIdentifier(name.text) { invalid(name, "must be a valid CEL identifier") }
            }
            if TextRules.trimmed(variable["expression"].text).isEmpty { required(variable["expression"], "expression is not specified") }
        }
    }

    mutating func parameterReference(_ reference: FieldValue) {
        guard reference.isPresent else { return }
        let name = reference["name"], selector = reference["selector"]
        if !name.isEmpty, selector.isPresent {
            forbidden(name, "name and selector are mutually exclusive")
            forbidden(selector, "name and selector are mutually exclusive")
        } else if !name.isEmpty {
            text(name, NameRules.pathSegment)
        } else if selector.isPresent {
            labelSelector(selector)
        } else {
            required(reference, "one of name or selector must be specified")
        }
        let action = reference["parameterNotFoundAction"]
        if action.isAbsent { required(action) } else { oneOf(action, ["Deny", "Allow"]) }
    }
}

/// Names of the expression language.
enum CELNames {
    private static let reserved: Set<String> = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
        "loop", "package", "namespace", "return", "var", "void", "while",
    ]

    static func isIdentifier(_ text: String) -> Bool { TextRules.identifier(text).isEmpty && !reserved.contains(text) }
}

struct ValidatingPolicyStrategy: Strategy {
    var statusMetadata: StatusMetadata { .stays }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        errors.oneOfIfPresent(spec["failurePolicy"], ["Fail", "Ignore"])
        errors.parameterKind(spec["paramKind"])
        let match = spec["matchConstraints"]
        if match.isAbsent {
            errors.required(match)
        } else {
            errors.matchResources(match)
            if match["resourceRules"].count == 0 { errors.required(match["resourceRules"]) }
        }
        let expressions = ExpressionProblems(spec.value, isMutating: false)
        errors.policyVariables(spec["variables"])
        errors.append(expressions.variables)
        errors.matchConditions(spec["matchConditions"])
        if spec["matchConditions"].count <= 64 { errors.append(expressions.conditions) }
        let validations = spec["validations"], annotations = spec["auditAnnotations"]
        if validations.count == 0, annotations.count == 0 {
            errors.required(validations, "validations or auditAnnotations must contain at least one item")
            errors.required(annotations, "validations or auditAnnotations must contain at least one item")
        }
        for validation in validations.items { self.validation(validation, &errors) }
        errors.append(expressions.body)
        auditAnnotations(annotations, object["metadata"]["name"].text, &errors)
        errors.append(expressions.annotations)
    }

    private func validation(_ validation: FieldValue, _ errors: inout FieldErrors) {
        let message = validation["message"], expression = validation["messageExpression"]
        if TextRules.trimmed(validation["expression"].text).isEmpty {
            errors.required(validation["expression"], "expression is not specified")
        }
        if !message.isEmpty, TextRules.trimmed(message.text).isEmpty {
            errors.invalid(message, "must be non-empty if specified")
        } else if message.text.contains(where: \.isNewline) {
            errors.invalid(message, "must not contain line breaks")
        }
        if !expression.isEmpty, TextRules.trimmed(expression.text).isEmpty {
            errors.invalid(expression, "must be non-empty if specified")
        }
        errors.oneOfIfPresent(validation["reason"], ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"], naming: ["Forbidden", "Invalid", "RequestEntityTooLarge"])
    }

    private func auditAnnotations(_ annotations: FieldValue, _ policy: String, _ errors: inout FieldErrors) {
        if annotations.count > 20 { errors.invalid(annotations, "must not have more than 20 auditAnnotations") }
        var keys: Set<String> = []
        for annotation in annotations.items {
            let key = annotation["key"], expression = annotation["valueExpression"]
            for problem in NameRules.qualifiedName(policy + "/" + key.text) {
                errors.invalid(key, problem, showing: .string(policy + "/" + key.text))
            }
            if TextRules.trimmed(expression.text).isEmpty {
                errors.required(expression, "valueExpression is not specified")
            } else if expression.text.utf8.count > 5 * 1024 {
                errors.tooLong(expression, 5 * 1024)
            }
            if !key.isEmpty, !keys.insert(key.text).inserted { errors.duplicate(key) }
        }
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let status = new["status"]
        for warning in status["typeChecking"]["expressionWarnings"].items {
            errors.need(warning["warning"])
            errors.need(warning["fieldRef"])
        }
        errors.conditions(status["conditions"])
    }

    var countsGeneration: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }
}

struct ValidatingPolicyBindingStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"], actions = spec["validationActions"]
        errors.needText(spec["policyName"], NameRules.dns1123Subdomain)
        errors.parameterReference(spec["paramRef"])
        if spec["matchResources"].isPresent { errors.matchResources(spec["matchResources"]) }
        errors.need(actions, "at least one validation action is required")
        var seen: Set<String> = []
        for action in actions.items {
            if !seen.insert(action.text).inserted { errors.duplicate(action) }
            errors.oneOf(action, ["Audit", "Deny", "Warn"])
        }
        if seen.contains("Deny"), seen.contains("Warn") {
            errors.invalid(
                actions,
                "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)")
        }
    }

    var countsGeneration: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }
}

struct MutatingPolicyStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        errors.oneOfIfPresent(spec["failurePolicy"], ["Fail", "Ignore"])
        errors.parameterKind(spec["paramKind"])
        let match = spec["matchConstraints"]
        if match.isAbsent {
            errors.required(match)
        } else {
            errors.matchResources(match)
            if match["resourceRules"].count == 0 { errors.required(match["resourceRules"]) }
            // What a mutation of a connection would change, nobody knows.
            for rule in match["resourceRules"].items {
                for operation in rule["operations"].items where operation.text == "CONNECT" || operation.text == "DELETE" {
                    if operation.text == "CONNECT" { errors.notSupported(operation, ["CREATE", "UPDATE"]) }
                }
            }
        }
        let expressions = ExpressionProblems(spec.value, isMutating: true)
        errors.policyVariables(spec["variables"])
        errors.append(expressions.variables)
        errors.matchConditions(spec["matchConditions"])
        if spec["matchConditions"].count <= 64 { errors.append(expressions.conditions) }
        errors.need(spec["mutations"], "mutations must contain at least one item")
        for mutation in spec["mutations"].items { self.mutation(mutation, &errors) }
        errors.append(expressions.body)
        errors.needOneOf(spec["reinvocationPolicy"], ["IfNeeded", "Never"])
    }

    private func mutation(_ mutation: FieldValue, _ errors: inout FieldErrors) {
        let type = mutation["patchType"], patch = mutation["jsonPatch"], apply = mutation["applyConfiguration"]
        switch type.text {
        case "JSONPatch":
            one(patch, "must be specified when patchType is JSONPatch", apply, "must not be specified when patchType is JSONPatch", &errors)
        case "ApplyConfiguration":
            one(apply, "must be specified when patchType is ApplyConfiguration", patch, "must not be specified when patchType is ApplyConfiguration", &errors)
        case "": errors.required(type)
        default: errors.notSupported(type, ["ApplyConfiguration", "JSONPatch"])
        }
    }

    private func one(_ wanted: FieldValue, _ missing: String, _ other: FieldValue, _ extra: String, _ errors: inout FieldErrors) {
        if wanted.isAbsent {
            errors.required(wanted, missing)
        } else if TextRules.trimmed(wanted["expression"].text).isEmpty {
            errors.required(wanted["expression"], "expression is not specified")
        }
        if other.isPresent { errors.invalid(other, extra) }
    }

    var countsGeneration: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }
}

struct MutatingPolicyBindingStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        errors.needText(spec["policyName"], NameRules.dns1123Subdomain)
        errors.parameterReference(spec["paramRef"])
        if spec["matchResources"].isPresent { errors.matchResources(spec["matchResources"]) }
    }

    var countsGeneration: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }
}

struct APIServiceStrategy: Strategy {
    var statusMetadata: StatusMetadata { .stays }

    func applyDefaults(_ object: inout Value) {
        if object["spec"]["service"].isObject, object["spec"]["service"]["port"].isNull { object["spec"]["service"]["port"] = 443 }
    }

    /// A service that the server itself serves is there at once.
    func prepareForCreate(_ object: inout Value) {
        object["status"] = .emptyObject
        guard object["spec"]["service"].isNull else { return }
        object["status"]["conditions"] = [
            [
                "type": "Available", "status": "True", "lastTransitionTime": object["metadata"]["creationTimestamp"],
                "reason": "Local", "message": "Local APIServices are always available",
            ]
        ]
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"], group = spec["group"], version = spec["version"], service = spec["service"]
        let wanted = version.text + "." + group.text
        if object["metadata"]["name"].text != wanted {
            errors.invalid(object["metadata"]["name"], "must be `spec.version+\".\"+spec.group`: \"\(wanted)\"")
        }
        if group.isEmpty {
            if version.text != "v1" {
                errors.required(group, "only v1 may have an empty group and it better be legacy kube")
            }
        } else {
            errors.text(group, NameRules.dns1123Subdomain)
        }
        errors.text(version, NameRules.dns1035Label)
        if !(1...20000).contains(spec["groupPriorityMinimum"].number) {
            errors.invalid(spec["groupPriorityMinimum"], "must be positive and less than 20000", showing: .int(spec["groupPriorityMinimum"].number))
        }
        if !(1...1000).contains(spec["versionPriority"].number) {
            errors.invalid(spec["versionPriority"], "must be positive and less than 1000", showing: .int(spec["versionPriority"].number))
        }
        let bundle = spec["caBundle"], insecure = spec["insecureSkipTLSVerify"]
        if service.isAbsent {
            if !bundle.isEmpty { errors.invalid(bundle, "local APIServices may not have a caBundle") }
            if insecure.flag { errors.invalid(insecure, "local APIServices may not have insecureSkipTLSVerify") }
            return
        }
        errors.serviceReference(service)
        if insecure.flag, !bundle.isEmpty { errors.invalid(insecure, "may not be true if caBundle is present") }
    }

    func nameProblems(_ name: String, isPrefix: Bool) -> [String] { NameRules.pathSegment(name) }
    var allowsUnconditionalUpdate: Bool { false }
}
