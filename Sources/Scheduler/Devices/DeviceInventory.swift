import KubernetesTypes
import Objects
import Policies
import Synchronization

/// A device by the names that claims use.
struct DeviceID: Sendable, Hashable {
    let driver: String
    let pool: String
    let device: String
}

/// A pool of devices by its names.
struct PoolName: Sendable, Hashable {
    let driver: String
    let pool: String
}

/// A device that a driver offers, and where.
struct Device: Sendable {
    let id: DeviceID
    let value: Value
    let place: Place
    /// Whether all slices of the newest generation of its pool are there.
    let isPoolComplete: Bool
    /// What it takes of the counters that it shares with other devices of its pool.
    let counters: [Counter: Quantity]

    /// A counter by its set.
    struct Counter: Sendable, Hashable {
        let set: String
        let name: String
    }

    var pool: PoolName { PoolName(driver: id.driver, pool: id.pool) }
    /// Whether several claims may have parts of it.
    var isShareable: Bool { value["allowMultipleAllocations"].bool == true }
    /// Whether something has to be done to it before pods can be bound that use it.
    var needsBinding: Bool { !value["bindingConditions"].array.isEmpty }

    /// The device's own name for a capacity that a request names with or without the driver's domain.
    func capacityName(_ name: String) -> String? {
        let known = value["capacity"]
        if known.contains(name) { return name }
        let prefix = id.driver + "/"
        let other = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name.contains("/") ? "" : prefix + name
        return !other.isEmpty && known.contains(other) ? other : nil
    }

    enum Place: Sendable {
        case node(String)
        case nodes([NodeTerm], Value)
        case everywhere
    }

    func isReachable(from node: NodeInfo) -> Bool {
        switch place {
        case .node(let name): name == node.name
        case .nodes(let terms, _): terms.contains { $0.matches(node) }
        case .everywhere: true
        }
    }

    /// An attribute by its full name; those without a domain are of the driver's.
    func attribute(_ name: String) -> Value? {
        let attributes = value["attributes"]
        if attributes.contains(name) { return attributes[name] }
        guard let slash = name.firstIndex(of: "/"), name[..<slash] == id.driver else { return nil }
        let short = String(name[name.index(after: slash)...])
        return attributes.contains(short) ? attributes[short] : nil
    }

    /// Whether a taint of the device keeps claims away that do not tolerate it.
    func isTainted(_ tolerations: [Toleration]) -> Bool {
        value["taints"].array.contains { entry in
            let taint = Taint(entry)
            return taint.isHard && !tolerations.cover(taint)
        }
    }
}

/// All devices of a cluster, as ResourceSlices tell of them.
struct DeviceInventory: Sendable {
    /// Those that one node has, by its name; and those that several reach.
    private(set) var local: [String: [Device]] = [:]
    private(set) var shared: [Device] = []

    /// The counters of pools whose devices are parts of others: how much there is, and which devices take of it.
    private(set) var counters: [PoolName: PoolCounters] = [:]

    struct PoolCounters: Sendable {
        var totals: [Device.Counter: Quantity] = [:]
        var takers: [String: [Device.Counter: Quantity]] = [:]
    }

    init(_ slices: [ResourceSlice]) {
        var pools: [PoolName: [Value]] = [:]
        for slice in slices {
            let spec = slice.value["spec"]
            pools[PoolName(driver: spec["driver"].string ?? "", pool: spec["pool"]["name"].string ?? ""), default: []].append(spec)
        }
        for (name, all) in pools.sorted(by: { ($0.key.driver, $0.key.pool) < ($1.key.driver, $1.key.pool) }) {
            let newest = all.map { $0["pool"]["generation"].int ?? 0 }.max() ?? 0
            let current = all.filter { ($0["pool"]["generation"].int ?? 0) == newest }
            let isComplete = current.allSatisfy { ($0["pool"]["resourceSliceCount"].int ?? 1) == Int64(current.count) }
            for spec in current {
                for entry in spec["sharedCounters"].array { counters[name, default: PoolCounters()].totals.merge(Self.amounts(entry, "name")) { $1 } }
            }
            for spec in current { add(spec, name, isComplete) }
        }
        // Devices that are ready come before those that have to be made ready.
        for node in local.keys { local[node] = Self.ordered(local[node] ?? []) }
    }

