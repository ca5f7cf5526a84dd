@testable import Controllers
import Objects
import TestSupport
import Testing

@Suite struct NodeNetworkPoolTests {
    private func pool(_ network: String, _ prefix: Int) throws -> NodeNetworkPool {
        let whole = try self.network(network)
        return try #require(NodeNetworkPool(whole, partPrefix: prefix))
    }

    private func network(_ text: String) throws -> IPNetwork { try #require(IPNetwork(text)) }

    @Test func givesEachPartOnce() throws {
        var pool = try pool("10.0.0.0/22", 24)
        let given = (0..<5).map { _ in pool.take()?.description }
        #expect(given == ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24", nil])
        pool.release(try network("10.0.2.0/24"))
        let again = pool.take(), none = pool.take()
        #expect(again?.description == "10.0.2.0/24")
        #expect(none == nil)
    }

    @Test func whatWasGivenBackComesLast() throws {
        var pool = try pool("10.0.0.0/22", 24)
        let first = pool.take()
        pool.release(try #require(first))
        let second = pool.take()
        #expect(second?.description == "10.0.1.0/24")
    }

    @Test(arguments: [
        ("10.0.0.0/8", 0), ("10.0.0.0/23", 2), ("10.0.1.128/25", 3), ("10.0.1.7/32", 3), ("10.0.4.0/24", 4), ("fd00::/64", 4), ("10.0.2.0/23", 2),
    ]) func othersNetworksAreLeftOut(_ other: String, _ free: Int) throws {
        var pool = try pool("10.0.0.0/22", 24)
        pool.occupy(try network(other))
        #expect(pool.freeCount == free)
        pool.release(try network(other))
        #expect(pool.freeCount == 4)
    }

    @Test func aPartHeldTwiceIsFreeWhenBothLetGo() throws {
        var pool = try pool("10.0.0.0/24", 24)
        for _ in 0..<2 { pool.occupy(try network("10.0.0.0/24")) }
        pool.release(try network("10.0.0.0/24"))
        #expect(pool.freeCount == 0)
        pool.release(try network("10.0.0.0/24"))
        #expect(pool.freeCount == 1)
    }

    @Test(arguments: [("10.0.0.0/16", 15), ("10.0.0.0/8", 25), ("10.0.0.0/24", 33), ("fd00::/40", 64)])
    func whatCannotBeDividedIsRefused(_ text: String, _ prefix: Int) throws {
        #expect(NodeNetworkPool(try network(text), partPrefix: prefix) == nil)
    }

    @Test func networksOfSixAreDivided() throws {
        var pool = try pool("fd00:244::/56", 64)
        let given = (0..<3).compactMap { _ in pool.take()?.description }
        #expect(given == ["fd00:244::/64", "fd00:244:0:1::/64", "fd00:244:0:2::/64"])
        #expect(pool.partCount == 256)
    }
}

@Suite struct NodeNetworkAssignmentTests {
    private func assignments(_ networks: [(String, Int)]) throws -> NodeNetworkAssignments {
        NodeNetworkAssignments(
            try networks.map { text, prefix in
                let network = try #require(IPNetwork(text))
                return try #require(NodeNetworkPool(network, partPrefix: prefix))
            })
    }

    private func networks(_ texts: String...) -> [IPNetwork] { texts.compactMap { IPNetwork($0) } }

    @Test func aNodeKeepsWhatItWasGiven() throws {
        let assignments = try assignments([("10.0.0.0/23", 24), ("fd00::/63", 64)])
        #expect(assignments.assign("a") == .given(networks("10.0.0.0/24", "fd00::/64")))
        #expect(assignments.assign("a") == .given(networks("10.0.0.0/24", "fd00::/64")))
        #expect(assignments.hold("a", networks("10.0.0.0/24", "fd00::/64")) == [])
        #expect(assignments.assign("b") == .given(networks("10.0.1.0/24", "fd00:0:0:1::/64")))
    }

    @Test func whoGetsNoneWaitsUntilOneIsGivenBack() throws {
        let assignments = try assignments([("10.0.0.0/24", 24)])
        #expect(assignments.hold("a", networks("10.0.0.0/24")) == [])
        #expect(assignments.assign("b") == .waits(isNew: true))
        #expect(assignments.assign("b") == .waits(isNew: false))
        #expect(assignments.remove("a") == ["b"])
        #expect(assignments.assign("b") == .given(networks("10.0.0.0/24")))
        #expect(assignments.remove("other") == [])
    }

    /// All or nothing: what one family gives is not lost when the other has none.
    @Test func bothFamiliesOrNone() throws {
        let assignments = try assignments([("10.0.0.0/23", 24), ("fd00::/64", 64)])
        #expect(assignments.assign("a") == .given(networks("10.0.0.0/24", "fd00::/64")))
        #expect(assignments.assign("b") == .waits(isNew: true))
        #expect(assignments.remove("a") == ["b"])
        #expect(assignments.assign("b") == .given(networks("10.0.1.0/24", "fd00::/64")))
    }

    @Test func aNetworkWrittenByHandCounts() throws {
        let assignments = try assignments([("10.0.0.0/23", 24)])
        #expect(assignments.assign("a") == .given(networks("10.0.0.0/24")))
        // Somebody was faster than the answer.
        #expect(assignments.hold("a", networks("10.0.1.0/24")) == [])
        #expect(assignments.assign("b") == .given(networks("10.0.0.0/24")))
        #expect(assignments.assign("c") == .waits(isNew: true))
    }

    /// Random histories: no part belongs to two nodes, and none is lost.
    @Test func randomHistoriesGiveNoPartTwice() throws {
        let seed = UInt64.random(in: 0...UInt64(UInt32.max))
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let assignments = try assignments([("10.0.0.0/20", 24)])
        var held: [String: [IPNetwork]] = [:]
        for _ in 0..<4000 {
            let node = "n\(Int.random(in: 0..<24, using: &random))"
            if Bool.random(using: &random) {
                switch assignments.assign(node) {
                case .given(let networks): held[node] = networks
                case .waits: #expect(held.count == 16 && held[node] == nil, "seed \(seed)")
                }
            } else {
                _ = assignments.remove(node)
                held[node] = nil
            }
            let all = held.values.flatMap { $0 }
            #expect(Set(all).count == all.count, "seed \(seed)")
        }
    }
}
