import Objects

struct ResourceQuotaStrategy: Strategy {
    private static let scopes = [
        "Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity",
        "VolumeAttributesClass",
    ]
    private static let podResources: Set<String> = [
        "pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory", "ephemeral-storage",
        "requests.ephemeral-storage", "limits.ephemeral-storage",
    ]

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        amounts(spec["hard"], &errors)
        scopes(spec, &errors)
        if spec["scopeSelector"].isPresent { selector(spec, &errors) }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        if Set(new["spec"]["scopes"].strings) != Set(old["spec"]["scopes"].strings) {
            errors.invalid(new["spec"]["scopes"], "field is immutable")
        }
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        amounts(new["status"]["hard"], &errors)
        amounts(new["status"]["used"], &errors)
    }

    private func amounts(_ list: FieldValue, _ errors: inout FieldErrors) {
        for (name, amount) in list.entries {
            for problem in Self.nameProblems(name) { errors.invalid(amount, problem, showing: .string(name)) }
            errors.resourceQuantity(amount, of: name)
        }
    }

    private static func nameProblems(_ name: String) -> [String] {
        var found = ResourceNames.problems(name)
        if !name.contains("/"), !ResourceNames.standard.contains(name), !ResourceNames.isHugePages(name),
            !name.hasPrefix("requests.hugepages-")
        {
            found.append("must be a standard resource for quota")
        }
        return found
    }

    private static func isCounted(_ name: String, in scope: String) -> Bool {
        switch scope {
        case "BestEffort": return name == "pods"
        case "VolumeAttributesClass": return name == "persistentvolumeclaims" || name == "requests.storage" || name.contains(".storageclass.storage.k8s.io/")
        default: return podResources.contains(name) || ResourceNames.isHugePages(name) || name.hasPrefix("requests.hugepages-") || name.hasPrefix("requests.") && name.contains("/")
        }
    }

    private func scopes(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let scopes = spec["scopes"]
        let names = Set(scopes.strings)
        let resources = spec["hard"].value.members.keys
        for scope in scopes.strings {
            if !Self.scopes.contains(scope) {
                errors.invalid(scopes, "unsupported scope")
                continue
            }
            for _ in resources.filter({ !Self.isCounted($0, in: scope) }) {
                errors.invalid(scopes, "unsupported scope applied to resource")
            }
        }
        for (one, other) in [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")]
        where names.contains(one) && names.contains(other) {
            errors.invalid(scopes, "conflicting scopes")
        }
    }

    /// Kubernetes reports the expressions of a scope selector without saying which.
    private func selector(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let place = spec["scopeSelector"]["matchExpressions"]
        var names: Set<String> = []
        for expression in place.items {
            let scope = place.showing(.string(expression["scopeName"].text), as: "scopeName")
            let `operator` = place.showing(.string(expression["operator"].text), as: "operator")
            let values = place.showing(expression["values"].value, as: "values")
            names.insert(scope.text)
            if !Self.scopes.contains(scope.text) {
                errors.invalid(scope, "unsupported scope")
            } else {
                for _ in spec["hard"].value.members.keys.filter({ !Self.isCounted($0, in: scope.text) }) {
                    errors.invalid(place.replaced(by: place.value), "unsupported scope applied to resource")
                }
            }
            if Self.scopes.prefix(4).contains(scope.text) || scope.text == "CrossNamespacePodAffinity", `operator`.text != "Exists" {
                errors.invalid(
                    `operator`,
                    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity")
            }
            switch `operator`.text {
            case "In", "NotIn":
                if values.count == 0 {
                    errors.required(values, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")
                }
            case "Exists", "DoesNotExist":
                if values.count > 0 {
                    errors.invalid(values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector")
                }
            default: errors.invalid(`operator`, "not a valid selector operator")
            }
        }
        for (one, other) in [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")]
        where names.contains(one) && names.contains(other) {
            errors.invalid(spec["scopeSelector"]["matchExpressions"], "conflicting scopes")
        }
    }
    var returnsDeletedObject: Bool { true }
}
