import APIClient
@testable import Controllers
import KubernetesTypes
import Objects
import Testing

/// An API that answers what a test says, by path.
private struct Answers: APITransport {
    let items: [String: [Value]]

    func send(_ request: APIRequest) async throws(StatusError) -> Value {
        guard let found = items[request.path] else { throw .unknownPath }
        return ["items": .array(found)]
    }

    func list(_ request: APIRequest) async throws(StatusError) -> ObjectPage { throw .unknownPath }
    func watch(_ request: APIRequest) async throws(StatusError) -> any WatchSource { throw .unknownPath }
}

@Suite struct MetricSourcesTests {
    private static let custom = "/apis/custom.metrics.k8s.io/v1beta2/namespaces/default/"

    private func sources(_ items: [String: [Value]]) -> MetricSources {
        MetricSources(client: APIClient(transport: Answers(items: items), fieldManager: "t"), namespace: "default", tolerance: (0.1, 0.1))
    }

    private func pods(_ count: Int) -> [KnownPod] {
        (0..<count).map { index in
            KnownPod(Sample.pod("p\(index)") { $0["status"] = ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]] })
        }
    }

    @Test(arguments: [("20", 4), ("10", 2), ("10500m", 2), ("5", 1), ("15", 3)]) func ofPods(_ value: String, _ wanted: Int64) async throws {
        let items: [Value] = (0..<2).map { ["describedObject": ["name": .string("p\($0)")], "value": .string(value)] }
        let source: Value = ["metric": ["name": "rate"], "target": ["type": "AverageValue", "averageValue": "10"]]
        let wish = try await sources([Self.custom + "pods/*/rate": items]).pods(source, pods(2), "app=a", current: 2, now: Sample.now)
        #expect(wish.replicas == wanted && wish.current["type"] == "Pods" && wish.current["pods"]["metric"]["name"] == "rate")
    }

    @Test(arguments: [
        ("Value", "20", 6), ("Value", "10", 3), ("Value", "5", 2), ("AverageValue", "20", 2), ("AverageValue", "30", 3), ("AverageValue", "31", 3), ("AverageValue", "45", 5),
    ] as [(String, String, Int64)]) func ofAnObject(_ type: String, _ value: String, _ wanted: Int64) async throws {
        let target: Value = type == "Value" ? ["type": "Value", "value": "10"] : ["type": "AverageValue", "averageValue": "10"]
        let source: Value = ["metric": ["name": "hits"], "describedObject": ["kind": "Ingress", "name": "i"], "target": target]
        let path = "namespaces/default/ingresses.networking.k8s.io/i"
        let wish = try await sources(["/apis/custom.metrics.k8s.io/v1beta2/\(path)/hits": [["value": .string(value)]]]).object(source, path: path, pods(3), current: 3)
        #expect(wish.replicas == wanted && wish.current["object"]["describedObject"]["name"] == "i")
    }

    @Test func ofSomethingOutside() async throws {
        let path = "/apis/external.metrics.k8s.io/v1beta1/namespaces/default/queue"
        let source: Value = ["metric": ["name": "queue", "selector": ["matchLabels": ["q": "a"]]], "target": ["type": "AverageValue", "averageValue": "30"]]
        let wish = try await sources([path: [["value": "50"], ["value": "60"]]]).external(source, pods(2), current: 2)
        #expect(wish.replicas == 4 && wish.current["external"]["current"]["averageValue"] == "55")
        // From nothing the metric alone says how many.
        #expect(try await sources([path: [["value": "95"]]]).external(source, [], current: 0).replicas == 4)
    }

    @Test func anOlderVersionDoesToo() async throws {
        let source: Value = ["metric": ["name": "rate"], "target": ["averageValue": "10"]]
        let items: [Value] = [["describedObject": ["name": "p0"], "value": "20"]]
        let wish = try await sources(["/apis/custom.metrics.k8s.io/v1beta1/namespaces/default/pods/*/rate": items]).pods(source, pods(1), "", current: 1, now: Sample.now)
        #expect(wish.replicas == 2)
    }

    @Test func whatIsNotToldIsAProblem() async {
        let source: Value = ["metric": ["name": "rate"], "target": ["averageValue": "10"]]
        await #expect(throws: ResourceUsage.Problem.self) { try await sources([:]).pods(source, pods(1), "", current: 1, now: Sample.now) }
        await #expect(throws: ResourceUsage.Problem.self) {
            try await sources([Self.custom + "pods/*/rate": []]).pods(source, pods(1), "", current: 1, now: Sample.now)
        }
    }

    @Test func toleranceMayBeSet() throws {
        var usage = ResourceUsage(resource: "memory", container: nil, target: ["type": "AverageValue", "averageValue": "100"])
        let amount = Quantity(Int64(108), format: .decimalSI)
        let used = ["p0": amount, "p1": amount]
        #expect(try usage.wish(used, pods(2), current: 2, now: Sample.now).replicas == 2)
        usage.tolerance = (0.05, 0.1)
        #expect(try usage.wish(used, pods(2), current: 2, now: Sample.now).replicas == 3)
    }
}
