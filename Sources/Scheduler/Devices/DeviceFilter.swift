import KubernetesTypes
import Objects
import Synchronization

/// What the claims of one pod have against nodes.
struct DeviceFilter: Sendable {
    struct Allocation: Sendable {
        let claim: ResourceClaim
        /// Null for a claim that has its devices.
        let value: Value
        let usage: DeviceUsage
        /// For a claim that is still to be made, for extended resources: which containers use which of its requests.
        var mappings: [Value] = []

        var key: String { claim.namespace + "/" + claim.name }
    }

    let classes: @Sendable (String) -> DeviceClass?
    let selectors: DeviceSelectors
    /// How long a search on one node may take.
    var timeout: Duration = .seconds(10)
    var allocated: [ResourceClaim] = []
    var waiting: [ResourceClaim] = []
    /// Resources of nodes that may turn out to be devices.
    var extended: ExtendedResources?
    var inventory: DeviceInventory?
    var usage = DeviceUsage()
    /// What was found on nodes that were looked at.
    private let found = FoundDevices()

    init(classes: @escaping @Sendable (String) -> DeviceClass?, selectors: DeviceSelectors, timeout: Duration = .seconds(10)) {
        self.classes = classes
        self.selectors = selectors
        self.timeout = timeout
    }

    /// What nodes gain on which earlier alternatives of the claims can be met.
    func gains() -> [String: Int64] {
        let hasAlternatives = waiting.contains { $0.value["spec"]["devices"]["requests"].array.contains { !$0["firstAvailable"].array.isEmpty } }
        if !hasAlternatives { return [:] }
        let ranks = found.all().mapValues { zip(waiting, $0).reduce(Int64(0)) { $0 + Self.rank($1.0, $1.1) } }
        guard let highest = ranks.values.max(), highest > 0 else { return [:] }
        return ranks.mapValues { $0 * 100 / highest * Self.weight }
    }

    private static let weight: Int64 = 2
    private static let mostAlternatives: Int64 = 8

    /// More for each request by how early the alternative is that was met.
    private static func rank(_ claim: ResourceClaim, _ results: [DeviceAllocator.Result]) -> Int64 {
        let met = Set(results.map(\.request))
        return claim.value["spec"]["devices"]["requests"].array.reduce(0) { sum, request in
            let name = request["name"].string ?? ""
            let place = request["firstAvailable"].array.firstIndex { met.contains(name + "/" + ($0["name"].string ?? "")) }
            return sum + (place.map { mostAlternatives - Int64($0) } ?? 0)
        }
    }

    func refusal(_ node: NodeInfo) -> Refusal? {
        for claim in allocated {
            let selector = claim.value["status"]["allocation"]["nodeSelector"]
            guard selector.isObject else { continue }
            if !selector["nodeSelectorTerms"].array.map(NodeTerm.init).contains(where: { $0.matches(node) }) {
                return .fixed("resourceclaim not available on the node")
            }
        }
        switch search(node).outcome {
        case .found: return nil
        case .overdue: return .fixed("timed out trying to allocate devices")
        case .missing: return .movable("cannot allocate all claims")
        }
    }

    private enum Outcome {
        case found([[DeviceAllocator.Result]])
        case missing
        case overdue
    }

    /// Looks for devices on a node: for the claims, and for one more where the node has none of a resource itself.
    private func search(_ node: NodeInfo) -> (claims: [ResourceClaim], mappings: [Value], outcome: Outcome) {
        var all = waiting
        var mappings: [Value] = []
        if let made = extended?.claim(for: node) {
            all.append(made.claim)
            mappings = made.mappings
        }
        if all.isEmpty { return (all, mappings, .found([])) }
        guard let inventory else { return (all, mappings, .missing) }
        if let known = found.results(node.name) { return (all, mappings, .found(known)) }
        let requests = all.count == waiting.count ? found.requests { DeviceAllocator.requests(all, classes) } : DeviceAllocator.requests(all, classes)
        var allocator = DeviceAllocator(all, requests, inventory, node, usage: usage, selectors, timeout: timeout)
        if let results = allocator.allocate() {
            found.note(node.name, results)
            return (all, mappings, .found(results))
        }
        return (all, mappings, allocator.isOverdue ? .overdue : .missing)
    }

    /// What is to be written into the claims when the pod goes to a node.
    func allocations(_ node: NodeInfo, now: Timestamp) -> [Allocation]? {
        var made = allocated.map { Allocation(claim: $0, value: .null, usage: DeviceUsage()) }
        let search = search(node)
        guard case .found(let results) = search.outcome else { return nil }
        let devices = inventory?.devices(for: node) ?? []
        for (index, (claim, found)) in zip(search.claims, results).enumerated() {
            let value = DeviceAllocator.allocation(claim, found, devices, node: node.name, classes: classes, now: now)
            var usage = DeviceUsage()
            for result in value["devices"]["results"].array { usage.add(result: result) }
            made.append(Allocation(claim: claim, value: value, usage: usage, mappings: index < waiting.count ? [] : search.mappings))
        }
        return made
    }
}

