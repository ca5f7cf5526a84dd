import KubernetesTypes
import Objects

/// What a pod calls itself.
struct PodHostname {
    /// The longest name that Linux takes.
    private static let limit = 64

    /// `hostname`, or the pod's name; at most 63 bytes, as a label of DNS.
    let short: String
    /// With the pod's subdomain, for those that have one.
    let full: String?
    private let usesFull: Bool
    private let override: String?

    init(_ pod: Pod, clusterDomain: String) {
        let spec = pod.value["spec"]
        func some(_ key: String) -> String? { spec[key].string.flatMap { $0.isEmpty ? nil : $0 } }
        var name = String((some("hostname") ?? pod.name).prefix(63))
        while name.hasSuffix("-") || name.hasSuffix(".") { name.removeLast() }
        override = some("hostnameOverride")
        short = override ?? name
        full = override == nil ? some("subdomain").map { "\(name).\($0).\(pod.namespace).svc.\(clusterDomain)" } : nil
        usesFull = spec["setHostnameAsFQDN"].bool == true
    }

    /// What `hostname` says in the pod. Throws when that is longer than Linux allows.
    var kernelName: String {
        get throws(PodSetupError) {
            guard usesFull, let full else { return short }
            guard full.utf8.count <= Self.limit else {
                throw PodSetupError(
                    reason: "FailedCreatePodSandBox",
                    description: "failed to construct FQDN from pod hostname and cluster domain, FQDN \(full) is too long (\(Self.limit) characters is the max, \(full.utf8.count) characters requested)")
            }
            return full
        }
    }
}
