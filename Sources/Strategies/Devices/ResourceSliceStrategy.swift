import Objects

struct ResourceSliceStrategy: Strategy {
    private static let places = ["nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection"]
    private static let placesText = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        errors.csiDriverName(spec["driver"])
        pool(spec["pool"], &errors)
        places(spec, &errors)
        let devices = spec["devices"]
        errors.atMost(128, devices)
        if devices.count > 128 { return }
        var names: Set<String> = []
        for device in devices.items {
            self.device(device, mayChoose: spec["perDeviceNodeSelection"].flag, &errors)
            if !names.insert(device["name"].text).inserted { errors.duplicate(device, showing: .string(device["name"].text)) }
        }
        for counters in spec["sharedCounters"].items {
            errors.needText(counters["name"], NameRules.dns1123Label)
            errors.need(counters["counters"])
        }
    }

    private func pool(_ pool: FieldValue, _ errors: inout FieldErrors) {
        let name = pool["name"]
        if errors.need(name) {
            errors.noLonger(than: 253, name)
            for part in name.text.split(separator: "/", omittingEmptySubsequences: false) {
                for problem in NameRules.dns1123Subdomain(String(part)) { errors.invalid(name, problem) }
            }
        }
        if pool["resourceSliceCount"].number <= 0 {
            errors.invalid(pool["resourceSliceCount"], "must be greater than zero", showing: .int(pool["resourceSliceCount"].number))
        }
        if pool["generation"].number < 0 { errors.invalid(pool["generation"], "must be greater than or equal to zero") }
    }

    private func places(_ spec: FieldValue, _ errors: inout FieldErrors) {
        var chosen: [String] = []
        for name in Self.places where spec[name].isPresent {
            if spec[name].value.bool == false {
                errors.invalid(spec[name], "must be either unset or set to true")
                continue
            }
            chosen.append(name)
        }
        if spec["nodeName"].isPresent { errors.text(spec["nodeName"], NameRules.dns1123Subdomain) }
        if spec["nodeSelector"].isPresent { selector(spec["nodeSelector"], &errors) }
        if chosen.isEmpty {
            errors.required(spec, Self.placesText)
        } else if chosen.count > 1 {
            let list = chosen.map { "`\($0)`" }.joined(separator: ", ")
            errors.invalid(spec, Self.placesText + ", but multiple fields are set", showing: .string("{\(list)}"))
        }
    }

    private func selector(_ selector: FieldValue, _ errors: inout FieldErrors) {
        errors.nodeSelector(selector)
        if selector["nodeSelectorTerms"].count != 1 {
            errors.invalid(selector["nodeSelectorTerms"], "must have exactly one node selector term", showing: selector["nodeSelectorTerms"].isAbsent ? [] : nil)
        }
    }

    private func device(_ device: FieldValue, mayChoose: Bool, _ errors: inout FieldErrors) {
        errors.text(device["name"], NameRules.dns1123Label)
        if device["attributes"].count + device["capacity"].count > 32 {
            errors.invalid(device, "the total number of attributes and capacities must not exceed 32", showing: .null)
        }
        for entry in device["attributes"].entries { attribute(entry.key, entry.field, device["attributes"], &errors) }
        for entry in device["capacity"].entries { name(entry.key, device["capacity"], &errors) }
        errors.atMost(16, device["taints"])
        for taint in device["taints"].items {
            errors.needText(taint["key"], NameRules.qualifiedName)
            errors.text(taint["value"], NameRules.labelValue)
            errors.needOneOf(taint["effect"], ["NoExecute", "NoSchedule", "None"])
        }
        let isPlaced = ["nodeName", "nodeSelector", "allNodes"].contains { device[$0].isPresent }
        if !mayChoose, isPlaced {
            errors.invalid(
                device,
                "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec",
                showing: .null)
        } else if mayChoose, !isPlaced {
            errors.required(device, "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec")
        }
    }

    private func name(_ name: String, _ list: FieldValue, _ errors: inout FieldErrors) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 1 {
            for problem in NameRules.dns1123Subdomain(parts[0]) { errors.invalid(list, problem, showing: .string(parts[0])) }
        }
        let identifier = parts[parts.count - 1]
        for problem in TextRules.identifier(identifier) { errors.invalid(list, problem, showing: .string(identifier)) }
        if identifier.utf8.count > 32 { errors.tooLong(list.entry(name), 32) }
    }

    private func attribute(_ key: String, _ field: FieldValue, _ list: FieldValue, _ errors: inout FieldErrors) {
        name(key, list, &errors)
        let kinds = ["int", "bool", "string", "version", "ints", "bools", "strings", "versions"].filter { field[$0].isPresent }
        guard kinds.count == 1 else {
            return errors.invalid(field, "exactly one value must be specified", showing: kinds.isEmpty ? "" : nil)
        }
        errors.noLonger(than: 64, field["string"])
        errors.noLonger(than: 64, field["version"])
        if field["version"].isPresent, !Self.isVersion(field["version"].text) {
            errors.invalid(field["version"], "must be a string compatible with semver.org spec 2.0.0")
        }
    }

    /// `MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD]`.
    private static func isVersion(_ text: String) -> Bool {
        let build = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        let release = build[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = release[0].split(separator: ".", omittingEmptySubsequences: false)
        let areNumbers = numbers.count == 3 && numbers.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { $0 &- 0x30 <= 9 } && (part.count == 1 || !part.hasPrefix("0"))
        }
        func isList(_ text: Substring) -> Bool {
            text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { $0 &- 0x30 <= 9 || ($0 | 0x20) &- 0x61 <= 25 || $0 == 0x2d }
            }
        }
        return areNumbers && (release.count == 1 || isList(release[1])) && (build.count == 1 || isList(build[1]))
    }

    func prepareForCreate(_ object: inout Value) { Self.stampTaints(&object) }
    func prepareForUpdate(_ object: inout Value, old: Value) { Self.stampTaints(&object) }

    /// A taint that says not when it was added was added now.
    private static func stampTaints(_ object: inout Value) {
        for device in object["spec"]["devices"].array.indices {
            for taint in object["spec"]["devices"][device]["taints"].array.indices
            where object["spec"]["devices"][device]["taints"][taint]["timeAdded"].isNull {
                object["spec"]["devices"][device]["taints"][taint]["timeAdded"] = .string(Timestamp.now().text)
            }
        }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let spec = new["spec"], before = old["spec"]
        errors.immutable(spec["driver"], before["driver"])
        errors.immutable(spec["pool"]["name"], before["pool"]["name"])
        errors.immutable(spec["nodeName"], before["nodeName"])
    }

    var countsGeneration: Bool { true }
    var selectableFields: [String] { ["spec.driver", "spec.nodeName"] }
    var returnsDeletedObject: Bool { true }
}
