import Objects

/// What a pod asks for, in the units in which the scheduler counts.
struct ResourceVector: Sendable, Equatable {
    var milliCPU: Int64 = 0
    /// Bytes.
    var memory: Int64 = 0
    var ephemeralStorage: Int64 = 0
    /// Other resources by name, in whole units.
    var extended: [String: Int64] = [:]

    mutating func add(_ name: String, _ quantity: Quantity) {
        switch name {
        case "cpu": milliCPU += quantity.milli
        case "memory": memory += quantity.rounded
        case "ephemeral-storage": ephemeralStorage += quantity.rounded
        case "pods": break
        default: extended[name, default: 0] += quantity.rounded
        }
    }

    static func + (left: ResourceVector, right: ResourceVector) -> ResourceVector {
        var sum = left
        sum += right
        return sum
    }

    static func += (left: inout ResourceVector, right: ResourceVector) {
        left.milliCPU += right.milliCPU
        left.memory += right.memory
        left.ephemeralStorage += right.ephemeralStorage
        for (name, amount) in right.extended { left.extended[name, default: 0] += amount }
    }

    static func -= (left: inout ResourceVector, right: ResourceVector) {
        left.milliCPU -= right.milliCPU
        left.memory -= right.memory
        left.ephemeralStorage -= right.ephemeralStorage
        for (name, amount) in right.extended { left.extended[name, default: 0] -= amount }
    }

    /// Member by member the greater of the two.
    static func max(_ left: ResourceVector, _ right: ResourceVector) -> ResourceVector {
        var result = left
        result.milliCPU = Swift.max(left.milliCPU, right.milliCPU)
        result.memory = Swift.max(left.memory, right.memory)
        result.ephemeralStorage = Swift.max(left.ephemeralStorage, right.ephemeralStorage)
        for (name, amount) in right.extended { result.extended[name] = Swift.max(left.extended[name] ?? 0, amount) }
        return result
    }

    init() {}

    /// From a `ResourceList`.
    init(_ list: Value) {
        for entry in list.members { if let quantity = Quantity(entry.value) { add(entry.key, quantity) } }
    }

    /// What a pod needs at its greediest: its containers and sidecars together, or one of its init containers. What the pod
    /// itself asks for as a whole comes before that. Containers that do not ask for processor or memory count as if they asked
    /// for what `floor` says.
    init(podSpec spec: Value, floor: ResourceVector = ResourceVector()) {
        func wanted(_ container: Value) -> ResourceVector {
            let list = container["resources"]["requests"]
            var wanted = ResourceVector(list)
            if !list.contains("cpu") { wanted.milliCPU = floor.milliCPU }
            if !list.contains("memory") { wanted.memory = floor.memory }
            return wanted
        }
        var sidecars = ResourceVector()
        var peak = ResourceVector()
        for container in spec["initContainers"].array {
            if container["restartPolicy"].string == "Always" {
                sidecars += wanted(container)
                peak = .max(peak, sidecars)
            } else {
                peak = .max(peak, sidecars + wanted(container))
            }
        }
        var running = sidecars
        for container in spec["containers"].array { running += wanted(container) }
        var total = ResourceVector.max(running, peak)
        let whole = spec["resources"]["requests"]
        if whole.isObject {
            let asked = ResourceVector(whole)
            if whole.contains("cpu") { total.milliCPU = asked.milliCPU }
            if whole.contains("memory") { total.memory = asked.memory }
            for (name, amount) in asked.extended { total.extended[name] = amount }
        }
        self = total + ResourceVector(spec["overhead"])
    }

    /// What scores count for containers that ask for nothing: 100 millicores and 200 MiB.
    static let scoredFloor = {
        var floor = ResourceVector()
        floor.milliCPU = 100
        floor.memory = 200 << 20
        return floor
    }()

    /// By the name that the API gives a resource.
    subscript(name: String) -> Int64 {
        switch name {
        case "cpu": return milliCPU
        case "memory": return memory
        case "ephemeral-storage": return ephemeralStorage
        default: return extended[name] ?? 0
        }
    }
}
