import KubernetesTypes
import Objects
import Schema

/// A pod that comes to a node takes over where the node stands, so that it can be told by the downward API.
struct PodTopologyLabels: MutatingAdmission {
    let name = "PodTopologyLabels"
    let nodes: ResourceStore

    private static let labels = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"]

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.operation == .create, attributes.resource.description == "pods" else { return }
        let nodeName: String?
        switch attributes.subresource {
        case "": nodeName = attributes.object["spec"]["nodeName"].string
        case "binding": nodeName = attributes.object["target"]["name"].string
        default: return
        }
        guard let nodeName, !nodeName.isEmpty, let node = nodes.cache.object(nodeName) else { return }
        for label in Self.labels {
            guard let place = node.label(label) else { continue }
            attributes.object["metadata"]["labels"][label] = .string(place)
        }
    }
}
