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

/// A device that a driver offers, and where.
struct Device: Sendable {
    let id: DeviceID
    let value: Value
    let place: Place
    /// Whether all slices of the newest generation of its pool are there.
    let isPoolComplete: Bool

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

    private struct PoolName: Hashable {
        let driver: String
        let pool: String
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
            for spec in current { add(spec, name, isComplete) }
        }
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
            let device = Device(id: id, value: entry, place: place, isPoolComplete: isComplete)
            if case .node(let node) = place { local[node, default: []].append(device) } else { shared.append(device) }
        }
    }

    func devices(for node: NodeInfo) -> [Device] { (local[node.name] ?? []) + shared.filter { $0.isReachable(from: node) } }
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
