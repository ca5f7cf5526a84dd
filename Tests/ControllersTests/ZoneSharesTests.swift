@testable import Controllers
import KubernetesTypes
import Objects
import Testing

@Suite struct ZoneSharesTests {
    private func endpoints(_ zones: [String], hinted: [String?] = []) -> [ZoneShares.Endpoint] {
        zones.enumerated().map { ZoneShares.Endpoint(name: "p\($0)", zone: $1, hinted: $0 < hinted.count ? hinted[$0] : nil) }
    }

    private func counts(_ outcome: ZoneShares.Outcome) -> [String: Int]? {
        guard case .zones(let zones) = outcome else { return nil }
        return Dictionary(zones.values.map { ($0, 1) }, uniquingKeysWith: +)
    }

    @Test func eachZoneHasItsOwnWhereThatIsItsShare() {
        let shares = ZoneShares(processors: ["a": 4000, "b": 4000])
        #expect(shares.hints(endpoints(["a", "b", "a", "b"])) == .zones(["p0": "a", "p1": "b", "p2": "a", "p3": "b"]))
        #expect(counts(shares.hints(endpoints(["a", "b", "a", "b", "a", "b"]))) == ["a": 3, "b": 3])
        // Neither could have three of five without more than a fifth too much for the other.
        #expect(counts(shares.hints(endpoints(["a", "b", "a", "b", "a"]))) == nil)
    }

    @Test func thoseThatHaveTooManyGive() {
        #expect(counts(ZoneShares(processors: ["a": 4000, "b": 4000]).hints(endpoints(["a", "a", "a", "a"]))) == ["a": 2, "b": 2])
        #expect(counts(ZoneShares(processors: ["a": 6000, "b": 3000, "c": 3000]).hints(endpoints(Array(repeating: "b", count: 12)))) == ["a": 6, "b": 3, "c": 3])
    }

    @Test func itSaysWhyItCannotBeDone() {
        let few = ZoneShares(processors: ["a": 4000, "b": 4000, "c": 4000])
        #expect(few.hints(endpoints(["a", "b"])) == .impossible("Insufficient number of endpoints (2 endpoints, 3 zones)"))
        #expect(ZoneShares(processors: nil).hints(endpoints(["a", "b"]))
            == .impossible("Insufficient Node information: allocatable CPU or zone not specified on one or more nodes"))
        #expect(ZoneShares(processors: ["a": 4000]).hints(endpoints(["a", "a"]))
            == .impossible("Insufficient Node information: allocatable CPU or zone not specified on one or more nodes"))
        #expect(ZoneShares(processors: ["a": 7000, "b": 1000]).hints(endpoints(["a", "b"]))
            == .impossible("Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (2 endpoints, 2 zones)"))
        #expect(ZoneShares(processors: ["a": 4000, "b": 4000]).hints(endpoints(["a", ""])) == .impossible("One or more endpoints do not have a zone specified"))
    }

    @Test func whatIsGoodStays() {
        let shares = ZoneShares(processors: ["a": 4000, "b": 4000])
        // The hints of before are as good as others would be; the newcomer goes where there is too little.
        #expect(shares.hints(endpoints(["a", "a", "a", "a"], hinted: ["b", "a", "b", "a"])) == .zones(["p0": "b", "p1": "a", "p2": "b", "p3": "a"]))
        #expect(shares.hints(endpoints(["a", "a", "a", "a"], hinted: ["b", "a", "a"])) == .zones(["p0": "b", "p1": "a", "p2": "a", "p3": "b"]))
        // A zone that is gone, or too much for one, and all is shared out anew.
        #expect(counts(shares.hints(endpoints(["a", "b", "a", "b"], hinted: ["a", "a", "a", "a"]))) == ["a": 2, "b": 2])
        #expect(counts(shares.hints(endpoints(["a", "b", "a", "b"], hinted: ["c", "c", "c", "c"]))) == ["a": 2, "b": 2])
    }

    /// Whatever the zones and endpoints are: every endpoint has a zone of the cluster, and none bears a fifth too much.
    @Test func noZoneHasTooLittle() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let zones = ["a", "b", "c", "d"].prefix(Int.random(in: 2...4, using: &random))
            let processors = Dictionary(uniqueKeysWithValues: zones.map { ($0, Int64.random(in: 1000...9000, using: &random)) })
            let count = Int.random(in: 1...40, using: &random)
            let own = (0..<count).map { _ in zones.randomElement(using: &random) ?? "a" }
            let hinted = (0..<count).map { _ in Bool.random(using: &random) ? zones.randomElement(using: &random) : nil }
            guard case .zones(let chosen) = ZoneShares(processors: processors).hints(endpoints(own, hinted: hinted)) else { continue }
            let counts = Dictionary(chosen.values.map { ($0, 1) }, uniquingKeysWith: +)
            #expect(chosen.count == count && Set(chosen.values).isSubset(of: zones))
            let all = Double(processors.values.reduce(0, +))
            for (zone, amount) in processors {
                let least = Int((Double(amount) / all * Double(count) / 1.2).rounded(.up))
                #expect(counts[zone, default: 0] >= least, "\(processors) \(own) \(hinted) \(chosen)")
            }
        }
    }

    @Test func processorsAreCountedByZone() {
        func node(_ name: String, _ zone: String?, _ cpu: String, ready: String = "True", labels: [String: String] = [:]) -> Node {
            var node = Node(name: name)
            node.labels = labels.merging(zone.map { ["topology.kubernetes.io/zone": $0] } ?? [:]) { $1 }
            node.value["status"] = ["allocatable": ["cpu": .string(cpu)], "conditions": [["type": "Ready", "status": .string(ready)]]]
            return node
        }
        #expect(ZoneProcessors.sum([node("n", "a", "2"), node("m", "b", "500m"), node("o", "a", "1")]) == ["a": 3000, "b": 500])
        #expect(ZoneProcessors.sum([node("n", "a", "2"), node("m", nil, "2", ready: "False"), node("o", nil, "2", labels: ["node-role.kubernetes.io/control-plane": ""])]) == ["a": 2000])
        #expect(ZoneProcessors.sum([node("n", "a", "2"), node("m", nil, "2")]) == nil)
        #expect(ZoneProcessors.sum([node("n", "a", "2"), node("m", "b", "0")]) == nil)
    }
}
