import Objects

/// The selectors of services and of workloads: by them pods without spread constraints of their own are counted as siblings.
struct OwnerSelectors: Sendable {
    /// By namespace, then by name of the service.
    private var services: [String: [String: [String: String]]] = [:]
    /// By `kind/namespace/name` of the workload.
    private var workloads: [String: Objects.LabelSelector] = [:]

    mutating func setService(_ namespace: String, _ name: String, _ selector: [String: String]?) {
        services[namespace, default: [:]][name] = selector
        if services[namespace]?.isEmpty == true { services[namespace] = nil }
    }

    mutating func setWorkload(_ kind: String, _ namespace: String, _ name: String, _ selector: Objects.LabelSelector?) {
        workloads[kind + "/" + namespace + "/" + name] = selector
    }

    /// What all services that mean the pod, and its controller, select; nil when nobody does.
    func selector(for pod: PodClass) -> Objects.LabelSelector? {
        var labels: [String: String] = [:]
        for selector in (services[pod.namespace] ?? [:]).values where !selector.isEmpty {
            if selector.allSatisfy({ pod.labels[$0.key] == $0.value }) { labels.merge(selector) { $1 } }
        }
        var requirements = Objects.LabelSelector(labels: labels).requirements
        if !pod.ownerKind.isEmpty, let own = workloads[pod.ownerKind + "/" + pod.namespace + "/" + pod.ownerName], !own.matchesNothing {
            requirements += own.requirements
        }
        return requirements.isEmpty ? nil : Objects.LabelSelector(requirements)
    }
}
