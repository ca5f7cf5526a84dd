#if canImport(Glibc)
import Glibc
#endif
import HostPrograms
import KubernetesTypes
import Objects
import ServiceProxy
import Testing
import TestSupport

extension NetworkNamespace {
    func apply(_ change: RuleChange) async throws {
        if !change.commands.isEmpty { try await run("nft", "-f", "-", input: change.commands) }
    }

    /// What the table holds apart from shared chains, as comparable lines.
    func content(of table: String) async throws -> Set<String> {
        let listing = try Value(json: Array(try await run("nft", "-j", "list", "table", "ip", table).utf8))
        var lines: Set<String> = []
        for entry in listing["nftables"].array {
            for kind in ["map", "set"] where entry[kind].isObject {
                let name = entry[kind]["name"].string ?? ""
                lines.insert("\(kind) \(name) \(entry[kind]["timeout"].jsonString)")
                for element in entry[kind]["elem"].array { lines.insert("\(name): \(element.jsonString)") }
            }
            for kind in ["chain", "rule"] where entry[kind].isObject {
                let name = entry[kind][kind == "chain" ? "name" : "chain"].string ?? ""
                if ["cluster-", "outside-", "node-"].contains(where: name.hasPrefix) { continue }
                lines.insert("\(kind) \(name): \(entry[kind]["expr"].jsonString)")
            }
        }
        return lines
    }
}

@Suite(.serialized, .enabled(if: NetworkNamespace.isPossible)) struct KernelTests {
    /// However a state came about, the table is that of a start from this state.
    @Test func differencesAddUpToTheWhole() async throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let space = try await NetworkNamespace("diff")
        var fixture = try RuleFixture()
        do {
            try await space.apply(fixture.rules.takeAll())
            for _ in 0..<60 {
                for _ in 0..<Int.random(in: 1...4, using: &random) { fixture.rules.handle(Self.randomEvent(&random)) }
                try await space.apply(fixture.rules.takeChange())
            }
            let grown = try await space.content(of: "martlet-t")
            try await space.apply(fixture.rules.takeAll())
            let fresh = try await space.content(of: "martlet-t")
            #expect(grown == fresh, "seed \(seed): only grown \(grown.subtracting(fresh)), only fresh \(fresh.subtracting(grown))")
            #expect(grown.count > 30)
        } catch {
            Issue.record("seed \(seed): \(error)")
        }
        await space.remove()
    }

    private static func randomEvent(_ random: inout SeededGenerator) -> ProxyEvent {
        let index = Int.random(in: 0..<4, using: &random)
        let name = "s\(index)"
        var spec: Value = ["type": "LoadBalancer"]
        if Bool.random(using: &random) { spec["sessionAffinity"] = "ClientIP" }
        if Bool.random(using: &random) { spec["sessionAffinityConfig"] = ["clientIP": ["timeoutSeconds": 90]] }
        if Bool.random(using: &random) { spec["externalTrafficPolicy"] = "Local" }
        if Bool.random(using: &random) { spec["internalTrafficPolicy"] = "Local" }
        if Bool.random(using: &random) { spec["externalIPs"] = ["192.0.2.7"] }
        if Bool.random(using: &random) { spec["loadBalancerSourceRanges"] = ["192.0.2.0/24"] }
        let transport = Bool.random(using: &random) ? "TCP" : "UDP"
        var service = Sample.service(name, "10.96.0.\(index + 1)", spec, ports: [Sample.port(80, transport: transport, nodePort: 30080 + index)])
        if Bool.random(using: &random) { service.value["status"] = ["loadBalancer": ["ingress": [["ip": .string("203.0.113.\(index)")]]]] }
        var endpoints: [Value] = []
        for number in 0..<Int.random(in: 0...4, using: &random) {
            let node = Bool.random(using: &random) ? "here" : "there"
            endpoints.append(Sample.endpoint("10.244.0.\(number + index)", node: node, ready: Bool.random(using: &random)))
        }
        switch Int.random(in: 0..<7, using: &random) {
        case 0: return .serviceDeleted(service)
        case 1...3: return .service(service)
        case 4: return .sliceDeleted(Sample.slice(name, []))
        default: return .slice(Sample.slice(name, endpoints, transport: transport))
        }
    }

    /// An endpoint's change beside 10,000 services is a few commands, and no more work for the kernel's interface than
    /// they are: next to writing the whole table it is nothing.
    @Test func aChangeCostsWhatChanged() async throws {
        let space = try await NetworkNamespace("many")
        var fixture = try RuleFixture()
        for index in 0..<10_000 {
            fixture.rules.handle(.service(Sample.service("s\(index)", "10.96.\(index >> 8).\(index & 255)")))
            let endpoints = (1...3).map { Sample.endpoint("10.\(100 + $0).\(index >> 8).\(index & 255)") }
            fixture.rules.handle(.slice(Sample.slice("s\(index)", endpoints)))
        }
        do {
            let began = ContinuousClock.now
            try await space.apply(fixture.rules.takeAll())
            let whole = ContinuousClock.now - began
            // The quickest of some: the machine may be doing other things, too.
            var quickest = whole
            for round in 0..<10 {
                fixture.rules.handle(.slice(Sample.slice("s77", [Sample.endpoint("10.9.9.\(round)")])))
                let change = fixture.rules.takeChange()
                #expect(!change.commands.isEmpty && change.commands.utf8.count < 2000)
                let start = ContinuousClock.now
                try await space.apply(change)
                quickest = min(quickest, ContinuousClock.now - start)
            }
            #expect(quickest * 4 < whole)
            for round in 0..<3 {
                fixture.rules.handle(.service(Sample.service("s78", "10.96.0.78", round == 1 ? .emptyObject : ["sessionAffinity": "ClientIP"])))
                let change = fixture.rules.takeChange()
                #expect(!change.commands.isEmpty && change.commands.utf8.count < 4000)
                try await space.apply(change)
            }
        } catch {
            Issue.record("\(error)")
        }
        await space.remove()
    }
}
