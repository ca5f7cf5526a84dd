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

    typealias Row = (name: String, there: [(name: String, cpu: String, priority: Int64, node: String)], cpu: String, priority: Int64, victims: [String]?)

    /// Two nodes of four processors each; nil: nobody goes.
    @Test(arguments: [
        ("room by one", [("a0", "4", 0, "a"), ("b0", "4", 9, "b")], "4", 10, ["a0"]), ("fewest", [("a0", "2", 0, "a"), ("a1", "2", 0, "a"), ("b0", "4", 0, "b")], "4", 10, ["b0"]),
        ("lowest highest", [("a0", "2", 0, "a"), ("a1", "2", 8, "a"), ("b0", "4", 5, "b")], "4", 10, ["b0"]),
        ("smallest sum", [("a0", "2", 5, "a"), ("a1", "2", 5, "a"), ("b0", "2", 5, "b"), ("b1", "2", 1, "b")], "4", 10, ["b0", "b1"]),
        ("the small one stays", [("a0", "3", 1, "a"), ("a1", "1", 2, "a"), ("b0", "4", 10, "b")], "3", 10, ["a0"]),
        ("none is lower", [("a0", "4", 10, "a"), ("b0", "4", 11, "b")], "1", 10, nil), ("too large for any", [("a0", "4", 0, "a"), ("b0", "4", 0, "b")], "5", 10, nil),
        ("partly higher", [("a0", "3", 20, "a"), ("a1", "1", 0, "a"), ("b0", "4", 20, "b")], "1", 10, ["a1"]),
        ("higher leave too little", [("a0", "3", 20, "a"), ("a1", "1", 0, "a"), ("b0", "4", 20, "b")], "2", 10, nil),
        ("negative goes first", [("a0", "2", -5, "a"), ("a1", "2", -1, "a"), ("b0", "4", 0, "b")], "2", 1, ["a0"]),
    ] as [Row]) func whoGoes(_ row: Row) {
        var state = Sample.state(Sample.node("a"), Sample.node("b"))
        for one in row.there { state.place(Sample.pod(one.name, cpu: one.cpu, priority: one.priority), on: one.node) }
        #expect(choice(outcome(Sample.pod("new", cpu: row.cpu, priority: row.priority), &state))?.victims == row.victims, "\(row.name)")
    }

    @Test func aPodInTheWayOfAntiAffinityGoes() {
        var state = Sample.state(Sample.node("a"))
        state.place(Sample.pod("low", labels: ["app": "db"]), on: "a")
        let term: Value = ["labelSelector": ["matchLabels": ["app": "db"]], "topologyKey": "kubernetes.io/hostname"]
        let pod = Sample.pod("high", priority: 10) { $0["affinity"] = ["podAntiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [term]]] }
        #expect(choice(outcome(pod, &state))?.victims == ["low"])
    }
}
