import Objects

/// Where a pod may run: affinity, tolerations, spreading.
extension FieldErrors {
    // MARK: tolerations and taints

    mutating func tolerations(_ tolerations: FieldValue) {
        for toleration in tolerations.items { self.toleration(toleration) }
    }

    private mutating func toleration(_ toleration: FieldValue) {
        let key = toleration["key"], `operator` = toleration["operator"], effect = toleration["effect"]
        if !key.isEmpty { labelKey(key) }
        if key.isEmpty, `operator`.text != "Exists" {
            invalid(
                `operator`, "operator must be Exists when `key` is empty, which means \"match all values and all keys\"",
                showing: .string(`operator`.text))
        }
        if toleration["tolerationSeconds"].isPresent, effect.text != "NoExecute" {
            invalid(effect, "effect must be 'NoExecute' when `tolerationSeconds` is set", showing: .string(effect.text))
        }
        let value = toleration["value"].text
        switch `operator`.text {
        case "Equal", "": for problem in NameRules.labelValue(value) { invalid(`operator`, problem, showing: .string(value)) }
        case "Exists":
            if !value.isEmpty { invalid(`operator`, "value must be empty when `operator` is 'Exists'", showing: .string(value)) }
        default:
            // The two that compare numbers are behind a gate, and named to those who ask for them.
            let isGated = ["Lt", "Gt"].contains(`operator`.text)
            notSupported(`operator`, ["Equal", "Exists"] + (isGated ? ["Lt", "Gt"] : []))
        }
        if !effect.isEmpty { taintEffect(effect) }
    }

    mutating func taintEffect(_ effect: FieldValue) {
        needOneOf(effect, ["NoSchedule", "PreferNoSchedule", "NoExecute"])
    }

    // MARK: node affinity

    static let nodeOperators = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]

    /// A term of a node selector.
    mutating func nodeSelectorTerm(_ term: FieldValue, checksValues: Bool) {
        for requirement in term["matchExpressions"].items {
            selectorRequirement(requirement, operators: Self.nodeOperators)
            if checksValues { for value in requirement["values"].items { text(value, NameRules.labelValue) } }
        }
        for requirement in term["matchFields"].items { nodeFieldRequirement(requirement) }
    }

    private mutating func nodeFieldRequirement(_ requirement: FieldValue) {
        let values = requirement["values"]
        switch requirement["operator"].text {
        case "In", "NotIn":
            if values.count != 1 {
                required(values, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector")
            }
        default: invalid(requirement["operator"], "not a valid selector operator")
        }
        guard requirement["key"].text == "metadata.name" else {
            return invalid(requirement["key"], "not a valid field selector key", showing: .string(requirement["key"].text))
        }
        for value in values.items { text(value, NameRules.dns1123Subdomain) }
    }

    /// A whole node selector: at least one term.
    mutating func nodeSelector(_ selector: FieldValue, checksValues: Bool = true) {
        let terms = selector["nodeSelectorTerms"]
        if terms.count == 0 { return required(terms, "must have at least one node selector term") }
        for term in terms.items { nodeSelectorTerm(term, checksValues: checksValues) }
    }

    mutating func affinity(_ affinity: FieldValue) {
        let node = affinity["nodeAffinity"]
        let needed = node["requiredDuringSchedulingIgnoredDuringExecution"]
        if needed.isPresent { nodeSelector(needed) }
        for preferred in node["preferredDuringSchedulingIgnoredDuringExecution"].items {
            weight(preferred["weight"])
            nodeSelectorTerm(preferred["preference"], checksValues: false)
        }
        for name in ["podAffinity", "podAntiAffinity"] {
            let pods = affinity[name]
            for term in pods["requiredDuringSchedulingIgnoredDuringExecution"].items { podAffinityTerm(term) }
            for preferred in pods["preferredDuringSchedulingIgnoredDuringExecution"].items {
                weight(preferred["weight"])
                podAffinityTerm(preferred["podAffinityTerm"])
            }
        }
    }

    private mutating func weight(_ weight: FieldValue) {
        if !(1...100).contains(weight.number) {
            invalid(weight, "must be in the range 1-100", showing: .int(weight.number))
        }
    }

    private mutating func podAffinityTerm(_ term: FieldValue) {
        labelSelector(term["labelSelector"])
        labelSelector(term["namespaceSelector"])
        for name in term["namespaces"].strings {
            text(term.showing(.string(name), as: "namespace"), NameRules.dns1123Label)
        }
        if term["topologyKey"].isEmpty { required(term["topologyKey"], "can not be empty") }
        labelKey(term["topologyKey"])
        let matched = term["matchLabelKeys"], mismatched = term["mismatchLabelKeys"]
        labelKeys(matched, selector: term["labelSelector"])
        labelKeys(mismatched, selector: term["labelSelector"])
        let both = Set(mismatched.strings)
        for key in matched.items where both.contains(key.text) {
            invalid(key, "exists in both matchLabelKeys and mismatchLabelKeys")
        }
    }

    private mutating func labelKeys(_ keys: FieldValue, selector: FieldValue) {
        guard keys.count > 0 else { return }
        if selector.isAbsent { return forbidden(keys, "must not be specified when labelSelector is not set") }
        for key in keys.items { labelKey(key) }
    }

    // MARK: spreading

    mutating func topologySpread(_ constraints: FieldValue) {
        var pairs: Set<[String]> = []
        for constraint in constraints.items {
            let skew = constraint["maxSkew"], key = constraint["topologyKey"], action = constraint["whenUnsatisfiable"]
            positive(skew)
            if need(key, "can not be empty") { labelKey(key) }
            oneOf(action, ["DoNotSchedule", "ScheduleAnyway"])
            if !pairs.insert([key.text, action.text]).inserted {
                duplicate(constraint, showing: .string("{\(key.text), \(action.text)}"))
            }
            let domains = constraint["minDomains"]
            if domains.isPresent {
                positive(domains)
                if action.text != "DoNotSchedule" {
                    invalid(domains, "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not \(action.text)")
                }
            }
            oneOfIfPresent(constraint["nodeAffinityPolicy"], ["Honor", "Ignore"])
            oneOfIfPresent(constraint["nodeTaintsPolicy"], ["Honor", "Ignore"])
            labelKeys(constraint["matchLabelKeys"], selector: constraint["labelSelector"])
            labelSelector(constraint["labelSelector"])
        }
    }

    mutating func schedulingGates(_ gates: FieldValue) {
        var names: Set<String> = []
        for (index, gate) in gates.items.enumerated() {
            let name = gates.showing(.string(gate["name"].text), at: index)
            text(name, NameRules.qualifiedName)
            if !names.insert(name.text).inserted { duplicate(name) }
        }
    }
}
