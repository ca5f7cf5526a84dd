import Objects

/// All that decisions rest on: nodes with their pods, and what was counted about them. A value: decisions are pure but for the
/// tie between equals, for which it has random numbers of its own.
///
/// Nodes are columns of arrays; one that goes leaves a hole that the next takes. Whatever is derived from nodes and pods is
/// kept up with each change, or brought up to date from a log of changed nodes when it is needed.
struct SchedulerState: Sendable {
    struct PlacedPod: Sendable {
        let info: PodInfo
        let record: Int
        let nodeName: String
        /// -1 while the node is not known.
        var node: Int
    }

    struct Nomination: Sendable {
        let info: PodInfo
        let node: String
    }

    var profiles: [SchedulingProfile]
    var random: RandomNumbers

    // Nodes.
    var nodes: [NodeInfo?] = []
    var loads: [NodeLoad] = []
    /// Used amounts of other resources than those that `NodeLoad` has.
    var extended: [[String: Int64]] = []
    var ports: [[PodClass.HostPort]] = []
    var podsOn: [[Int32]] = []
    /// How many pods on a node use a claim; of nodes where any does.
    var claimsOn: [Int: [String: Int]] = [:]
    /// Disks that pods on a node name themselves.
    var disksOn: [Int: [Disk]] = [:]
    /// Whether pods are nominated for the node.
    var isPromised: [Bool] = []
    var positions: [String: Int] = [:]
    private var holes: [Int] = []
    var topology = Topology()
    /// Counts changes of nodes that places and eligibility depend on.
    var nodesVersion: UInt64 = 0
    var loadLog = ChangeLog()
    /// Resources that nodes may offer by devices.
    private(set) var deviceResources: Set<String> = []
    var nodeLog = ChangeLog()
    /// Counts everything that a decision could depend on.
    var changes: UInt64 = 0

    // Pods.
    var placed: [PlacedPod?] = []
    private var slots: [String: Int32] = [:]
    private var freeSlots: [Int32] = []
    private var strays: [String: Set<Int32>] = [:]
    var nominations: [String: Nomination] = [:]
    /// Nominated pods by node.
    var nominated: [String: [PodInfo]] = [:]

    // What is derived.
    var records: [PodClassRecord?] = []
    var recordOf: [PodSignature: Int] = [:]
    var freeRecords: [Int] = []
    var idleRecords = 0
    var tallies: [Tally?] = []
    var tallyOf: [Tally.Subject: Int] = [:]
    var freeTallies: [Int] = []
    /// Tallies of held terms in the order in which they came.
    var heldOrder: [Int] = []
    var heldEpoch: UInt64 = 0
    var bindingsEpoch: UInt64 = 0
    var matchingCount = 0
    var fits: [NodeFit] = []
    var fitOf: [NodeFitKey: Int] = [:]
    var eligible: [EligibleNodes] = []
    var cacheCount = 0
    var clock: UInt64 = 0
    var scratch = Scratch()

    var namespaces = NamespaceLabels() { didSet { namespacesChanged() } }
    var selectors = OwnerSelectors() {
        didSet {
            bindingsEpoch += 1
            changes += 1
        }
    }
    private var imageCounts: [String: Int] = [:]
    var imagesVersion: UInt64 = 0
    /// Where the next search begins, when not all nodes are looked at.
    var nextStart = 0

    init(profiles: [SchedulingProfile] = [SchedulingProfile()], seed: UInt64 = .random(in: .min ... .max)) {
        self.profiles = profiles
        random = RandomNumbers(seed: seed)
    }

    var nodeCount: Int { positions.count }

    func position(_ name: String) -> Int? { positions[name] }

    func node(_ name: String) -> NodeInfo? { positions[name].flatMap { nodes[$0] } }

    /// The pods on a node.
    func pods(on position: Int) -> [PodInfo] { podsOn[position].compactMap { placed[Int($0)]?.info } }

