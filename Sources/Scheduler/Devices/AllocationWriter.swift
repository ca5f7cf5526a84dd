import KubernetesTypes
import Objects

/// Names of the parts of a device that claims share: random UUIDs.
enum ShareIdentity {
    static func make() -> String {
        let (high, low) = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
        let digits = hex((high & ~0xf000) | 0x4000) + hex((low & ~(3 << 62)) | (2 << 62))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    private static func hex(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}

/// What is written into claims about the devices that were found.
extension DeviceAllocator {
    /// The `allocation` of a claim's status.
    static func allocation(
        _ claim: ResourceClaim, _ results: [Result], _ devices: [Device], node: String, classes: (String) -> DeviceClass?, now: Timestamp
    ) -> Value {
        var body = Value.emptyObject
        let known = Dictionary(devices.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        body["results"] = .array(results.map { result in
            var entry: Value = [
                "request": .string(result.request), "driver": .string(result.device.driver), "pool": .string(result.device.pool),
                "device": .string(result.device.device),
            ]
            if result.isAdmin { entry["adminAccess"] = true }
            if !result.tolerations.isEmpty { entry["tolerations"] = .array(result.tolerations) }
            for key in ["bindingConditions", "bindingFailureConditions"] {
                if let list = known[result.device]?.value[key], !list.array.isEmpty { entry[key] = list }
            }
            if let share = result.share {
                entry["shareID"] = .string(ShareIdentity.make())
                for (name, amount) in share { entry["consumedCapacity"][name] = .string(amount.text) }
            }
            return entry
        })
        let config = configuration(claim, results, classes)
        if !config.isEmpty { body["config"] = .array(config) }
        var allocation: Value = ["devices": body, "allocationTimestamp": .string(now.text)]
        let chosen = Set(results.map(\.device))
        if let selector = nodeSelector(devices.filter { chosen.contains($0.id) }, node) { allocation["nodeSelector"] = selector }
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
    private static func nodeSelector(_ devices: [Device], _ node: String) -> Value? {
        func only(_ name: String) -> Value { ["nodeSelectorTerms": [["matchFields": [["key": "metadata.name", "operator": "In", "values": [.string(name)]]]]]] }
        if devices.contains(where: { $0.value["bindsToNode"].bool == true }) { return only(node) }
        var expressions: [Value] = []
        var fields: [Value] = []
        for device in devices {
            switch device.place {
            case .node(let name): return only(name)
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
