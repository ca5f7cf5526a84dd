import KubernetesTypes
import Objects
@testable import ServiceProxy
import Testing

@Suite struct ServiceRulesTests {
    @Test func aPlainServiceIsDataOnly() throws {
        var fixture = try RuleFixture()
        let lines = fixture.change(
            .service(Sample.service("web", "10.96.0.5")),
            .slice(Sample.slice("web", [Sample.endpoint("10.244.1.2"), Sample.endpoint("10.244.0.2", node: "here")])))
        #expect(lines.contains("add element services { 10.96.0.5 . tcp . 80 : goto cluster-2 }"))
        #expect(lines.contains("add element endpoints { 10.96.0.5 . tcp . 80 . 0 : 10.244.0.2 . 8080, 10.96.0.5 . tcp . 80 . 1 : 10.244.1.2 . 8080 }"))
        #expect(lines.contains("add element hairpins { 10.244.0.2 . 10.244.0.2 }"))
        #expect(!lines.contains { $0.contains("chain") && $0.contains("web") })
    }

    @Test func onlyTheDifferenceIsWritten() throws {
        var fixture = try RuleFixture()
        _ = fixture.change(
            .service(Sample.service("web", "10.96.0.5")), .service(Sample.service("other", "10.96.0.6")),
            .slice(Sample.slice("web", [Sample.endpoint("10.244.1.2"), Sample.endpoint("10.244.1.3")])),
            .slice(Sample.slice("other", [Sample.endpoint("10.244.1.9")])))
        let lines = fixture.change(.slice(Sample.slice("web", [Sample.endpoint("10.244.1.2")])))
        #expect(
            lines == [
                "delete element services { 10.96.0.5 . tcp . 80 }", "delete element endpoints { 10.96.0.5 . tcp . 80 . 1 }",
                "add element services { 10.96.0.5 . tcp . 80 : goto cluster-1 }",
            ])
        #expect(fixture.change(.slice(Sample.slice("web", [Sample.endpoint("10.244.1.2")]))).isEmpty)
    }

    @Test func aServiceWithoutEndpointsIsRefused() throws {
        var fixture = try RuleFixture()
        let lines = fixture.change(.service(Sample.service("web", "10.96.0.5", ports: [Sample.port(80, nodePort: 30080)])))
        #expect(
            lines == [
                "add element unserved { 10.96.0.5 . tcp . 80 : goto refuse }", "add element unserved-node-ports { tcp . 30080 : goto refuse }",
            ])
        let later = fixture.change(.slice(Sample.slice("web", [Sample.endpoint("10.244.1.2")])))
        #expect(later.contains("delete element unserved { 10.96.0.5 . tcp . 80 }"))
        #expect(later.contains("add element node-ports { tcp . 30080 : goto node-1 }"))
    }

    @Test(arguments: [
        ("internalTrafficPolicy", "add element unserved { 10.96.0.5 . tcp . 80 : drop }"),
        ("externalTrafficPolicy", "add element unserved-node-ports { tcp . 30080 : drop }"),
    ]) func theLocalPolicyDropsWithoutLocalEndpoints(_ policy: String, _ expected: String) throws {
        var fixture = try RuleFixture()
        var spec: Value = ["type": "NodePort"]
        spec[policy] = "Local"
        let lines = fixture.change(
            .service(Sample.service("web", "10.96.0.5", spec, ports: [Sample.port(80, nodePort: 30080)])),
            .slice(Sample.slice("web", [Sample.endpoint("10.244.1.2")])))
        #expect(lines.contains(expected))
    }

    @Test func terminatingEndpointsServeWhenNoneIsReady() throws {
        let ready = Sample.endpoint("10.244.1.2")
        let terminating = Sample.endpoint("10.244.1.3", ready: false, serving: true, terminating: true)
        let broken = Sample.endpoint("10.244.1.4", ready: false)
        var fixture = try RuleFixture()
        let first = fixture.change(
            .service(Sample.service("web", "10.96.0.5")), .slice(Sample.slice("web", [ready, terminating, broken])))
        #expect(first.contains("add element endpoints { 10.96.0.5 . tcp . 80 . 0 : 10.244.1.2 . 8080 }"))
        let second = fixture.change(.slice(Sample.slice("web", [terminating, broken])))
        #expect(second.contains("add element endpoints { 10.96.0.5 . tcp . 80 . 0 : 10.244.1.3 . 8080 }"))
        let third = fixture.change(.slice(Sample.slice("web", [broken])))
        #expect(third.contains("add element unserved { 10.96.0.5 . tcp . 80 : goto refuse }"))
    }

    @Test func affinityKeepsTheClientsOfEndpointsThatStay() throws {
        var fixture = try RuleFixture()
        let spec: Value = ["sessionAffinity": "ClientIP", "sessionAffinityConfig": ["clientIP": ["timeoutSeconds": 60]]]
        let first = fixture.change(
            .service(Sample.service("web", "10.96.0.5", spec)),
            .slice(Sample.slice("web", [Sample.endpoint("10.244.1.2"), Sample.endpoint("10.244.1.3")])))
        #expect(first.count { $0.hasPrefix("add set clients-60-") && $0.hasSuffix("{ type ipv4_addr; flags dynamic,timeout; timeout 60s; }") } == 2)
        let second = fixture.change(.slice(Sample.slice("web", [Sample.endpoint("10.244.1.2")])))
        #expect(second.count { $0.hasPrefix("delete set clients-60-") } == 1)
        #expect(second.count { $0.hasPrefix("delete chain endpoint-") } == 1)
        #expect(!second.contains { $0.hasPrefix("add set") || $0.hasPrefix("add element") })
    }

    @Test func aFrontendBelongsToOneServiceAtATime() throws {
        var fixture = try RuleFixture()
        let spec: Value = ["externalIPs": ["192.0.2.7"]]
        let first = Sample.service("a", "10.96.0.5", spec)
        _ = fixture.change(
            .service(first), .service(Sample.service("b", "10.96.0.6", spec)),
            .slice(Sample.slice("a", [Sample.endpoint("10.244.1.2")])), .slice(Sample.slice("b", [Sample.endpoint("10.244.1.3")])))
        let lines = fixture.change(.serviceDeleted(first))
        #expect(lines.contains("add element endpoints { 192.0.2.7 . tcp . 80 . 0 : 10.244.1.3 . 8080 }"))
        #expect(lines.contains { $0.hasPrefix("delete element endpoints") && $0.contains("192.0.2.7 . tcp . 80 . 0") })
    }

    @Test func udpFlowsToGoneEndpointsEnd() throws {
        var fixture = try RuleFixture()
        let service = Sample.service("dns", "10.96.0.10", ports: [Sample.port(53, transport: "UDP")])
        fixture.rules.handle(.service(service))
        fixture.rules.handle(.slice(Sample.slice("dns", [Sample.endpoint("10.244.1.2")], port: 53, transport: "UDP")))
        let address = try #require(NetworkAddress("10.96.0.10"))
        #expect(fixture.rules.takeChange().staleFlows == [.frontend(address: address, port: 53)])
        fixture.rules.handle(.slice(Sample.slice("dns", [Sample.endpoint("10.244.1.3")], port: 53, transport: "UDP")))
        let gone = try #require(NetworkAddress("10.244.1.2"))
        #expect(fixture.rules.takeChange().staleFlows == [.backend(address: gone, port: 53)])
    }

    @Test func hintsOfTheZoneNarrowTheChoice() throws {
        var here = Sample.endpoint("10.244.1.2")
        here["hints"] = ["forZones": [["name": "z1"]]]
        var away = Sample.endpoint("10.244.1.3")
        away["hints"] = ["forZones": [["name": "z2"]]]
        var fixture = try RuleFixture()
        _ = fixture.change(.service(Sample.service("web", "10.96.0.5")), .slice(Sample.slice("web", [here, away])))
        #expect(fixture.change(.zone("z2")).contains("add element endpoints { 10.96.0.5 . tcp . 80 . 0 : 10.244.1.3 . 8080 }"))
        // One endpoint without hint: hints cannot be trusted.
        let lines = fixture.change(.slice(Sample.slice("web", [Sample.endpoint("10.244.1.2"), away])))
        #expect(lines.contains("add element services { 10.96.0.5 . tcp . 80 : goto cluster-2 }"))
    }

    @Test func sourceRangesGuardTheBalancersAddress() throws {
        var service = Sample.service("lb", "10.96.0.5", ["type": "LoadBalancer", "loadBalancerSourceRanges": ["192.0.2.0/24"]])
        service.value["status"] = ["loadBalancer": ["ingress": [["ip": "203.0.113.9"], ["ip": "203.0.113.10", "ipMode": "Proxy"]]]]
        var fixture = try RuleFixture()
        let lines = fixture.change(.service(service), .slice(Sample.slice("lb", [Sample.endpoint("10.244.1.2")])))
        #expect(lines.contains { $0.hasPrefix("add rule guard-") && $0.hasSuffix("ip saddr != { 192.0.2.0/24 } drop") })
        #expect(lines.contains { $0.hasPrefix("add element guarded { 203.0.113.9 . tcp . 80 : goto guard-") })
        #expect(lines.contains("add element services { 10.96.0.5 . tcp . 80 : goto cluster-1, 203.0.113.9 . tcp . 80 : goto outside-1 }"))
    }

    @Test func loadBalancersHearOfReadyEndpointsHere() throws {
        var fixture = try RuleFixture()
        let service = Sample.service("lb", "10.96.0.5", ["type": "LoadBalancer", "externalTrafficPolicy": "Local", "healthCheckNodePort": 32000])
        let here = Sample.endpoint("10.244.0.2", node: "here")
        let leaving = Sample.endpoint("10.244.0.3", node: "here", ready: false, serving: true, terminating: true)
        _ = fixture.change(.service(service), .slice(Sample.slice("lb", [here, leaving, Sample.endpoint("10.244.1.2")])))
        #expect(fixture.rules.healthChecks == [32000: HealthCheck(service: "default/lb", localEndpoints: 1)])
        _ = fixture.change(.slice(Sample.slice("lb", [leaving])))
        #expect(fixture.rules.healthChecks[32000]?.localEndpoints == 0)
        _ = fixture.change(.serviceDeleted(service))
        #expect(fixture.rules.healthChecks.isEmpty)
    }

    @Test func flowsFromBeforeAreComparedWithTheServices() throws {
        let lines = [
            "udp      17 29 src=10.244.0.13 dst=10.96.0.10 sport=5555 dport=53 src=10.244.1.2 dst=10.244.0.13 sport=53 dport=5555 [ASSURED] mark=0 use=1",
            "udp      17 29 src=10.244.0.13 dst=10.96.0.10 sport=5556 dport=53 src=10.244.1.9 dst=10.244.0.13 sport=53 dport=5556 mark=0 use=1",
            "udp      17 29 src=10.244.0.13 dst=10.96.0.77 sport=5557 dport=53 src=10.244.1.8 dst=10.244.0.13 sport=53 dport=5557 mark=0 use=1",
            "udp      17 29 src=10.244.0.13 dst=192.0.2.1 sport=5558 dport=53 src=192.0.2.1 dst=10.244.0.13 sport=53 dport=5558 mark=0 use=1",
            "conntrack v1.4.7 (conntrack-tools): 4 flow entries have been shown.",
        ]
        let flows = lines.compactMap { TranslatedFlow($0) }
        #expect(flows.count == 3)
        var fixture = try RuleFixture()
        _ = fixture.change(
            .service(Sample.service("dns", "10.96.0.10", ports: [Sample.port(53, transport: "UDP")])),
            .slice(Sample.slice("dns", [Sample.endpoint("10.244.1.2")], port: 53, transport: "UDP")))
        let gone = try #require(NetworkAddress("10.244.1.9"))
        #expect(fixture.rules.leftOvers(flows) == [.backend(address: gone, port: 53)])
    }
}
