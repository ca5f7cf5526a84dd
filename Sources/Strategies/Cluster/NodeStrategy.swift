import Objects

struct NodeStrategy: Strategy {
    private static let avoidPods = "scheduler.alpha.kubernetes.io/preferAvoidPods"

    func applyDefaults(_ object: inout Value) {
        // Two names of one thing: the older one wins.
        let ranges = object["spec"]["podCIDRs"].strings
        if let range = object["spec"]["podCIDR"].string, !range.isEmpty {
            if range != ranges.first { object["spec"]["podCIDRs"] = [.string(range)] }
        } else if let first = ranges.first {
            object["spec"]["podCIDR"] = .string(first)
        }
        if object["status"]["allocatable"].isNull, !object["status"]["capacity"].members.isEmpty {
            object["status"]["allocatable"] = object["status"]["capacity"]
        }
    }

    /// A node may bring its status along: the kubelet registers itself so.
    func prepareForCreate(_ object: inout Value) { object["spec"].remove("configSource") }

    func prepareForUpdate(_ object: inout Value, old: Value) {
        object["status"] = old["status"]
        object["spec"].remove("configSource")
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        taints(object["metadata"], spec["taints"], &errors)
        annotations(object["metadata"]["annotations"], &errors)
        let ranges = spec["podCIDRs"]
        for range in ranges.items { errors.prefix(range) }
        let families = ranges.strings.map { $0.contains(":") }
        if ranges.count > 2 || families.count != Set(families).count {
            errors.invalid(ranges, "may specify no more than one CIDR for each IP family")
        }
        status(object["status"], &errors)
    }

    /// Kubernetes reports taints below the metadata.
    private func taints(_ metadata: FieldValue, _ taints: FieldValue, _ errors: inout FieldErrors) {
        var seen: Set<[String]> = []
        for taint in metadata.showing(taints.value, as: "taints").items {
            errors.labelKey(taint["key"])
            errors.text(taint["value"], NameRules.labelValue)
            errors.taintEffect(taint["effect"])
            if !seen.insert([taint["key"].text, taint["effect"].text]).inserted { errors.duplicate(taint, "taints must be unique by key and effect pair") }
        }
    }

    private func annotations(_ annotations: FieldValue, _ errors: inout FieldErrors) {
        guard let text = annotations[Self.avoidPods].value.string else { return }
        let field = annotations.showing(.string(Self.avoidPods), as: "AvoidPods")
        do {
            let avoided = FieldValue(try Value(json: text), at: "")["preferAvoidPods"]
            let root = annotations.showing(avoided.value, as: Self.avoidPods)
            for entry in root.items where entry["podSignature"].value.members.isEmpty { errors.required(entry["podSignature"]) }
        } catch {
            errors.invalid(field, "\(error)")
        }
    }

    private func status(_ status: FieldValue, _ errors: inout FieldErrors) {
        for list in ["capacity", "allocatable"] {
            for entry in status[list].value.members {
                let amount = status[list][entry.key]
                errors.nonNegativeQuantity(amount)
                if ResourceNames.isInteger(entry.key), let quantity = amount.quantity, !quantity.isInteger {
                    errors.invalid(amount, "must be an integer")
                }
            }
        }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let spec = new["spec"], before = old["spec"]
        if before["podCIDRs"].count > 0, spec["podCIDRs"].value != before["podCIDRs"].value {
            errors.forbidden(spec["podCIDRs"], "node updates may not change podCIDR except from \"\" to valid")
        }
        if !before["providerID"].isEmpty, spec["providerID"].text != before["providerID"].text {
            errors.forbidden(spec["providerID"], "node updates may not change providerID except from \"\" to valid")
        }
        if spec["externalID"].text != before["externalID"].text { errors.forbidden(spec["externalID"], "may not be updated") }
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        status(new["status"], &errors)
        var seen: Set<Value> = []
        for address in new["status"]["addresses"].items where !seen.insert(address.value).inserted {
            errors.duplicate(address)
        }
    }

    func warnings(_ object: Value, old: Value?) -> [String] {
        let spec = FieldValue(object)["spec"]
        var found: [String] = []
        if !spec["externalID"].isEmpty { found.append("spec.externalID: this field is deprecated, and is unused by Kubernetes") }
        return found
    }

    var selectableFields: [String] { ["spec.unschedulable"] }
    func selectableValues(_ object: Value) -> [String] { [object["spec"]["unschedulable"].bool == true ? "true" : "false"] }
}
