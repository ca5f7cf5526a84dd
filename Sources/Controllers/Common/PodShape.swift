import KubernetesTypes
import Objects

/// What of a pod's spec is counted: resources, ports, and what scopes of quotas ask for. Pods of one template share it.
final class PodShape: Sendable {
    /// The spec with nothing else in it.
    let spec: Value
    /// What a pod of this shape takes of quotas while it counts.
    let usage: [String: Quantity]

    private static let known = SharedValues<[UInt8], PodShape>(limit: 4096)

    private init(_ spec: Value) {
        self.spec = spec
        usage = QuotaUsage.pod(spec)
    }

    /// The shape of a whole spec.
    static func of(_ spec: Value) -> PodShape {
        var rest = Value.emptyObject
        for key in ["containers", "initContainers"] {
            let containers = spec[key].array.map { picked($0, ["name", "resources", "ports", "restartPolicy"]) }
            if !containers.isEmpty { rest[key] = .array(containers) }
        }
        for key in ["overhead", "resources", "priorityClassName", "activeDeadlineSeconds"] where !spec[key].isNull { rest[key] = spec[key] }
        for kind in ["podAffinity", "podAntiAffinity"] where !spec["affinity"][kind].isNull { rest["affinity"][kind] = spec["affinity"][kind] }
        return known.item(rest.json) { PodShape(rest) }
    }

    private static func picked(_ value: Value, _ keys: [String]) -> Value {
        var picked = Value.emptyObject
        for key in keys where !value[key].isNull { picked[key] = value[key] }
        return picked
    }
}

/// The controller that a pod names; shared by its pods.
final class PodOwner: Sendable {
    let apiVersion: String
    let kind: String
    let name: String
    let uid: String

    private static let known = SharedValues<String, PodOwner>(limit: 16384)

    private init(_ reference: OwnerReference) {
        apiVersion = reference.apiVersion ?? ""
        kind = reference.kind ?? ""
        name = reference.name ?? ""
        uid = reference.uid ?? ""
    }

    static func of(_ pod: Pod) -> PodOwner? {
        guard let reference = Ownership.controller(of: pod) else { return nil }
        return known.item("\(reference.uid ?? "")/\(reference.kind ?? "")/\(reference.name ?? "")") { PodOwner(reference) }
    }
}
