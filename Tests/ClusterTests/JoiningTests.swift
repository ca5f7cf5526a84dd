@testable import Cluster
import Credentials
import Glibc
import Objects
import PodRoutes
import Testing

@Suite struct ClusterFactsTests {
    private func settings(_ change: (inout ClusterSettings) -> Void = { _ in }) -> ClusterSettings {
        var settings = ClusterSettings()
        change(&settings)
        return settings
    }

    @Test func aNodeLearnsWhatItsServerSays() throws {
        let server = settings {
            $0.dataDirectory = "/server"
            $0.podCIDR = "10.50.0.0/24,fd00:50::/64"
            $0.serviceCIDR = "10.60.0.0/16,fd00:60::/112"
            $0.clusterDomain = "example.test"
            $0.routeMode = .overlay
        }
        let facts = try #require(ClusterFacts(ClusterFacts(server).data))
        #expect(facts == ClusterFacts(server))
        var node = settings { $0.dataDirectory = "/node" }
        facts.apply(to: &node)
        #expect(node.podNetworks.map(\.description) == ["10.50.0.0/16", "fd00:50::/56"])
        #expect(node.dnsAddresses == ["10.60.0.10", "fd00:60::a"] && node.clusterDomain == "example.test" && node.routeMode == .overlay)
        // The overlay is the same on all nodes, devices are each machine's own.
        #expect(node.overlayID == server.overlayID && node.instance != server.instance)
        #expect(node.has(.dns) && node.has(.kubelet) && !node.has(.apiserver))
        #expect(!node.acceptsNodes && server.acceptsNodes)
    }

    @Test(arguments: ["service-cidr", "cluster-cidr", "cluster-domain", "pod-routes", "overlay-id"]) func whatIsMissingIsNotMadeUp(_ key: String) {
        var data = ClusterFacts(ClusterSettings()).data
        data.remove(key)
        #expect(ClusterFacts(data) == nil)
        data[key] = "nonsense"
        #expect(ClusterFacts(data) == nil || ["service-cidr", "cluster-cidr", "cluster-domain"].contains(key))
    }

    @Test func overlayNumbersAreWithinTheirRange() {
        for name in ["/a", "/b", "/var/lib/martlet", "/tmp/x"] { #expect((1...0xff_ffff).contains(settings { $0.dataDirectory = name }.overlayID)) }
    }
}

@Suite struct ClusterNetworksTests {
    @Test func theNetworkOfAllPodsLiesAroundThisMachines() throws {
        var settings = ClusterSettings()
        settings.podCIDR = "10.7.3.0/24"
        #expect(settings.podNetworks.map(\.description) == ["10.7.0.0/16"])
        #expect(try settings.nodeNetworks() != nil)
        settings.clusterCIDR = "10.0.0.0/9"
        #expect(settings.podNetworks.map(\.description) == ["10.0.0.0/9"])
        _ = try settings.nodeNetworks()
    }

    @Test(arguments: [
        ("10.7.3.0/24", "10.8.0.0/16"), ("10.7.0.0/16", "10.7.0.0/24"), ("10.7.3.0/24", "nonsense"), ("10.7.3.0/24", "10.0.0.0/8,nonsense"),
        ("10.7.3.0/28", "10.0.0.0/8"),
    ]) func whatDoesNotFitIsRefused(_ own: String, _ all: String) {
        var settings = ClusterSettings()
        settings.podCIDR = own
        settings.clusterCIDR = all
        #expect(throws: (any Error).self) { try settings.nodeNetworks() }
    }

    /// A control plane alone gives no networks unless it is told of some.
    @Test func aControlPlaneAloneGivesNone() throws {
        var settings = ClusterSettings()
        settings.components = [.apiserver, .controllerManager]
        #expect(try settings.nodeNetworks() == nil)
        settings.clusterCIDR = "10.244.0.0/16"
        #expect(try settings.nodeNetworks() != nil)
    }
}

@Suite struct ResolverFileTests {
    private func path(_ usual: String?, _ behind: String?) -> String {
        ResolverFile.path { $0 == "/etc/resolv.conf" ? usual : behind }
    }

    @Test func aStubIsOutOfReach() {
        let behind = "nameserver 192.0.2.53\n"
        #expect(path("nameserver 127.0.0.53\noptions edns0\n", behind) == "/run/systemd/resolve/resolv.conf")
        #expect(path("nameserver 127.0.0.53\n", nil) == "/etc/resolv.conf")
        #expect(path("nameserver 127.0.0.53\n", "# nobody\n") == "/etc/resolv.conf")
        #expect(path("nameserver 127.0.0.53\nnameserver 192.0.2.1\n", behind) == "/etc/resolv.conf")
        #expect(path("nameserver\t192.0.2.1\n", behind) == "/etc/resolv.conf")
        #expect(path("", behind) == "/etc/resolv.conf" && path(nil, behind) == "/etc/resolv.conf")
    }
}

@Suite struct NodeCertificatesTests {
    /// A node that was away for longer than its certificate holds has to be invited again; a later certificate than the kubeconfig's counts.
    @Test func anEndedCertificateDoesNotHold() throws {
        let folder = "/tmp/martlet-node-\(UInt64.random(in: 0...UInt64.max))"
        try PrivateFile.makeFolder(folder)
        defer {
            unlink(folder + "/kubelet-client-current.pem")
            rmdir(folder)
        }
        let authority = try CertificateAuthority(commonName: "test")
        func pair(_ lifetime: Duration) throws -> KeyPair {
            var request = CertificateRequest(commonName: "system:node:a")
            request.isClient = true
            request.lifetime = lifetime
            return try authority.issue(request)
        }
        let certificates = NodeCertificates(
            nodeName: "a", address: "192.0.2.1", folder: folder, clientAuthority: authority.pem.certificate, rotatesClient: true, rotatesServer: true)
        var config = Kubeconfig(server: "https://192.0.2.9:6443", authority: authority.pem.certificate, name: "c")
        #expect(!certificates.holds(config))
        config.clientCertificate = try pair(.seconds(-30)).certificate
        #expect(!certificates.holds(config))
        let later = try pair(.seconds(600))
        try PrivateFile.write(later.certificate + later.key, to: folder + "/kubelet-client-current.pem")
        #expect(certificates.holds(config))
        config.clientCertificate = try pair(.seconds(600)).certificate
        #expect(certificates.holds(config))
    }
}
