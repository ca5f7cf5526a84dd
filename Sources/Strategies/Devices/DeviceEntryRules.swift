import Objects

/// A device as a slice lists it.
extension FieldErrors {
    /// Too many elements, or two with one key. False when the elements need not be looked at, for there are too many.
    mutating func isSet(_ list: FieldValue, atMost limit: Int, by key: (FieldValue) -> FieldValue) -> Bool {
        if list.count > limit {
            tooMany(list, limit)
            return false
        }
        var seen: Set<String> = []
        for element in list.items where !seen.insert(key(element).text).inserted {
            duplicate(element, showing: .string(key(element).text))
        }
        return true
    }

    mutating func poolName(_ name: FieldValue) {
        guard need(name) else { return }
        noLonger(than: 253, name)
        for part in name.text.split(separator: "/", omittingEmptySubsequences: false) {
            for problem in NameRules.dns1123Subdomain(String(part)) { invalid(name, problem) }
        }
    }

    mutating func device(_ device: FieldValue, choosesNodes: Bool) {
        text(device["name"], NameRules.dns1123Label)
        if device["attributes"].count + device["capacity"].count > 32 {
            invalid(device, "the total number of attributes and capacities must not exceed 32", showing: .null)
        }
        for entry in device["attributes"].entries {
            qualifiedKey(entry.key, device["attributes"])
            attribute(entry.field)
        }
        for entry in device["capacity"].entries {
            qualifiedKey(entry.key, device["capacity"])
            capacity(entry.field, isShared: device["allowMultipleAllocations"].flag)
        }
        atMost(16, device["taints"])
        if device["taints"].count <= 16 { for taint in device["taints"].items { deviceTaint(taint) } }
        if isSet(device["consumesCounters"], atMost: 2, by: { $0["counterSet"] }) {
            for consumption in device["consumesCounters"].items { counters(consumption, named: "counterSet") }
        }
        places(of: device, choosesNodes: choosesNodes)
        bindingConditions(device)
    }

    private mutating func deviceTaint(_ taint: FieldValue) {
        text(taint["key"], NameRules.qualifiedName)
        text(taint["value"], NameRules.labelValue)
        needOneOf(taint["effect"], ["NoExecute", "NoSchedule", "None"])
    }

    /// A named set of counters, of a slice or as a device takes from it.
    mutating func counters(_ set: FieldValue, named name: String) {
        needText(set[name], NameRules.dns1123Label)
        let counters = set["counters"]
        guard need(counters) else { return }
        if counters.count > 32 { return tooMany(counters, 32) }
        for entry in counters.entries {
            for problem in NameRules.dns1123Label(entry.key) { invalid(counters, problem, showing: .string(entry.key)) }
        }
    }

    // MARK: where a device is

    private mutating func places(of device: FieldValue, choosesNodes: Bool) {
        let detail = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec"
        let name = device["nodeName"], selector = device["nodeSelector"], all = device["allNodes"]
        guard choosesNodes else {
            if name.isPresent || selector.isPresent || all.isPresent {
                invalid(
                    device,
                    "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec",
                    showing: .null)
            }
            return
        }
        var chosen: [String] = []
        if name.isPresent {
            if name.isEmpty { invalid(name, "must not be empty") } else {
                chosen.append("`nodeName`")
                text(name, NameRules.dns1123Subdomain)
            }
        }
        if selector.isPresent {
            chosen.append("`nodeSelector`")
            nodeSelector(selector)
        }
        if all.isPresent {
            if all.flag { chosen.append("`allNodes`") } else { invalid(all, "must be either unset or set to true") }
        }
        if chosen.isEmpty { required(device, detail) }
        if chosen.count > 1 { invalid(device, detail, showing: .string("{\(chosen.joined(separator: ", "))}")) }
    }

    /// What has to become true, or must not, before a pod is bound to the device.
    mutating func bindingConditions(_ owner: FieldValue) {
        let wanted = owner["bindingConditions"], failures = owner["bindingFailureConditions"]
        for list in [wanted, failures] {
            if list.count > 4 { tooMany(list, 4) } else { for condition in list.items { text(condition, NameRules.qualifiedName) } }
            var seen: Set<String> = []
            for condition in list.items where !seen.insert(condition.text).inserted { duplicate(condition) }
        }
        let known = Set(wanted.strings)
        for condition in failures.items where known.contains(condition.text) {
            invalid(condition, "bindingFailureConditions must not overlap with bindingConditions")
        }
        if wanted.count == 0, failures.count > 0 {
            invalid(wanted, "bindingConditions are required to use bindingFailureConditions", showing: .null)
        }
        if failures.count == 0, wanted.count > 0 {
            invalid(failures, "bindingFailureConditions are required to use bindingConditions", showing: .null)
        }
    }

    // MARK: what a device has

