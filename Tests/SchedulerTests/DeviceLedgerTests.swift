import Objects
@testable import Scheduler
import TestSupport
import Testing

/// The sum that is kept is the sum that a walk over all claims would give.
@Suite struct DeviceLedgerTests {
    private static func id(_ number: Int) -> DeviceID { DeviceID(driver: "d", pool: "p", device: String(number)) }

    private static func taking(_ numbers: Int...) -> DeviceUsage { DeviceUsage(taken: Set(numbers.map(id))) }

    @Test func whatIsDecidedCountsUntilItIsSeen() {
        var ledger = DeviceLedger()
        ledger.see("n/a", DeviceUsage(), revision: 1)
        ledger.assume("n/a", Self.taking(1))
        #expect(ledger.isPending("n/a") && ledger.usage == Self.taking(1))
        // A change of somebody else does not take it back.
        ledger.see("n/a", DeviceUsage(), revision: 2)
        ledger.settle("n/a", Self.taking(1), revision: 4)
        ledger.see("n/a", DeviceUsage(), revision: 3)
        #expect(ledger.isPending("n/a") && ledger.usage == Self.taking(1))
        ledger.see("n/a", Self.taking(1), revision: 4)
        #expect(!ledger.isPending("n/a") && ledger.usage == Self.taking(1))
        ledger.see("n/a", DeviceUsage(), revision: 5)
        #expect(ledger.usage.isEmpty)
    }

    @Test func whatWasSeenBeforeItIsSettledIsNotCountedTwice() {
        var ledger = DeviceLedger()
        ledger.assume("n/a", Self.taking(1))
        ledger.see("n/a", Self.taking(1), revision: 4)
        ledger.see("n/a", DeviceUsage(), revision: 5)
        ledger.settle("n/a", Self.taking(1), revision: 4)
        #expect(!ledger.isPending("n/a") && ledger.usage.isEmpty)
    }

    @Test func aDeviceThatTwoHaveIsFreeWhenBothAreGone() {
        var ledger = DeviceLedger()
        ledger.see("n/a", Self.taking(1, 2), revision: 1)
        ledger.see("n/b", Self.taking(2), revision: 2)
        ledger.forget("n/a")
        #expect(ledger.usage == Self.taking(2))
        ledger.forget("n/b")
        #expect(ledger.usage.isEmpty)
    }

    @Test func randomHistoriesGiveTheSumOfAllClaims() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var ledger = DeviceLedger()
        var claims: [String: DeviceUsage] = [:]
        for revision in 1...3000 {
            let key = "n/\(Int.random(in: 0..<20, using: &random))"
            if Int.random(in: 0..<4, using: &random) == 0 {
                claims[key] = nil
                ledger.forget(key)
            } else {
                var usage = DeviceUsage()
                for _ in 0..<Int.random(in: 0...3, using: &random) { usage.taken.insert(Self.id(Int.random(in: 0..<9, using: &random))) }
                if Bool.random(using: &random) {
                    usage.share(Self.id(100), ["memory": Quantity(nanos: Int128(Int.random(in: 1...5, using: &random)) * 1_000_000_000, format: .decimalSI)])
                }
                claims[key] = usage
                ledger.see(key, usage, revision: Int64(revision))
            }
            var sum = DeviceUsage()
            for usage in claims.values {
                sum.taken.formUnion(usage.taken)
                for (device, amounts) in usage.shares { sum.share(device, amounts) }
            }
            #expect(ledger.usage.taken == sum.taken)
            #expect(ledger.usage.shares.mapValues { $0.mapValues(\.nanos) } == sum.shares.mapValues { $0.mapValues(\.nanos) })
        }
    }
}
