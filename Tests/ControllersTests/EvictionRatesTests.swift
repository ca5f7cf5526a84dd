@testable import Controllers
import Objects
import Testing

@Suite struct EvictionRatesTests {
    typealias Row = (ready: Int, lost: Int, state: EvictionRates.ZoneState)

    @Test(arguments: [(3, 0, .normal), (3, 2, .normal), (2, 3, .partlyLost), (3, 3, .normal), (0, 1, .lost), (0, 9, .lost), (1, 2, .normal), (45, 55, .partlyLost)] as [Row])
    func states(_ row: Row) { #expect(EvictionRates.state(ready: row.ready, lost: row.lost) == row.state) }

    private func rates(_ zones: [(String, ready: Int, lost: Int)]) -> EvictionRates {
        var rates = EvictionRates()
        rates.note(zones.flatMap { zone in
            Array(repeating: EvictionRates.Sighting(zone: zone.0, isReady: true), count: zone.ready)
                + Array(repeating: EvictionRates.Sighting(zone: zone.0, isReady: false), count: zone.lost)
        })
        return rates
    }

    /// How many nodes of a zone may go within so many seconds.
    private func taken(_ rates: EvictionRates, _ zone: String, within seconds: Int) -> Int {
        var rates = rates
        let begin = ContinuousClock.now
        return (0...seconds).count { rates.take(zone, now: begin + .seconds($0)) }
    }

    @Test func oneNodeInTenSecondsInEachZone() {
        let two = rates([("a", ready: 5, lost: 2), ("b", ready: 5, lost: 2)])
        #expect(taken(two, "a", within: 0) == 1 && taken(two, "a", within: 25) == 3 && taken(two, "b", within: 9) == 1)
    }

    @Test func aZoneThatIsMostlyLostKeepsItsPods() {
        #expect(taken(rates([("a", ready: 2, lost: 4), ("b", ready: 5, lost: 0)]), "a", within: 600) == 0)
        // A large one goes slowly.
        #expect(taken(rates([("a", ready: 20, lost: 40), ("b", ready: 5, lost: 0)]), "a", within: 250) == 3)
        // One that is lost as a whole while another is there goes as usual.
        #expect(taken(rates([("a", ready: 0, lost: 4), ("b", ready: 5, lost: 0)]), "a", within: 20) == 3)
    }

    @Test func whenAllIsLostNothingGoes() {
        let all = rates([("a", ready: 0, lost: 4), ("b", ready: 0, lost: 1)])
        #expect(all.isAllLost && taken(all, "a", within: 600) == 0)
        #expect(!rates([]).isAllLost && !rates([("a", ready: 1, lost: 0)]).isAllLost)
    }
}

@Suite struct EventTextsTests {
    @Test func times() {
        #expect(EventTexts.time(Timestamp("2026-11-28T05:04:03Z") ?? Timestamp(seconds: 0)) == "Sat, 28 Nov 2026 05:04:03 +0000")
        #expect(EventTexts.time(Timestamp(seconds: 0)) == "Thu, 01 Jan 1970 00:00:00 +0000")
    }

    @Test func selectors() {
        #expect(EventTexts.selector(["matchLabels": ["b": "2", "a": "1"]]) == "&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{},}")
        let expression: Value = ["matchExpressions": [["key": "k", "operator": "In", "values": ["x", "y"]]]]
        #expect(EventTexts.selector(expression) == "&LabelSelector{MatchLabels:map[string]string{},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}")
    }
}
