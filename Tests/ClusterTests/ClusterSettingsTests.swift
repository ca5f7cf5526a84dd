import Cluster
import Objects
import PodRoutes
import Testing

@Suite struct ClusterSettingsTests {
    @Test func takesAFileWithTheFlagsNames() throws {
        var settings = ClusterSettings()
        try settings.apply(["listen": "127.0.0.1:7000", "components": ["apiserver", "dns"], "node-name": "n", "pod-cidr": "10.1.0.0/24"])
        #expect(settings.listenAddress == "127.0.0.1")
        #expect(settings.listenPort == 7000)
        #expect(settings.components == [.apiserver, .dns])
        #expect(settings.nodeName == "n")
        #expect(settings.listensOnLoopbackOnly)
    }

    @Test func takesNamesOfTheServer() throws {
        var settings = ClusterSettings()
        try settings.apply(["tls-san": ["api.example", "192.0.2.7"], "nodes": 3, "pod-routes": "vxlan", "cluster-cidr": "10.244.0.0/15"])
        #expect(settings.alternativeNames == ["api.example", "192.0.2.7"] && settings.nodeCount == 3 && settings.routeMode == .overlay)
    }

    @Test(arguments: [["unknown": "x"], ["tls-san": "a b"], ["nodes": "0"], ["nodes": "many"], ["pod-routes": "bgp"], ["listen": "7000"], ["listen": "a:70000"], ["components": "apiserver,cloud"]] as [Value])
    func refusesWhatItDoesNotKnow(file: Value) {
        var settings = ClusterSettings()
        #expect(throws: ClusterSettings.Problem.self) { try settings.apply(file) }
    }

    @Test func clustersOfOneMachineHaveTheirOwnNames() {
        var other = ClusterSettings()
        other.dataDirectory = "/somewhere/else"
        #expect(other.instance != ClusterSettings().instance)
        #expect(ClusterSettings().dnsAddress == "10.96.0.10")
    }

    @Test(arguments: ["10.0.0.0", "10.0.0.0/33", "a/8", "1.2.3/8", "1.2.3.4.5/8", "1.2.3.400/8"])
    func refusesWhatIsNoNetwork(text: String) {
        #expect(IPv4Network(text) == nil)
    }
}
