import Objects

struct LimitRangeStrategy: Strategy {
    private static let types: Set<String> = ["Pod", "Container", "PersistentVolumeClaim"]

    /// For containers a default is the maximum when none is given, and a request the default or the minimum.
    func applyDefaults(_ object: inout Value) {
        for index in object["spec"]["limits"].array.indices where object["spec"]["limits"][index]["type"].string == "Container" {
            var item = object["spec"]["limits"][index]
            fill(&item, "default", from: "max")
            fill(&item, "defaultRequest", from: "default")
            fill(&item, "defaultRequest", from: "min")
            object["spec"]["limits"][index] = item
        }
    }

    private func fill(_ item: inout Value, _ name: String, from source: String) {
        guard case .object(let members) = item[source] else { return }
        for entry in members where item[name][entry.key].isNull { item[name][entry.key] = entry.value }
        if case .object(var filled) = item[name] {
            filled.sortByKey()
            item[name] = .object(filled)
        }
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        var types: Set<String> = []
        for item in object["spec"]["limits"].items {
            let type = item["type"]
            if Self.types.contains(type.text) == false {
                for problem in NameRules.qualifiedName(type.text) { errors.invalid(type, problem, showing: .string(type.text)) }
                if !type.text.contains("/"), NameRules.qualifiedName(type.text).isEmpty {
                    errors.invalid(type, "must be a standard limit type or fully qualified")
                }
            }
            if !types.insert(type.text).inserted { errors.duplicate(type) }
            self.item(item, &errors)
        }
    }

    private func item(_ item: FieldValue, _ errors: inout FieldErrors) {
        let type = item["type"].text
        var names: Set<String> = []
        for list in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
            for (name, amount) in item[list].entries {
                names.insert(name)
                for problem in Self.nameProblems(name, type) { errors.invalid(amount, problem, showing: .string(name)) }
                errors.resourceQuantity(amount, of: name)
            }
        }
        if type == "Pod" {
            if item["default"].count > 0 { errors.forbidden(item["default"], "may not be specified when `type` is 'Pod'") }
            if item["defaultRequest"].count > 0 { errors.forbidden(item["defaultRequest"], "may not be specified when `type` is 'Pod'") }
        }
        if type == "PersistentVolumeClaim", item["min"]["storage"].isAbsent, item["max"]["storage"].isAbsent {
            errors.required(item["limits"], "either minimum or maximum storage value is required, but neither was provided")
        }
        for name in names.sorted() { compare(item, name, &errors) }
    }

    private static func nameProblems(_ name: String, _ type: String) -> [String] {
        switch type {
        case "Pod", "Container": return ResourceNames.containerProblems(name)
        default: return ResourceNames.problems(name)
        }
    }

    private func compare(_ item: FieldValue, _ name: String, _ errors: inout FieldErrors) {
        func amount(_ list: String) -> Quantity? { item[list][name].quantity }
        func refuse(_ list: String, _ one: Quantity, _ other: Quantity, _ what: String) {
            errors.invalid(item[list].entry(name), what, showing: .string(one.text))
        }
        let pairs = [
            ("min", "max", "min value %1 is greater than max value %2", "min"),
            ("defaultRequest", "max", "default request value %1 is greater than max value %2", "defaultRequest"),
            ("default", "max", "default value %1 is greater than max value %2", "default"),
            ("defaultRequest", "default", "default request value %1 is greater than default limit value %2", "defaultRequest"),
        ]
        for (low, high, text, place) in pairs {
            guard let small = amount(low), let big = amount(high), small > big else { continue }
            refuse(place, small, big, text.replacing("%1", with: small.text).replacing("%2", with: big.text))
        }
        for (list, label) in [("defaultRequest", "default request"), ("default", "default")] {
            guard let small = amount("min"), let given = amount(list), small > given else { continue }
            refuse(list, list == "default" ? small : given, small, "min value \(small.text) is greater than \(label) value \(given.text)")
        }
        if let ratio = amount("maxLimitRequestRatio") {
            if ratio < Quantity(1) {
                refuse("maxLimitRequestRatio", ratio, ratio, "ratio \(ratio.text) is less than 1")
            }
            if let small = amount("min"), let big = amount("max"), small.nanos > 0 {
                let bound = Double(big.nanos) / Double(small.nanos)
                if Double(ratio.nanos) / 1e9 > bound {
                    refuse("maxLimitRequestRatio", ratio, ratio, "ratio \(ratio.text) is greater than max/min = \(bound)")
                }
            }
        }
        // Devices cannot be shared, so that there is nothing between a request and a limit.
        if !ResourceNames.isOvercommittable(name), let limit = amount("default"), let request = amount("defaultRequest"), limit != request {
            refuse("defaultRequest", request, limit, "default value \(request.text) must equal to defaultRequest value \(limit.text) in \(name)")
        }
    }
    var allowsCreateOnUpdate: Bool { true }
}
