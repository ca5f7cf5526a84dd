import APIClient
import Objects
import Testing

@Suite struct LeadershipClaimTests {
    private let start = ContinuousClock.now
    private let now = Timestamp(seconds: 1_700_000_000)

    private func record(_ step: LeadershipClaim.Step) -> Value {
        if case .claim(let record) = step { return record }
        return .null
    }

    @Test func takesALeaseThatNobodyHolds() {
        var claim = LeadershipClaim(identity: "a")
        let first = record(claim.look(.null, at: start, now: now))
        #expect(first["holderIdentity"].string == "a" && first["leaseTransitions"].int == 0)
        let renewed = record(claim.look(first, at: start + .seconds(2), now: Timestamp(seconds: 1_700_000_002)))
        #expect(renewed["acquireTime"] == first["acquireTime"] && renewed["renewTime"] != first["renewTime"])
        #expect(renewed["leaseTransitions"].int == 0)
    }

    @Test func waitsForTheEndByItsOwnClock() {
        var other = LeadershipClaim(identity: "b")
        var claim = LeadershipClaim(identity: "a")
        // The times in the record are of another machine, whose clock is years behind.
        let held = record(other.look(.null, at: start, now: Timestamp(seconds: 1)))
        #expect(claim.look(held, at: start, now: now) == .follow(holder: "b"))
        #expect(claim.look(held, at: start + .seconds(14), now: now) == .follow(holder: "b"))
        let renewed = record(other.look(held, at: start + .seconds(14), now: Timestamp(seconds: 2)))
        #expect(claim.look(renewed, at: start + .seconds(16), now: now) == .follow(holder: "b"))
        #expect(claim.look(renewed, at: start + .seconds(30), now: now) == .follow(holder: "b"))
        let taken = record(claim.look(renewed, at: start + .seconds(32), now: now))
        #expect(taken["holderIdentity"].string == "a" && taken["leaseTransitions"].int == 1)
        // The old holder sees that it lost.
        #expect(other.look(taken, at: start + .seconds(33), now: now) == .follow(holder: "a"))
    }

    @Test func takesWhatWasGivenBackAtOnce() {
        var claim = LeadershipClaim(identity: "a")
        let given: Value = ["holderIdentity": "", "leaseDurationSeconds": 1, "leaseTransitions": 4]
        #expect(record(claim.look(given, at: start, now: now))["leaseTransitions"].int == 5)
    }
}
