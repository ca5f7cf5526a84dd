import Objects

struct DisruptionBudgetStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"], available = spec["minAvailable"], unavailable = spec["maxUnavailable"]
        if available.isPresent, unavailable.isPresent {
            errors.invalid(spec, "minAvailable and maxUnavailable cannot be both set")
        }
        for field in [available, unavailable] where field.isPresent {
            errors.intOrPercent(field)
            errors.notMoreThan100Percent(field)
        }
        errors.labelSelector(spec["selector"])
        errors.oneOfIfPresent(spec["unhealthyPodEvictionPolicy"], ["AlwaysAllow", "IfHealthyBudget"])
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let status = new["status"]
        errors.conditions(status["conditions"])
        errors.nonNegative(status, "disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")
    }


    func nameProblems(_ name: String, isPrefix: Bool) -> [String] { NameRules.pathSegment(name) }
    var countsGeneration: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }
}

extension FieldErrors {
    /// `metav1.Condition`s: each type once, and complete.
    mutating func conditions(_ conditions: FieldValue) {
        var types: Set<String> = []
        for condition in conditions.items {
            let type = condition["type"]
            if need(type) { text(type, NameRules.qualifiedName) }
            if !type.isEmpty, !types.insert(type.text).inserted { duplicate(type) }
            oneOf(condition["status"], ["False", "True", "Unknown"])
            nonNegative(condition["observedGeneration"])
            if condition["lastTransitionTime"].isEmpty { required(condition["lastTransitionTime"]) }
            let reason = condition["reason"]
            if need(reason) {
                text(reason, Self.conditionReason)
                noLonger(than: 1024, reason)
            }
            noLonger(than: 32 * 1024, condition["message"])
        }
    }

    private static func conditionReason(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        func isWord(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "_") || isAlphanumeric(byte) }
        func isAlphanumeric(_ byte: UInt8) -> Bool { byte &- 0x30 <= 9 || (byte | 0x20) &- 0x61 <= 25 }
        let isFine = ((bytes.first.map { ($0 | 0x20) &- 0x61 <= 25 }) ?? false)
            && bytes.allSatisfy { isWord($0) || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ":") } && (bytes.last.map(isWord) ?? false)
        return isFine ? [] : ["a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')"]
    }
}
