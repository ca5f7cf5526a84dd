import Objects

private let roleGroup = "rbac.authorization.k8s.io"

/// Roles and bindings: names may be anything that fits into a path.
protocol AccessStrategy: Strategy {}

extension AccessStrategy {
    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] { NameRules.pathSegment(name) }
    package var allowsCreateOnUpdate: Bool { true }
}

struct RoleStrategy: AccessStrategy {
    let isNamespaced: Bool

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        for rule in object["rules"].items { self.rule(rule, &errors) }
        let aggregation = object["aggregationRule"]
        guard !isNamespaced, aggregation.isPresent else { return }
        let selectors = aggregation["clusterRoleSelectors"]
        if selectors.count == 0 {
            errors.required(selectors, "at least one clusterRoleSelector required if aggregationRule is non-nil")
        }
        for selector in selectors.items {
            var found = FieldErrors()
            found.labelSelector(selector)
            errors.append(found.list)
            if !found.isEmpty { errors.invalid(selector, "invalid label selector.", showing: .null) }
        }
    }

    private func rule(_ rule: FieldValue, _ errors: inout FieldErrors) {
        errors.need(rule["verbs"], "verbs must contain at least one value")
        let urls = rule["nonResourceURLs"]
        if urls.count > 0 {
            if isNamespaced { errors.invalid(urls, "namespaced rules cannot apply to non-resource URLs") }
            if rule["apiGroups"].count + rule["resources"].count + rule["resourceNames"].count > 0 {
                errors.invalid(urls, "rules cannot apply to both regular resources and non-resource URLs")
            }
            return
        }
        errors.need(rule["apiGroups"], "resource rules must supply at least one api group")
        errors.need(rule["resources"], "resource rules must supply at least one resource")
    }
}

struct RoleBindingStrategy: AccessStrategy {
    let isNamespaced: Bool

    func applyDefaults(_ object: inout Value) {
        if (object["roleRef"]["apiGroup"].string ?? "").isEmpty { object["roleRef"]["apiGroup"] = .string(roleGroup) }
        for index in object["subjects"].array.indices where (object["subjects"][index]["apiGroup"].string ?? "").isEmpty {
            let kind = object["subjects"][index]["kind"].string
            if kind == "User" || kind == "Group" { object["subjects"][index]["apiGroup"] = .string(roleGroup) }
        }
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let role = object["roleRef"]
        errors.oneOf(role["apiGroup"], [roleGroup])
        errors.oneOf(role["kind"], isNamespaced ? ["Role", "ClusterRole"] : ["ClusterRole"])
        errors.needText(role["name"], NameRules.pathSegment)
        for subject in object["subjects"].items { self.subject(subject, &errors) }
    }

    private func subject(_ subject: FieldValue, _ errors: inout FieldErrors) {
        let name = subject["name"]
        errors.need(name)
        switch subject["kind"].text {
        case "ServiceAccount":
            errors.textIfPresent(name, NameRules.dns1123Subdomain)
            if !subject["apiGroup"].isEmpty { errors.notSupported(subject["apiGroup"], [""]) }
            if !isNamespaced { errors.need(subject["namespace"]) }
        case "User", "Group": errors.oneOf(subject["apiGroup"], [roleGroup])
        default: errors.notSupported(subject["kind"], ["ServiceAccount", "User", "Group"])
        }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        if new["roleRef"].value != old["roleRef"].value { errors.invalid(new["roleRef"], "cannot change roleRef") }
    }
}
