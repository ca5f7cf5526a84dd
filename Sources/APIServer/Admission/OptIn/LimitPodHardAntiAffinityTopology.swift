import KubernetesTypes
import Objects
import Schema

/// Pods may keep others off their node, but not off a whole zone.
struct LimitPodHardAntiAffinityTopology: ValidatingAdmission {
    let name = "LimitPodHardAntiAffinityTopology"
    private static let allowed = "kubernetes.io/hostname"

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.resource.description == "pods", attributes.subresource.isEmpty,
            attributes.operation == .create || attributes.operation == .update
        else { return }
        let rules = attributes.object["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        for key in rules.array.map({ $0["topologyKey"].string ?? "" }) where key != Self.allowed {
            throw .forbidden(
                attributes.resource, attributes.name,
                "affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey \(key) but only key \(Self.allowed) is allowed")
        }
    }
}
