package import Objects
package import Schema

/// What an object takes from the quotas of its namespace.
package enum QuotaUsage {
    private static let counted: Set<String> = [
        "configmaps", "persistentvolumeclaims", "pods", "replicationcontrollers", "resourcequotas", "secrets", "services",
    ]

    /// Amounts by the names that a quota's `hard` uses.
    package static func of(_ object: Value, _ resource: GroupResource) -> [String: Quantity] {
        var usage: [String: Quantity] = ["count/\(resource)": Quantity(1)]
        guard resource.group.isEmpty, counted.contains(resource.resource) else { return usage }
        switch resource.resource {
        case "pods":
            if isFinished(object) { return usage }
            usage["pods"] = Quantity(1)
            addPod(object["spec"], &usage)
        case "services":
            usage["services"] = Quantity(1)
            addService(object["spec"], &usage)
        case "persistentvolumeclaims":
            usage["persistentvolumeclaims"] = Quantity(1)
            addClaim(object, &usage)
        default: usage[resource.resource] = Quantity(1)
        }
        return usage
    }

    private static func isFinished(_ pod: Value) -> Bool {
        let phase = pod["status"]["phase"].string
        return phase == "Succeeded" || phase == "Failed"
    }

    private static func addPod(_ spec: Value, _ usage: inout [String: Quantity]) {
        for kind in ["requests", "limits"] {
            let containers = spec["containers"].array + spec["initContainers"].array + [spec]
            for name in Set(containers.flatMap { $0["resources"][kind].members.keys }) {
                var amount = Quantity(spec["resources"][kind][name]) ?? PodRequests.total(of: spec, name, kind: kind)
                if let overhead = Quantity(spec["overhead"][name]), kind == "requests" || !amount.isZero { amount = amount + overhead }
                usage["\(kind).\(name)"] = amount
                // A bare name means the request.
                if kind == "requests", ["cpu", "memory", "ephemeral-storage"].contains(name) || ResourceNames.isHugePages(name) {
                    usage[name] = amount
                }
            }
        }
    }

    private static func addService(_ spec: Value, _ usage: inout [String: Quantity]) {
        let ports = Int64(spec["ports"].array.count)
        switch spec["type"].string {
        case "NodePort": usage["services.nodeports"] = Quantity(ports)
        case "LoadBalancer":
            usage["services.loadbalancers"] = Quantity(1)
            let isAllocating = spec["allocateLoadBalancerNodePorts"].bool != false
            let given = spec["ports"].array.count { ($0["nodePort"].int ?? 0) != 0 }
            usage["services.nodeports"] = Quantity(isAllocating ? ports : Int64(given))
        default: break
        }
    }

    private static func addClaim(_ claim: Value, _ usage: inout [String: Quantity]) {
        let storage = Quantity(claim["spec"]["resources"]["requests"]["storage"])
        let beta = claim["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].string
        let className = beta ?? claim["spec"]["storageClassName"].string ?? ""
        if let storage { usage["requests.storage"] = storage }
        guard !className.isEmpty else { return }
        let prefix = className + ".storageclass.storage.k8s.io/"
        usage[prefix + "persistentvolumeclaims"] = Quantity(1)
        if let storage { usage[prefix + "requests.storage"] = storage }
    }

    // MARK: scopes

    /// Whether the object is one of those that the quota is about.
    package static func matches(_ quota: Value, _ object: Value, _ resource: GroupResource) -> Bool {
        let spec = quota["spec"]
        let simple = spec["scopes"].strings.allSatisfy { isIn($0, object, resource) }
        return simple && spec["scopeSelector"]["matchExpressions"].array.allSatisfy { expression in
            let scope = expression["scopeName"].string ?? "", values = expression["values"].strings
            guard scope == "PriorityClass" || scope == "VolumeAttributesClass" else { return isIn(scope, object, resource) }
            guard let name = className(scope, object, resource) else { return false }
            switch expression["operator"].string {
            case "In": return values.contains(name)
            case "NotIn": return !values.contains(name)
            case "Exists": return !name.isEmpty
            case "DoesNotExist": return name.isEmpty
            default: return false
            }
        }
    }

    /// The class by which a scope tells objects apart; nil when it is not about this kind.
    private static func className(_ scope: String, _ object: Value, _ resource: GroupResource) -> String? {
        switch (scope, resource.description) {
        case ("PriorityClass", "pods"): return object["spec"]["priorityClassName"].string ?? ""
        case ("VolumeAttributesClass", "persistentvolumeclaims"): return object["spec"]["volumeAttributesClassName"].string ?? ""
        default: return nil
        }
    }

    private static func isIn(_ scope: String, _ object: Value, _ resource: GroupResource) -> Bool {
        if scope == "VolumeAttributesClass" { return className(scope, object, resource).map { !$0.isEmpty } ?? false }
        guard resource.description == "pods" else { return false }
        let spec = object["spec"]
        switch scope {
        case "Terminating": return (spec["activeDeadlineSeconds"].int ?? -1) >= 0
        case "NotTerminating": return (spec["activeDeadlineSeconds"].int ?? -1) < 0
        case "BestEffort": return QualityOfService.of(spec) == "BestEffort"
        case "NotBestEffort": return QualityOfService.of(spec) != "BestEffort"
        case "PriorityClass": return !(spec["priorityClassName"].string ?? "").isEmpty
        case "CrossNamespacePodAffinity": return crossesNamespaces(spec["affinity"])
        default: return false
        }
    }

    private static func crossesNamespaces(_ affinity: Value) -> Bool {
        ["podAffinity", "podAntiAffinity"].contains { name in
            let needed = affinity[name]["requiredDuringSchedulingIgnoredDuringExecution"].array
            let preferred = affinity[name]["preferredDuringSchedulingIgnoredDuringExecution"].array.map { $0["podAffinityTerm"] }
            return (needed + preferred).contains { !$0["namespaces"].array.isEmpty || $0["namespaceSelector"].isObject }
        }
    }

    // MARK: what has to be stated

    /// The names of a pod's containers that say nothing of a resource that a quota bounds, by resource.
    package static func unstated(_ pod: Value, bounded: Set<String>) -> [(resource: String, containers: [String])] {
        let names = [
            "cpu", "memory", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory",
            "limits.ephemeral-storage",
        ]
        let containers = pod["spec"]["containers"].array + pod["spec"]["initContainers"].array
        return names.filter(bounded.contains).sorted().compactMap { name in
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            let kind = parts.count == 2 ? parts[0] : "requests", resource = parts[parts.count - 1]
            if !pod["spec"]["resources"][kind][resource].isNull { return nil }
            let silent = containers.filter { $0["resources"][kind][resource].isNull }.map { $0["name"].string ?? "" }
            return silent.isEmpty ? nil : (name, silent)
        }
    }
}
