import APIClient
import ClusterDNS
import Logging
import NIOCore
import NetworkPolicies
import Objects
import PodRoutes
import ServiceProxy

/// What a node gives its pods beside their network: the way to services, and names.
struct NodeServices: Sendable {
    let settings: ClusterSettings
    let nodeName: String
    let network: PodNetwork
    let logger: Logger

    func proxy(_ transport: any APITransport, group: any EventLoopGroup) -> ServiceProxy {
        let proxy = ServiceProxySettings(
            instance: settings.instance, nodeName: nodeName, podNetworks: settings.podNetworks, localPodNetworks: settings.localPodNetworks,
            serviceNetworks: settings.serviceNetworks)
        return ServiceProxy(proxy, transport: transport, group: group, logger: logger)
    }

    func policies(_ transport: any APITransport) -> NetworkPolicies {
        var policies = NetworkPoliciesSettings(instance: settings.instance, nodeName: nodeName)
        if settings.has(.dns) { policies.dnsAddresses = network.gateways }
        if network.secondGateway != nil { policies.families.append(.v6) }
        return NetworkPolicies(policies, transport: transport, logger: logger)
    }

    /// Where the other nodes reach this one is `address`.
    func routes(_ transport: any APITransport, _ address: NetworkAddress) -> PodRoutes {
        let routes = PodRoutesSettings(
            nodeName: nodeName, address: address, podNetworks: settings.podNetworks, localNetworks: settings.localPodNetworks, mode: settings.routeMode,
            overlayID: settings.overlayID, device: Self.overlayDevice(settings))
        return PodRoutes(routes, transport: transport, logger: logger)
    }

    static func overlayDevice(_ settings: ClusterSettings) -> String { "mv-" + settings.instance }

    /// By which the cluster knows what this node offers.
    static func labels(_ settings: ClusterSettings) -> [String: String] { settings.has(.dns) ? [NodeNameServers.label: "true"] : [:] }

    /// Throws when the cluster's domain is no domain name.
    func dns(_ transport: any APITransport, group: any EventLoopGroup) throws -> ClusterDNS {
        var dns = ClusterDNSSettings(listenAddresses: network.gateways, serviceAddresses: settings.dnsAddresses, nodeName: nodeName)
        dns.clusterDomain = settings.clusterDomain
        dns.upstreams = .file(ResolverFile.path())
        return try ClusterDNS(dns, transport: transport, group: group, logger: logger)
    }
}
