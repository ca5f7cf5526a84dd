import Credentials
import Objects
import PodRoutes

/// What a node has to know of its cluster before it can take pods; in a ConfigMap that nodes may read, and on the node's disk, so that it
/// starts without its server.
struct ClusterFacts: Sendable, Equatable {
    static let (namespace, name) = ("kube-system", "martlet-cluster")

    var serviceCIDR: String
    var clusterCIDR: String
    var clusterDomain: String
    /// Whether each node answers for the cluster's names.
    var hasDNS: Bool
    var routeMode: RouteMode
    /// Tells the overlay from those of other clusters.
    var overlayID: Int

    init(_ settings: ClusterSettings) {
        serviceCIDR = settings.serviceCIDR
        clusterCIDR = settings.podNetworks.map(\.description).joined(separator: ",")
        clusterDomain = settings.clusterDomain
        hasDNS = settings.has(.dns)
        routeMode = settings.routeMode
        overlayID = settings.overlayID
    }

    /// Nil when something is missing or wrong.
    init?(_ data: Value) {
        guard let services = data["service-cidr"].string, let pods = data["cluster-cidr"].string, let domain = data["cluster-domain"].string,
            let mode = data["pod-routes"].string.flatMap(RouteMode.init(rawValue:)), let id = data["overlay-id"].string.flatMap({ Int($0) }),
            (1...0xff_ffff).contains(id)
        else { return nil }
        serviceCIDR = services
        clusterCIDR = pods
        clusterDomain = domain
        hasDNS = data["dns"].string == "true"
        routeMode = mode
        overlayID = id
    }

    var data: Value {
        [
            "service-cidr": .string(serviceCIDR), "cluster-cidr": .string(clusterCIDR), "cluster-domain": .string(clusterDomain),
            "dns": hasDNS ? "true" : "false", "pod-routes": .string(routeMode.rawValue), "overlay-id": .string(String(overlayID)),
        ]
    }

    /// The settings of a node that has joined.
    func apply(to settings: inout ClusterSettings) {
        settings.serviceCIDR = serviceCIDR
        settings.clusterCIDR = clusterCIDR
        settings.clusterDomain = clusterDomain
        settings.routeMode = routeMode
        settings.overlayID = overlayID
        settings.components = [.kubelet, .proxy, .networkPolicies] + (hasDNS ? [.dns] : [])
    }

    /// What was stored before; nil for nothing, or nothing that can be read.
    static func stored(_ path: String) -> ClusterFacts? {
        guard let text = (try? PrivateFile.read(path)) ?? nil, let value = try? Value(json: Array(text.utf8)) else { return nil }
        return ClusterFacts(value)
    }

    func store(_ path: String) throws { try PrivateFile.write(data.jsonString, to: path) }
}
