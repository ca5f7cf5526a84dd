import Objects
@testable import Scheduler
import Testing

/// Topology spread and affinity between pods, in small clusters.
@Suite struct PlaceTableTests {
    /// Nodes `a1 a2` in zone `a`, `b1 b2` in zone `b`, `c1` in zone `c`, and `x` in none.
    private static func cluster(_ pods: [String]) -> SchedulerState {
        var state = SchedulerState()
        for (name, zone) in [("a1", "a"), ("a2", "a"), ("b1", "b"), ("b2", "b"), ("c1", "c")] { state.upsert(Sample.node(name, labels: ["zone": zone])) }
        state.upsert(Sample.node("x"))
        for (index, text) in pods.enumerated() {
            let parts = text.split(separator: "@").map(String.init)
            state.place(Sample.pod("there-\(index)", labels: ["app": parts[0]]), on: parts[1])
        }
        return state
    }

    private static func allowed(_ pod: PodInfo, _ state: inout SchedulerState) -> [String] {
        let refusals = state.refusals(of: pod)
        return ["a1", "a2", "b1", "b2", "c1", "x"].filter { refusals[$0] == nil }
    }

    typealias Spread = (name: String, pods: [String], constraint: Value, allowed: [String])

    static let spreads: [Spread] = [
        ("empty", [], [:], ["a1", "a2", "b1", "b2", "c1"]),
        ("one in a", ["web@a1"], [:], ["b1", "b2", "c1"]),
        ("one in a, skew two", ["web@a1"], ["maxSkew": 2], ["a1", "a2", "b1", "b2", "c1"]),
        ("two in a, skew two", ["web@a1", "web@a2"], ["maxSkew": 2], ["b1", "b2", "c1"]),
        ("one in each", ["web@a1", "web@b1", "web@c1"], [:], ["a1", "a2", "b1", "b2", "c1"]),
        ("c is behind", ["web@a1", "web@b1"], [:], ["c1"]),
        ("others do not count", ["db@a1", "db@a2"], [:], ["a1", "a2", "b1", "b2", "c1"]),
        ("a node without zone does not count", ["web@x"], [:], ["a1", "a2", "b1", "b2", "c1"]),
        ("by node", ["web@a1"], ["topologyKey": "kubernetes.io/hostname"], ["a2", "b1", "b2", "c1", "x"]),
        ("by node, all but one", ["web@a1", "web@a2", "web@b1", "web@b2", "web@c1"], ["topologyKey": "kubernetes.io/hostname"], ["x"]),
        ("more places than there are", [], ["minDomains": 4], ["a1", "a2", "b1", "b2", "c1"]),
        ("more places than there are, one in each", ["web@a1", "web@b1", "web@c1"], ["minDomains": 4], []),
        ("as many places as there are", ["web@a1", "web@b1", "web@c1"], ["minDomains": 3], ["a1", "a2", "b1", "b2", "c1"]),
        ("a key that no node has", [], ["topologyKey": "rack"], []),
        ("a selector that means all", ["db@a1", "web@b1"], ["labelSelector": .emptyObject], ["c1"]),
        ("a selector that means others", ["db@a1"], ["labelSelector": ["matchLabels": ["app": "db"]]], ["a1", "a2", "b1", "b2", "c1"]),
        ("others in a, twice", ["db@a1", "db@a2"], ["labelSelector": ["matchLabels": ["app": "db"]]], ["b1", "b2", "c1"]),
        ("no selector", ["web@a1"], ["labelSelector": .null], ["a1", "a2", "b1", "b2", "c1"]),
        ("only a wish", ["web@a1", "web@a1"], ["whenUnsatisfiable": "ScheduleAnyway"], ["a1", "a2", "b1", "b2", "c1", "x"]),
        ("by the pod's own value", ["web@a1"], ["labelSelector": .emptyObject, "matchLabelKeys": ["app"]], ["b1", "b2", "c1"]),
        ("by the pod's own value, others", ["db@a1"], ["labelSelector": .emptyObject, "matchLabelKeys": ["app"]], ["a1", "a2", "b1", "b2", "c1"]),
        ("by a key that the pod lacks", ["web@a1"], ["matchLabelKeys": ["none"]], ["b1", "b2", "c1"]),
    ]

