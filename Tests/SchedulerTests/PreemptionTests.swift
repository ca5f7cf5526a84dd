import Objects
@testable import Scheduler
import Testing

@Suite struct PreemptionTests {
    private func outcome(_ pod: PodInfo, _ state: inout SchedulerState, _ limits: [DisruptionLimit] = []) -> Preemption.Outcome? {
        state.decide(pod).verdict.map { Preemption(state: state, limits: limits).outcome(pod, $0) }
    }

    private func choice(_ outcome: Preemption.Outcome?) -> (node: String, victims: [String])? {
        guard case .choice(let choice) = outcome else { return nil }
        return (choice.node, choice.victims.map(\.name).sorted())
    }

    @Test func theLeastImportantGo() {
        var state = Sample.state(Sample.node("a"), Sample.node("b"))
        state.place(Sample.pod("low", cpu: "4", priority: 1), on: "a")
        state.place(Sample.pod("middle", cpu: "4", priority: 5), on: "b")
        let found = choice(outcome(Sample.pod("high", cpu: "2", priority: 10), &state))
        #expect(found?.node == "a" && found?.victims == ["low"])
    }

    @Test func noMoreGoThanHaveTo() {
        var state = Sample.state(Sample.node("a"))
        for index in 0..<4 { state.place(Sample.pod("p\(index)", cpu: "1", priority: Int64(index)), on: "a") }
        let found = choice(outcome(Sample.pod("high", cpu: "2", priority: 10), &state))
        #expect(found?.victims == ["p0", "p1"])
    }

    @Test func budgetsAreSpared() {
        var state = Sample.state(Sample.node("a"), Sample.node("b"))
        state.place(Sample.pod("guarded", cpu: "4", labels: ["app": "db"]), on: "a")
        state.place(Sample.pod("free", cpu: "4", priority: 5), on: "b")
        let limit = DisruptionLimit(namespace: "default", selector: LabelSelector(labels: ["app": "db"]), allowed: 0)
        let found = choice(outcome(Sample.pod("high", cpu: "2", priority: 10), &state, [limit]))
        #expect(found?.node == "b")
    }

    @Test func equalsStay() {
        var state = Sample.state(Sample.node("a"))
        state.place(Sample.pod("x", cpu: "4", priority: 10), on: "a")
        guard case .some(.none(let why)) = outcome(Sample.pod("y", cpu: "2", priority: 10), &state) else {
            Issue.record("somebody went")
            return
        }
        #expect(why == "0/1 nodes are available: 1 No preemption victims found for incoming pod.")
    }

    @Test func thePolicyNeverIsKept() {
        var state = Sample.state(Sample.node("a"))
        state.place(Sample.pod("x", cpu: "4"), on: "a")
        let pod = Sample.pod("y", cpu: "2", priority: 10) { $0["preemptionPolicy"] = "Never" }
        guard case .some(.none(let why)) = outcome(pod, &state) else {
            Issue.record("somebody went")
            return
        }
        #expect(why == "not eligible due to preemptionPolicy=Never.")
    }

    @Test func roomIsKeptForTheNominated() {
        var state = Sample.state(Sample.node("a"))
        let high = Sample.pod("high", cpu: "3", priority: 10)
        state.setNominated(high, "a")
        #expect(state.decide(Sample.pod("low", cpu: "2")).node == nil)
        #expect(state.decide(high).node == "a")
        #expect(state.decide(Sample.pod("higher", cpu: "2", priority: 20)).node == "a")
    }

    @Test func aPodInTheWayOfAntiAffinityGoes() {
        var state = Sample.state(Sample.node("a"))
        state.place(Sample.pod("low", labels: ["app": "db"]), on: "a")
        let term: Value = ["labelSelector": ["matchLabels": ["app": "db"]], "topologyKey": "kubernetes.io/hostname"]
        let pod = Sample.pod("high", priority: 10) { $0["affinity"] = ["podAntiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [term]]] }
        #expect(choice(outcome(pod, &state))?.victims == ["low"])
    }
}

@Suite struct SchedulingQueueTests {
    @Test func theMoreImportantComeFirst() {
        var queue = SchedulingQueue()
        queue.add("a", priority: 0)
        queue.add("b", priority: 5)
        queue.add("c", priority: 0)
        queue.add("a", priority: 0)
        #expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()] == ["b", "a", "c", nil])
    }

    @Test func failuresWaitForAChangeAndForTheirTime() {
        var queue = SchedulingQueue()
        let start = ContinuousClock.now
        queue.add("a", priority: 0)
        _ = queue.pop()
        queue.failed("a", priority: 0, waitsForPods: false, before: queue.moves, now: start)
        _ = queue.release(now: start + .seconds(60))
        #expect(queue.pop() == nil)
        queue.wake(onlyThoseWaitingForPods: true, now: start + .seconds(2))
        #expect(queue.pop() == nil)
        queue.wake(onlyThoseWaitingForPods: false, now: start + .milliseconds(100))
        // Woken, but held back still.
        #expect(queue.pop() == nil && queue.release(now: start + .milliseconds(200)) == start + .seconds(1))
        _ = queue.release(now: start + .seconds(1))
        #expect(queue.pop() == "a")
    }

    @Test func aChangeDuringTheAttemptIsNotLost() {
        var queue = SchedulingQueue()
        let start = ContinuousClock.now
        queue.add("a", priority: 0)
        _ = queue.pop()
        let before = queue.moves
        queue.wake(onlyThoseWaitingForPods: false, now: start)
        queue.failed("a", priority: 0, waitsForPods: false, before: before, now: start)
        _ = queue.release(now: start + .seconds(1))
        #expect(queue.pop() == "a")
    }

    @Test func whatIsForgottenDoesNotComeBack() {
        var queue = SchedulingQueue()
        queue.add("a", priority: 0)
        queue.forget("a")
        #expect(queue.pop() == nil && queue.waitingCount == 0)
    }
}
