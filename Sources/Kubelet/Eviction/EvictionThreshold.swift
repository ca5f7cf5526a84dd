import Objects

/// What of the node can run short.
package enum EvictionSignal: String, Sendable, CaseIterable, Hashable {
    case memory = "memory.available"
    case disk = "nodefs.available"
    case diskInodes = "nodefs.inodesFree"
    case images = "imagefs.available"
    case imageInodes = "imagefs.inodesFree"
    case processes = "pid.available"

    /// The node's condition that tells of it.
    var condition: String {
        switch self {
        case .memory: "MemoryPressure"
        case .processes: "PIDPressure"
        default: "DiskPressure"
        }
    }

    /// As messages name it.
    var resource: String {
        switch self {
        case .memory: "memory"
        case .disk, .images: "ephemeral-storage"
        case .diskInodes, .imageInodes: "inodes"
        case .processes: "pids"
        }
    }

    var isDisk: Bool { condition == "DiskPressure" }
}

/// How little of something may be left.
package struct EvictionThreshold: Sendable, Equatable {
    enum Amount: Sendable, Equatable {
        case quantity(Quantity)
        case percent(Double)
    }

    let signal: EvictionSignal
    let least: Amount

    /// Upstream's for memory. A development machine's disk may be fuller than a server's: 5 % is enough to go on working.
    package static let standard = parse("memory.available<100Mi,nodefs.available<5%,nodefs.inodesFree<5%,imagefs.available<5%,imagefs.inodesFree<5%") ?? []

    /// Reads a list such as `memory.available<100Mi,nodefs.available<10%`. Nil when it is none.
    package static func parse(_ text: String) -> [EvictionThreshold]? {
        var list: [EvictionThreshold] = []
        for part in text.split(separator: ",") {
            let sides = part.split(separator: "<", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
            guard sides.count == 2, let signal = EvictionSignal(rawValue: sides[0]) else { return nil }
            if sides[1].hasSuffix("%") {
                guard let percent = Double(sides[1].dropLast()), (0...100).contains(percent) else { return nil }
                list.append(EvictionThreshold(signal: signal, least: .percent(percent)))
            } else {
                guard let quantity = Quantity(sides[1]) else { return nil }
                list.append(EvictionThreshold(signal: signal, least: .quantity(quantity)))
            }
        }
        return list
    }

    func least(of capacity: Int64) -> Int64 {
        switch least {
        case .quantity(let quantity): quantity.rounded
        case .percent(let percent): Int64(Double(capacity) * percent / 100)
        }
    }

    var text: String {
        switch least {
        case .quantity(let quantity): quantity.text
        case .percent(let percent): percent == percent.rounded() ? "\(Int(percent))%" : "\(percent)%"
        }
    }

    static func map(_ thresholds: [EvictionThreshold]) -> Value {
        var value = Value.emptyObject
        for threshold in thresholds { value[threshold.signal.rawValue] = .string(threshold.text) }
        return value
    }
}

/// How much of everything is left.
struct EvictionObservation: Sendable, Equatable {
    struct Level: Sendable, Equatable {
        let available: Int64
        let capacity: Int64
    }

    private(set) var levels: [EvictionSignal: Level] = [:]

    init(_ levels: [EvictionSignal: Level]) { self.levels = levels }

    init(_ node: NodeUsage) {
        levels[.memory] = Level(available: node.memoryAvailable, capacity: node.memoryCapacity)
        if let disk = node.disk {
            levels[.disk] = Level(available: disk.available, capacity: disk.capacity)
            // Some file systems count no inodes.
            if disk.inodes > 0 { levels[.diskInodes] = Level(available: disk.inodesFree, capacity: disk.inodes) }
        }
        if let images = node.imageDisk {
            levels[.images] = Level(available: images.available, capacity: images.capacity)
            if images.inodes > 0 { levels[.imageInodes] = Level(available: images.inodesFree, capacity: images.inodes) }
        }
        if node.maximumProcesses > 0 {
            levels[.processes] = Level(available: max(node.maximumProcesses - node.processes, 0), capacity: node.maximumProcesses)
        }
    }
}

/// Which pressures the node is under: a value that takes observations.
struct NodePressure: Sendable {
    let thresholds: [EvictionThreshold]
    /// A pressure is told for so long after it was seen last, so that pods do not come and go.
    static let calm: Int64 = 300

    private var seen: [String: Timestamp] = [:]

    init(_ thresholds: [EvictionThreshold]) { self.thresholds = thresholds }

    /// The thresholds that are not kept now, memory first.
    mutating func observe(_ observation: EvictionObservation, now: Timestamp) -> [EvictionThreshold] {
        let broken = thresholds.filter { threshold in
            guard let level = observation.levels[threshold.signal], level.capacity > 0 else { return false }
            return level.available < threshold.least(of: level.capacity)
        }
        for threshold in broken { seen[threshold.signal.condition] = now }
        return broken.sorted { $0.signal == .memory && $1.signal != .memory }
    }

    func conditions(now: Timestamp) -> Set<String> {
        Set(seen.filter { now.seconds - $0.value.seconds < Self.calm }.keys)
    }
}
