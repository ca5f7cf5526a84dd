import KubernetesTypes
import Objects
import Schema

/// Pods stay for a while on a node that is not ready or cannot be reached.
struct DefaultTolerationSeconds: MutatingAdmission {
    let name = "DefaultTolerationSeconds"

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.resource.description == "pods", attributes.subresource.isEmpty,
            attributes.operation == .create || attributes.operation == .update
        else { return }
        addTolerations(&attributes.object)
    }

    private func addTolerations(_ pod: inout Value) {
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            let isTolerated = pod["spec"]["tolerations"].array.contains { toleration in
                let tolerated = toleration["key"].string ?? ""
                let effect = toleration["effect"].string ?? ""
                return (tolerated == key || tolerated.isEmpty) && (effect == "NoExecute" || effect.isEmpty)
            }
            if isTolerated { continue }
            pod["spec"]["tolerations"] = .array(
                pod["spec"]["tolerations"].array + [
                    ["key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300]
                ])
        }
    }
}

/// A new node gets no pods before somebody has found it ready.
struct TaintNodesByCondition: MutatingAdmission {
    let name = "TaintNodesByCondition"
    private static let key = "node.kubernetes.io/not-ready"

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.operation == .create, attributes.subresource.isEmpty, attributes.resource.description == "nodes"
        else { return }
        let taints = attributes.object["spec"]["taints"].array
        if taints.contains(where: { $0["key"].string == Self.key && $0["effect"].string == "NoSchedule" }) { return }
        attributes.object["spec"]["taints"] = .array(taints + [["key": .string(Self.key), "effect": "NoSchedule"]])
    }
}
