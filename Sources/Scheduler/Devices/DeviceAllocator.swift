import KubernetesTypes
import Objects

/// Finds devices for claims on one node: a search that takes a choice back when what comes later cannot be met.
struct DeviceAllocator {
    /// One place of the lists of claims, which is the same for all nodes: any of its alternatives meets it, the first one best.
    struct Request: Sendable {
        fileprivate let alternatives: [Want]
    }

    /// What a claim asks for in one place of its list, after the choice among alternatives.
    fileprivate struct Want: Sendable {
        /// The place of the claim among those of the pod.
        let claim: Int
        /// As results name it: `request` or `request/alternative`.
        let name: String
        let parent: String
        let selectors: [Value]
        let tolerations: [Value]
        let tolerated: [Toleration]
        let isAdmin: Bool
        /// Nil for all that match.
        let count: Int?
        /// What is asked of capacities.
        let capacity: [String: Quantity]
    }

    struct Result: Sendable, Equatable {
        let request: String
        let device: DeviceID
        let isAdmin: Bool
        let tolerations: [Value]
        /// Of a device that several may have parts of: what this one gets.
        let share: [String: Quantity]?
    }

    private struct Choice {
        let want: Want
        let device: Device
        /// What of a shared device's capacities it consumes.
        let share: [String: Quantity]?
        /// What the search had consumed of it together with others before.
        let earlier: [String: Quantity]?
        /// Whether it took of the pool's counters.
        let hasCounters: Bool
    }

    private static let mostResults = 32
    /// After so many steps the time is looked at: claims from outside must not keep the scheduler busy for ever.
    private static let stepsBetweenLooks = 1024

    let claims: [ResourceClaim]
    private let requests: [Request]
    let devices: [Device]
    let selectors: DeviceSelectors
    private let inventory: DeviceInventory
    /// What claims have, which is the same for all nodes, and what this search took beside: of shared devices the sum of both.
    private let base: DeviceUsage
    private var own = DeviceUsage()
    /// What is left of the counters of pools that were looked at.
    private var counters: [PoolName: [Device.Counter: Quantity]] = [:]
    private var choices: [Choice] = []
    private var steps = 0
    private let deadline: ContinuousClock.Instant?
    /// Whether the search was given up because it took too long.
    private(set) var isOverdue = false

    /// `timeout` is how long the search may take; none when it is zero.
    init(
        _ claims: [ResourceClaim], _ requests: [Request], _ inventory: DeviceInventory, _ node: NodeInfo, usage: DeviceUsage, _ selectors: DeviceSelectors,
        timeout: Duration = .seconds(10)
    ) {
        self.claims = claims
        self.requests = requests
        self.inventory = inventory
        devices = inventory.devices(for: node)
        base = usage
        self.selectors = selectors
        deadline = timeout > .zero ? ContinuousClock.now + timeout : nil
    }

    /// The devices of each claim; nil when there are not enough.
    mutating func allocate() -> [[Result]]? {
        guard meet(requests[...]) else { return nil }
        var results = Array(repeating: [Result](), count: claims.count)
        for choice in choices {
            results[choice.want.claim].append(
                Result(
                    request: choice.want.name, device: choice.device.id, isAdmin: choice.want.isAdmin, tolerations: choice.want.tolerations,
                    share: choice.share))
        }
        return results
    }

    /// The first alternative of the first request with which all others can be met too.
    private mutating func meet(_ requests: ArraySlice<Request>) -> Bool {
        guard let first = requests.first else { return true }
        let rest = requests.dropFirst()
        for want in first.alternatives {
            if let count = want.count {
                if take(want, count, from: 0, then: rest) { return true }
            } else if takeAll(want, then: rest) {
                return true
            }
        }
        return false
    }

    /// All that the claims of a pod ask for, in their order.
    static func requests(_ claims: [ResourceClaim], _ classes: (String) -> DeviceClass?) -> [Request] {
        claims.enumerated().flatMap { index, claim in
            claim.value["spec"]["devices"]["requests"].array.map { Request(alternatives: alternatives($0, index, classes)) }
        }
    }

    private static func alternatives(_ request: Value, _ claim: Int, _ classes: (String) -> DeviceClass?) -> [Want] {
        let name = request["name"].string ?? ""
        let options = request["firstAvailable"].array
        if !options.isEmpty {
            return options.compactMap { want($0, claim, name + "/" + ($0["name"].string ?? ""), name, classes) }
        }
        return want(request["exactly"], claim, name, name, classes).map { [$0] } ?? []
    }

    private static func want(_ body: Value, _ claim: Int, _ name: String, _ parent: String, _ classes: (String) -> DeviceClass?) -> Want? {
        guard let deviceClass = classes(body["deviceClassName"].string ?? "") else { return nil }
        let isAll = body["allocationMode"].string == "All"
        var capacity: [String: Quantity] = [:]
        for entry in body["capacity"]["requests"].members { capacity[entry.key] = Quantity(entry.value) }
        let tolerations = body["tolerations"].array
        return Want(
            claim: claim, name: name, parent: parent, selectors: deviceClass.value["spec"]["selectors"].array + body["selectors"].array,
            tolerations: tolerations, tolerated: tolerations.map(Toleration.init), isAdmin: body["adminAccess"].bool == true,
            count: isAll ? nil : Int(body["count"].int ?? 1), capacity: capacity)
    }