    private static func constraint(_ change: Value) -> Value {
        var constraint: Value = [
            "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": ["matchLabels": ["app": "web"]],
        ]
        for entry in change.members { constraint[entry.key] = entry.value }
        return constraint
    }

    @Test(arguments: spreads.indices) func spread(_ index: Int) {
        let row = Self.spreads[index]
        var state = Self.cluster(row.pods)
        let pod = Sample.pod("p", labels: ["app": "web"]) { $0["topologySpreadConstraints"] = [Self.constraint(row.constraint)] }
        #expect(Self.allowed(pod, &state) == row.allowed, "\(row.name)")
    }

    @Test(arguments: [("Honor", ["b1", "b2"]), ("Ignore", [])] as [(String, [String])]) func spreadAndNodeAffinity(_ policy: String, _ allowed: [String]) {
        // Only zones a and b are wanted; c, which is empty, counts when the wish is not looked at.
        var state = Self.cluster(["web@a1", "web@a2", "web@b1"])
        let pod = Sample.pod("p", labels: ["app": "web"]) {
            $0["topologySpreadConstraints"] = [Self.constraint(["nodeAffinityPolicy": .string(policy)])]
            $0["affinity"] = NodeAffinityTableTests.required([["matchExpressions": [["key": "zone", "operator": "In", "values": ["a", "b"]]]]])
        }
        #expect(Self.allowed(pod, &state) == allowed)
    }

    @Test(arguments: [("Honor", ["a1", "a2", "b1", "b2"]), ("Ignore", [])] as [(String, [String])]) func spreadAndTaints(_ policy: String, _ allowed: [String]) {
        var state = Self.cluster(["web@a1", "web@b1"])
        state.upsert(Sample.node("c1", labels: ["zone": "c"]) { $0["spec"]["taints"] = [["key": "k", "effect": "NoSchedule"]] })
        let pod = Sample.pod("p", labels: ["app": "web"]) { $0["topologySpreadConstraints"] = [Self.constraint(["nodeTaintsPolicy": .string(policy)])] }
        #expect(Self.allowed(pod, &state) == allowed)
    }

    @Test func bothConstraintsHold() {
        var state = Self.cluster(["web@a1", "web@b1"])
        let pod = Sample.pod("p", labels: ["app": "web"]) {
            $0["topologySpreadConstraints"] = [Self.constraint([:]), Self.constraint(["topologyKey": "kubernetes.io/hostname"])]
        }
        #expect(Self.allowed(pod, &state) == ["c1"])
    }

    @Test func podsThatEndDoNotCount() {
        var state = Self.cluster([])
        state.place(PodInfo(Sample.pod("old", labels: ["app": "web"]), isTerminating: true), on: "a1")
        let pod = Sample.pod("p", labels: ["app": "web"]) { $0["topologySpreadConstraints"] = [Self.constraint([:])] }
        #expect(Self.allowed(pod, &state) == ["a1", "a2", "b1", "b2", "c1"])
    }

    // MARK: affinity

    typealias Affinity = (name: String, kind: String, pods: [String], terms: [Value], allowed: [String])

    private static func term(_ app: String, _ change: Value = [:]) -> Value {
        var term: Value = ["labelSelector": ["matchLabels": ["app": .string(app)]], "topologyKey": "zone"]
        for entry in change.members { term[entry.key] = entry.value }
        return term
    }

