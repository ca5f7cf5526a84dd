import Objects
@testable import Scheduler
import Testing

@Suite struct PreemptionTests {
    private func outcome(_ pod: PodInfo, _ state: inout SchedulerState, _ limits: [DisruptionLimit] = []) -> SchedulerState.PreemptionOutcome? {
        guard let verdict = state.decide(pod).verdict else { return nil }
        return state.preempt(pod, verdict, limits, 0)
    }

    private func choice(_ outcome: SchedulerState.PreemptionOutcome?) -> (node: String, victims: [String])? {
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
