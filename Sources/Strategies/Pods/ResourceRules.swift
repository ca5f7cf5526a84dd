package import Objects

/// What containers and pods request, and their limits.
extension FieldErrors {
    /// `resources` of a container. `claims` are the names of the pod's resource claims.
    mutating func containerResources(_ resources: FieldValue, claims: Set<String>, names: (String) -> [String] = ResourceNames.containerProblems) {
        guard resources.isPresent else { return }
        let limits = resources["limits"], requests = resources["requests"]
        var hasHugePages = false
        var hasComputing = false
        for list in [limits, requests] {
            for (name, amount) in list.entries {
                for problem in names(name) { invalid(amount, problem, showing: .string(name)) }
                resourceQuantity(amount, of: name)
                if ResourceNames.isHugePages(name) {
                    hasHugePages = true
                    hugePages(amount, name)
                }
                if name == "cpu" || name == "memory" { hasComputing = true }
            }
        }
        for (name, amount) in requests.entries { compare(amount, name, requests, limits) }
        if hasHugePages, !hasComputing { forbidden(resources, "HugePages require cpu or memory") }
        resourceClaims(resources["claims"], known: claims)
    }

    private mutating func compare(_ request: FieldValue, _ name: String, _ requests: FieldValue, _ limits: FieldValue) {
        guard let amount = request.quantity else { return }
        let mayDiffer = ResourceNames.isOvercommittable(name)
        guard let limit = limits[name].quantity else {
            if !mayDiffer { required(limits, "Limit must be set for non overcommitable resources") }
            return
        }
        if amount != limit, !mayDiffer {
            invalid(requests, "must be equal to \(name) limit of \(limit.text)", showing: .string(amount.text))
        } else if amount > limit {
            invalid(requests, "must be less than or equal to \(name) limit of \(limit.text)", showing: .string(amount.text))
        }
    }

    private mutating func hugePages(_ amount: FieldValue, _ name: String) {
        guard let value = amount.quantity else { return }
        let page = Quantity(String(name.dropFirst("hugepages-".count)))
        let isMultiple = page.map { $0.nanos > 0 && $0.isInteger && value.nanos % $0.nanos == 0 } ?? false
        if !isMultiple { invalid(amount, "\(value.text) is not positive integer multiple of \(name)") }
    }

    private mutating func resourceClaims(_ list: FieldValue, known: Set<String>) {
        var seen: Set<[String]> = []
        for claim in list.items {
            let name = claim["name"]
            if name.isEmpty {
                required(name)
            } else {
                if !seen.insert([name.text, claim["request"].text]).inserted { duplicate(claim, showing: .string(name.text)) }
                if !known.contains(name.text) {
                    let detail = known.isEmpty ? "must be one of the names in pod.spec.resourceClaims which is empty" : "must be one of the names in pod.spec.resourceClaims"
                    notFound(claim.replaced(by: .string(name.text)), detail)
                }
            }
            textIfPresent(claim["request"], NameRules.dns1123Label)
        }
    }

    // MARK: pods

    private static let podLevelNames = ["cpu", "hugepages-", "memory"]

    /// `resources` of a pod as a whole.
    mutating func podResources(_ spec: FieldValue, claims: Set<String>) {
        let resources = spec["resources"]
        guard resources.isPresent else { return }
        if resources["claims"].isPresent { forbidden(resources["claims"], "claims may not be set for Resources at pod-level") }
        for kind in ["limits", "requests"] {
            for (name, amount) in resources[kind].entries where !Self.isPodLevel(name) {
                notSupported(amount, Self.podLevelNames, showing: .string(name))
            }
        }
        containerResources(resources, claims: claims, names: { _ in [] })
        for (name, amount) in resources["requests"].entries {
            guard let own = amount.quantity else { continue }
            let sum = PodRequests.total(of: spec.value, name)
            if own < sum {
                invalid(amount, "must be greater than or equal to aggregate container requests of \(sum.text)")
            }
        }
        for (index, container) in spec["containers"].value.array.enumerated() {
            for entry in container["resources"]["limits"].members {
                guard let own = Quantity(entry.value), let bound = resources["limits"][entry.key].quantity, own > bound else { continue }
                let place = resources["containers"].showing(.null, at: index).entry(entry.key).showing(entry.value, as: "limits")
                invalid(place, "must be less than or equal to pod limits of \(bound.text)")
            }
        }
    }

    static func isPodLevel(_ name: String) -> Bool { name == "cpu" || name == "memory" || ResourceNames.isHugePages(name) }
}

/// What the containers of a pod need together: those that run at once add up, those that run before count alone.
package enum PodRequests {
    package static func total(of spec: Value, _ name: String, kind: String = "requests") -> Quantity {
        var sum = Quantity.zero
        for container in spec["containers"].array { sum = sum + amount(container, kind, name) }
        var sidecars = Quantity.zero
        var highest = Quantity.zero
        for container in spec["initContainers"].array {
            let own = amount(container, kind, name)
            if container["restartPolicy"].string == "Always" {
                sum = sum + own
                sidecars = sidecars + own
                highest = max(highest, sidecars)
            } else {
                highest = max(highest, sidecars + own)
            }
        }
        return max(sum, highest)
    }

    private static func amount(_ container: Value, _ kind: String, _ name: String) -> Quantity {
        Quantity(container["resources"][kind][name]) ?? .zero
    }
}
