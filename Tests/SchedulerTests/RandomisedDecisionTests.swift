import Foundation
import KubernetesTypes
import Objects
@testable import Scheduler
import Testing

/// Long random histories of nodes and pods; after each step what the state keeps has to agree with a fresh look at everything.
@Suite struct RandomisedDecisionTests {
    private static func seed() -> UInt64 { ProcessInfo.processInfo.environment["MARTLET_SEED"].flatMap(UInt64.init) ?? .random(in: 0..<1_000_000) }

    @Test func keptCountsAgreeWithAFreshLook() throws {
        let seed = Self.seed()
        print("seed \(seed)")
        var history = RandomHistory(seed: seed)
        for step in 0..<600 {
            history.change()
            let pod = history.randomPod("candidate-\(step)")
            let expected = history.naive.nodes.mapValues { history.naive.refusal(pod, $0) }.compactMapValues { $0 }
            let actual = history.state.refusals(of: pod).mapValues(\.reasons)
            #expect(actual == expected, "seed \(seed), step \(step)")
            let fitting = history.naive.nodes.values.filter { expected[$0.name] == nil }.sorted { $0.name < $1.name }
            switch history.state.decide(pod) {
            case .bind(let node):
                let totals = history.naive.totals(pod, fitting)
                let highest = try #require(totals.values.max(), "seed \(seed), step \(step)")
                #expect(totals[node] == highest, "seed \(seed), step \(step): \(node) of \(totals)")
                history.place(pod, node)
            case .unschedulable(let verdict):
                #expect(fitting.isEmpty, "seed \(seed), step \(step)")
                var counts: [String: Int] = [:]
                for reasons in expected.values { for reason in reasons { counts[reason, default: 0] += 1 } }
                #expect(verdict.reasons == counts, "seed \(seed), step \(step)")
            }
            if !actual.elementsEqual(expected, by: { $0.key == $1.key }) && actual != expected { return }
        }
    }

    @Test func preemptionMakesRoom() throws {
        let seed = Self.seed()
        print("seed \(seed)")
        var history = RandomHistory(seed: seed)
        var choices = 0
        for step in 0..<400 {
            history.change()
            let pod = history.randomPod("candidate-\(step)", priority: Int64.random(in: 0...3, using: &history.numbers))
            switch history.state.decide(pod) {
            case .bind(let node): history.place(pod, node)
            case .unschedulable(let verdict):
                guard case .choice(let choice) = history.state.preempt(pod, verdict, [], 0) else { continue }
                choices += 1
                #expect(choice.victims.allSatisfy { $0.priority < pod.priority })
                for victim in choice.victims { history.remove(victim.uid) }
                let node = try #require(history.naive.nodes[choice.node])
                #expect(history.naive.refusal(pod, node) == nil, "seed \(seed), step \(step)")
                // Each of them had to go.
                for victim in choice.victims {
                    history.place(victim, choice.node)
                    #expect(history.naive.refusal(pod, node) != nil, "seed \(seed), step \(step): \(victim.name) could have stayed")
                    history.remove(victim.uid)
                }
                history.place(pod, choice.node)
            }
        }
        #expect(choices > 0, "seed \(seed)")
    }
}

/// A cluster to which things happen by chance.
struct RandomHistory {
    var numbers: RandomNumbers
    var state: SchedulerState
    var naive = NaiveScheduler()
    private var count = 0

    init(seed: UInt64) {
        numbers = RandomNumbers(seed: seed)
        state = SchedulerState(seed: seed)
        for _ in 0..<8 { addNode() }
        setNamespace("other", ["team": "x"])
    }

    private mutating func chance(_ part: Int) -> Bool { Int.random(in: 0..<part, using: &numbers) == 0 }
    private mutating func one<T>(_ list: [T]) -> T { list[Int.random(in: 0..<list.count, using: &numbers)] }

    mutating func place(_ pod: PodInfo, _ node: String) {
        state.place(pod, on: node)
        naive.placed[pod.uid] = .init(pod: pod, node: node)
    }

    mutating func remove(_ uid: String) {
        state.remove(uid)
        naive.placed[uid] = nil
    }

    private mutating func setNamespace(_ name: String, _ labels: [String: String]) {
        state.namespaces.known[name] = labels
        naive.namespaces.known[name] = labels
    }

    /// Something happens.
    mutating func change() {
        switch Int.random(in: 0..<10, using: &numbers) {
        case 0: addNode()
        case 1: if naive.nodes.count > 4 { removeNode() }
        case 2, 3: if let name = naive.nodes.keys.sorted().randomElement(using: &numbers) { upsert(randomNode(name)) }
        case 4, 5: if let uid = naive.placed.keys.sorted().randomElement(using: &numbers) { remove(uid) }
        case 6: endOne()
        case 7: if chance(4) { setNamespace("other", ["team": one(["x", "y"])]) }
        default:
            guard let name = naive.nodes.keys.sorted().randomElement(using: &numbers) else { return }
            count += 1
            place(randomPod("placed-\(count)"), name)
        }
    }

