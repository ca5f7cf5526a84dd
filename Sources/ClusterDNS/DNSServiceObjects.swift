import APIClient
import KubernetesTypes
import Objects

/// The objects by which the cluster finds its DNS: the service `kube-dns`, and this node's listeners as its endpoints.
struct DNSServiceObjects: Sendable {
    static let namespace = "kube-system"
    static let service = "kube-dns"

    let client: APIClient
    /// The cluster IPs, one of each family; pods have the first in their resolv.conf.
    let addresses: [String]
    /// Where this node's server listens.
    let listeners: [String]
    let port: Int
    let nodeName: String

    /// Makes what is missing and puts right what differs. Throws what the API says, also that the namespace is not there yet.
    func ensure() async throws(StatusError) {
        try await ensureService()
        for family in [NetworkAddress.Family.v4, .v6] {
            guard let listener = listeners.lazy.compactMap({ NetworkAddress($0) }).first(where: { $0.family == family }) else { continue }
            try await Self.ensureSlice(slice(listener), client)
        }
    }

    private func ensureService() async throws(StatusError) {
        do throws(StatusError) {
            _ = try await client.get(KubernetesTypes.Service.self, Self.namespace, Self.service)
            return
        } catch where error.isNotFound {}
        var service = KubernetesTypes.Service(name: Self.service, namespace: Self.namespace)
        service.value["metadata"]["labels"] = [
            "k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS",
        ]
        let ports: [Value] = [
            ["name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53],
            ["name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53],
        ]
        // Without selector: the endpoints are no pods.
        service.value["spec"] = [
            "type": "ClusterIP", "clusterIP": addresses.first.map { .string($0) } ?? .null, "clusterIPs": .array(addresses.map { .string($0) }),
            "ipFamilyPolicy": addresses.count > 1 ? "PreferDualStack" : "SingleStack", "ports": .array(ports),
        ]
        do throws(StatusError) {
            try await client.create(service)
        } catch where error.isAlreadyExists {}
    }

    func slice(_ listener: NetworkAddress) -> EndpointSlice {
        let isFirst = listener.family == .v4
        var slice = EndpointSlice(name: "\(Self.service)-\(nodeName)" + (isFirst ? "" : "-ipv6"), namespace: Self.namespace)
        slice.value["metadata"]["labels"] = [
            "kubernetes.io/service-name": .string(Self.service), "endpointslice.kubernetes.io/managed-by": "martlet-dns",
            "k8s-app": "kube-dns",
        ]
        slice.value["addressType"] = isFirst ? "IPv4" : "IPv6"
        let endpoint: Value = [
            "addresses": [.string(listener.description)], "conditions": ["ready": true, "serving": true, "terminating": false],
            "nodeName": .string(nodeName),
            // Each node asks its own server.
            "hints": ["forNodes": [["name": .string(nodeName)]]],
        ]
        slice.value["endpoints"] = [endpoint]
        let ports: [Value] = [
            ["name": "dns", "port": Value(port), "protocol": "UDP"], ["name": "dns-tcp", "port": Value(port), "protocol": "TCP"],
        ]
        slice.value["ports"] = .array(ports)
        return slice
    }

    /// Makes a slice, or puts right what differs.
    static func ensureSlice(_ wanted: EndpointSlice, _ client: APIClient) async throws(StatusError) {
        do throws(StatusError) {
            var known = try await client.get(EndpointSlice.self, namespace, wanted.name)
            if known.value["endpoints"] == wanted.value["endpoints"], known.value["ports"] == wanted.value["ports"] { return }
            known.value["endpoints"] = wanted.value["endpoints"]
            known.value["ports"] = wanted.value["ports"]
            try await client.update(known)
        } catch where error.isNotFound {
            try await client.create(wanted)
        }
    }
}
