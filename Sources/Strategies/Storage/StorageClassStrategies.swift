import Objects

struct StorageClassStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let provisioner = object["provisioner"]
        if errors.need(provisioner) { errors.text(provisioner.replaced(by: .string(provisioner.text.lowercased())), NameRules.qualifiedName) }
        errors.storageParameters(object["parameters"], limit: 256 * 1024)
        errors.oneOfIfPresent(object["reclaimPolicy"], ["Delete", "Retain"])
        errors.oneOfIfPresent(object["volumeBindingMode"], ["Immediate", "WaitForFirstConsumer"])
        topologies(object["allowedTopologies"], &errors)
    }

    private func topologies(_ terms: FieldValue, _ errors: inout FieldErrors) {
        var seen: Set<Value> = []
        for term in terms.items {
            var keys: Set<String> = []
            let expressions = term["matchLabelExpressions"]
            for expression in expressions.items {
                let key = expression["key"], values = expression["values"]
                errors.labelKey(key)
                if !keys.insert(key.text).inserted { errors.duplicate(key) }
                errors.need(values)
                var known: Set<String> = []
                for value in values.items where !known.insert(value.text).inserted { errors.duplicate(value) }
            }
            // Two terms are the same whatever the order of their expressions and values.
            let canonical = Value(Dictionary(expressions.value.array.map {
                ($0["key"].string ?? "", $0["values"].strings.sorted().joined(separator: ","))
            }) { first, _ in first })
            if !seen.insert(canonical).inserted { errors.duplicate(expressions, showing: "") }
        }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        for name in ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] { errors.immutable(new[name], old[name]) }
    }

    func warnings(_ object: Value, old: Value?) -> [String] {
        var found: [String] = []
        for term in FieldValue(object)["allowedTopologies"].items {
            for expression in term["matchLabelExpressions"].items {
                let key = expression["key"]
                let successors = [
                    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
                    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
                ]
                if let successor = successors[key.text] {
                    found.append("\(key.path): \(key.text) is deprecated since v1.17; use \"\(successor)\" instead")
                }
            }
        }
        return found
    }

    var returnsDeletedObject: Bool { true }
}

extension FieldErrors {
    /// Parameters of a driver: named, and not too many.
    mutating func storageParameters(_ parameters: FieldValue, limit: Int) {
        if parameters.count > 512 { return tooLong(parameters, 512) }
        var size = 0
        for entry in parameters.value.members {
            if entry.key.isEmpty { invalid(parameters, "field can not be empty.", showing: "") }
            size += entry.key.utf8.count + (entry.value.string?.utf8.count ?? 0)
        }
        if size > limit { tooLong(parameters, limit) }
    }
}

struct VolumeAttributesClassStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let driver = object["driverName"], parameters = object["parameters"]
        if errors.need(driver) { errors.text(driver.replaced(by: .string(driver.text.lowercased())), NameRules.qualifiedName) }
        errors.need(parameters, "must contain at least one key/value pair")
        errors.storageParameters(parameters, limit: 256 * 1024)
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        for name in ["driverName", "parameters"] where new[name].value != old[name].value {
            errors.forbidden(new[name], "updates to \(name) are forbidden.")
        }
    }

    var returnsDeletedObject: Bool { true }
}

struct CSIDriverStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        errors.csiDriverName(object.showing(object["metadata"]["name"].value, as: "name"))
        for name in ["attachRequired", "podInfoOnMount", "storageCapacity"] where spec[name].isAbsent { errors.required(spec[name]) }
        errors.oneOfIfPresent(spec["fsGroupPolicy"], ["File", "None", "ReadWriteOnceWithFSType"])
        var audiences: Set<String> = []
        for request in spec["tokenRequests"].items {
            let audience = request["audience"]
            if !audiences.insert(audience.text).inserted {
                errors.duplicate(audience, showing: .string(audience.text))
                continue
            }
            errors.tokenLifetime(request["expirationSeconds"])
        }
        let modes = spec["volumeLifecycleModes"]
        for mode in modes.strings where !["Persistent", "Ephemeral"].contains(mode) {
            errors.notSupported(modes, ["Persistent", "Ephemeral"], showing: .string(mode))
        }
        let period = spec["nodeAllocatableUpdatePeriodSeconds"]
        if let seconds = period.int, seconds < 10 { errors.invalid(period, "must be greater than or equal to 10 seconds") }
    }

    func prepareForUpdate(_ object: inout Value, old: Value) {
        guard object["spec"] != old["spec"] else { return }
        object["metadata"]["generation"] = .int((old["metadata"]["generation"].int ?? 0) + 1)
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let spec = new["spec"], before = old["spec"]
        errors.immutable(spec.showing(spec["attachRequired"].value, as: "attachedRequired"), before["attachRequired"])
        errors.immutable(spec["volumeLifecycleModes"], before["volumeLifecycleModes"])
    }

    func warnings(_ object: Value, old: Value?) -> [String] {
        let spec = object["spec"]
        guard old == nil, !spec["tokenRequests"].array.isEmpty, spec["serviceAccountTokenInSecrets"].isNull else { return [] }
        return [
            "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes"
        ]
    }

    /// A driver's name has its own rule, which says so at another place.
    func nameProblems(_ name: String, isPrefix: Bool) -> [String] { NameRules.pathSegment(name) }

    var returnsDeletedObject: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }
}

