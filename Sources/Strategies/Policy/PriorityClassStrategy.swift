import Objects

struct PriorityClassStrategy: Strategy {
    private static let highestOfUsers: Int64 = 1_000_000_000
    private static let system: [String: Int64] = ["system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000]

    /// The generation of a class is always the first: its value cannot change.
    func prepareForCreate(_ object: inout Value) { object["metadata"]["generation"] = 1 }

    func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors) {
        let name = object["metadata"]["name"], value = object["value"]
        if name.text.hasPrefix("system-") {
            let known = Self.system[name.text]
            if known == nil || known != value.number || object["globalDefault"].flag {
                errors.forbidden(
                    name, "priority class names with 'system-' prefix are reserved for system use only. error: \(Self.why(name.text, object))")
            }
        } else if value.number > Self.highestOfUsers {
            errors.forbidden(value, "maximum allowed value of a user defined priority is \(Self.highestOfUsers)")
        }
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        errors.oneOfIfPresent(object["preemptionPolicy"], ["PreemptLowerPriority", "Never"])
    }

    private static func why(_ name: String, _ object: FieldValue) -> String {
        guard let known = system[name] else { return "\(name) is not a known system priority class" }
        if known != object["value"].number { return "value of \(name) PriorityClass must be \(known)" }
        return "globalDefault of \(name) PriorityClass must be false"
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        if new["value"].number != old["value"].number { errors.forbidden(new["value"], "may not be changed in an update.") }
        errors.immutable(new["preemptionPolicy"], old["preemptionPolicy"])
    }

}

struct RuntimeClassStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        errors.needText(object["handler"], NameRules.dns1123Label)
        let fixed = object["overhead"]["podFixed"]
        for (name, amount) in fixed.entries {
            let field = object["overhead"].showing(.emptyObject, as: "limits").entry(name).replaced(by: amount.value)
            for problem in ResourceNames.containerProblems(name) { errors.invalid(field, problem, showing: .string(name)) }
            errors.resourceQuantity(field, of: name)
        }
        let scheduling = object["scheduling"]
        errors.labels(scheduling["nodeSelector"])
        errors.tolerations(scheduling["tolerations"])
        errors.unique(scheduling["tolerations"]) { $0 }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.immutable(new.showing(.string(new["handler"].text), as: "handler"), old["handler"])
    }
    var allowsUnconditionalUpdate: Bool { false }
}
