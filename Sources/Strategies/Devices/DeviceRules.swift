import Objects

/// Claims for devices, in claims, templates and classes.
extension FieldErrors {
    mutating func deviceClaim(_ claim: FieldValue) {
        let requests = claim["requests"]
        atMost(32, requests)
        var names: Set<String> = []
        for request in requests.items {
            deviceRequest(request)
            let name = request["name"].text
            if !names.insert(name).inserted { duplicate(request, showing: .string(name)) }
            for sub in request["firstAvailable"].value.array { names.insert(name + "/" + (sub["name"].string ?? "")) }
        }
        atMost(32, claim["constraints"])
        for constraint in claim["constraints"].items {
            requestNames(constraint["requests"], names)
            self.constraint(constraint)
        }
        atMost(32, claim["config"])
        for config in claim["config"].items {
            requestNames(config["requests"], names)
            deviceConfiguration(config)
        }
    }

    private mutating func requestNames(_ list: FieldValue, _ known: Set<String>) {
        atMost(32, list)
        var seen: Set<String> = []
        for name in list.items {
            if !seen.insert(name.text).inserted { duplicate(name) }
            if !known.contains(name.text) {
                invalid(name, "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'")
            }
        }
    }

    private mutating func constraint(_ constraint: FieldValue) {
        let match = constraint["matchAttribute"], distinct = constraint["distinctAttribute"]
        if match.isAbsent, distinct.isAbsent {
            return required(constraint, "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set")
        }
        if match.isPresent { attributeName(match) }
        if distinct.isPresent { attributeName(distinct) }
    }

    /// `DOMAIN/IDENTIFIER`.
    private mutating func attributeName(_ field: FieldValue) {
        let parts = field.text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let identifier = parts[parts.count - 1]
        for problem in TextRules.identifier(identifier) { invalid(field, problem, showing: .string(identifier)) }
        if parts.count == 1 {
            if TextRules.identifier(field.text).isEmpty {
                invalid(field, "a fully qualified name must be a domain and a name separated by a slash")
            }
            return
        }
        for problem in NameRules.dns1123Subdomain(parts[0]) { invalid(field, problem, showing: .string(parts[0])) }
        if parts[0].utf8.count > 63 { tooLong(field, 63) }
    }

    private mutating func deviceRequest(_ request: FieldValue) {
        text(request["name"], NameRules.dns1123Label)
        let exactly = request["exactly"], first = request["firstAvailable"]
        if exactly.isPresent, first.count > 0 {
            invalid(request, "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set", showing: .null)
        } else if exactly.isPresent {
            exactRequest(exactly)
        } else if first.count > 0 {
            atMost(8, first)
            var names: Set<String> = []
            for sub in first.items {
                text(sub["name"], NameRules.dns1123Label)
                if !names.insert(sub["name"].text).inserted { duplicate(sub, showing: .string(sub["name"].text)) }
                exactRequest(sub)
            }
        } else {
            required(request, "exactly one of `exactly` or `firstAvailable` is required")
        }
    }

    private mutating func exactRequest(_ request: FieldValue) {
        needText(request["deviceClassName"], NameRules.dns1123Subdomain)
        deviceSelectors(request["selectors"])
        let mode = request["allocationMode"], count = request["count"]
        switch mode.text {
        case "ExactCount":
            if count.number <= 0 { invalid(count, "must be greater than zero", showing: .int(count.number)) }
        case "All":
            if count.number != 0 { invalid(count, "must not be specified when allocationMode is '\(mode.text)'") }
        default: notSupported(mode, ["All", "ExactCount"])
        }
        atMost(16, request["tolerations"])
        for toleration in request["tolerations"].items { deviceToleration(toleration) }
    }

    private mutating func deviceToleration(_ toleration: FieldValue) {
        textIfPresent(toleration["key"], NameRules.qualifiedName)
        switch toleration["operator"].text {
        case "Exists":
            if !toleration["value"].isEmpty { invalid(toleration["value"], "must be empty for operator `Exists`") }
        case "Equal":
            need(toleration["key"], "must be specified for operator `Equal`")
            text(toleration["value"], NameRules.labelValue)
        case "": required(toleration["operator"])
        default: notSupported(toleration["operator"], ["Equal", "Exists"])
        }
        if !toleration["effect"].isEmpty { oneOf(toleration["effect"], ["NoExecute", "NoSchedule", "None"]) }
    }

