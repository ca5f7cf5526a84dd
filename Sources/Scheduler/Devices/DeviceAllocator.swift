import KubernetesTypes
import Objects

/// Finds devices for claims on one node: a search that takes a choice back when what comes later cannot be met.
struct DeviceAllocator {
    /// What a claim asks for in one place of its list, after the choice among alternatives.
    private struct Want {
        let claim: Int
        /// As results name it: `request` or `request/alternative`.
        let name: String
        let parent: String
        let selectors: [Value]
        let tolerations: [Value]
        let isAdmin: Bool
        /// Nil for all that match.
        let count: Int?
        let className: String
    }

    struct Result: Sendable, Equatable {
        let request: String
        let device: DeviceID
        let isAdmin: Bool
        let tolerations: [Value]
    }

    private struct Choice {
        let want: Want
        let device: Device
    }

    private static let mostResults = 32
    /// Steps after which a search is given up: claims from outside must not keep the scheduler busy for ever.
    private static let mostSteps = 100_000

    let claims: [ResourceClaim]
    let classes: (String) -> DeviceClass?
    let devices: [Device]
    let selectors: DeviceSelectors
    private var used: Set<DeviceID>
    private var choices: [Choice] = []
    private var steps = 0

    init(_ claims: [ResourceClaim], _ classes: @escaping (String) -> DeviceClass?, _ devices: [Device], used: Set<DeviceID>, _ selectors: DeviceSelectors) {
        self.claims = claims
        self.classes = classes
        self.devices = devices
        self.used = used
        self.selectors = selectors
    }

    /// The devices of each claim; nil when there are not enough.
    mutating func allocate() -> [[Result]]? {
        var requests: [(claim: Int, request: Value)] = []
        for (index, claim) in claims.enumerated() {
            for request in claim.value["spec"]["devices"]["requests"].array { requests.append((index, request)) }
        }
        guard meet(requests[...]) else { return nil }
        var results = Array(repeating: [Result](), count: claims.count)
        for choice in choices {
            results[choice.want.claim].append(
                Result(request: choice.want.name, device: choice.device.id, isAdmin: choice.want.isAdmin, tolerations: choice.want.tolerations))
        }
        return results
    }

    /// The first alternative of the first request with which all others can be met too.
    private mutating func meet(_ requests: ArraySlice<(claim: Int, request: Value)>) -> Bool {
        guard let first = requests.first else { return true }
        let rest = requests.dropFirst()
        for want in alternatives(first.request, first.claim) {
            if let count = want.count {
                if take(want, count, from: 0, then: rest) { return true }
            } else if takeAll(want, then: rest) {
                return true
            }
        }
        return false
    }

    private func alternatives(_ request: Value, _ claim: Int) -> [Want] {
        let name = request["name"].string ?? ""
        let options = request["firstAvailable"].array
        if !options.isEmpty {
            return options.compactMap { want($0, claim, name + "/" + ($0["name"].string ?? ""), name) }
        }
        return want(request["exactly"], claim, name, name).map { [$0] } ?? []
    }

    private func want(_ body: Value, _ claim: Int, _ name: String, _ parent: String) -> Want? {
        let className = body["deviceClassName"].string ?? ""
        guard let deviceClass = classes(className) else { return nil }
        let isAll = body["allocationMode"].string == "All"
        return Want(
            claim: claim, name: name, parent: parent, selectors: deviceClass.value["spec"]["selectors"].array + body["selectors"].array,
            tolerations: body["tolerations"].array, isAdmin: body["adminAccess"].bool == true, count: isAll ? nil : Int(body["count"].int ?? 1),
            className: className)
    }

    private func suits(_ device: Device, _ want: Want) -> Bool {
        !device.isTainted(want.tolerations.map(Toleration.init)) && selectors.select(device, want.selectors)
    }

    private mutating func take(_ want: Want, _ count: Int, from start: Int, then rest: ArraySlice<(claim: Int, request: Value)>) -> Bool {
        if count == 0 { return meet(rest) }
        guard choices.count(where: { $0.want.claim == want.claim }) + count <= Self.mostResults else { return false }
        for index in start..<max(devices.count, start) {
            steps += 1
            if steps > Self.mostSteps { return false }
            let device = devices[index]
            // A pool of which slices are missing may have devices that are in truth gone.
            if !device.isPoolComplete || (!want.isAdmin && used.contains(device.id)) { continue }
            guard suits(device, want), agrees(want, device) else { continue }
            choose(want, device)
            if take(want, count - 1, from: index + 1, then: rest) { return true }
            unchoose()
        }
        return false
    }