    static let affinities: [Affinity] = [
        ("near nobody", "podAffinity", [], [term("db")], []),
        ("near a database", "podAffinity", ["db@a1"], [term("db")], ["a1", "a2"]),
        ("near two databases", "podAffinity", ["db@a1", "db@c1"], [term("db")], ["a1", "a2", "c1"]),
        ("on its node", "podAffinity", ["db@a1"], [term("db", ["topologyKey": "kubernetes.io/hostname"])], ["a1"]),
        ("near both", "podAffinity", ["db@a1", "cache@b1"], [term("db"), term("cache")], []),
        ("itself, first", "podAffinity", [], [term("web")], ["a1", "a2", "b1", "b2", "c1"]),
        ("itself, second", "podAffinity", ["web@b2"], [term("web")], ["b1", "b2"]),
        ("itself and another", "podAffinity", [], [term("web"), term("db")], []),
        ("another namespace", "podAffinity", ["db@a1"], [term("db", ["namespaces": ["other"]])], []),
        ("its namespace by name", "podAffinity", ["db@a1"], [term("db", ["namespaces": ["default"]])], ["a1", "a2"]),
        ("all namespaces", "podAffinity", ["db@a1"], [term("db", ["namespaceSelector": .emptyObject])], ["a1", "a2"]),
        ("namespaces by labels", "podAffinity", ["db@a1"], [term("db", ["namespaceSelector": ["matchLabels": ["no": "where"]]])], []),
        ("no selector", "podAffinity", ["db@a1"], [term("db", ["labelSelector": .null])], []),
        ("everybody", "podAffinity", ["db@a1"], [term("db", ["labelSelector": .emptyObject])], ["a1", "a2"]),
        ("by the pod's own value", "podAffinity", ["web@a1", "db@b1"], [term("db", ["labelSelector": .emptyObject, "matchLabelKeys": ["app"]])], ["a1", "a2"]),
        ("by another value", "podAffinity", ["web@a1", "db@b1"], [term("db", ["labelSelector": .emptyObject, "mismatchLabelKeys": ["app"]])], ["b1", "b2"]),
        ("a key that no node has", "podAffinity", ["db@a1"], [term("db", ["topologyKey": "rack"])], []),
        ("a pod on a node without zone", "podAffinity", ["db@x"], [term("db")], []),
        ("away from nobody", "podAntiAffinity", [], [term("db")], ["a1", "a2", "b1", "b2", "c1", "x"]),
        ("away from a database", "podAntiAffinity", ["db@a1"], [term("db")], ["b1", "b2", "c1", "x"]),
        ("away from its node", "podAntiAffinity", ["db@a1"], [term("db", ["topologyKey": "kubernetes.io/hostname"])], ["a2", "b1", "b2", "c1", "x"]),
        ("away from either", "podAntiAffinity", ["db@a1", "cache@b1"], [term("db"), term("cache")], ["c1", "x"]),
        ("away from itself", "podAntiAffinity", ["web@a1"], [term("web")], ["b1", "b2", "c1", "x"]),
        ("away from itself, nowhere left", "podAntiAffinity", ["web@a1", "web@b1", "web@c1"], [term("web")], ["x"]),
        ("away, another namespace", "podAntiAffinity", ["db@a1"], [term("db", ["namespaces": ["other"]])], ["a1", "a2", "b1", "b2", "c1", "x"]),
        ("away from everybody", "podAntiAffinity", ["db@a1", "cache@b1"], [term("", ["labelSelector": .emptyObject])], ["c1", "x"]),
        ("away, a key that no node has", "podAntiAffinity", ["db@a1"], [term("db", ["topologyKey": "rack"])], ["a1", "a2", "b1", "b2", "c1", "x"]),
        ("away from a pod without zone", "podAntiAffinity", ["db@x"], [term("db")], ["a1", "a2", "b1", "b2", "c1", "x"]),
        ("away from others' value", "podAntiAffinity", ["db@a1", "web@b1"], [term("", ["labelSelector": .emptyObject, "mismatchLabelKeys": ["app"]])], ["b1", "b2", "c1", "x"]),
    ]

    @Test(arguments: affinities.indices) func affinity(_ index: Int) {
        let row = Self.affinities[index]
        var state = Self.cluster(row.pods)
        let pod = Sample.pod("p", labels: ["app": "web"]) {
            $0["affinity"][row.kind] = ["requiredDuringSchedulingIgnoredDuringExecution": .array(row.terms)]
        }
        #expect(Self.allowed(pod, &state) == row.allowed, "\(row.name)")
    }

