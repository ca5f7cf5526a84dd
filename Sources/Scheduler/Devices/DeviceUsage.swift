import KubernetesTypes
import Objects

/// What claims have of devices.
struct DeviceUsage: Sendable, Equatable {
    /// Devices that belong to one claim alone.
    var taken: Set<DeviceID> = []
    /// What is consumed of the capacities of devices that several claims share.
    var shares: [DeviceID: [String: Quantity]] = [:]

    var isEmpty: Bool { taken.isEmpty && shares.isEmpty }

    /// Adds to what is consumed of a device; takes it back with -1 `times`.
    mutating func share(_ device: DeviceID, _ amounts: [String: Quantity], times: Int = 1) {
        for (name, amount) in amounts {
            let before = shares[device]?[name]?.nanos ?? 0
            shares[device, default: [:]][name] = Quantity(nanos: before + amount.nanos * Int128(times), format: amount.format)
        }
    }

    /// What one result of an allocation has. Administrators take nothing.
    mutating func add(result: Value) {
        if result["adminAccess"].bool == true { return }
        let id = DeviceID(driver: result["driver"].string ?? "", pool: result["pool"].string ?? "", device: result["device"].string ?? "")
        guard result["shareID"].string != nil else {
            taken.insert(id)
            return
        }
        var amounts: [String: Quantity] = [:]
        for entry in result["consumedCapacity"].members { amounts[entry.key] = Quantity(entry.value) }
        share(id, amounts)
    }
}

/// How much of a device's capacities a request consumes.
enum CapacityRequest {
    /// By the device's names for its capacities; nil when the device cannot give what is asked for.
    static func consumed(_ requests: [String: Quantity], _ device: Device) -> [String: Quantity]? {
        let capacity = device.value["capacity"]
        var asked: [String: Quantity] = [:]
        for (name, amount) in requests {
            guard let own = device.capacityName(name) else { return nil }
            asked[own] = amount
        }
        var consumed: [String: Quantity] = [:]
        for entry in capacity.members {
            guard let whole = Quantity(entry.value["value"]) else { return nil }
            let policy = entry.value["requestPolicy"]
            let amount = asked[entry.key] ?? Quantity(policy["default"]) ?? whole
            guard let rounded = rounded(amount, policy), rounded.nanos <= whole.nanos else { return nil }
            consumed[entry.key] = rounded
        }
        return consumed
    }

    /// The least amount that a policy allows and that is enough; nil when there is none.
    static func rounded(_ amount: Quantity, _ policy: Value) -> Quantity? {
        let values = policy["validValues"].array.compactMap { Quantity($0) }
        if !values.isEmpty { return values.filter { $0.nanos >= amount.nanos }.min { $0.nanos < $1.nanos } }
        let range = policy["validRange"]
        guard range.isObject else { return amount }
        var nanos = amount.nanos
        if let least = Quantity(range["min"]) {
            nanos = max(nanos, least.nanos)
            if let step = Quantity(range["step"]), step.nanos > 0 {
                let over = nanos - least.nanos
                nanos = least.nanos + (over + step.nanos - 1) / step.nanos * step.nanos
            }
        }
        if let most = Quantity(range["max"]), nanos > most.nanos { return nil }
        return Quantity(nanos: nanos, format: amount.format)
    }
}
