import KubernetesTypes
import Objects
@testable import Scheduler
import Testing

@Suite struct PlacementTests {
    private func zone(_ name: String, _ zone: String) -> NodeInfo { Sample.node(name, labels: ["zone": zone]) }

    private func term(_ app: String, _ key: String = "zone") -> Value {
        ["labelSelector": ["matchLabels": ["app": .string(app)]], "topologyKey": .string(key)]
    }

    private func required(_ kind: String, _ app: String) -> Value {
        var affinity = Value.emptyObject
        affinity[kind] = ["requiredDuringSchedulingIgnoredDuringExecution": [term(app)]]
        return affinity
    }

    @Test func antiAffinityKeepsApart() {
        var state = Sample.state(zone("a", "1"), zone("b", "1"), zone("c", "2"))
        state.place(Sample.pod("x", labels: ["app": "db"]), on: "a")
        let pod = Sample.pod("y", labels: ["app": "web"]) { $0["affinity"] = required("podAntiAffinity", "db") }
        #expect(state.decide(pod).node == "c")
        state.place(Sample.pod("z", labels: ["app": "db"]), on: "c")
        let reasons = state.refusals(of: pod)["a"]?.reasons
        #expect(reasons == ["node(s) didn't match pod anti-affinity rules"])
    }

    @Test func antiAffinityOfOthersCountsToo() {
        var state = Sample.state(zone("a", "1"), zone("b", "1"))
        state.place(Sample.pod("x", labels: ["app": "db"]) { $0["affinity"] = required("podAntiAffinity", "web") }, on: "a")
        #expect(state.decide(Sample.pod("y", labels: ["app": "web"])).node == nil)
        #expect(state.refusals(of: Sample.pod("y", labels: ["app": "web"]))["b"]?.reasons == ["node(s) didn't satisfy existing pods anti-affinity rules"])
        state.remove("default-x")
        #expect(state.decide(Sample.pod("y", labels: ["app": "web"])).node != nil)
    }

    @Test func affinityBringsTogether() {
        var state = Sample.state(zone("a", "1"), zone("b", "2"))
        let pod = Sample.pod("y", labels: ["app": "web"]) { $0["affinity"] = required("podAffinity", "db") }
        #expect(state.refusals(of: pod)["a"]?.reasons == ["node(s) didn't match pod affinity rules"])
        state.place(Sample.pod("x", labels: ["app": "db"]), on: "b")
        #expect(state.decide(pod).node == "b")
        // In another namespace it does not count.
        let other = Sample.pod("y", labels: ["app": "web"], namespace: "other") { $0["affinity"] = required("podAffinity", "db") }
        #expect(state.decide(other).node == nil)
    }

    @Test func theFirstOfAGroupMayGoAnywhere() {
        var state = Sample.state(zone("a", "1"))
        #expect(state.decide(Sample.pod("y", labels: ["app": "web"]) { $0["affinity"] = required("podAffinity", "web") }).node == "a")
    }

