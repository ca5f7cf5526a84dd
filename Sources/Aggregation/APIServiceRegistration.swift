package import Objects
package import Schema

/// An `APIService`: which group and version it is about, and who serves it.
package struct APIServiceRegistration: Sendable {
    /// The service of the cluster behind an aggregated API.
    package struct Service: Sendable, Hashable {
        package let namespace: String
        package let name: String
        package let port: Int64

        /// For which name its certificate has to stand.
        package var serverName: String { "\(name).\(namespace).svc" }
    }

    package let name: String
    package let groupVersion: GroupVersion
    /// Nil when the server itself serves it.
    package let service: Service?
    /// PEM; empty for what the system trusts.
    package let authority: [UInt8]
    package let skipsVerification: Bool
    package let groupPriority: Int64
    package let versionPriority: Int64
    package let isAvailable: Bool

    package init(_ object: Value) {
        let spec = object["spec"]
        name = object["metadata"]["name"].string ?? ""
        groupVersion = GroupVersion(group: spec["group"].string ?? "", version: spec["version"].string ?? "")
        let stated = spec["service"]
        service = stated.isObject
            ? Service(namespace: stated["namespace"].string ?? "", name: stated["name"].string ?? "", port: stated["port"].int ?? 443)
            : nil
        authority = spec["caBundle"].string.flatMap(Base64.decode) ?? []
        skipsVerification = spec["insecureSkipTLSVerify"].bool ?? false
        groupPriority = spec["groupPriorityMinimum"].int ?? 0
        versionPriority = spec["versionPriority"].int ?? 0
        isAvailable = object["status"]["conditions"].array.contains {
            $0["type"].string == "Available" && $0["status"].string == "True"
        }
    }
}

/// The places that groups have among all groups, and versions within their group. The higher comes first.
package struct APIServicePriority: Sendable, Hashable {
    package let group: Int64
    package let version: Int64

    /// Of groups that definitions of custom kinds add.
    package static let custom = APIServicePriority(group: 1000, version: 100)

    /// Of `metrics.k8s.io`, as the metrics server registers it.
    package static let metrics = APIServicePriority(group: 100, version: 100)

    private static let groups: [String: Int64] = [
        "": 18000, "apps": 17800, "events.k8s.io": 17750, "authentication.k8s.io": 17700, "authorization.k8s.io": 17600,
        "autoscaling": 17500, "batch": 17400, "certificates.k8s.io": 17300, "networking.k8s.io": 17200, "policy": 17100,
        "rbac.authorization.k8s.io": 17000, "storage.k8s.io": 16800, "apiextensions.k8s.io": 16700,
        "admissionregistration.k8s.io": 16700, "scheduling.k8s.io": 16600, "coordination.k8s.io": 16500, "node.k8s.io": 16300,
        "discovery.k8s.io": 16200, "resource.k8s.io": 16200, "flowcontrol.apiserver.k8s.io": 16100,
        "internal.apiserver.k8s.io": 16000, "storagemigration.k8s.io": 15800,
    ]

    /// Of a group and version of Kubernetes; nil for others, and for the group of registrations, which is not registered.
    package init?(_ groupVersion: GroupVersion) {
        guard let group = Self.groups[groupVersion.group] else { return nil }
        self.group = group
        switch (groupVersion.group, groupVersion.version) {
        case ("", _): version = 1
        case ("autoscaling", "v2"): version = 30
        case ("flowcontrol.apiserver.k8s.io", "v1"): version = 21
        case ("resource.k8s.io", "v1"): version = 20
        case (_, "v1"): version = 15
        case (_, let name) where name.contains("beta"): version = 9
        default: version = 1
        }
    }

    private init(group: Int64, version: Int64) {
        self.group = group
        self.version = version
    }
}