struct CSINodeStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        var names: Set<String> = []
        for driver in object["spec"]["drivers"].items {
            let name = driver["name"], node = driver["nodeID"]
            errors.csiDriverName(name)
            errors.need(node)
            if node.text.utf8.count > 256 { errors.invalid(node, "must be 256 characters or less") }
            errors.nonNegative(driver["allocatable"]["count"])
            if !names.insert(name.text).inserted { errors.duplicate(name) }
            var keys: Set<String> = []
            for key in driver["topologyKeys"].items {
                // All is said of the driver, not of its key.
                if key.isEmpty { errors.required(driver) }
                for problem in NameRules.qualifiedName(key.text) {
                    errors.invalid(driver, problem, showing: driver["topologyKeys"].value)
                }
                if !keys.insert(key.text).inserted { errors.duplicate(driver, showing: key.value) }
            }
        }
    }

    /// A driver that stays, stays as it is; only how much it can hold may change.
    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        func fixed(_ driver: Value) -> Value {
            var driver = driver
            driver.remove("allocatable")
            return driver
        }
        let before = old["spec"]["drivers"].value.array
        for driver in new["spec"]["drivers"].value.array {
            guard let known = before.first(where: { $0["name"] == driver["name"] }), fixed(known) != fixed(driver) else { continue }
            errors.invalid(new["spec"]["drivers"], "field is immutable", showing: fixed(driver))
        }
    }

    var returnsDeletedObject: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }
}

struct CSIStorageCapacityStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        errors.labelSelector(object["nodeTopology"])
        errors.text(object["storageClassName"], NameRules.dns1123Subdomain)
        errors.nonNegativeQuantity(object["capacity"])
        errors.nonNegativeQuantity(object["maximumVolumeSize"])
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        for name in ["nodeTopology", "storageClassName"] { errors.immutable(new[name], old[name]) }
    }
    var allowsUnconditionalUpdate: Bool { false }
}

struct VolumeAttachmentStrategy: Strategy {
    var statusMetadata: StatusMetadata { .stays }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"], source = spec["source"]
        errors.csiDriverName(spec["attacher"])
        let isInline = source["inlineVolumeSpec"].isPresent, name = source["persistentVolumeName"]
        let detail = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
        if !isInline, name.isAbsent {
            errors.required(source, detail)
        } else if isInline, name.isPresent {
            errors.forbidden(source, detail)
        } else if isInline {
            errors.inlineVolumeSpec(source["inlineVolumeSpec"])
        } else {
            errors.need(name, "must specify non empty persistentVolumeName")
        }
        if name.isPresent { errors.text(name, NameRules.dns1123Subdomain) }
        errors.text(spec["nodeName"], NameRules.dns1123Subdomain)
        status(object["status"], &errors)
    }

    private func status(_ status: FieldValue, _ errors: inout FieldErrors) {
        var size = 0
        for entry in status["attachmentMetadata"].value.members {
            size += entry.key.utf8.count + (entry.value.string?.utf8.count ?? 0)
        }
        if size > 256 * 1024 { errors.tooLong(status["attachmentMetadata"], 256 * 1024) }
        for name in ["attachError", "detachError"] {
            let message = status[name]["message"], code = status[name]["errorCode"]
            // Kubernetes names the limit of the metadata here, too.
            if message.text.utf8.count > 1024 { errors.tooLong(message, 256 * 1024) }
            errors.inRangeIfPresent(code, 0...Int64(Int32.max))
        }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        if new["spec"].value != old["spec"].value { errors.invalid(new["spec"], "field is immutable") }
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        status(new["status"], &errors)
    }

    var returnsDeletedObject: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }
}
