import Testing

@testable import FlowControl
import Objects

@Suite struct FairQueuesTests {
    private static func settings(_ queues: Int64, hand: Int64, limit: Int64) -> PriorityLevelSettings {
        PriorityLevelSettings([
            "metadata": ["name": "a"],
            "spec": [
                "type": "Limited",
                "limited": [
                    "limitResponse": [
                        "type": "Queue", "queuing": ["queues": .int(queues), "handSize": .int(hand), "queueLengthLimit": .int(limit)],
                    ]
                ],
            ],
        ])
    }

    @Test func handsHaveDifferentCards() {
        var seen: Set<[Int]> = []
        for seed in 0..<200 {
            var hand: [Int] = []
            ShuffleDealer.deal(ShuffleDealer.hash("flow \(seed)"), deck: 64, hand: 8) { hand.append($0) }
            #expect(hand.count == 8 && Set(hand).count == 8 && hand.allSatisfy { (0..<64).contains($0) })
            seen.insert(hand.sorted())
        }
        #expect(seen.count > 195)
    }

    @Test func refusesWhatFindsNoPlace() {
        var queues = FairQueues(limit: 1, queuing: nil)
        #expect(queues.arrive(1, flow: 1, width: RequestWidth(), now: 0) == .starts(queue: 0))
        #expect(queues.arrive(2, flow: 1, width: RequestWidth(), now: 0) == .full)
        #expect(queues.end(queue: 0, width: RequestWidth(), seconds: 1, now: 1).isEmpty)
        #expect(queues.arrive(3, flow: 1, width: RequestWidth(), now: 1) == .starts(queue: 0))
        #expect(queues.demand == 1)
    }

    @Test func wideRequestsWaitForTheirSeatsAndLingerAfterThem() {
        var queues = FairQueues(limit: 4, queuing: Self.settings(4, hand: 2, limit: 10).queuing)
        guard case .starts(let first) = queues.arrive(1, flow: 7, width: RequestWidth(seats: 3), now: 0) else {
            Issue.record("the first does not start")
            return
        }
        #expect(queues.arrive(2, flow: 8, width: RequestWidth(seats: 2), now: 0) == .waits)
        // Nobody overtakes who waits, though there would be a seat.
        #expect(queues.arrive(3, flow: 9, width: RequestWidth(), now: 0) == .waits)
        let width = RequestWidth(seats: 3, finalSeats: 4, finalSeconds: 0.5)
        #expect(queues.end(queue: first, width: width, seconds: 1, now: 1).isEmpty)
        #expect(queues.executingSeats == 4 && queues.nextRelease == 1.5)
        #expect(queues.wake(now: 1.5).map(\.id).sorted() == [2, 3])
        #expect(queues.waiting == 0 && queues.demand == 3)
    }

    @Test func abandonedRequestsLeaveNoTrace() {
        var queues = FairQueues(limit: 1, queuing: Self.settings(2, hand: 1, limit: 2).queuing)
        guard case .starts(let queue) = queues.arrive(1, flow: 0, width: RequestWidth(), now: 0) else { return }
        #expect(queues.arrive(2, flow: 0, width: RequestWidth(), now: 0) == .waits)
        #expect(queues.arrive(3, flow: 0, width: RequestWidth(), now: 0) == .waits)
        #expect(queues.arrive(4, flow: 0, width: RequestWidth(), now: 0) == .full)
        #expect(queues.abandon(2, now: 1) && !queues.abandon(2, now: 1))
        #expect(queues.end(queue: queue, width: RequestWidth(), seconds: 1, now: 2) == [FairQueues.Start(id: 3, queue: queue)])
        #expect(queues.end(queue: queue, width: RequestWidth(), seconds: 1, now: 3).isEmpty)
        #expect(queues.demand == 0 && queues.waiting == 0 && queues.executing == 0)
    }

    /// A flow that sends much does not keep one waiting that sends little.
    @Test func sharesSeatsFairlyOverFlows() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("fair queues: seed \(seed)")
        var random = SplitMix(state: seed)
        var queues = FairQueues(limit: 4, queuing: Self.settings(32, hand: 4, limit: 1000).queuing)
        let (heavy, light) = (ShuffleDealer.hash("heavy"), ShuffleDealer.hash("light"))
        var now = 0.0
        var id: UInt64 = 0
        var isLight: [UInt64: Bool] = [:]
        var executing: [(id: UInt64, queue: Int, ends: Double, began: Double)] = []
        var done = (heavy: 0, light: 0)
        func start(_ id: UInt64, _ queue: Int) {
            executing.append((id, queue, now + 0.01 + Double(random.next() % 10) / 1000, now))
        }
        func send(_ flow: UInt64) {
            id += 1
            isLight[id] = flow == light
            if case .starts(let queue) = queues.arrive(id, flow: flow, width: RequestWidth(), now: now) { start(id, queue) }
        }
        for _ in 0..<200 { send(heavy) }
        var lightWaiting = 0
        for _ in 0..<3000 {
            // Both keep requests in their queues: many and few.
            if queues.waiting < 200 { send(heavy) }
            if lightWaiting < 4 {
                send(light)
                lightWaiting += 1
            }
            guard let next = executing.min(by: { $0.ends < $1.ends }) else { break }
            executing.removeAll { $0.id == next.id }
            now = next.ends
            if isLight[next.id] == true {
                done.light += 1
                lightWaiting -= 1
            } else {
                done.heavy += 1
            }
            for begun in queues.end(queue: next.queue, width: RequestWidth(), seconds: now - next.began, now: now) { start(begun.id, begun.queue) }
            #expect(queues.executingSeats <= 4)
        }
        // A hand has four queues: the heavy flow may use that many, the light one one at least.
        #expect(Double(done.light) > Double(done.heavy) / 6, "light \(done.light), heavy \(done.heavy)")
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }
}

@Suite struct SeatSharesTests {
    @Test func boundsFollowShares() {
        let levels = [("a", 30, 33), ("b", 40, 25), ("c", 10, 0)].map { name, shares, lends in
            PriorityLevelSettings([
                "metadata": ["name": .string(name)],
                "spec": ["type": "Limited", "limited": ["nominalConcurrencyShares": .int(Int64(shares)), "lendablePercent": .int(Int64(lends))]],
            ])
        }
        let bounds = SeatShares.bounds(levels, total: 600)
        #expect(bounds.map(\.nominal) == [225, 300, 75])
        #expect(bounds.map(\.lowest) == [151, 225, 75])
        #expect(bounds.map(\.highest) == [600, 600, 600])
    }

    @Test func seatsGoWhereTheyAreWanted() {
        let wants = [
            SeatShares.Want(lowest: 10, highest: 100, target: 10), SeatShares.Want(lowest: 20, highest: 100, target: 80),
            SeatShares.Want(lowest: 5, highest: 8, target: 40),
        ]
        let (seats, fraction) = SeatShares.divide(100, wants)
        #expect(abs(seats.reduce(0, +) - 100) < 0.001)
        #expect(abs(seats[2] - 8) < 0.001 && seats[1] > 70 && fraction > 0.9)
        #expect(SeatShares.divide(20, wants).seats == [10, 20, 5])
    }

    @Test func demandIsMeasuredOverTime() {
        var demand = SeatDemand(now: 0)
        demand.set(4, now: 0)
        demand.set(0, now: 5)
        let summary = demand.take(now: 10)
        #expect(summary.high == 4 && abs(summary.mean - 2) < 1e-9 && abs(summary.deviation - 2) < 1e-9)
        #expect(demand.take(now: 20) == SeatDemand.Summary(high: 0, mean: 0, deviation: 0))
    }
}
