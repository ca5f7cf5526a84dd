import APIClient
import KubernetesTypes
import Objects
import Synchronization

/// Looks at the resource claims of pods, and remembers what was decided but is not written yet.
final class DeviceCheck: Sendable {
    enum Verdict: Sendable {
        case none
        /// No node will do as long as this holds.
        case blocked(String)
        case asks(DeviceFilter)
    }

    private struct State {
        var inventory: DeviceInventory?
        /// Allocations on their way to the API, by the claim's uid.
        var pending: [String: Set<DeviceID>] = [:]
    }

    private let claims: Informer<ResourceClaim>
    private let classes: Informer<DeviceClass>
    private let slices: Informer<ResourceSlice>
    private let selectors = DeviceSelectors()
    private let state = Mutex(State())

    init(claims: Informer<ResourceClaim>, classes: Informer<DeviceClass>, slices: Informer<ResourceSlice>) {
        self.claims = claims
        self.classes = classes
        self.slices = slices
        slices.onChange { [weak self] _ in self?.state.withLock { $0.inventory = nil } }
    }

    private func inventory() -> DeviceInventory {
        if let known = state.withLock({ $0.inventory }) { return known }
        let made = DeviceInventory(slices.list())
        state.withLock { $0.inventory = made }
        return made
    }

    /// The claims of a pod by the names in its spec; nil for one whose claim is not made yet.
    static func names(_ pod: Pod) -> [(name: String, claim: String?)] {
        let made = pod.value["status"]["resourceClaimStatuses"].array
        return pod.value["spec"]["resourceClaims"].array.compactMap { entry in
            let name = entry["name"].string ?? ""
            if let claim = entry["resourceClaimName"].string { return (name, claim) }
            guard let status = made.first(where: { $0["name"].string == name }) else { return (name, nil) }
            // A template may turn out to need no claim.
            return status["resourceClaimName"].string.map { (name, $0) }
        }
    }

    func verdict(_ pod: Pod) -> Verdict {
        if pod.value["spec"]["resourceClaims"].array.isEmpty { return .none }
        var filter = DeviceFilter(classes: { [classes] in classes.get($0) }, selectors: selectors)
        for (_, name) in Self.names(pod) {
            guard let name else { return .blocked("waiting for dynamic resource controller to create the resourceclaim for pod \(pod.namespace)/\(pod.name)") }
            guard let claim = claims.get(pod.namespace, name) else { return .blocked("could not find resourceclaim \"\(name)\"") }
            if claim.isBeingDeleted { return .blocked("resourceclaim \"\(name)\" is being deleted") }
            if let owner = Ownership.pod(of: claim), owner != pod.uid { return .blocked("resourceclaim \"\(name)\" was not created for pod \(pod.namespace)/\(pod.name)") }
            let isAllocated = claim.value["status"]["allocation"].isObject
            if !isAllocated, state.withLock({ $0.pending[claim.uid] != nil }) { return .blocked("resourceclaim \"\(name)\" is being allocated") }
            let reserved = claim.value["status"]["reservedFor"].array
            if reserved.count >= 256, !reserved.contains(where: { $0["uid"].string == pod.uid }) { return .blocked("resourceclaim in use") }
            if isAllocated {
                filter.allocated.append(claim)
            } else {
                if let missing = missingClass(claim) { return .blocked(missing) }
                filter.waiting.append(claim)
            }
        }
        if !filter.waiting.isEmpty {
            filter.inventory = inventory()
            filter.used = usedDevices()
        }
        return .asks(filter)
    }

    private func missingClass(_ claim: ResourceClaim) -> String? {
        for request in claim.value["spec"]["devices"]["requests"].array {
            for body in [request["exactly"]] + request["firstAvailable"].array {
                guard let name = body["deviceClassName"].string, classes.get(name) == nil else { continue }
                return "request \(request["name"].string ?? ""): device class \(name) does not exist"
            }
        }
        return nil
    }

    /// Devices that claims have, or are about to have.
    private func usedDevices() -> Set<DeviceID> {
        var used: Set<DeviceID> = []
        for claim in claims.list() {
            for result in claim.value["status"]["allocation"]["devices"]["results"].array where result["adminAccess"].bool != true {
                used.insert(DeviceID(driver: result["driver"].string ?? "", pool: result["pool"].string ?? "", device: result["device"].string ?? ""))
            }
        }
        return state.withLock { state in state.pending.values.reduce(into: used) { $0.formUnion($1) } }
    }

    /// Keeps what was decided from others until it is written, or given up.
    func assume(_ allocations: [DeviceFilter.Allocation]) {
        state.withLock { state in
            for allocation in allocations { state.pending[allocation.claim.uid] = allocation.devices }
        }
    }

    func settle(_ allocations: [DeviceFilter.Allocation]) {
        state.withLock { state in for allocation in allocations { state.pending[allocation.claim.uid] = nil } }
    }
}

enum Ownership {
    /// The uid of the pod for which a claim was made out of a template.
    static func pod(of claim: ResourceClaim) -> String? {
        claim.metadata.ownerReferences.first { $0.controller == true && $0.kind == "Pod" }?.uid
    }
}

/// What the claims of one pod have against nodes.
struct DeviceFilter: Sendable {
    struct Allocation: Sendable {
        let claim: ResourceClaim
        /// Null for a claim that has its devices.
        let value: Value
        let devices: Set<DeviceID>
    }

    let classes: @Sendable (String) -> DeviceClass?
    let selectors: DeviceSelectors
    var allocated: [ResourceClaim] = []
    var waiting: [ResourceClaim] = []
    var inventory: DeviceInventory?
    var used: Set<DeviceID> = []

    func refusal(_ node: NodeInfo) -> Refusal? {
        for claim in allocated {
            let selector = claim.value["status"]["allocation"]["nodeSelector"]
            guard selector.isObject else { continue }
            if !selector["nodeSelectorTerms"].array.map(NodeTerm.init).contains(where: { $0.matches(node) }) {
                return .fixed("resourceclaim not available on the node")
            }
        }
        if waiting.isEmpty || results(node) != nil { return nil }
        return .movable("cannot allocate all claims")
    }

    private func results(_ node: NodeInfo) -> [[DeviceAllocator.Result]]? {
        var allocator = DeviceAllocator(waiting, classes, inventory?.devices(for: node) ?? [], used: used, selectors)
        return allocator.allocate()
    }

    /// What is to be written into the claims when the pod goes to a node.
    func allocations(_ node: NodeInfo, now: Timestamp) -> [Allocation]? {
        var made = allocated.map { Allocation(claim: $0, value: .null, devices: []) }
        if waiting.isEmpty { return made }
        guard let results = results(node) else { return nil }
        let devices = inventory?.devices(for: node) ?? []
        for (claim, found) in zip(waiting, results) {
            let value = DeviceAllocator.allocation(claim, found, devices, node: node.name, classes: classes, now: now)
            made.append(Allocation(claim: claim, value: value, devices: Set(found.filter { !$0.isAdmin }.map(\.device))))
        }
        return made
    }
}