    private mutating func isTimeUp() -> Bool {
        steps += 1
        if steps % Self.stepsBetweenLooks == 0, let deadline, ContinuousClock.now > deadline { isOverdue = true }
        return isOverdue
    }

    private func suits(_ device: Device, _ want: Want) -> Bool {
        !device.isTainted(want.tolerated) && selectors.select(device, want.selectors)
    }

    private mutating func take(_ want: Want, _ count: Int, from start: Int, then rest: ArraySlice<Request>) -> Bool {
        if count == 0 { return meet(rest) }
        guard choices.count(where: { $0.want.claim == want.claim }) + count <= Self.mostResults else { return false }
        for index in start..<max(devices.count, start) {
            if isTimeUp() { return false }
            let device = devices[index]
            // A pool of which slices are missing may have devices that are in truth gone.
            guard device.isPoolComplete, suits(device, want), agrees(want, device), choose(want, device) else { continue }
            // A device that is shared may be had more than once.
            if take(want, count - 1, from: device.isShareable ? index : index + 1, then: rest) { return true }
            unchoose()
        }
        return false
    }

    private mutating func takeAll(_ want: Want, then rest: ArraySlice<Request>) -> Bool {
        if devices.contains(where: { !$0.isPoolComplete }) { return false }
        let before = choices.count
        for device in devices where suits(device, want) {
            if choices.count - before >= Self.mostResults || !agrees(want, device) || !choose(want, device) {
                while choices.count > before { unchoose() }
                return false
            }
        }
        if choices.count > before, meet(rest) { return true }
        while choices.count > before { unchoose() }
        return false
    }

    private func consumed(_ device: DeviceID) -> [String: Quantity]? { own.shares[device] ?? base.shares[device] }

    private func isTaken(_ device: DeviceID) -> Bool { own.taken.contains(device) || base.taken.contains(device) }

    /// Takes a device, or a part of it. False when there is not enough left of it.
    private mutating func choose(_ want: Want, _ device: Device) -> Bool {
        if want.isAdmin {
            choices.append(Choice(want: want, device: device, share: nil, earlier: nil, hasCounters: false))
            return true
        }
        if isTaken(device.id) { return false }
        var share: [String: Quantity]?
        if device.isShareable || !want.capacity.isEmpty {
            guard let consumed = CapacityRequest.consumed(want.capacity, device) else { return false }
            if device.isShareable {
                guard hasRoom(device, consumed) else { return false }
                share = consumed
            }
        }
        // The parts of a shared device take its counters once.
        let needsCounters = !device.counters.isEmpty && consumed(device.id) == nil
        if needsCounters, !takeCounters(device) { return false }
        choices.append(Choice(want: want, device: device, share: share, earlier: own.shares[device.id], hasCounters: needsCounters))
        if let share {
            if own.shares[device.id] == nil { own.shares[device.id] = base.shares[device.id] }
            own.share(device.id, share)
        } else {
            own.taken.insert(device.id)
        }
        return true
    }

    private func hasRoom(_ device: Device, _ consumed: [String: Quantity]) -> Bool {
        guard let used = self.consumed(device.id) else { return true }
        return consumed.allSatisfy { name, amount in
            let whole = Quantity(device.value["capacity"][name]["value"]) ?? .zero
            return (used[name] ?? .zero).nanos + amount.nanos <= whole.nanos
        }
    }

    private mutating func takeCounters(_ device: Device) -> Bool {
        var left = counters[device.pool] ?? inventory.left(device.pool) { isTaken($0) || consumed($0) != nil }
        let isEnough = device.counters.allSatisfy { counter, amount in left[counter].map { $0.nanos >= amount.nanos } ?? false }
        if isEnough { for (counter, amount) in device.counters { left[counter] = (left[counter] ?? .zero) - amount } }
        counters[device.pool] = left
        return isEnough
    }

    private mutating func unchoose() {
        guard let last = choices.popLast(), !last.want.isAdmin else { return }
        let device = last.device
        if last.hasCounters, var left = counters[device.pool] {
            for (counter, amount) in device.counters { left[counter] = (left[counter] ?? .zero) + amount }
            counters[device.pool] = left
        }
        if last.share == nil { own.taken.remove(device.id) } else { own.shares[device.id] = last.earlier }
    }

    // MARK: constraints

    /// Whether a device goes with those that were chosen for the same claim.
    private func agrees(_ want: Want, _ device: Device) -> Bool {
        for constraint in claims[want.claim].value["spec"]["devices"]["constraints"].array {
            let names = constraint["requests"].strings
            func isMeant(_ want: Want) -> Bool { names.isEmpty || names.contains(want.name) || names.contains(want.parent) }
            guard isMeant(want) else { continue }
            let others = choices.filter { $0.want.claim == want.claim && isMeant($0.want) }
            if let name = constraint["matchAttribute"].string {
                guard let own = device.attribute(name) else { return false }
                if others.contains(where: { $0.device.attribute(name) != own }) { return false }
            }
            if let name = constraint["distinctAttribute"].string {
                guard let own = device.attribute(name) else { return false }
                if others.contains(where: { $0.device.attribute(name) == own }) { return false }
            }
        }
        return true
    }
}
