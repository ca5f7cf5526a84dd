import ClusterDNS
import KubernetesTypes
import Objects
import Testing

@Suite struct ZoneTests {
    /// A zone with a service of each sort.
    static func zone() throws -> ClusterZone {
        let origin = try #require(DomainName("cluster.local"))
        var zone = ClusterZone(origin: origin, serverAddresses: ["10.96.0.10", "fd00:96::a"].compactMap { NetworkAddress($0) }, serial: 1)
        zone.handle(.namespace("shop"))
        zone.handle(.service(service("web", ["clusterIP": "10.96.0.5", "clusterIPs": ["10.96.0.5", "fd00::5"], "ports": [["name": "http", "port": 80, "protocol": "TCP"]]])))
        zone.handle(.service(service("db", ["clusterIP": "None", "clusterIPs": ["None"], "ports": [["name": "sql", "port": 5432, "protocol": "TCP"]]])))
        zone.handle(.service(service("empty", ["clusterIP": "None", "ports": [["port": 1, "protocol": "TCP"]]])))
        zone.handle(.service(service("out", ["type": "ExternalName", "externalName": "www.example.org"])))
        var slice = EndpointSlice(name: "db-1", namespace: "shop")
        slice.value["metadata"]["labels"] = ["kubernetes.io/service-name": "db"]
        slice.value["addressType"] = "IPv4"
        let endpoints: [Value] = [
            ["addresses": ["10.244.0.5"], "hostname": "db-0", "conditions": ["ready": true]],
            ["addresses": ["10.244.0.6"], "conditions": ["ready": true]],
            ["addresses": ["10.244.0.7"], "hostname": "db-2", "conditions": ["ready": false]],
        ]
        slice.value["endpoints"] = .array(endpoints)
        slice.value["ports"] = [["name": "sql", "port": 5432, "protocol": "TCP"]]
        zone.handle(.slice(slice))
        return zone
    }

    private static func service(_ name: String, _ spec: Value) -> KubernetesTypes.Service {
        var service = KubernetesTypes.Service(name: name, namespace: "shop")
        service.value["spec"] = spec
        return service
    }

    private func ask(_ name: String, _ type: UInt16, _ zone: ClusterZone) throws -> ZoneAnswer {
        zone.answer(Question(name: try #require(DomainName(name)), type: type))
    }

    /// The records of an answer as text; nil when there is no such name.
    private func texts(_ answer: ZoneAnswer) -> [String]? {
        guard case .records(let records, _) = answer else { return nil }
        return records.map { record in
            switch record.data {
            case .address(let address): "\(address)"
            case .pointer(let name), .alias(let name), .nameServer(let name): "\(name)"
            case .service(let priority, let weight, let port, let target): "\(priority) \(weight) \(port) \(target)"
            case .text(let text): text
            case .authority: "SOA"
            }
        }.sorted()
    }

    static let cases: [(String, UInt16, [String]?)] = [
        ("web.shop.svc.cluster.local", RecordType.a, ["10.96.0.5"]),
        ("WEB.shop.SVC.cluster.LOCAL.", RecordType.a, ["10.96.0.5"]),
        ("web.shop.svc.cluster.local", RecordType.aaaa, ["fd00::5"]),
        ("web.shop.svc.cluster.local", RecordType.txt, []),
        ("_http._tcp.web.shop.svc.cluster.local", RecordType.srv, ["0 100 80 web.shop.svc.cluster.local."]),
        ("_http._udp.web.shop.svc.cluster.local", RecordType.srv, nil),
        ("_tcp.web.shop.svc.cluster.local", RecordType.a, []),
        ("nothing.shop.svc.cluster.local", RecordType.a, nil),
        ("web.nowhere.svc.cluster.local", RecordType.a, nil),
        ("shop.svc.cluster.local", RecordType.a, []),
        ("nowhere.svc.cluster.local", RecordType.a, nil),
        ("svc.cluster.local", RecordType.a, []),
        ("cluster.local", RecordType.ns, ["ns.dns.cluster.local."]),
        ("ns.dns.cluster.local", RecordType.a, ["10.96.0.10"]), ("ns.dns.cluster.local", RecordType.aaaa, ["fd00:96::a"]),
        ("cluster.local", RecordType.soa, ["SOA"]),
        ("dns-version.cluster.local", RecordType.txt, ["1.1.0"]),
        ("db.shop.svc.cluster.local", RecordType.a, ["10.244.0.5", "10.244.0.6"]),
        ("db-0.db.shop.svc.cluster.local", RecordType.a, ["10.244.0.5"]),
        ("db-0.db.shop.svc.cluster.local", RecordType.aaaa, []),
        ("10-244-0-6.db.shop.svc.cluster.local", RecordType.a, ["10.244.0.6"]),
        ("db-2.db.shop.svc.cluster.local", RecordType.a, nil),
        (
            "_sql._tcp.db.shop.svc.cluster.local", RecordType.srv,
            ["0 50 5432 10-244-0-6.db.shop.svc.cluster.local.", "0 50 5432 db-0.db.shop.svc.cluster.local."]
        ),
        ("empty.shop.svc.cluster.local", RecordType.a, nil),
        ("5.0.96.10.in-addr.arpa", RecordType.ptr, ["web.shop.svc.cluster.local."]),
        ("5.0.244.10.in-addr.arpa", RecordType.ptr, ["db-0.db.shop.svc.cluster.local."]),
        ("1-2-3-4.shop.pod.cluster.local", RecordType.a, ["1.2.3.4"]),
        ("1-2-3-4.nowhere.pod.cluster.local", RecordType.a, nil),
        ("1-2-3-400.shop.pod.cluster.local", RecordType.a, nil),
    ]

    @Test(arguments: cases) func answers(_ name: String, _ type: UInt16, _ expected: [String]?) throws {
        #expect(texts(try ask(name, type, try Self.zone())) == expected)
    }

    @Test func otherNamesAreForOthers() throws {
        let zone = try Self.zone()
        for name in ["www.example.org", "xcluster.local", "9.9.9.9.in-addr.arpa", "cluster.local.example.org"] {
            #expect(try ask(name, RecordType.ptr, zone) == .elsewhere, "\(name)")
        }
    }

    @Test func anExternalNameIsAnAlias() throws {
        guard case .alias(let record, let target) = try ask("out.shop.svc.cluster.local", RecordType.a, try Self.zone()) else {
            Issue.record("not an alias")
            return
        }
        #expect(record.data == .alias(target) && target.description == "www.example.org.")
    }

    @Test func whatIsDeletedIsGone() throws {
        var zone = try Self.zone()
        zone.handle(.serviceDeleted(KubernetesTypes.Service(name: "web", namespace: "shop")))
        var slice = EndpointSlice(name: "db-1", namespace: "shop")
        slice.value["metadata"]["labels"] = ["kubernetes.io/service-name": "db"]
        zone.handle(.sliceDeleted(slice))
        #expect(try ask("web.shop.svc.cluster.local", RecordType.a, zone) == .noSuchName)
        #expect(try ask("db.shop.svc.cluster.local", RecordType.a, zone) == .noSuchName)
        #expect(try ask("5.0.96.10.in-addr.arpa", RecordType.ptr, zone) == .elsewhere)
        #expect(try ask("5.0.244.10.in-addr.arpa", RecordType.ptr, zone) == .elsewhere)
    }
}
