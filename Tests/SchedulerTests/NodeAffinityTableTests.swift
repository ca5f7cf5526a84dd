import Objects
@testable import Scheduler
import Testing

/// Every operator of node affinity against labels that are there, are not, and are odd.
@Suite struct NodeAffinityTableTests {
    typealias Row = (rule: String, values: [String], label: String?, matches: Bool)

    static let rows: [Row] = [
        ("In", ["a"], "a", true), ("In", ["a"], "b", false), ("In", ["a"], nil, false), ("In", ["a", "b"], "b", true), ("In", ["a", "b"], "c", false),
        ("In", [""], "", true), ("In", ["a"], "", false), ("In", ["A"], "a", false), ("In", [], "a", false),
        ("NotIn", ["a"], "a", false), ("NotIn", ["a"], "b", true), ("NotIn", ["a"], nil, true), ("NotIn", ["a", "b"], "b", false),
        ("NotIn", ["a", "b"], "c", true), ("NotIn", ["a"], "", true),
        ("Exists", [], "a", true), ("Exists", [], "", true), ("Exists", [], nil, false),
        ("DoesNotExist", [], "a", false), ("DoesNotExist", [], "", false), ("DoesNotExist", [], nil, true),
        ("Gt", ["4"], "5", true), ("Gt", ["4"], "4", false), ("Gt", ["4"], "3", false), ("Gt", ["4"], nil, false), ("Gt", ["4"], "x", false),
        ("Gt", ["-1"], "0", true), ("Gt", ["9"], "10", true), ("Gt", ["x"], "5", false), ("Gt", ["4"], "4.5", false),
        ("Lt", ["4"], "3", true), ("Lt", ["4"], "4", false), ("Lt", ["4"], "5", false), ("Lt", ["4"], nil, false), ("Lt", ["4"], "x", false),
        ("Lt", ["0"], "-1", true), ("Lt", ["10"], "9", true), ("Lt", ["x"], "3", false),
        ("Near", ["a"], "a", false),
    ]

    @Test(arguments: rows.indices) func required(_ index: Int) {
        let row = Self.rows[index]
        var state = Sample.state(Sample.node("n", labels: row.label.map { ["l": $0] } ?? [:]))
        let expression: Value = ["key": "l", "operator": .string(row.rule), "values": Value(row.values)]
        let pod = Sample.pod("p") { $0["affinity"] = Self.required([["matchExpressions": [expression]]]) }
        #expect((state.decide(pod).node == "n") == row.matches, "\(row)")
    }

    @Test(arguments: rows.indices) func preferred(_ index: Int) {
        let row = Self.rows[index]
        var state = Sample.state(Sample.node("n", labels: row.label.map { ["l": $0] } ?? [:]))
        let expression: Value = ["key": "l", "operator": .string(row.rule), "values": Value(row.values)]
        let pod = Sample.pod("p") {
            $0["affinity"] = ["nodeAffinity": ["preferredDuringSchedulingIgnoredDuringExecution": [["weight": 7, "preference": ["matchExpressions": [expression]]]]]]
        }
        let fit = state.fit(for: pod.podClass, profile: 0)
        state.refreshFit(fit)
        #expect(state.fits[fit].likings == [row.matches ? 7 : 0], "\(row)")
    }

    static func required(_ terms: [Value]) -> Value {
        ["nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": .array(terms)]]]
    }

    private static func has(_ key: String) -> Value { ["key": .string(key), "operator": "Exists"] }
    private static func named(_ names: [String], _ rule: String = "In") -> Value { ["key": "metadata.name", "operator": .string(rule), "values": Value(names)] }

    typealias Terms = (terms: [Value], selector: [String: String], matches: Bool)

    /// The node is called `n` and has the labels `a` and `b` of value `1`.
    static let combinations: [Terms] = [
        ([["matchExpressions": [has("a"), has("b")]]], [:], true),
        ([["matchExpressions": [has("a"), has("c")]]], [:], false),
        ([["matchExpressions": [has("c")]], ["matchExpressions": [has("a")]]], [:], true),
        ([["matchExpressions": [has("c")]], ["matchExpressions": [has("d")]]], [:], false),
        ([[:]], [:], false),
        ([[:], ["matchExpressions": [has("a")]]], [:], true),
        ([], [:], false),
        ([["matchFields": [named(["n"])]]], [:], true),
        ([["matchFields": [named(["m"])]]], [:], false),
        ([["matchFields": [named(["n"])], "matchExpressions": [has("a")]]], [:], true),
        ([["matchFields": [named(["n"])], "matchExpressions": [has("c")]]], [:], false),
        ([["matchFields": [named(["m"])]], ["matchExpressions": [has("a")]]], [:], true),
        ([["matchFields": [named(["n"], "NotIn")]]], [:], false),
        ([["matchFields": [named(["m"], "NotIn")]]], [:], true),
        ([["matchExpressions": [has("a")]]], ["b": "1"], true),
        ([["matchExpressions": [has("a")]]], ["b": "2"], false),
        ([["matchExpressions": [has("c")]]], ["b": "1"], false),
    ]

    @Test(arguments: combinations.indices) func termsTogether(_ index: Int) {
        let row = Self.combinations[index]
        var state = Sample.state(Sample.node("n", labels: ["a": "1", "b": "1"]))
        let pod = Sample.pod("p") {
            $0["affinity"] = Self.required(row.terms)
            $0["nodeSelector"] = Value(row.selector)
        }
        #expect((state.decide(pod).node == "n") == row.matches, "\(row)")
    }

    @Test(arguments: [
        ([:], true), (["a": "1"], true), (["a": "1", "b": "1"], true), (["a": "2"], false), (["c": "1"], false), (["a": "1", "c": "1"], false), (["a": ""], false),
    ] as [([String: String], Bool)]) func selector(_ selector: [String: String], _ matches: Bool) {
        var state = Sample.state(Sample.node("n", labels: ["a": "1", "b": "1"]))
        #expect((state.decide(Sample.pod("p") { $0["nodeSelector"] = Value(selector) }).node == "n") == matches)
    }
}
