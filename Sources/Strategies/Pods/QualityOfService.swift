package import Objects

/// The class in which a pod is evicted: what it requests compared with its limits.
package enum QualityOfService {
    package static func of(_ spec: Value) -> String {
        if spec["resources"].isObject, !(spec["resources"]["requests"].members.isEmpty && spec["resources"]["limits"].members.isEmpty) {
            return of(containers: [spec])
        }
        return of(containers: spec["containers"].array + spec["initContainers"].array)
    }

    private static func of(containers: [Value]) -> String {
        var requests: [String: Quantity] = [:]
        var limits: [String: Quantity] = [:]
        var isGuaranteed = true
        for container in containers {
            add(container["resources"]["requests"], to: &requests)
            let named = add(container["resources"]["limits"], to: &limits)
            if !named.contains("cpu") || !named.contains("memory") { isGuaranteed = false }
        }
        if requests.isEmpty, limits.isEmpty { return "BestEffort" }
        if isGuaranteed, requests.allSatisfy({ limits[$0.key] == $0.value }), requests.count == limits.count { return "Guaranteed" }
        return "Burstable"
    }

    @discardableResult
    private static func add(_ list: Value, to sums: inout [String: Quantity]) -> Set<String> {
        var named: Set<String> = []
        for entry in list.members where entry.key == "cpu" || entry.key == "memory" {
            guard let amount = Quantity(entry.value), amount.nanos > 0 else { continue }
            sums[entry.key] = (sums[entry.key] ?? .zero) + amount
            named.insert(entry.key)
        }
        return named
    }
}