    private mutating func addNode() {
        count += 1
        upsert(randomNode("node-\(count)"))
    }

    private mutating func upsert(_ node: NodeInfo) {
        state.upsert(node)
        naive.nodes[node.name] = node
    }

    private mutating func removeNode() {
        guard let name = naive.nodes.keys.sorted().randomElement(using: &numbers) else { return }
        state.removeNode(name)
        naive.nodes[name] = nil
    }

    /// A pod begins to end.
    private mutating func endOne() {
        guard let uid = naive.placed.keys.sorted().randomElement(using: &numbers), let entry = naive.placed[uid], !entry.pod.isTerminating else { return }
        place(PodInfo(entry.pod, isTerminating: true), entry.node)
    }

    private mutating func randomNode(_ name: String) -> NodeInfo {
        var labels: [String: String] = [:]
        if !chance(5) { labels["zone"] = one(["a", "b", "c"]) }
        if !chance(4) { labels["rack"] = one(["1", "2"]) }
        if chance(3) { labels["disk"] = one(["ssd", "hdd"]) }
        var taints: [Value] = []
        if chance(6) { taints.append(["key": "k", "value": .string(one(["v", "w"])), "effect": .string(one(["NoSchedule", "NoExecute", "PreferNoSchedule"]))]) }
        let isCordoned = chance(10)
        let cpu = one(["1", "2", "4"])
        return Sample.node(name, cpu: cpu, memory: one(["2Gi", "8Gi"]), pods: one(["4", "110"]), labels: labels) { node in
            if !taints.isEmpty { node["spec"]["taints"] = .array(taints) }
            if isCordoned { node["spec"]["unschedulable"] = true }
            node["status"]["allocatable"]["example.org/gpu"] = "2"
        }
    }

    private mutating func term() -> Value {
        var term: Value = ["labelSelector": ["matchLabels": ["app": .string(one(["a", "b", "c"]))]], "topologyKey": .string(one(["zone", "rack", "kubernetes.io/hostname"]))]
        if chance(4) { term["namespaceSelector"] = ["matchLabels": ["team": "x"]] }
        if chance(6) { term["namespaces"] = ["other"] }
        return term
    }

    private mutating func constraint() -> Value {
        var constraint: Value = ["maxSkew": .int(Int64(one([1, 2, 3]))), "topologyKey": .string(one(["zone", "rack", "kubernetes.io/hostname"]))]
        constraint["labelSelector"] = ["matchLabels": ["app": .string(one(["a", "b", "c"]))]]
        constraint["whenUnsatisfiable"] = .string(one(["DoNotSchedule", "ScheduleAnyway"]))
        if chance(3) { constraint["nodeTaintsPolicy"] = "Honor" }
        if chance(3) { constraint["nodeAffinityPolicy"] = "Ignore" }
        if chance(4), constraint["whenUnsatisfiable"] == "DoNotSchedule" { constraint["minDomains"] = 3 }
        return constraint
    }

    mutating func randomPod(_ name: String, priority: Int64 = 0) -> PodInfo {
        var spec = Value.emptyObject
        var container: Value = ["name": "c", "image": "i"]
        if !chance(3) { container["resources"]["requests"]["cpu"] = .string(one(["100m", "500m", "1"])) }
        if chance(2) { container["resources"]["requests"]["memory"] = .string(one(["100Mi", "1Gi"])) }
        if chance(8) { container["resources"]["requests"]["example.org/gpu"] = "1" }
        if chance(10) { container["ports"] = [["hostPort": .int(one([80, 81]))]] }
        spec["containers"] = [container]
        if chance(6) { spec["nodeSelector"] = ["disk": .string(one(["ssd", "hdd"]))] }
        if chance(3) { spec["tolerations"] = [["key": "k", "operator": "Equal", "value": .string(one(["v", "w"]))]] }
        for kind in ["podAffinity", "podAntiAffinity"] {
            if chance(5) { spec["affinity"][kind]["requiredDuringSchedulingIgnoredDuringExecution"] = chance(3) ? [term(), term()] : [term()] }
            if chance(5) { spec["affinity"][kind]["preferredDuringSchedulingIgnoredDuringExecution"] = [["weight": .int(one([1, 50, 100])), "podAffinityTerm": term()]] }
        }
        if chance(5) {
            let preference: Value = ["matchExpressions": [["key": "disk", "operator": "In", "values": [.string(one(["ssd", "hdd"]))]]]]
            spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"] = [["weight": 10, "preference": preference]]
        }
        if chance(3) { spec["topologySpreadConstraints"] = chance(3) ? [constraint(), constraint()] : [constraint()] }
        let made = spec
        return Sample.pod(name, priority: priority, labels: ["app": one(["a", "b", "c"])], namespace: one(["default", "default", "other"])) { value in
            for entry in made.members { value[entry.key] = entry.value }
        }
    }
}
