import KubernetesTypes
import Objects

/// Limits that pods set to their own use of the node's disk.
enum StorageLimits {
    static func concerns(_ pod: Pod) -> Bool {
        let spec = pod.value["spec"]
        return spec["volumes"].array.contains { !$0["emptyDir"]["sizeLimit"].isNull }
            || PodContainers(spec).all.contains { !$0["resources"]["limits"]["ephemeral-storage"].isNull }
    }

    /// Why the pod has to go; nil when it keeps its limits. `folders` and `containers` are the bytes of volumes, and of each
    /// container's layer with its logs.
    static func violation(_ pod: Pod, folders: [String: Int64], containers: [String: Int64]) -> String? {
        let spec = pod.value["spec"]
        for volume in spec["volumes"].array {
            guard let limit = Quantity(volume["emptyDir"]["sizeLimit"]), !limit.isZero, let name = volume["name"].string else { continue }
            if (folders[name] ?? 0) > limit.rounded { return "Usage of EmptyDir volume \"\(name)\" exceeds the limit \"\(limit.text)\". " }
        }
        let limits = spec["containers"].array.compactMap { Quantity($0["resources"]["limits"]["ephemeral-storage"]) }
        if limits.count == spec["containers"].array.count, !limits.isEmpty {
            let total = limits.reduce(Quantity.zero, +)
            let local = spec["volumes"].array.filter { $0["emptyDir"].isObject && $0["emptyDir"]["medium"].string != "Memory" }
                .reduce(Int64(0)) { $0 + (folders[$1["name"].string ?? ""] ?? 0) }
            if containers.values.reduce(0, +) + local > total.rounded {
                return "Pod ephemeral local storage usage exceeds the total limit of containers \(total.text). "
            }
        }
        for container in PodContainers(spec).all {
            guard let limit = Quantity(container["resources"]["limits"]["ephemeral-storage"]), let name = container["name"].string else { continue }
            if (containers[name] ?? 0) > limit.rounded { return "Container \(name) exceeded its local ephemeral storage limit \"\(limit.text)\". " }
        }
        return nil
    }
}
