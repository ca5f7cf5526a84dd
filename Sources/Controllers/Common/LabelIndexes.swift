import APIClient
import KubernetesTypes
import Objects

/// Pods by their labels, so that a selector costs what it selects.
final class PodLabelIndex: Sendable {
    private let pods: Informer<Pod>
    private let index: ObjectIndex<Pod>

    init(_ pods: Informer<Pod>) {
        self.pods = pods
        index = ObjectIndex(pods) { pod in pod.labels.map { Self.term(pod.namespace, $0.key, $0.value) } }
    }

    private static func term(_ namespace: String, _ key: String, _ value: String) -> String { "\(namespace)/\(key)=\(value)" }

    /// The pods of a namespace that a selector matches.
    func pods(in namespace: String, matching selector: Objects.LabelSelector) -> [KnownPod] {
        if selector.matchesNothing { return [] }
        // Of the requirements that name values, the one that the fewest pods meet.
        let candidates = selector.requirements.filter { $0.operator == .in }.map { requirement in
            requirement.values.map { Self.term(namespace, requirement.key, $0) }
        }
        let narrowest = candidates.map { (terms: $0, count: $0.reduce(0) { $0 + index.count($1) }) }.min { $0.count < $1.count }
        let found = narrowest.map { $0.terms.flatMap { index.encoded($0) } } ?? pods.encoded(namespace)
        return found.filter { object in selector.matches { object.label($0) } }.map(KnownPod.init)
    }
}

/// Services by what they select, so that a pod finds its services.
final class ServiceSelectorIndex: Sendable {
    private let index: ObjectIndex<KubernetesTypes.Service>

    init(_ services: Informer<KubernetesTypes.Service>) {
        index = ObjectIndex(services) { service in
            // One pair of the selector is enough to find the service; the others are looked at then.
            guard let first = service.value["spec"]["selector"].stringMap.min(by: { $0.key < $1.key }) else { return [] }
            return ["\(service.namespace)/\(first.key)=\(first.value)"]
        }
    }

    func services(in namespace: String, selecting labels: [String: String]) -> [KubernetesTypes.Service] {
        labels.flatMap { index.objects("\(namespace)/\($0.key)=\($0.value)") }.filter { service in
            service.value["spec"]["selector"].stringMap.allSatisfy { labels[$0.key] == $0.value }
        }
    }
}
