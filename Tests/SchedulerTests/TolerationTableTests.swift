import Objects
@testable import Scheduler
import Testing

/// A taint against a toleration, in all their forms.
@Suite struct TolerationTableTests {
    typealias Row = (taint: (key: String, value: String, effect: String), toleration: Value, covers: Bool)

    static let rows: [Row] = [
        (("k", "v", "NoSchedule"), ["key": "k", "value": "v", "effect": "NoSchedule"], true),
        (("k", "v", "NoSchedule"), ["key": "k", "operator": "Equal", "value": "v", "effect": "NoSchedule"], true),
        (("k", "v", "NoSchedule"), ["key": "k", "value": "v"], true),
        (("k", "v", "NoExecute"), ["key": "k", "value": "v"], true),
        (("k", "v", "PreferNoSchedule"), ["key": "k", "value": "v"], true),
        (("k", "v", "NoSchedule"), ["key": "k", "value": "v", "effect": "NoExecute"], false),
        (("k", "v", "NoExecute"), ["key": "k", "value": "v", "effect": "NoSchedule"], false),
        (("k", "v", "PreferNoSchedule"), ["key": "k", "value": "v", "effect": "NoSchedule"], false),
        (("k", "v", "NoSchedule"), ["key": "k", "value": "w"], false),
        (("k", "v", "NoSchedule"), ["key": "k"], false),
        (("k", "", "NoSchedule"), ["key": "k"], true),
        (("k", "", "NoSchedule"), ["key": "k", "value": ""], true),
        (("k", "", "NoSchedule"), ["key": "k", "value": "v"], false),
        (("k", "v", "NoSchedule"), ["key": "l", "value": "v"], false),
        (("k", "v", "NoSchedule"), ["key": "K", "value": "v"], false),
        (("k", "v", "NoSchedule"), ["key": "k", "operator": "Exists"], true),
        (("k", "", "NoSchedule"), ["key": "k", "operator": "Exists"], true),
        (("k", "v", "NoExecute"), ["key": "k", "operator": "Exists", "effect": "NoExecute"], true),
        (("k", "v", "NoSchedule"), ["key": "k", "operator": "Exists", "effect": "NoExecute"], false),
        (("k", "v", "NoSchedule"), ["key": "l", "operator": "Exists"], false),
        (("k", "v", "NoSchedule"), ["operator": "Exists"], true),
        (("k", "v", "NoExecute"), ["operator": "Exists"], true),
        (("k", "v", "NoSchedule"), ["operator": "Exists", "effect": "NoSchedule"], true),
        (("k", "v", "NoExecute"), ["operator": "Exists", "effect": "NoSchedule"], false),
        (("k", "v", "NoSchedule"), ["value": "v"], false),
        (("k", "v", "NoSchedule"), [:], false),
        (("k", "5", "NoSchedule"), ["key": "k", "operator": "Gt", "value": "4"], true),
        (("k", "5", "NoSchedule"), ["key": "k", "operator": "Gt", "value": "5"], false),
        (("k", "5", "NoSchedule"), ["key": "k", "operator": "Gt", "value": "6"], false),
        (("k", "5", "NoSchedule"), ["key": "k", "operator": "Lt", "value": "6"], true),
        (("k", "5", "NoSchedule"), ["key": "k", "operator": "Lt", "value": "5"], false),
        (("k", "-5", "NoSchedule"), ["key": "k", "operator": "Lt", "value": "0"], true),
        (("k", "x", "NoSchedule"), ["key": "k", "operator": "Gt", "value": "4"], false),
        (("k", "5", "NoSchedule"), ["key": "k", "operator": "Gt", "value": "x"], false),
        (("k", "5", "NoSchedule"), ["key": "l", "operator": "Gt", "value": "4"], false),
        (("k", "5", "NoExecute"), ["key": "k", "operator": "Gt", "value": "4", "effect": "NoSchedule"], false),
    ]

    @Test(arguments: rows.indices) func covers(_ index: Int) {
        let row = Self.rows[index]
        let taint = Taint(key: row.taint.key, value: row.taint.value, effect: row.taint.effect)
        #expect(Toleration(row.toleration).covers(taint) == row.covers, "\(row)")
        // The filter agrees, for those taints that keep pods away.
        guard taint.isHard else { return }
        var state = Sample.state(Sample.node("n") { $0["spec"]["taints"] = [["key": .string(taint.key), "value": .string(taint.value), "effect": .string(taint.effect)]] })
        let pod = Sample.pod("p") { $0["tolerations"] = [row.toleration] }
        #expect((state.decide(pod).node == "n") == row.covers, "\(row)")
    }

    typealias Penalty = (tolerations: [Value], scores: [String: Int64])

    /// Nodes with 0, 1, 2 and 4 soft taints.
    @Test(arguments: [
        ([], ["none": 100, "one": 75, "two": 50, "four": 0]), ([["operator": "Exists"]], ["none": 100, "one": 100, "two": 100, "four": 100]),
        ([["key": "a", "operator": "Exists"]], ["none": 100, "one": 100, "two": 67, "four": 0]),
        ([["key": "a", "operator": "Exists", "effect": "NoSchedule"]], ["none": 100, "one": 75, "two": 50, "four": 0]),
        ([["key": "a"], ["key": "b"]], ["none": 100, "one": 100, "two": 100, "four": 0]),
    ] as [Penalty]) func softTaints(_ row: Penalty) {
        let names = ["none": 0, "one": 1, "two": 2, "four": 4]
        let keys = ["a", "b", "c", "d"]
        var state = SchedulerState()
        for (name, count) in names.sorted(by: { $0.key < $1.key }) {
            state.upsert(Sample.node(name) { $0["spec"]["taints"] = .array(keys.prefix(count).map { ["key": .string($0), "effect": "PreferNoSchedule"] }) })
        }
        let pod = Sample.pod("p") { $0["tolerations"] = .array(row.tolerations) }
        let index = state.fit(for: pod.podClass, profile: 0)
        state.refreshFit(index)
        let positions = row.scores.keys.sorted().compactMap { state.position($0) }
        let parts = SchedulerState.reversed(positions.map { Int64(state.fits[index].penalties[$0]) })
        #expect(parts == row.scores.sorted { $0.key < $1.key }.map(\.value))
    }
}