    private mutating func takeAll(_ want: Want, then rest: ArraySlice<(claim: Int, request: Value)>) -> Bool {
        if devices.contains(where: { !$0.isPoolComplete }) { return false }
        let before = choices.count
        for device in devices where suits(device, want) {
            if (!want.isAdmin && used.contains(device.id)) || !agrees(want, device) || choices.count - before >= Self.mostResults {
                while choices.count > before { unchoose() }
                return false
            }
            choose(want, device)
        }
        if choices.count > before, meet(rest) { return true }
        while choices.count > before { unchoose() }
        return false
    }

    private mutating func choose(_ want: Want, _ device: Device) {
        choices.append(Choice(want: want, device: device))
        if !want.isAdmin { used.insert(device.id) }
    }

    private mutating func unchoose() {
        guard let last = choices.popLast() else { return }
        if !last.want.isAdmin { used.remove(last.device.id) }
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

    // MARK: what is written

    /// The `allocation` of a claim's status.
    static func allocation(
        _ claim: ResourceClaim, _ results: [Result], _ devices: [Device], node: String, classes: (String) -> DeviceClass?, now: Timestamp
    ) -> Value {
        var body = Value.emptyObject
        body["results"] = .array(results.map { result in
            var entry: Value = [
                "request": .string(result.request), "driver": .string(result.device.driver), "pool": .string(result.device.pool),
                "device": .string(result.device.device),
            ]
            if result.isAdmin { entry["adminAccess"] = true }
            if !result.tolerations.isEmpty { entry["tolerations"] = .array(result.tolerations) }
            return entry
        })
        let config = configuration(claim, results, classes)
        if !config.isEmpty { body["config"] = .array(config) }
        var allocation: Value = ["devices": body, "allocationTimestamp": .string(now.text)]
        let chosen = Set(results.map(\.device))
        if let selector = nodeSelector(devices.filter { chosen.contains($0.id) }) { allocation["nodeSelector"] = selector }
        return allocation
    }

    /// What classes and the claim say to drivers about the requests that were met.
    private static func configuration(_ claim: ResourceClaim, _ results: [Result], _ classes: (String) -> DeviceClass?) -> [Value] {
        let met = Set(results.map(\.request))
        var config: [Value] = []
        for request in claim.value["spec"]["devices"]["requests"].array {
            let name = request["name"].string ?? ""
            var bodies = [(name, request["exactly"])]
            for option in request["firstAvailable"].array { bodies.append((name + "/" + (option["name"].string ?? ""), option)) }
            for (full, body) in bodies where met.contains(full) {
                guard let deviceClass = classes(body["deviceClassName"].string ?? "") else { continue }
                for entry in deviceClass.value["spec"]["config"].array {
                    var entry = entry
                    entry["source"] = "FromClass"
                    entry["requests"] = [.string(full)]
                    config.append(entry)
                }
            }
        }
        let parents = Set(met.map { String($0.split(separator: "/").first ?? "") })
        for entry in claim.value["spec"]["devices"]["config"].array {
            let names = entry["requests"].strings
            guard names.isEmpty || names.contains(where: { met.contains($0) || parents.contains($0) }) else { continue }
            var entry = entry
            entry["source"] = "FromClaim"
            config.append(entry)
        }
        return config
    }

    /// Which nodes can use all of the devices; nil when all can.
    private static func nodeSelector(_ devices: [Device]) -> Value? {
        var expressions: [Value] = []
        var fields: [Value] = []
        for device in devices {
            switch device.place {
            case .node(let name): return ["nodeSelectorTerms": [["matchFields": [["key": "metadata.name", "operator": "In", "values": [.string(name)]]]]]]
            case .nodes(_, let selector):
                let term = selector["nodeSelectorTerms"][0]
                for entry in term["matchExpressions"].array where !expressions.contains(entry) { expressions.append(entry) }
                for entry in term["matchFields"].array where !fields.contains(entry) { fields.append(entry) }
            case .everywhere: break
            }
        }
        if expressions.isEmpty && fields.isEmpty { return nil }
        var term = Value.emptyObject
        if !expressions.isEmpty { term["matchExpressions"] = .array(expressions) }
        if !fields.isEmpty { term["matchFields"] = .array(fields) }
        return ["nodeSelectorTerms": [term]]
    }
}
