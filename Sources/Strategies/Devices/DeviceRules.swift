import Objects
import Policies

/// Claims for devices, in claims, templates and classes.
extension FieldErrors {
    mutating func deviceClaim(_ claim: FieldValue) {
        let names = Self.requestNames(claim.value)
        if isSet(claim["requests"], atMost: 32, by: { $0["name"] }) {
            for request in claim["requests"].items { deviceRequest(request) }
        }
        for constraint in few(claim["constraints"]) {
            requestNames(constraint["requests"], names)
            self.constraint(constraint)
        }
        for config in few(claim["config"]) {
            requestNames(config["requests"], names)
            deviceConfiguration(config)
        }
    }

    /// The names of a claim's requests, and of their alternatives with a slash between.
    static func requestNames(_ claim: Value) -> Set<String> {
        var names: Set<String> = []
        for request in claim["requests"].array {
            let name = request["name"].string ?? ""
            names.insert(name)
            for sub in request["firstAvailable"].array { names.insert(name + "/" + (sub["name"].string ?? "")) }
        }
        return names
    }

    /// The elements, when there are not too many of them.
    private mutating func few(_ list: FieldValue, limit: Int = 32) -> [FieldValue] {
        if list.count <= limit { return list.items }
        tooMany(list, limit)
        return []
    }

    private mutating func requestNames(_ list: FieldValue, _ known: Set<String>) {
        guard isSet(list, atMost: 32, by: { $0 }) else { return }
        for name in list.items { requestName(name, known) }
    }

    private mutating func requestName(_ name: FieldValue, _ known: Set<String>) {
        let parts = name.text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count <= 2 {
            for part in parts { for problem in NameRules.dns1123Label(String(part)) { invalid(name, problem, showing: .string(String(part))) } }
        }
        if !known.contains(name.text) {
            invalid(
                name, "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
                showing: .string(name.text))
        }
    }

    private mutating func constraint(_ constraint: FieldValue) {
        if constraint["matchAttribute"].isPresent {
            attributeName(constraint["matchAttribute"])
        } else if constraint["distinctAttribute"].isPresent {
            attributeName(constraint["distinctAttribute"])
        } else {
            required(constraint, "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set")
        }
    }

    // MARK: what a claim got

    /// What a scheduler gave to a claim that had nothing.
    mutating func deviceAllocation(_ allocation: FieldValue, requests known: Set<String>) {
        for result in few(allocation["devices"]["results"]) {
            requestName(result["request"].isAbsent ? result.showing("", as: "request") : result["request"], known)
            csiDriverName(result["driver"])
            poolName(result["pool"])
            text(result["device"], NameRules.dns1123Label)
            bindingConditions(result)
            shareIdentifier(result["shareID"])
        }
        for config in few(allocation["devices"]["config"], limit: 64) {
            needOneOf(config["source"], ["FromClaim", "FromClass"])
            requestNames(config["requests"], known)
            deviceConfiguration(config)
        }
        if allocation["nodeSelector"].isPresent { nodeSelector(allocation["nodeSelector"]) }
    }

    /// What a driver says of a device that a claim got.
    mutating func deviceStatus(_ status: FieldValue, allocated: Set<[String]>) {
        csiDriverName(status["driver"])
        poolName(status["pool"])
        text(status["device"], NameRules.dns1123Label)
        shareIdentifier(status["shareID"])
        let key = Self.deviceKey(status.value)
        if !allocated.contains(key) {
            invalid(status, "must be an allocated device in the claim", showing: .string(key.prefix(3).joined(separator: "/")))
        }
        atMost(8, status["conditions"])
        conditions(status["conditions"])
        let data = status["data"], network = status["networkData"]
        if data.isPresent, !data.value.isObject { invalid(data, "must be a valid JSON object", showing: "<value omitted>") }
        noLonger(than: 256, network["interfaceName"])
        noLonger(than: 128, network["hardwareAddress"])
        if isSet(network["ips"], atMost: 16, by: { $0 }) { for address in network["ips"].items { text(address, AddressRules.interfaceAddress) } }
    }

    static func deviceKey(_ device: Value) -> [String] { ["driver", "pool", "device", "shareID"].map { device[$0].string ?? "" } }

    private mutating func shareIdentifier(_ field: FieldValue) {
        guard field.isPresent else { return }
        let bytes = Array(field.text.utf8)
        let isFine = bytes.count == 36 && bytes.enumerated().allSatisfy { index, byte in
            [8, 13, 18, 23].contains(index) ? byte == 0x2d : byte &- 0x30 <= 9 || byte &- 0x61 <= 5
        }
        if !isFine { invalid(field, "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters") }
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
            guard isSet(first, atMost: 8, by: { $0["name"] }) else { return }
            for sub in first.items {
                text(sub["name"], NameRules.dns1123Label)
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
        for toleration in few(request["tolerations"], limit: 16) { deviceToleration(toleration) }
    }

    private mutating func deviceToleration(_ toleration: FieldValue) {
        textIfPresent(toleration["key"], NameRules.qualifiedName)
        switch toleration["operator"].text {
        case "Exists":
            if !toleration["value"].isEmpty { invalid(toleration["value"], "must be empty for operator `Exists`") }
        case "Equal":
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
                if expression.text.utf8.count > 10 * 1024 {
                    tooLong(expression, 10 * 1024)
                    continue
                }
                do {
                    _ = try DeviceSelector(expression.text)
                } catch {
                    invalid(expression, error.message, showing: .string(expression.text))
                }
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
        } else if parameters.value.json.count > 10 * 1024 {
            tooLong(parameters, 10 * 1024)
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

    func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors) { errors.deviceClaim(object["spec"]["devices"]) }

    /// What cannot change is not looked at again.
    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.immutable(new["spec"], old["spec"])
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let status = new["status"], users = status["reservedFor"], allocation = status["allocation"]
        if errors.isSet(users, atMost: 256, by: { $0["uid"] }) {
            for user in users.items { for name in ["resource", "name", "uid"] { errors.need(user[name]) } }
        }
        let allocated = Set(allocation["devices"]["results"].value.array.map(FieldErrors.deviceKey))
        var seen: Set<[String]> = []
        for device in status["devices"].items {
            errors.deviceStatus(device, allocated: allocated)
            let key = FieldErrors.deviceKey(device.value)
            if !seen.insert(key).inserted { errors.duplicate(device, showing: .string(key.prefix(3).joined(separator: "/"))) }
        }
        if users.count > 0, allocation.isAbsent {
            errors.forbidden(users, "may not be specified when `allocated` is not set")
        } else if new["metadata"]["deletionTimestamp"].isPresent {
            let known = Set(old["status"]["reservedFor"].value.array)
            if !known.isSuperset(of: users.value.array) {
                errors.forbidden(users, "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set")
            }
        }
        guard allocation.isPresent else { return }
        if old["status"]["allocation"].isPresent {
            errors.immutable(allocation, old["status"]["allocation"])
        } else {
            errors.deviceAllocation(allocation, requests: FieldErrors.requestNames(new["spec"]["devices"].value))
        }
    }
    var returnsDeletedObject: Bool { true }
}

struct ResourceClaimTemplateStrategy: Strategy {
    func applyDefaults(_ object: inout Value) { DeviceClaimDefaults.apply(&object["spec"]["spec"]["devices"]) }

    func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors) {
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
