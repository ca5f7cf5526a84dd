import Objects

struct FlowSchemaStrategy: Strategy {
    var statusMetadata: StatusMetadata { .stays }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        // The last of them is fixed, so that nobody locks himself out.
        if object["metadata"]["name"].text == "exempt" || object["metadata"]["name"].text == "catch-all" {
            mandatory(object, &errors)
        }
        let precedence = spec["matchingPrecedence"].number
        if precedence <= 0 { errors.invalid(spec["matchingPrecedence"], "must be a positive value", showing: .int(precedence)) }
        if precedence > 10000 { errors.invalid(spec["matchingPrecedence"], "must not be greater than 10000") }
        if precedence == 1, object["metadata"]["name"].text != "exempt" {
            errors.invalid(spec["matchingPrecedence"], "only the schema named 'exempt' may have matchingPrecedence 1")
        }
        let method = spec["distinguisherMethod"], methods = ["ByNamespace", "ByUser"]
        if method.isPresent, !methods.contains(method["type"].text) {
            errors.notSupported(method["type"], methods, showing: ["Type": method["type"].value])
        }
        let level = spec["priorityLevelConfiguration"]["name"]
        if level.isEmpty {
            errors.required(level, "must reference a priority level")
        } else {
            errors.text(level, NameRules.dns1123Subdomain)
        }
        for rule in spec["rules"].items { self.rule(rule, &errors) }
    }

    private func mandatory(_ object: FieldValue, _ errors: inout FieldErrors) {
        let name = object["metadata"]["name"].text, spec = object["spec"]
        let fixed = spec["priorityLevelConfiguration"]["name"].text == name
            && spec["matchingPrecedence"].number == (name == "exempt" ? 1 : 10000)
        if !fixed { errors.invalid(spec, "spec of '\(name)' must equal the fixed value") }
    }

    private func rule(_ rule: FieldValue, _ errors: inout FieldErrors) {
        let subjects = rule["subjects"]
        errors.need(subjects, "subjects must contain at least one value")
        for subject in subjects.items { self.subject(subject, &errors) }
        let resources = rule["resourceRules"], others = rule["nonResourceRules"]
        if resources.count == 0, others.count == 0 {
            errors.required(rule, "at least one of resourceRules and nonResourceRules has to be non-empty")
        }
        for item in resources.items {
            verbs(item["verbs"], &errors)
            list(item["apiGroups"], "api groups", "resource rules must supply at least one api group", &errors)
            list(item["resources"], "resources", "resource rules must supply at least one resource", &errors)
            let namespaces = item["namespaces"]
            if namespaces.count == 0, !item["clusterScope"].flag {
                errors.required(namespaces, "resource rules that are not cluster scoped must supply at least one namespace")
            } else if namespaces.count > 1, namespaces.strings.contains("*") {
                errors.invalid(namespaces, "if '*' is present, must not specify other namespaces")
            }
            for namespace in namespaces.items where namespace.text != "*" {
                errors.text(namespace) { NameRules.dns1123Label($0).map { "each member of this list must be '*' or a DNS-1123 label; \($0)" } }
            }
        }
        for item in others.items {
            verbs(item["verbs"], &errors)
            let urls = item["nonResourceURLs"]
            errors.need(urls, "nonResourceURLs must contain at least one value")
            if urls.count > 1, urls.strings.contains("*") { errors.invalid(urls, "if '*' is present, must not specify other non-resource URLs") }
            for url in urls.items where url.text != "*" {
                if !url.text.hasPrefix("/") { errors.invalid(url, "must start with slash") }
                if url.text.contains(" ") { errors.invalid(url, "must not contain white-space") }
                if url.text.contains("//") { errors.invalid(url, "must not contain double slash") }
                if url.text.dropLast().contains("*") || url.text.hasSuffix("*") && !url.text.hasSuffix("/*") {
                    errors.invalid(url, "wildcard can only do suffix matching")
                }
            }
        }
    }

    private static let verbs: Set<String> = [
        "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch",
    ]

    private func verbs(_ verbs: FieldValue, _ errors: inout FieldErrors) {
        errors.need(verbs, "verbs must contain at least one value")
        if verbs.strings.contains("*") {
            if verbs.count > 1 { errors.invalid(verbs, "if '*' is present, must not specify other verbs") }
        } else {
            if !Set(verbs.strings).isSubset(of: Self.verbs) { errors.notSupported(verbs, Self.verbs.sorted()) }
        }
    }

    private func list(_ list: FieldValue, _ name: String, _ detail: String, _ errors: inout FieldErrors) {
        errors.need(list, detail)
        if list.count > 1, list.strings.contains("*") { errors.invalid(list, "if '*' is present, must not specify other \(name)") }
    }

    private func subject(_ subject: FieldValue, _ errors: inout FieldErrors) {
        let kinds = ["Group": "group", "ServiceAccount": "serviceAccount", "User": "user"]
        let kind = subject["kind"]
        guard let own = kinds[kind.text] else { return errors.notSupported(kind, ["Group", "ServiceAccount", "User"]) }
        if subject[own].isAbsent { errors.required(subject[own], "\(own) is required when subject kind is '\(kind.text)'") }
        for name in ["user", "group", "serviceAccount"] where name != own && subject[name].isPresent {
            errors.forbidden(subject[name], "\(name) is forbidden when subject kind is not '\(kinds.first { $0.value == name }?.key ?? "")'")
        }
        guard subject[own].isPresent else { return }
        errors.need(subject[own]["name"])
        guard own == "serviceAccount" else { return }
        if subject[own]["name"].text != "*" { errors.textIfPresent(subject[own]["name"], NameRules.dns1123Subdomain) }
        if errors.need(subject[own]["namespace"], "must specify namespace for service account") {
            errors.text(subject[own]["namespace"], NameRules.dns1123Label)
        }
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        var types: Set<String> = []
        for condition in new["status"]["conditions"].items {
            errors.need(condition["type"])
            if !types.insert(condition["type"].text).inserted { errors.duplicate(condition["type"]) }
        }
    }

    var countsGeneration: Bool { true }
}

