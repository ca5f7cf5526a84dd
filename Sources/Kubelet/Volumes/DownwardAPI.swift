import KubernetesTypes
import Objects

/// What pods may learn of themselves.
enum DownwardAPI {
    /// The value of a field of the pod. Throws for fields that are not offered.
    static func field(_ path: String, _ pod: Pod, _ settings: KubeletSettings) throws(PodSetupError) -> String {
        switch path {
        case "metadata.name": return pod.name
        case "metadata.namespace": return pod.namespace
        case "metadata.uid": return pod.uid
        case "spec.nodeName": return settings.nodeName
        case "spec.serviceAccountName": return pod.value["spec"]["serviceAccountName"].string ?? ""
        case "status.hostIP": return settings.address
        case "status.hostIPs": return settings.addresses.joined(separator: ",")
        case "status.podIP": return pod.value["status"]["podIP"].string ?? ""
        case "status.podIPs": return pod.value["status"]["podIPs"].array.compactMap { $0["ip"].string }.joined(separator: ",")
        case "metadata.labels": return list(pod.value["metadata"]["labels"])
        case "metadata.annotations": return list(pod.value["metadata"]["annotations"])
        default:
            for kind in ["labels", "annotations"] where path.hasPrefix("metadata.\(kind)['") && path.hasSuffix("']") {
                let key = String(path.dropFirst("metadata.\(kind)['".count).dropLast(2))
                return pod.value["metadata"][kind][key].string ?? ""
            }
            throw PodSetupError(reason: "CreateContainerConfigError", description: "unsupported fieldPath: \(path)")
        }
    }

    private static func list(_ map: Value) -> String {
        map.stringMap.sorted { $0.key < $1.key }.map { "\($0.key)=\(Value.string($0.value).jsonString)" }.joined(separator: "\n")
    }

    /// A request or limit of a container, in units of the reference's divisor; what has no limit is limited by the node.
    static func resource(_ reference: Value, _ pod: Pod, _ own: Value?) -> String {
        let name = reference["containerName"].string
        let all = pod.value["spec"]["containers"].array + pod.value["spec"]["initContainers"].array
        let container = (name == nil ? own : nil) ?? all.first { $0["name"].string == name } ?? .null
        let parts = (reference["resource"].string ?? "").split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return "" }
        var amount = Quantity(container["resources"][parts[0]][parts[1]])
        if amount == nil, parts[0] == "limits" {
            let allocatable = NodeCapacity.read().allocatable
            amount = Quantity(allocatable[parts[1]])
        }
        let divisor: Quantity = Quantity(reference["divisor"]).flatMap { $0.isZero ? nil : $0 } ?? Quantity(1)
        let value = (amount ?? .zero).nanos
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor.nanos)
        return String(rest > 0 ? quotient + 1 : quotient)
    }
}