/// What a search found on nodes: the pod goes to one of them, and what was found there is what it gets. And what it looked for.
private final class FoundDevices: Sendable {
    private let nodes = Mutex<[String: [[DeviceAllocator.Result]]]>([:])
    private let wanted = Mutex<[DeviceAllocator.Request]?>(nil)

    /// What the claims ask for; made once.
    func requests(_ make: () -> [DeviceAllocator.Request]) -> [DeviceAllocator.Request] {
        wanted.withLock { wanted in
            if let wanted { return wanted }
            let made = make()
            wanted = made
            return made
        }
    }

    func note(_ node: String, _ results: [[DeviceAllocator.Result]]) { nodes.withLock { $0[node] = results } }
    func results(_ node: String) -> [[DeviceAllocator.Result]]? { nodes.withLock { $0[node] } }
    func all() -> [String: [[DeviceAllocator.Result]]] { nodes.withLock { $0 } }
}

/// The resources that a pod asks nodes for and that device classes stand for: on a node that has none of its own, a claim is made.
struct ExtendedResources: Sendable {
    let pod: Pod
    /// The class of each resource.
    let classes: [String: String]

    static let annotation = "resource.kubernetes.io/extended-resource-claim"

    /// The claim for a node, and which containers use which of its requests; nil when the node has all itself.
    func claim(for node: NodeInfo) -> (claim: ResourceClaim, mappings: [Value])? {
        let lacking = classes.filter { (node.allocatable.extended[$0.key] ?? 0) == 0 }
        if lacking.isEmpty { return nil }
        let (requests, mappings) = requests(lacking)
        let reference: Value = ["apiVersion": "v1", "kind": "Pod", "name": .string(pod.name), "uid": .string(pod.uid), "controller": true]
        let claim = ResourceClaim([
            "metadata": [
                // No name of a claim can be this; it gets its own when it is made.
                "name": .string("<extended-resources>/\(pod.uid)"), "namespace": .string(pod.namespace),
                "generateName": .string(pod.name + "-extended-resources-"), "annotations": .object(Members([(Self.annotation, .string("true"))])), "ownerReferences": [reference],
            ],
            "spec": ["devices": ["requests": .array(requests)]],
        ])
        return (claim, mappings)
    }

    private struct Request {
        let name: String
        let className: String
        var count: Int64

        var value: Value {
            ["name": .string(name), "exactly": ["deviceClassName": .string(className), "allocationMode": "ExactCount", "count": .int(count)]]
        }
    }

    /// Containers that run together have devices of their own; an init container uses those of later ones, and what it needs beyond
    /// is had once for all init containers.
    private func requests(_ lacking: [String: String]) -> (requests: [Value], mappings: [Value]) {
        let inits = pod.value["spec"]["initContainers"].array
        let containers = inits + pod.value["spec"]["containers"].array
        let isShort: (Int) -> Bool = { $0 < inits.count && containers[$0]["restartPolicy"].string != "Always" }
        var requests: [Request] = []
        var mappings: [Value] = []
        for (resource, className) in lacking.sorted(by: { $0.key < $1.key }) {
            var own: [Int: Request] = [:]
            for (index, container) in containers.enumerated() where !isShort(index) {
                guard let request = Self.request(container, index, resource, className, beyond: 0) else { continue }
                own[index] = request
                mappings.append(Self.mapping(container, resource, request.name))
            }
            var short: Request?
            var uses: [(container: Value, request: String)] = []
            for (index, container) in containers.enumerated() where isShort(index) {
                guard let wanted = Self.amount(container, resource), wanted > 0 else { continue }
                var there: Int64 = 0
                for later in own.keys.sorted() where later >= index && there < wanted {
                    guard let request = own[later] else { continue }
                    there += request.count
                    mappings.append(Self.mapping(container, resource, request.name))
                }
                guard let request = Self.request(container, index, resource, className, beyond: there) else { continue }
                if short.map({ $0.count < request.count }) ?? true { short = request }
                uses.append((container, request.name))
            }
            if let short { mappings += uses.map { Self.mapping($0.container, resource, short.name) } }
            requests += (short.map { [$0] } ?? []) + own.keys.sorted().compactMap { own[$0] }
        }
        return (requests.sorted { $0.name < $1.name }.map(\.value), mappings)
    }

    private static func amount(_ container: Value, _ resource: String) -> Int64? { Quantity(container["resources"]["requests"][resource])?.rounded }

    private static func request(_ container: Value, _ index: Int, _ resource: String, _ className: String, beyond there: Int64) -> Request? {
        guard let wanted = amount(container, resource), wanted > there else { return nil }
        let names = container["resources"]["requests"].members.map(\.key).sorted()
        let position = names.firstIndex(of: resource) ?? 0
        return Request(name: "container-\(index)-request-\(position)", className: className, count: wanted - there)
    }

    private static func mapping(_ container: Value, _ resource: String, _ request: String) -> Value {
        ["containerName": container["name"], "resourceName": .string(resource), "requestName": .string(request)]
    }
}