    @Test func namespacesAreFoundByTheirLabels() {
        var state = Sample.state(zone("a", "1"), zone("b", "2"))
        state.namespaces.known["other"] = ["team": "x"]
        state.place(Sample.pod("x", labels: ["app": "db"], namespace: "other"), on: "b")
        var wanted = term("db")
        wanted["namespaceSelector"] = ["matchLabels": ["team": "x"]]
        let pod = Sample.pod("y") { $0["affinity"] = ["podAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [wanted]]] }
        #expect(state.decide(pod).node == "b")
    }

    @Test func hardSpreadKeepsTheSkew() {
        var state = Sample.state(zone("a", "1"), zone("b", "2"), Sample.node("nowhere"))
        let constraint: Value = [
            "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": ["matchLabels": ["app": "web"]],
        ]
        func pod(_ name: String) -> PodInfo { Sample.pod(name, labels: ["app": "web"]) { $0["topologySpreadConstraints"] = [constraint] } }
        state.place(pod("1"), on: "a")
        #expect(state.decide(pod("2")).node == "b")
        state.removeNode("b")
        let verdict = state.decide(pod("3")).verdict
        #expect(verdict == nil)
        state.upsert(Sample.node("c", cpu: "0", labels: ["zone": "2"]) { $0["status"]["allocatable"]["pods"] = "0" })
        #expect(state.decide(pod("3")).node == nil)
        let refusals = state.refusals(of: pod("3"))
        #expect(refusals["a"]?.reasons == ["node(s) didn't match pod topology spread constraints"])
        #expect(refusals["nowhere"]?.reasons == ["node(s) didn't match pod topology spread constraints (missing required label)"])
        #expect(refusals["c"]?.reasons == ["Too many pods"])
    }

    @Test func siblingsSpread() {
        var state = Sample.state(Sample.node("a"), Sample.node("b"), Sample.node("c"))
        state.selectors.setWorkload("ReplicaSet", "default", "set", LabelSelector(labels: ["app": "web"]))
        for index in 0..<6 {
            var pod = PodInfoBuilder.owned("p\(index)", by: "set")
            pod.labels = ["app": "web"]
            pod.value["spec"]["containers"] = [["name": "c", "image": "i"]]
            let info = PodInfo(pod)
            guard let node = state.decide(info).node else {
                Issue.record("no node")
                return
            }
            state.place(info, on: node)
        }
        #expect(state.podsOn.map(\.count) == [2, 2, 2])
    }

    @Test func preferencesDecideAmongEquals() {
        var state = Sample.state(Sample.node("a"), Sample.node("b", labels: ["disk": "ssd"]), Sample.node("c") { $0["spec"]["taints"] = [["key": "k", "effect": "PreferNoSchedule"]] })
        let preference: Value = ["weight": 10, "preference": ["matchExpressions": [["key": "disk", "operator": "In", "values": ["ssd"]]]]]
        for _ in 0..<10 {
            let pod = Sample.pod("p") { $0["affinity"] = ["nodeAffinity": ["preferredDuringSchedulingIgnoredDuringExecution": [preference]]] }
            #expect(state.decide(pod).node == "b")
            #expect(state.decide(Sample.pod("q")).node != "c")
        }
    }

    @Test func theEmptierNodeWins() {
        var state = Sample.state(Sample.node("a"), Sample.node("b"))
        state.place(Sample.pod("x", cpu: "2"), on: "a")
        for _ in 0..<10 { #expect(state.decide(Sample.pod("y", cpu: "1")).node == "b") }
    }

    @Test func imagesThatAreThereAttract() {
        let image: Value = ["names": ["registry/image:1"], "sizeBytes": 900_000_000]
        var state = Sample.state(Sample.node("a"), Sample.node("b") { $0["status"]["images"] = [image] }, Sample.node("c") { $0["status"]["images"] = [image] })
        for _ in 0..<10 { #expect(state.decide(Sample.pod("p")).node != "a") }
    }

    @Test func daemonsGoToTheNodeTheyName() {
        var state = Sample.state(Sample.node("a"), Sample.node("b"))
        let term: Value = ["matchFields": [["key": "metadata.name", "operator": "In", "values": ["b"]]]]
        let pod = Sample.pod("p") { $0["affinity"] = ["nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": [term]]]] }
        #expect(state.decide(pod).node == "b")
    }

    @Test func nodesComeAndGo() {
        var state = Sample.state(Sample.node("a"), Sample.node("b"))
        state.place(Sample.pod("x", cpu: "3"), on: "a")
        state.removeNode("a")
        #expect(state.decide(Sample.pod("y", cpu: "3")).node == "b")
        state.upsert(Sample.node("a"))
        // The pod that was there is still counted.
        #expect(state.position("a").map { state.loads[$0].usedCPU } == 3000)
        state.remove("default-x")
        #expect(state.position("a").map { state.loads[$0].usedCPU } == 0)
    }
}