    /// On what part of all nodes an image is.
    func imageShare(_ name: String) -> Double { positions.isEmpty ? 0 : Double(imageCounts[name] ?? 0) / Double(positions.count) }

    func isKnownImage(_ name: String) -> Bool { imageCounts[name] != nil }

    // MARK: nodes

    mutating func setDeviceResources(_ names: Set<String>) {
        if names == deviceResources { return }
        deviceResources = names
        changes += 1
        for position in nodes.indices { loadLog.note(position) }
    }

    /// Returns whether pods that wait may fit now.
    @discardableResult
    mutating func upsert(_ node: NodeInfo) -> Bool {
        guard let position = positions[node.name] else {
            insert(node)
            return true
        }
        guard let old = nodes[position] else { return false }
        let (isOtherKind, isOtherSize) = (node.differsInKind(from: old), node.differsInSize(from: old))
        guard isOtherKind || isOtherSize else { return false }
        changes += 1
        nodes[position] = node
        if isOtherSize {
            loads[position].setLimits(node)
            loadLog.note(position)
        }
        if isOtherKind {
            if old.labels != node.labels || old.taints != node.taints || old.isUnschedulable != node.isUnschedulable { nodesVersion += 1 }
            if old.labels != node.labels { topology.set(position, node.labels) }
            if old.images != node.images {
                count(old.images, -1)
                count(node.images, 1)
            }
            nodeLog.note(position)
            loadLog.note(position)
        }
        return isOtherSize || old.labels != node.labels || old.taints != node.taints || old.isUnschedulable != node.isUnschedulable
    }

    private mutating func insert(_ node: NodeInfo) {
        let position: Int
        if let hole = holes.popLast() {
            position = hole
            nodes[hole] = node
        } else {
            position = nodes.count
            nodes.append(node)
            loads.append(NodeLoad())
            extended.append([:])
            ports.append([])
            podsOn.append([])
            isPromised.append(false)
        }
        isPromised[position] = nominated[node.name] != nil
        positions[node.name] = position
        loads[position].setLimits(node)
        topology.set(position, node.labels)
        count(node.images, 1)
        noteNode(position)
        for slot in strays.removeValue(forKey: node.name) ?? [] { attach(Int(slot), to: position) }
    }

    mutating func removeNode(_ name: String) {
        guard let position = positions[name], let node = nodes[position] else { return }
        for slot in podsOn[position] {
            detach(Int(slot))
            strays[name, default: []].insert(slot)
        }
        positions[name] = nil
        count(node.images, -1)
        nodes[position] = nil
        loads[position] = NodeLoad()
        extended[position] = [:]
        ports[position] = []
        topology.set(position, [:])
        holes.append(position)
        noteNode(position)
    }

    private mutating func noteNode(_ position: Int) {
        nodesVersion += 1
        changes += 1
        nodeLog.note(position)
        loadLog.note(position)
    }

    private mutating func count(_ images: [String: Int64], _ change: Int) {
        if images.isEmpty { return }
        imagesVersion += 1
        for name in images.keys {
            let now = (imageCounts[name] ?? 0) + change
            imageCounts[name] = now > 0 ? now : nil
        }
    }

    // MARK: pods

    /// Counts a pod on its node: one that runs there, or one that was just decided.
    mutating func place(_ pod: PodInfo, on name: String) {
        setNominated(pod, nil)
        if let slot = slots[pod.uid], let known = placed[Int(slot)] {
            if known.nodeName == name, known.info.podClass.signature == pod.podClass.signature, known.info.isTerminating == pod.isTerminating { return }
            remove(pod.uid)
        }
        changes += 1
        let record = retain(pod.podClass)
        let slot: Int32
        let entry = PlacedPod(info: pod, record: record, nodeName: name, node: -1)
        if let free = freeSlots.popLast() {
            slot = free
            placed[Int(slot)] = entry
        } else {
            slot = Int32(truncatingIfNeeded: placed.count)
            placed.append(entry)
        }
        slots[pod.uid] = slot
        if let position = positions[name] { attach(Int(slot), to: position) } else { strays[name, default: []].insert(slot) }
    }

