@testable import ClusterDNS
import KubernetesTypes
import Logging
import NIOCore
import NIOPosix
import Objects
import Synchronization
import Testing

@Suite(.serialized) struct ForwarderTests {
    /// A port for each test: connections of the one before may still be closing.
    private static let ports = Atomic<Int>(17_308)

    private func query(_ name: String, hasOptions: Bool = false, sizeLimit: Int = 512) throws -> Query {
        Query(
            id: 7, question: Question(name: try #require(DomainName(name)), type: RecordType.a), wantsRecursion: true,
            isCheckingDisabled: false, hasOptions: hasOptions, wantsSignatures: false, sizeLimit: sizeLimit)
    }

    private func forwarder(_ servers: String...) -> Forwarder {
        Forwarder(UpstreamList(.fixed(servers), excluding: []), group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
    }

    /// Runs an upstream server that knows the names of a cluster.
    private func withUpstream(_ body: (Forwarder) async throws -> Void) async throws {
        var zone = try ZoneTests.zone()
        var service = KubernetesTypes.Service(name: "many", namespace: "shop")
        service.value["spec"] = ["clusterIP": "None", "ports": [["port": 1]]]
        zone.handle(.service(service))
        var slice = EndpointSlice(name: "many-1", namespace: "shop")
        slice.value["metadata"]["labels"] = ["kubernetes.io/service-name": "many"]
        slice.value["endpoints"] = .array((1...200).map { ["addresses": [.string("10.244.1.\($0)")], "conditions": ["ready": true]] })
        zone.handle(.slice(slice))
        let resolver = Resolver(zone: zone, forwarder: forwarder())
        resolver.becomeReady()
        let port = Self.ports.add(1, ordering: .relaxed).newValue
        let listener = try await DNSListener(
            host: "127.0.0.1", port: port, resolver: resolver, group: MultiThreadedEventLoopGroup.singleton)
        do {
            // The first server is dead: the second is asked.
            try await body(forwarder("127.0.0.1:9", "127.0.0.1:\(port)"))
        } catch {
            await listener.close()
            throw error
        }
        await listener.close()
    }

    @Test func nobodyAnswers() async throws {
        let answer = try ParsedMessage(await forwarder("127.0.0.1:9").resolve(try query("www.example.org")))
        #expect(answer.code == ResponseCode.serverFailure && answer.id == 7)
    }

    @Test func anAnswerIsRelayedInTheClientsTerms() async throws {
        try await withUpstream { forwarder in
            let query = try query("WEB.shop.svc.cluster.local")
            let answer = try ParsedMessage(await forwarder.resolve(query))
            #expect(answer.answers.count == 1 && answer.id == 7 && answer.options == nil)
            #expect(answer.question?.name.description == "WEB.shop.svc.cluster.local.")
            // The same out of the cache, for another client's spelling and with EDNS.
            let cached = try #require(forwarder.cached(try self.query("web.shop.svc.CLUSTER.local", hasOptions: true)))
            let second = try ParsedMessage(cached)
            #expect(second.answers.count == 1 && second.options != nil)
            #expect(second.question?.name.description == "web.shop.svc.CLUSTER.local.")
            #expect(try forwarder.cached(self.query("other.shop.svc.cluster.local")) == nil)
        }
    }

    /// An ExternalName outside of the zone: the alias, and what upstream says of its target.
    @Test func anAliasIsFollowedUpstream() async throws {
        try await withUpstream { forwarder in
            let origin = try #require(DomainName("other.local"))
            var zone = ClusterZone(origin: origin, serverAddresses: [], serial: 1)
            for (name, target) in [("out", "web.shop.svc.cluster.local"), ("lost", "nothing.shop.svc.cluster.local")] {
                var service = KubernetesTypes.Service(name: name, namespace: "shop")
                service.value["spec"] = ["type": "ExternalName", "externalName": .string(target)]
                zone.handle(.service(service))
            }
            let resolver = Resolver(zone: zone, forwarder: forwarder)
            let early = try #require(resolver.immediateAnswer(try query("out.shop.svc.other.local")))
            #expect(try ParsedMessage(early).code == ResponseCode.serverFailure, "before the zone is complete")
            resolver.becomeReady()
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let asked = try query("out.shop.svc.other.local")
            #expect(resolver.immediateAnswer(asked) == nil)
            let answer = try ParsedMessage(try await resolver.laterAnswer(asked, on: loop).get())
            #expect(answer.answers.map(\.type) == [RecordType.cname, RecordType.a] && answer.code == ResponseCode.noError)
            let lost = try ParsedMessage(try await resolver.laterAnswer(try query("lost.shop.svc.other.local"), on: loop).get())
            #expect(lost.answers.map(\.type) == [RecordType.cname] && lost.code == ResponseCode.noSuchName)
        }
    }

    @Test func negativeAnswersAreKeptToo() async throws {
        try await withUpstream { forwarder in
            let query = try query("nothing.shop.svc.cluster.local")
            #expect(try ParsedMessage(await forwarder.resolve(query)).code == ResponseCode.noSuchName)
            let cached = try #require(forwarder.cached(query))
            #expect(try ParsedMessage(cached).code == ResponseCode.noSuchName)
        }
    }

    @Test func whatDoesNotFitComesOverTheStream() async throws {
        try await withUpstream { forwarder in
            let whole = try ParsedMessage(await forwarder.resolve(try query("many.shop.svc.cluster.local", sizeLimit: 65_535)))
            #expect(whole.answers.count == 200)
            let short = try ParsedMessage(await forwarder.resolve(try query("many.shop.svc.cluster.local")))
            #expect(short.isTruncated && short.bytes.count <= 512)
        }
    }

    @Test(arguments: [
        ("nameserver 192.0.2.1\n# nameserver 192.0.2.9\nnameserver\t2001:db8::1 \nsearch x\n", ["192.0.2.1", "2001:db8::1"]),
        ("nameserver fe80::1%eth0\noptions ndots:2", []), ("", []),
    ]) func resolvConf(_ text: String, _ expected: [String]) {
        #expect(UpstreamList.servers(in: text).map { "\($0.address)" } == expected)
    }

    @Test func theServerItselfIsNotAsked() {
        let own = [Upstream("10.96.0.10:53")].compactMap { $0 }
        #expect(UpstreamList(.fixed(["10.96.0.10", "192.0.2.1"]), excluding: own).servers.map { "\($0.address)" } == ["192.0.2.1"])
    }
}
