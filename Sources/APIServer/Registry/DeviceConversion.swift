import Objects

/// Requests for devices and devices in resource.k8s.io/v1beta1: there a request has what `exactly` holds in the stable version, and a
/// device has everything but its name in `basic`.
enum DeviceConversion {
    private static let requestFields = ["deviceClassName", "selectors", "allocationMode", "count", "adminAccess", "tolerations", "capacity"]

    /// Nil for versions that look as the stable one.
    static func conversion(_ version: String, _ kind: String) -> VersionConversion? {
        guard version == "v1beta1" else { return nil }
        switch kind {
        case "ResourceClaim":
            return VersionConversion(
                toStorage: { changed($0, at: requests, stableRequest) }, fromStorage: { changed($0, at: requests, firstRequest) })
        case "ResourceClaimTemplate":
            return VersionConversion(
                toStorage: { changed($0, at: ["spec"] + requests, stableRequest) }, fromStorage: { changed($0, at: ["spec"] + requests, firstRequest) })
        case "ResourceSlice":
            return VersionConversion(toStorage: stableSlice, fromStorage: { changed($0, at: ["spec", "devices"], firstDevice) })
        default: return nil
        }
    }

    private static let requests = ["spec", "devices", "requests"]

    /// With every item of the list that stands at `path` changed.
    private static func changed(_ value: Value, at path: some Collection<String>, _ change: (Value) -> Value) -> Value {
        guard let name = path.first else {
            guard case .array(let items) = value else { return value }
            return .array(items.map(change))
        }
        guard value.contains(name) else { return value }
        var result = value
        result[name] = changed(value[name], at: path.dropFirst(), change)
        return result
    }

    // MARK: requests

    /// A request that says nothing of what it asks for stays without `exactly`, for validation to tell of it.
    private static func stableRequest(_ first: Value) -> Value {
        guard first.isObject else { return first }
        var request = first
        var exactly = Value.emptyObject
        for name in requestFields {
            guard let value = request.remove(name), !value.isNull, value != "" else { continue }
            exactly[name] = value
        }
        let alternatives = request.remove("firstAvailable")
        if exactly != .emptyObject {
            if exactly["deviceClassName"].isNull { exactly["deviceClassName"] = "" }
            request["exactly"] = exactly
        }
        request.set("firstAvailable", alternatives)
        return request
    }

    private static func firstRequest(_ stable: Value) -> Value {
        guard stable.isObject else { return stable }
        var request = stable
        let exactly = request.remove("exactly") ?? .null
        let alternatives = request.remove("firstAvailable")
        request["deviceClassName"] = exactly["deviceClassName"].isNull ? "" : exactly["deviceClassName"]
        for name in ["selectors", "allocationMode", "count", "adminAccess"] where exactly.contains(name) { request[name] = exactly[name] }
        request.set("firstAvailable", alternatives)
        for name in ["tolerations", "capacity"] where exactly.contains(name) { request[name] = exactly[name] }
        return request
    }

    // MARK: devices

    /// Who is on no node in particular has no name of a node, not an empty one.
    private static func stableSlice(_ first: Value) -> Value {
        var slice = changed(first, at: ["spec", "devices"], stableDevice)
        if slice["spec"]["nodeName"] == "" { slice["spec"].remove("nodeName") }
        if slice["spec"]["allNodes"] == false { slice["spec"].remove("allNodes") }
        return slice
    }

    private static func stableDevice(_ first: Value) -> Value {
        guard first.isObject else { return first }
        var device = first
        for entry in device.remove("basic")?.members ?? Members() { device[entry.key] = entry.value }
        return device
    }

    private static func firstDevice(_ stable: Value) -> Value {
        guard stable.isObject else { return stable }
        var device = Value.emptyObject, basic = Value.emptyObject
        for entry in stable.members {
            if entry.key == "name" { device[entry.key] = entry.value } else { basic[entry.key] = entry.value }
        }
        device["basic"] = basic
        return device
    }
}