    /// Where a pod counts; nil when it counts nowhere.
    func placement(of uid: String) -> PlacedPod? { slots[uid].flatMap { placed[Int($0)] } }

    mutating func remove(_ uid: String) {
        guard let slot = slots.removeValue(forKey: uid), let entry = placed[Int(slot)] else { return }
        changes += 1
        if entry.node >= 0 {
            detach(Int(slot))
        } else {
            strays[entry.nodeName]?.remove(slot)
            if strays[entry.nodeName]?.isEmpty == true { strays[entry.nodeName] = nil }
        }
        placed[Int(slot)] = nil
        freeSlots.append(slot)
        release(entry.record)
    }

    private mutating func attach(_ slot: Int, to position: Int) {
        guard let entry = placed[slot] else { return }
        placed[slot]?.node = position
        podsOn[position].append(Int32(truncatingIfNeeded: slot))
        count(entry, on: position, 1)
    }

    private mutating func detach(_ slot: Int) {
        guard let entry = placed[slot], entry.node >= 0 else { return }
        placed[slot]?.node = -1
        podsOn[entry.node].removeAll { $0 == Int32(truncatingIfNeeded: slot) }
        count(entry, on: entry.node, -1)
    }

    /// Counts a pod in or out of everything that is kept about its node.
    mutating func count(_ entry: PlacedPod, on position: Int, _ sign: Int64) {
        let podClass = entry.info.podClass
        loads[position].add(podClass, times: sign)
        for (name, amount) in podClass.requests.extended { extended[position][name, default: 0] += sign * amount }
        for port in podClass.ports {
            if sign > 0 {
                ports[position].append(port)
            } else if let index = ports[position].firstIndex(of: port) {
                ports[position].remove(at: index)
            }
        }
        if !entry.info.claims.isEmpty || !entry.info.disks.isEmpty { countVolumes(entry.info, on: position, Int(sign)) }
        tally(entry, on: position, Int32(sign))
        loadLog.note(position)
    }

    private mutating func countVolumes(_ pod: PodInfo, on position: Int, _ sign: Int) {
        for claim in pod.claims {
            let now = (claimsOn[position]?[claim] ?? 0) + sign
            claimsOn[position, default: [:]][claim] = now > 0 ? now : nil
        }
        if claimsOn[position]?.isEmpty == true { claimsOn[position] = nil }
        for disk in pod.disks {
            if sign > 0 { disksOn[position, default: []].append(disk) } else if let index = disksOn[position]?.firstIndex(of: disk) {
                disksOn[position]?.remove(at: index)
            }
        }
    }

    // MARK: nominations

    /// Reserves room on a node for a pod that waits for it; nil gives it up.
    mutating func setNominated(_ pod: PodInfo, _ node: String?) {
        if let known = nominations[pod.uid] {
            if known.node == node { return }
            nominations[pod.uid] = nil
            nominated[known.node]?.removeAll { $0.uid == pod.uid }
            if nominated[known.node]?.isEmpty == true { nominated[known.node] = nil }
            notePromise(known.node)
            changes += 1
        }
        guard let node else { return }
        nominations[pod.uid] = Nomination(info: pod, node: node)
        nominated[node, default: []].append(pod)
        notePromise(node)
        changes += 1
    }

    private mutating func notePromise(_ name: String) {
        guard let position = positions[name] else { return }
        isPromised[position] = nominated[name] != nil
        loadLog.note(position)
    }

    func nomination(of uid: String) -> String? { nominations[uid]?.node }
}

/// Quick random numbers with a seed (SplitMix64): for ties only.
struct RandomNumbers: Sendable, RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, without division.
    mutating func below(_ bound: UInt64) -> UInt64 { bound.multipliedFullWidth(by: next()).high }
}
