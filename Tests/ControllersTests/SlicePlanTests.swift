@testable import Controllers
import KubernetesTypes
import Objects
import Testing
import TestSupport

@Suite struct SlicePlanTests {
    private let service = ServiceFacts(Service(["metadata": ["name": "web", "namespace": "default"], "spec": ["ports": [["port": 80, "targetPort": "http", "protocol": "TCP"]]]]))
    private let ports: [Value] = [["name": "", "port": 8080, "protocol": "TCP"]]

    private func state(_ number: Int, ready: Bool = true) -> EndpointState {
        let pod = Sample.pod("p\(number)", ready: ready) { $0["status"]["podIP"] = .string("10.0.\(number / 250).\(number % 250)") }
        return EndpointState(KnownPod(pod), address: "10.0.\(number / 250).\(number % 250)", zone: "z", service: service, hints: (["z"], []))
    }

    private func slice(_ name: String, _ states: [EndpointState], ports: [Value]? = nil) -> EncodedObject {
        EncodedObject(value: [
            "metadata": ["name": .string(name), "namespace": "default"], "addressType": "IPv4", "ports": .array(ports ?? self.ports),
            "endpoints": .array(states.map { $0.value(namespace: "default") }),
        ])
    }

    private func plan(_ states: [EndpointState], _ slices: [EncodedObject]) -> SlicePlan {
        SlicePlan([SlicePlan.Group(ports: ports, endpoints: states)], existing: slices)
    }

    @Test func whatASliceSaysIsReadBack() {
        let known = state(3)
        #expect(EndpointState(known.value(namespace: "default")) == known)
        #expect(known.hintedZones == ["z"] && known.isReady && known.isServing && !known.isTerminating)
    }

    @Test func nothingChangesNothing() {
        let states = (0..<250).map { state($0) }
        let slices = [slice("a", Array(states[0..<100])), slice("b", Array(states[100..<200])), slice("c", Array(states[200...]))]
        let plan = plan(states, slices)
        #expect(plan.changes.isEmpty && plan.deletions.isEmpty && plan.unchanged.count == 3)
    }

    @Test func oneChangeTouchesOneSlice() {
        var states = (0..<250).map { state($0) }
        let slices = [slice("a", Array(states[0..<100])), slice("b", Array(states[100..<200])), slice("c", Array(states[200...]))]
        states[150] = state(150, ready: false)
        let changed = plan(states, slices)
        #expect(changed.changes.map(\.slice?.name) == ["b"] && changed.changes[0].written.map(\.name) == ["p150"])
        states.remove(at: 20)
        states.append(state(300))
        let replaced = plan(states, slices)
        // The newcomer takes the place that became free.
        #expect(replaced.changes.map(\.slice?.name) == ["a", "b"] && replaced.changes[0].written.map(\.name) == ["p300"])
        #expect(replaced.changes[0].removed == ["p20"])
        let grown = plan((0..<251).map { state($0) }, slices)
        #expect(grown.changes.map(\.slice?.name) == ["c"])
    }

    @Test func aFullSetGetsASliceMore() {
        let states = (0..<200).map { state($0) }
        let slices = [slice("a", Array(states[0..<100])), slice("b", Array(states[100...]))]
        let plan = plan(states + [state(500)], slices)
        #expect(plan.changes.count == 1 && plan.changes[0].slice == nil && plan.unchanged.count == 2)
    }

    @Test func aSliceOfOtherPortsIsTakenOver() {
        let plan = plan([state(1)], [slice("old", [state(1)], ports: [["name": "", "port": 1, "protocol": "TCP"]])])
        #expect(plan.changes.map(\.slice?.name) == ["old"] && plan.deletions.isEmpty)
        #expect(SlicePlan.endpoints([state(1).value(namespace: "default")], plan.changes[0], namespace: "default").count == 1)
    }

    @Test func withoutEndpointsOneEmptySliceStays() {
        let empty = SlicePlan([SlicePlan.Group(ports: [], endpoints: [])], existing: [])
        #expect(empty.changes.count == 1 && empty.changes[0].written.isEmpty)
        let still = SlicePlan([SlicePlan.Group(ports: [], endpoints: [])], existing: [slice("e", [], ports: [])])
        #expect(still.changes.isEmpty && still.deletions.isEmpty)
        let emptied = SlicePlan([SlicePlan.Group(ports: [], endpoints: [])], existing: [slice("a", [state(1)]), slice("b", [state(2)])])
        #expect(emptied.changes.count == 1 && emptied.deletions.count == 1)
    }

    @Test func randomHistoriesEndInWhatIsWanted() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        var slices: [EncodedObject] = []
        var made = 0
        for _ in 0..<30 {
            let count = Int.random(in: 0..<420, using: &random)
            let states = (0..<count).filter { _ in Bool.random(using: &random) || count < 5 }.map { state($0, ready: Int.random(in: 0..<9, using: &random) > 0) }
            let plan = plan(states, slices)
            var next = plan.unchanged
            for change in plan.changes {
                made += 1
                let endpoints = SlicePlan.endpoints(change.slice?.value["endpoints"].array ?? [], change, namespace: "default")
                next.append(slice(change.slice?.name ?? "s\(made)", endpoints.map { EndpointState($0) }, ports: change.ports))
            }
            slices = next
            let found = slices.flatMap { $0.value["endpoints"].array.map { EndpointState($0) } }.sorted { $0.name < $1.name }
            #expect(found == states.sorted { $0.name < $1.name }, "seed \(seed)")
            #expect(slices.allSatisfy { $0.value["endpoints"].array.count <= SlicePlan.limit }, "seed \(seed)")
        }
    }
}