struct PriorityLevelStrategy: Strategy {
    var statusMetadata: StatusMetadata { .stays }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"], name = object["metadata"]["name"].text, type = spec["type"]
        if (name == "exempt") != (type.text == "Exempt") {
            errors.invalid(type, "must be 'Exempt' if and only if `name` is 'exempt'")
        }
        switch type.text {
        case "Exempt":
            errors.forbid(spec["limited"], "must be nil if the type is not Limited")
            shares(spec["exempt"], mayBeZero: true, &errors)
        case "Limited":
            errors.forbid(spec["exempt"], "must be nil if the type is Limited")
            if spec["limited"].isAbsent {
                errors.required(spec["limited"], "must not be empty when type is Limited")
            } else {
                limited(spec["limited"], name, &errors)
            }
        default: errors.notSupported(type, ["Exempt", "Limited"])
        }
    }

    private func shares(_ level: FieldValue, mayBeZero: Bool, _ errors: inout FieldErrors) {
        guard level.isPresent else { return }
        let shares = level["nominalConcurrencyShares"]
        if let number = shares.int, number < 0 { errors.invalid(shares, "must be a non-negative integer") }
        let lendable = level["lendablePercent"]
        if let number = lendable.int, !(0...100).contains(number) { errors.invalid(lendable, "must be between 0 and 100, inclusive") }
    }

    private func limited(_ level: FieldValue, _ name: String, _ errors: inout FieldErrors) {
        shares(level, mayBeZero: false, &errors)
        let borrowing = level["borrowingLimitPercent"]
        if let number = borrowing.int, number < 0 { errors.invalid(borrowing, "if specified, must be a non-negative integer") }
        let response = level["limitResponse"], queuing = response["queuing"]
        switch response["type"].text {
        case "Reject":
            errors.forbid(queuing, "must be nil if limited.limitResponse.type is not Limited")
        case "Queue":
            guard queuing.isPresent else {
                return errors.required(queuing, "must not be empty if limited.limitResponse.type is Limited")
            }
            queues(queuing, &errors)
        default: errors.notSupported(response["type"], ["Queue", "Reject"])
        }
    }

    private func queues(_ queuing: FieldValue, _ errors: inout FieldErrors) {
        let limit = queuing["queueLengthLimit"], queues = queuing["queues"], hand = queuing["handSize"]
        for field in [limit, queues, hand] where field.number <= 0 {
            errors.invalid(field, "must be positive", showing: .int(field.number))
        }
        if queues.number > 10_000_000 { errors.invalid(queues, "must not be greater than 10000000") }
        if hand.number > queues.number {
            errors.invalid(hand, "should not be greater than queues (\(queues.number))")
        } else if hand.number > 0, queues.number > 0, !Self.isDealable(hand.number, queues.number) {
            errors.invalid(hand, "required entropy bits of deckSize \(queues.number) and handSize \(hand.number) should not be greater than 60")
        }
    }

    /// Whether 60 bits of a hash are enough to deal the hand.
    private static func isDealable(_ hand: Int64, _ queues: Int64) -> Bool {
        var product = 1.0
        for index in 0..<min(hand, 64) { product *= Double(queues - index) }
        return product < 1_152_921_504_606_846_976
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        var types: Set<String> = []
        for condition in new["status"]["conditions"].items {
            errors.need(condition["type"])
            if !types.insert(condition["type"].text).inserted { errors.duplicate(condition["type"]) }
        }
    }

    var countsGeneration: Bool { true }
}