    /// The name of an attribute or a capacity: an identifier, with a domain before it or without.
    private mutating func qualifiedKey(_ key: String, _ list: FieldValue) {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2 else { return }
        if parts.count == 2 {
            if parts[0].isEmpty { return invalid(list, "the domain must not be empty", showing: "") }
            for problem in NameRules.dns1123Subdomain(parts[0].lowercased()) { invalid(list, problem, showing: .string(parts[0])) }
            if parts[0].utf8.count > 63 { tooLong(list, 63) }
        }
        let identifier = parts[parts.count - 1]
        if identifier.utf8.count > 32 { tooLong(list, 32) }
        for problem in TextRules.identifier(identifier) { invalid(list, problem, showing: .string(identifier)) }
    }

    private mutating func attribute(_ field: FieldValue) {
        noLonger(than: 64, field["string"])
        noLonger(than: 64, field["version"])
        if field["version"].isPresent, !SemanticVersion.isValid(field["version"].text) {
            invalid(field["version"], "must be a string compatible with semver.org spec 2.0.0")
        }
        let kinds = ["int", "bool", "string", "version", "ints", "bools", "strings", "versions"].filter { field[$0].isPresent }
        if kinds.count != 1 { invalid(field, "exactly one value must be specified", showing: kinds.isEmpty ? "" : nil) }
    }

    /// How much there is, and in which parts it is given away.
    private mutating func capacity(_ capacity: FieldValue, isShared: Bool) {
        let policy = capacity["requestPolicy"]
        guard policy.isPresent else { return }
        guard isShared else { return forbidden(policy, "allowMultipleAllocations must be true") }
        let values = policy["validValues"], range = policy["validRange"], limit = capacity["value"].quantity ?? .zero
        if values.count > 0, range.isPresent {
            return forbidden(
                policy, "exactly one policy can be specified, cannot specify \"validValues\" and \"validRange\" at the same time")
        }
        guard values.count > 0 || range.isPresent else { return }
        guard let usual = policy["default"].quantity else {
            return required(policy["default"], "required when \(range.isPresent ? "validRange" : "validValues") is defined")
        }
        if range.isPresent { partsInRange(range, usual, limit) } else { partsOfList(values, usual, limit) }
    }

    private mutating func partsOfList(_ values: FieldValue, _ usual: Quantity, _ limit: Quantity) {
        let amounts = values.items.map { $0.quantity ?? .zero }
        for (index, pair) in zip(amounts, amounts.dropFirst()).enumerated() where pair.0 > pair.1 {
            invalid(values[index + 1], "values must be sorted in ascending order", showing: .string(pair.1.text))
        }
        if amounts.count > 10 {
            tooMany(values, 10)
        } else {
            var seen: Set<Quantity> = []
            for (index, amount) in amounts.enumerated() {
                if amount > limit { invalid(values[index], "option is larger than capacity value: \(limit.text)", showing: .string(amount.text)) }
                if !seen.insert(amount).inserted { duplicate(values[index], showing: .string(amount.text)) }
            }
        }
        if !amounts.prefix(10).contains(where: { $0.nanos == usual.nanos }) {
            invalid(values, "default value is not valid according to the requestPolicy", showing: .string(usual.text))
        }
    }

    private mutating func partsInRange(_ range: FieldValue, _ usual: Quantity, _ limit: Quantity) {
        guard let least = range["min"].quantity else { return required(range["min"], "required when validRange is defined") }
        func say(_ field: String, _ amount: Quantity, _ detail: String) {
            invalid(range[field], detail, showing: .string(amount.text))
        }
        if least > limit { say("min", least, "min is larger than capacity value: \(limit.text)") }
        if usual < least { say("min", usual, "default is less than min: \(least.text)") }
        let most = range["max"].quantity
        if let most {
            if least > most { say("max", least, "min is larger than max: \(most.text)") }
            if most > limit { say("max", most, "max is larger than capacity value: \(limit.text)") }
            if usual > most { say("max", usual, "default is more than max: \(most.text)") }
        }
        guard let step = range["step"].quantity else { return }
        let one = least + step
        if one > limit { say("step", step, "one step \(one.text) is larger than capacity value: \(limit.text)") }
        let whole = step.rounded
        for amount in [usual, most].compactMap(\.self) where whole != 0 && (amount.rounded - least.rounded) % whole != 0 {
            say("step", amount, "value is not a multiple of a given step (\(step.text)) from (\(least.text))")
        }
    }
}

/// Versions of semver.org.
enum SemanticVersion {
    /// Whether this is `MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD]`.
    static func isValid(_ text: String) -> Bool {
        let build = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        let release = build[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = release[0].split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers.allSatisfy(isNumber) else { return false }
        let isRelease = release.count == 1 || identifiers(release[1]) { !$0.utf8.allSatisfy(isDigit) || isNumber($0) }
        return isRelease && (build.count == 1 || identifiers(build[1]) { _ in true })
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 <= 9 }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isDigit) && (text.count == 1 || !text.hasPrefix("0"))
    }

    private static func identifiers(_ text: Substring, _ isFine: (Substring) -> Bool) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { TextRules.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") } && isFine(part)
        }
    }
}
