import KubernetesTypes
import Objects

/// Whether the devices of a claim are ready for the pods that wait to be bound.
enum DeviceBinding: Equatable {
    case ready
    case waiting
    case failed(String)

    init(_ claim: ResourceClaim) {
        let status = claim.value["status"]
        var isReady = true
        for result in status["allocation"]["devices"]["results"].array {
            let wanted = result["bindingConditions"].strings
            if wanted.isEmpty { continue }
            let known = status["devices"].array.first { entry in
                ["driver", "pool", "device", "shareID"].allSatisfy { entry[$0] == result[$0] }
            }
            let conditions = known?["conditions"].array ?? []
            let failures = Set(result["bindingFailureConditions"].strings)
            if let failure = conditions.first(where: { failures.contains($0["type"].string ?? "") && $0["status"].string == "True" }) {
                self = .failed("claim \(claim.name) binding failed: reason=\(failure["reason"].string ?? ""), message=\"\(failure["message"].string ?? "")\"")
                return
            }
            let held = Set(conditions.filter { $0["status"].string == "True" }.compactMap { $0["type"].string })
            if !held.isSuperset(of: wanted) { isReady = false }
        }
        self = isReady && status["allocation"].isObject ? .ready : .waiting
    }

    /// Whether any device of the claim has to be made ready.
    static func isNeeded(_ claim: ResourceClaim) -> Bool {
        claim.value["status"]["allocation"]["devices"]["results"].array.contains { !$0["bindingConditions"].array.isEmpty }
    }
}
