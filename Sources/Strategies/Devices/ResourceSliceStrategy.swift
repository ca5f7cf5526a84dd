import Objects

struct ResourceSliceStrategy: Strategy {
    private static let places = ["nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection"]
    private static let placesText = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        errors.csiDriverName(spec["driver"])
        pool(spec["pool"], &errors)
        places(spec, &errors)
        let devices = spec["devices"], counters = spec["sharedCounters"]
        if devices.isPresent, counters.isPresent { errors.invalid(spec, "only one of `sharedCounters` or `devices` is allowed", showing: "") }
        let isCostly = devices.items.contains { $0["taints"].count > 0 || $0["consumesCounters"].count > 0 }
        if errors.isSet(devices, atMost: isCostly ? 64 : 128, by: { $0["name"] }) {
            for device in devices.items { errors.device(device, choosesNodes: spec["perDeviceNodeSelection"].flag) }
        }
        guard errors.isSet(counters, atMost: 8, by: { $0["name"] }) else { return }
        for set in counters.items { errors.counters(set, named: "name") }
    }

    private func pool(_ pool: FieldValue, _ errors: inout FieldErrors) {
        errors.poolName(pool["name"])
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
            if name == "nodeName", spec[name].isEmpty {
                errors.invalid(spec[name], "must be either unset or set to a non-empty string")
                continue
            }
            chosen.append(name)
        }
        errors.textIfPresent(spec["nodeName"], NameRules.dns1123Subdomain)
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
