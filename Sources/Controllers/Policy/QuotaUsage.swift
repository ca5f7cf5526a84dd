import KubernetesTypes
import Objects

/// What objects take of a ResourceQuota's limits: pure arithmetic.
enum QuotaUsage {
    /// What a pod takes, by the names of limits: only while it runs or may run.
    static func pod(_ pod: KnownPod, now: Timestamp) -> [String: Quantity] { counts(pod, now: now) ? pod.facts.shape.usage : [:] }

    /// Whether a pod takes anything still: not when its time to stop is over and its kubelet does not say so.
    static func counts(_ pod: KnownPod, now: Timestamp) -> Bool { !pod.facts.isFinished && !pod.facts.isPastGrace(now) }

    /// What a pod of a spec takes.
    static func pod(_ spec: Value) -> [String: Quantity] {
        var usage: [String: Quantity] = ["pods": Quantity(1)]
        for (name, amount) in needs(spec, "requests") {
            usage["requests." + name] = amount
            if ["cpu", "memory", "ephemeral-storage"].contains(name) { usage[name] = amount }
            if name.hasPrefix("hugepages-") { usage[name] = amount }
        }
        for (name, amount) in needs(spec, "limits") { usage["limits." + name] = amount }
        return usage
    }

    /// Containers and sidecars together, or the greediest init container, by resource.
    private static func needs(_ spec: Value, _ key: String) -> [String: Quantity] {
        var running: [String: Quantity] = [:]
        var peak: [String: Quantity] = [:]
        func amounts(_ container: Value) -> [String: Quantity] {
            var list: [String: Quantity] = [:]
            for entry in container["resources"][key].members { list[entry.key] = Quantity(entry.value) }
            return list
        }
        for container in spec["initContainers"].array {
            if container["restartPolicy"].string == "Always" {
                running.merge(amounts(container), uniquingKeysWith: +)
                peak.merge(running, uniquingKeysWith: max)
            } else {
                peak.merge(running.merging(amounts(container), uniquingKeysWith: +), uniquingKeysWith: max)
            }
        }
        for container in spec["containers"].array { running.merge(amounts(container), uniquingKeysWith: +) }
        var needs = running.merging(peak, uniquingKeysWith: max)
        for entry in spec["overhead"].members where needs[entry.key] != nil || key == "requests" {
            if let amount = Quantity(entry.value) { needs[entry.key] = (needs[entry.key] ?? .zero) + amount }
        }
        return needs
    }

    static func service(_ service: Value) -> [String: Quantity] {
        var usage: [String: Quantity] = ["services": Quantity(1)]
        let spec = service["spec"]
        let ports = Int64(spec["ports"].array.count)
        switch spec["type"].string {
        case "NodePort": usage["services.nodeports"] = Quantity(ports)
        case "LoadBalancer":
            usage["services.loadbalancers"] = Quantity(1)
            let allocates = spec["allocateLoadBalancerNodePorts"].bool != false
            let given = spec["ports"].array.count { ($0["nodePort"].int ?? 0) > 0 }
            usage["services.nodeports"] = Quantity(allocates ? ports : Int64(given))
        default: break
        }
        return usage
    }

    static func claim(_ claim: Value) -> [String: Quantity] {
        var usage: [String: Quantity] = ["persistentvolumeclaims": Quantity(1)]
        let size = Quantity(claim["status"]["allocatedResources"]["storage"]) ?? Quantity(claim["spec"]["resources"]["requests"]["storage"]) ?? .zero
        usage["requests.storage"] = size
        if let storageClass = claim["spec"]["storageClassName"].string, !storageClass.isEmpty {
            usage[storageClass + ".storageclass.storage.k8s.io/requests.storage"] = size
            usage[storageClass + ".storageclass.storage.k8s.io/persistentvolumeclaims"] = Quantity(1)
        }
        return usage
    }

    // MARK: scopes

    /// Whether pods of a spec fall under all scopes of a quota.
    static func covers(_ quota: Value, _ pod: Value) -> Bool {
        let spec = quota["spec"]
        let plain = spec["scopes"].strings.allSatisfy { holds($0, "Exists", [], pod) }
        return plain && spec["scopeSelector"]["matchExpressions"].array.allSatisfy {
            holds($0["scopeName"].string ?? "", $0["operator"].string ?? "", $0["values"].strings, pod)
        }
    }

    static func isScoped(_ quota: Value) -> Bool {
        !quota["spec"]["scopes"].array.isEmpty || !quota["spec"]["scopeSelector"]["matchExpressions"].array.isEmpty
    }

    private static func holds(_ scope: String, _ rule: String, _ values: [String], _ spec: Value) -> Bool {
        switch scope {
        case "Terminating": return spec["activeDeadlineSeconds"].int != nil
        case "NotTerminating": return spec["activeDeadlineSeconds"].int == nil
        case "BestEffort": return isBestEffort(spec)
        case "NotBestEffort": return !isBestEffort(spec)
        case "CrossNamespacePodAffinity": return reachesOtherNamespaces(spec)
        case "PriorityClass":
            let name = spec["priorityClassName"].string ?? ""
            switch rule {
            case "In": return values.contains(name)
            case "NotIn": return !values.contains(name)
            case "DoesNotExist": return name.isEmpty
            default: return !name.isEmpty
            }
        default: return false
        }
    }

    private static func isBestEffort(_ spec: Value) -> Bool {
        (spec["containers"].array + spec["initContainers"].array).allSatisfy { container in
            ["requests", "limits"].allSatisfy { key in
                ["cpu", "memory"].allSatisfy { Quantity(container["resources"][key][$0])?.isZero ?? true }
            }
        }
    }

    private static func reachesOtherNamespaces(_ spec: Value) -> Bool {
        ["podAffinity", "podAntiAffinity"].contains { kind in
            let affinity = spec["affinity"][kind]
            let terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"].array
                + affinity["preferredDuringSchedulingIgnoredDuringExecution"].array.map { $0["podAffinityTerm"] }
            return terms.contains { !$0["namespaces"].array.isEmpty || $0["namespaceSelector"].isObject }
        }
    }
}
