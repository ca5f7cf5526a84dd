package import Objects

extension FieldValue {
    /// The amount, when this is a quantity.
    package var quantity: Quantity? { isAbsent ? nil : Quantity(value) }
}

extension FieldErrors {
    package mutating func nonNegativeQuantity(_ field: FieldValue) {
        if let amount = field.quantity, amount.nanos < 0 { invalid(field, "must be greater than or equal to 0") }
    }

    package mutating func positiveQuantity(_ field: FieldValue) {
        if let amount = field.quantity, amount.nanos <= 0 { invalid(field, "must be greater than zero") }
    }

    /// An amount of a named resource: not negative, whole for what cannot be divided.
    package mutating func resourceQuantity(_ field: FieldValue, of resource: String) {
        nonNegativeQuantity(field)
        if ResourceNames.isInteger(resource), let amount = field.quantity, !amount.isInteger {
            invalid(field, "must be an integer")
        }
    }

    /// A non-negative whole number, or a percentage.
    package mutating func intOrPercent(_ field: FieldValue) {
        switch field.value {
        case .string(let text): for problem in TextRules.percent(text) { invalid(field, problem) }
        case .int: nonNegative(field)
        default: break
        }
    }

    package mutating func notMoreThan100Percent(_ field: FieldValue) {
        if let text = field.value.string, TextRules.percent(text).isEmpty, let percent = Int(text.dropLast()), percent > 100 {
            invalid(field, "must not be greater than 100%")
        }
    }
}

/// What resources are called, and what follows from the name.
package enum ResourceNames {
    static let standardForContainers: Set<String> = ["cpu", "memory", "ephemeral-storage"]
    static let standard: Set<String> = [
        "cpu", "memory", "ephemeral-storage", "storage", "requests.cpu", "requests.memory", "requests.storage",
        "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods",
        "resourcequotas", "services", "replicationcontrollers", "secrets", "persistentvolumeclaims", "configmaps",
        "services.nodeports", "services.loadbalancers",
    ]
    static let integers: Set<String> = [
        "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps",
        "persistentvolumeclaims", "services.nodeports", "services.loadbalancers",
    ]

    package static func isHugePages(_ name: String) -> Bool { name.hasPrefix("hugepages-") }

    /// `kubernetes.io/…` or a name without a domain.
    package static func isNative(_ name: String) -> Bool { !name.contains("/") || name.contains("kubernetes.io/") }

    /// Resources of a domain of their own, such as devices.
    package static func isExtended(_ name: String) -> Bool {
        if isNative(name) || name.hasPrefix("requests.") { return false }
        return NameRules.qualifiedName("requests." + name).isEmpty
    }

    static func isInteger(_ name: String) -> Bool { integers.contains(name) || isExtended(name) }

    static func isAttachableVolumes(_ name: String) -> Bool { name.hasPrefix("attachable-volumes-") }

    /// Whether requests may be below limits.
    static func isOvercommittable(_ name: String) -> Bool { isNative(name) && !isHugePages(name) }

    /// Any resource's name: qualified, and standard when it has no domain.
    package static func problems(_ name: String) -> [String] {
        let problems = NameRules.qualifiedName(name)
        if !problems.isEmpty { return problems }
        if !name.contains("/"), !standard.contains(name), !isHugePages(name) {
            return ["must be a standard resource type or fully qualified"]
        }
        return []
    }

    static func containerProblems(_ name: String) -> [String] {
        var found = problems(name)
        if !name.contains("/") {
            if !standardForContainers.contains(name), !isHugePages(name) {
                found.append("must be a standard resource for containers")
            }
        } else if !isNative(name), !isExtended(name) {
            found.append("doesn't follow extended resource name standard")
        }
        return found
    }
}