    private static func ordered(_ devices: [Device]) -> [Device] { devices.filter { !$0.needsBinding } + devices.filter(\.needsBinding) }

    private static func amounts(_ entry: Value, _ key: String) -> [Device.Counter: Quantity] {
        var amounts: [Device.Counter: Quantity] = [:]
        for counter in entry["counters"].members {
            if let amount = Quantity(counter.value["value"]) { amounts[Device.Counter(set: entry[key].string ?? "", name: counter.key)] = amount }
        }
        return amounts
    }

    /// What is left of a pool's counters beside what devices in use take.
    func left(_ pool: PoolName, _ isUsed: (DeviceID) -> Bool) -> [Device.Counter: Quantity] {
        guard let known = counters[pool] else { return [:] }
        var left = known.totals
        for (device, amounts) in known.takers where isUsed(DeviceID(driver: pool.driver, pool: pool.pool, device: device)) {
            for (counter, amount) in amounts { if let there = left[counter] { left[counter] = there - amount } }
        }
        return left
    }

    private mutating func add(_ spec: Value, _ name: PoolName, _ isComplete: Bool) {
        for entry in spec["devices"].array {
            let source = spec["perDeviceNodeSelection"].bool == true ? entry : spec
            let place: Device.Place
            if let node = source["nodeName"].string, !node.isEmpty {
                place = .node(node)
            } else if source["allNodes"].bool == true {
                place = .everywhere
            } else if source["nodeSelector"].isObject {
                place = .nodes(source["nodeSelector"]["nodeSelectorTerms"].array.map(NodeTerm.init), source["nodeSelector"])
            } else {
                continue
            }
            let id = DeviceID(driver: name.driver, pool: name.pool, device: entry["name"].string ?? "")
            var amounts: [Device.Counter: Quantity] = [:]
            for taken in entry["consumesCounters"].array { amounts.merge(Self.amounts(taken, "counterSet")) { $1 } }
            if !amounts.isEmpty { counters[name, default: PoolCounters()].takers[id.device] = amounts }
            let device = Device(id: id, value: entry, place: place, isPoolComplete: isComplete, counters: amounts)
            if case .node(let node) = place { local[node, default: []].append(device) } else { shared.append(device) }
        }
    }

    func devices(for node: NodeInfo) -> [Device] { 
        let reachable = shared.filter { $0.isReachable(from: node) }
        let own = local[node.name] ?? []
        return reachable.isEmpty ? own : Self.ordered(own + reachable)
    }
}

/// Selectors, each compiled once.
final class DeviceSelectors: Sendable {
    private let known = Mutex<[String: Result<Policies.DeviceSelector, Policies.DeviceSelector.Problem>]>([:])

    /// Whether all of a list of selectors (`[{cel: {expression}}]`) want a device. An expression that fails wants nothing.
    func select(_ device: Device, _ selectors: [Value]) -> Bool {
        selectors.allSatisfy { entry in
            guard let expression = entry["cel"]["expression"].string else { return false }
            let selector = known.withLock { known -> Policies.DeviceSelector? in
                if let made = known[expression] { return try? made.get() }
                if known.count > 1024 { known = [:] }
                let made = Result<Policies.DeviceSelector, Policies.DeviceSelector.Problem> { () throws(Policies.DeviceSelector.Problem) in
                    try Policies.DeviceSelector(expression)
                }
                known[expression] = made
                return try? made.get()
            }
            guard let selector else { return false }
            return (try? selector.selects(device.value, driver: device.id.driver)) ?? false
        }
    }
}
