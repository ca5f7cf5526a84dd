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
        /// How often slices have changed: an inventory of earlier ones is not kept.
        var changes = 0
        var ledger = DeviceLedger()
        /// Classes by the resource of nodes that they stand for.
        var resources: [String: String] = [:]
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
        slices.onChange { [weak self] _ in self?.state.withLock { ($0.inventory, $0.changes) = (nil, $0.changes + 1) } }
        classes.onChange { [weak self] _ in self?.mapResources() }
        claims.onChange { [weak self] change in self?.see(change) }
    }

    private func see(_ change: InformerChange<ResourceClaim>) {
        let claim = change.object, key = claim.namespace + "/" + claim.name
        var usage = DeviceUsage()
        for result in claim.value["status"]["allocation"]["devices"]["results"].array { usage.add(result: result) }
        state.withLock { state in
            if case .deleted = change { state.ledger.forget(key) } else { state.ledger.see(key, usage, revision: Self.revision(claim)) }
        }
    }

    private static func revision(_ claim: ResourceClaim) -> Int64 { claim.value["metadata"]["resourceVersion"].string.flatMap { Int64($0) } ?? 0 }

    private static let implicitPrefix = "deviceclass.resource.kubernetes.io/"

    /// Of several classes for one resource the newest counts.
    private func mapResources() {
        var resources: [String: String] = [:]
        let created: (DeviceClass) -> String = { $0.value["metadata"]["creationTimestamp"].string ?? "" }
        for one in classes.list().sorted(by: { (created($0), $1.name) < (created($1), $0.name) }) {
            resources[Self.implicitPrefix + one.name] = one.name
            if let name = one.value["spec"]["extendedResourceName"].string, !name.isEmpty { resources[name] = one.name }
        }
        state.withLock { $0.resources = resources }
    }

    /// The resources that nodes may offer by devices.
    var resources: Set<String> { state.withLock { Set($0.resources.keys) } }

    private func inventory() -> DeviceInventory {
        let (known, changes) = state.withLock { ($0.inventory, $0.changes) }
        if let known { return known }
        let made = DeviceInventory(slices.list())
        state.withLock { state in if state.changes == changes { state.inventory = made } }
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

    func verdict(_ pod: Pod, _ requests: [String: Int64] = [:], timeout: Duration = .seconds(10)) -> Verdict {
        let known = requests.isEmpty ? [:] : state.withLock { $0.resources }
        let backed = known.filter { requests[$0.key] ?? 0 > 0 }
        if backed.isEmpty, pod.value["spec"]["resourceClaims"].array.isEmpty { return .none }
        var filter = DeviceFilter(classes: { [classes] in classes.get($0) }, selectors: selectors, timeout: timeout)
        if !backed.isEmpty { filter.extended = ExtendedResources(pod: pod, classes: backed) }
        for (_, name) in Self.names(pod) {
            guard let name else { return .blocked("waiting for dynamic resource controller to create the resourceclaim for pod \(pod.namespace)/\(pod.name)") }
            guard let claim = claims.get(pod.namespace, name) else { return .blocked("could not find resourceclaim \"\(name)\"") }
            if claim.isBeingDeleted { return .blocked("resourceclaim \"\(name)\" is being deleted") }
            if let owner = Ownership.pod(of: claim), owner != pod.uid { return .blocked("resourceclaim \"\(name)\" was not created for pod \(pod.namespace)/\(pod.name)") }
            let isAllocated = claim.value["status"]["allocation"].isObject
            if !isAllocated, state.withLock({ $0.ledger.isPending(claim.namespace + "/" + claim.name) }) { return .blocked("resourceclaim \"\(name)\" is being allocated") }
            let reserved = claim.value["status"]["reservedFor"].array
            if reserved.count >= 256, !reserved.contains(where: { $0["uid"].string == pod.uid }) { return .blocked("resourceclaim in use") }
            if isAllocated {
                filter.allocated.append(claim)
            } else {
                if let missing = missingClass(claim) { return .blocked(missing) }
                filter.waiting.append(claim)
            }
        }
        if !filter.waiting.isEmpty || filter.extended != nil {
            filter.inventory = inventory()
            filter.usage = state.withLock { $0.ledger.usage }
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

    /// Keeps what was decided from others until it is written, or given up.
    func assume(_ allocations: [DeviceFilter.Allocation]) {
        state.withLock { state in
            for allocation in allocations where allocation.value.isObject { state.ledger.assume(allocation.key, allocation.usage) }
        }
    }

    /// `written` are the claims as far as they were written; until they are seen so, what was decided counts.
    func settle(_ allocations: [DeviceFilter.Allocation], written: [ResourceClaim]) {
        state.withLock { state in
            for (index, allocation) in allocations.enumerated() where allocation.value.isObject {
                guard index < written.count else {
                    state.ledger.giveUp(allocation.key)
                    continue
                }
                let claim = written[index], key = claim.namespace + "/" + claim.name
                // A claim for extended resources had no name before.
                if key != allocation.key { state.ledger.giveUp(allocation.key) }
                state.ledger.settle(key, allocation.usage, revision: Self.revision(claim))
            }
        }
    }
}

enum Ownership {
    /// The uid of the pod for which a claim was made out of a template.
    static func pod(of claim: ResourceClaim) -> String? {
        claim.metadata.ownerReferences.first { $0.controller == true && $0.kind == "Pod" }?.uid
    }
}