    typealias Held = (name: String, kind: String, term: Value, allowed: [String])

    /// A pod on `a1` has the term; the one that comes is a `web`.
    @Test(arguments: [
        ("not that one", "podAntiAffinity", term("web"), ["b1", "b2", "c1", "x"]), ("another", "podAntiAffinity", term("db"), ["a1", "a2", "b1", "b2", "c1", "x"]),
        ("not on its node", "podAntiAffinity", term("web", ["topologyKey": "kubernetes.io/hostname"]), ["a2", "b1", "b2", "c1", "x"]),
        ("of another namespace", "podAntiAffinity", term("web", ["namespaces": ["other"]]), ["a1", "a2", "b1", "b2", "c1", "x"]),
        ("it wants company", "podAffinity", term("web"), ["a1", "a2", "b1", "b2", "c1", "x"]),
    ] as [Held]) func termsOfOthers(_ row: Held) {
        var state = Self.cluster([])
        let holder = Sample.pod("holder", labels: ["app": "db"]) { $0["affinity"][row.kind] = ["requiredDuringSchedulingIgnoredDuringExecution": [row.term]] }
        state.place(holder, on: "a1")
        let pod = Sample.pod("p", labels: ["app": "web"])
        #expect(Self.allowed(pod, &state) == row.allowed, "\(row.name)")
        state.remove("default-holder")
        #expect(Self.allowed(pod, &state).count == 6)
    }

    typealias Wish = (name: String, kind: String, weight: Int64, pods: [String], chosen: Set<String>)

    @Test(arguments: [
        ("near", "podAffinity", 100, ["db@b1"], ["b2"]), ("away", "podAntiAffinity", 100, ["db@a1", "db@b1"], ["c1", "x"]),
        ("near, nobody there", "podAffinity", 100, [], ["a1", "a2", "b1", "b2", "c1", "x"]),
        ("where more are", "podAffinity", 1, ["db@b1", "db@b1", "db@a1"], ["b2"]),
    ] as [Wish]) func wishes(_ row: Wish) {
        var state = Self.cluster(row.pods)
        let pod = Sample.pod("p", labels: ["app": "web"]) {
            $0["affinity"][row.kind] = ["preferredDuringSchedulingIgnoredDuringExecution": [["weight": .int(row.weight), "podAffinityTerm": Self.term("db")]]]
        }
        for _ in 0..<10 { #expect(row.chosen.contains(state.decide(pod).node ?? ""), "\(row.name)") }
    }

    @Test(arguments: [(Int64(1), Set(["a2"])), (0, ["a2", "b1", "b2", "c1", "x"])] as [(Int64, Set<String>)])
    func requiredTermsOfOthersAttract(_ weight: Int64, _ chosen: Set<String>) {
        var profile = SchedulingProfile()
        profile.hardAffinityWeight = weight
        var state = Self.cluster([])
        state.profiles = [profile]
        state.place(Sample.pod("holder", labels: ["app": "db"]) { $0["affinity"]["podAffinity"] = ["requiredDuringSchedulingIgnoredDuringExecution": [Self.term("web")]] }, on: "a1")
        let pod = Sample.pod("p", labels: ["app": "web"])
        for _ in 0..<10 { #expect(chosen.contains(state.decide(pod).node ?? "")) }
    }

    @Test func siblingsOfAServiceSpread() {
        var state = Self.cluster(["web@a1", "web@a2", "web@b1", "web@b2", "web@c1"])
        state.selectors.setService("default", "web", ["app": "web"])
        for _ in 0..<10 { #expect(state.decide(Sample.pod("p", labels: ["app": "web"])).node == "x") }
        state.selectors.setService("default", "web", nil)
        #expect(state.selectors.selector(for: Sample.pod("p", labels: ["app": "web"]).podClass) == nil)
    }
}