    mutating func deviceSelectors(_ selectors: FieldValue) {
        atMost(32, selectors)
        if selectors.count > 32 { return }
        for selector in selectors.items {
            if selector["cel"].isAbsent { required(selector["cel"]) } else {
                let expression = selector["cel"]["expression"]
                if TextRules.trimmed(expression.text).isEmpty { invalid(expression, "compilation failed: no expression", showing: .string(expression.text)) }
                noLonger(than: 10 * 1024, expression)
            }
        }
    }

    mutating func deviceConfiguration(_ config: FieldValue) {
        let opaque = config["opaque"]
        guard opaque.isPresent else { return required(opaque) }
        csiDriverName(opaque["driver"])
        let parameters = opaque["parameters"]
        if parameters.isAbsent {
            required(parameters)
        } else if !parameters.value.isObject {
            invalid(parameters, "must be a valid JSON object", showing: "<value omitted>")
        }
    }
}

enum DeviceClaimDefaults {
    /// A request for a number of devices is one for a single device.
    static func apply(_ devices: inout Value) {
        for index in devices["requests"].array.indices {
            if devices["requests"][index]["exactly"].isObject { count(&devices["requests"][index]["exactly"]) }
            for sub in devices["requests"][index]["firstAvailable"].array.indices {
                count(&devices["requests"][index]["firstAvailable"][sub])
            }
        }
    }

    private static func count(_ request: inout Value) {
        if request["allocationMode"].string == "ExactCount", (request["count"].int ?? 0) == 0 { request["count"] = 1 }
    }
}

struct ResourceClaimStrategy: Strategy {
    var statusMetadata: StatusMetadata { .stays }

    func applyDefaults(_ object: inout Value) { DeviceClaimDefaults.apply(&object["spec"]["devices"]) }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) { errors.deviceClaim(object["spec"]["devices"]) }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.immutable(new["spec"], old["spec"])
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let status = new["status"], users = status["reservedFor"]
        errors.atMost(256, users)
        var uids: Set<String> = []
        for user in users.items {
            errors.need(user["resource"])
            errors.need(user["name"])
            errors.need(user["uid"])
            if !user["uid"].isEmpty, !uids.insert(user["uid"].text).inserted { errors.duplicate(user["uid"]) }
        }
        if users.count > 0, status["allocation"].isAbsent {
            errors.forbidden(users, "may not be specified when `allocated` is not set")
        }
        if old["status"]["allocation"].isPresent, status["allocation"].isPresent,
            old["status"]["allocation"].value != status["allocation"].value
        {
            errors.invalid(status["allocation"], "field is immutable")
        }
        for result in status["allocation"]["devices"]["results"].items {
            errors.csiDriverName(result["driver"])
            errors.need(result["pool"])
            errors.needText(result["device"], NameRules.dns1123Label)
        }
        if new["metadata"]["deletionTimestamp"].isPresent {
            let known = Set(old["status"]["reservedFor"].value.array.map { $0["uid"] })
            if users.value.array.contains(where: { !known.contains($0["uid"]) }) {
                errors.forbidden(users, "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set")
            }
        }
    }
    var returnsDeletedObject: Bool { true }
}

struct ResourceClaimTemplateStrategy: Strategy {
    func applyDefaults(_ object: inout Value) { DeviceClaimDefaults.apply(&object["spec"]["spec"]["devices"]) }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let metadata = object["spec"]["metadata"]
        errors.annotations(metadata["annotations"])
        errors.labels(metadata["labels"])
        for entry in metadata.value.members
        where entry.key != "annotations" && entry.key != "labels" && !entry.value.isEmptyForJSON {
            errors.forbidden(metadata[entry.key], "cannot be set")
        }
        errors.deviceClaim(object["spec"]["spec"]["devices"])
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.immutable(new["spec"], old["spec"])
    }
    var returnsDeletedObject: Bool { true }
}

struct DeviceClassStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        errors.deviceSelectors(spec["selectors"])
        errors.atMost(32, spec["config"])
        for config in spec["config"].items { errors.deviceConfiguration(config) }
        let name = spec["extendedResourceName"]
        if name.isPresent, !ResourceNames.isExtended(name.text) { errors.invalid(name, "must be a valid extended resource name") }
    }

    var countsGeneration: Bool { true }
    var returnsDeletedObject: Bool { true }
}
