import APIClient
import KubernetesTypes
import Objects
import Testing

@testable import Controllers

/// An API that answers with items, or with a refusal, by path.
private struct Answers: APITransport {
    let items: [String: [Value]]
    var refusals: [String: StatusError] = [:]

    func send(_ request: APIRequest) async throws(StatusError) -> Value {
        if let refusal = refusals[request.path] { throw refusal }
        guard let found = items[request.path] else { throw .unknownPath }
        return ["items": .array(found), "resources": .array(found)]
    }

    func list(_ request: APIRequest) async throws(StatusError) -> ObjectPage { throw .unknownPath }
    func watch(_ request: APIRequest) async throws(StatusError) -> any WatchSource { throw .unknownPath }
}

/// Reasons and messages are those that upstream's controller has, which people search for.
@Suite struct AutoscalerTextTests {
    private static let podMetrics = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods"
    private static let custom = "/apis/custom.metrics.k8s.io/v1beta2/namespaces/default/"
    private static let external = "/apis/external.metrics.k8s.io/v1beta1/namespaces/default/queue"

    private func pods(_ count: Int) -> [KnownPod] {
        (0..<count).map { index in
            KnownPod(Sample.pod("p\(index)") { $0["status"] = ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]] })
        }
    }

    private func failure(
        _ metric: Value, _ items: [String: [Value]] = [:], refusals: [String: StatusError] = [:], pods count: Int = 1
    ) async -> MetricFailure? {
        let metrics = AutoscalerMetrics(
            client: APIClient(transport: Answers(items: items, refusals: refusals), fieldManager: "t"), namespace: "default", behavior: .null,
            pods: pods(count), selector: "app=a", current: 2)
        do throws(MetricFailure) {
            _ = try await metrics.wish(metric)
            return nil
        } catch {
            return error
        }
    }

    private func cpu(_ target: Value, container: String? = nil) -> Value {
        guard let container else { return ["type": "Resource", "resource": ["name": "cpu", "target": target]] }
        return ["type": "ContainerResource", "containerResource": ["name": "cpu", "container": .string(container), "target": target]]
    }

    private let half: Value = ["type": "Utilization", "averageUtilization": 50]

    private func usage(_ containers: Value) -> [String: [Value]] {
        [Self.podMetrics: [["metadata": ["name": "p0"], "containers": containers]]]
    }

    @Test func ofResources() async {
        func expect(_ failure: MetricFailure?, _ what: String, _ why: String) {
            let message = "failed to get cpu \(what): \(why)"
            #expect(failure == MetricFailure(reason: "FailedGetResourceMetric", message: message, summary: "failed to get cpu resource metric value: \(message)"))
        }
        await expect(
            failure(cpu(half)), "utilization",
            "unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)")
        await expect(
            failure(cpu(["type": "AverageValue", "averageValue": "1"]), [Self.podMetrics: []]), "usage",
            "unable to get metrics for resource cpu: no metrics returned from resource metrics API")
        // Of a pod of which not all is known nothing is.
        await expect(
            failure(cpu(half), usage([["name": "c", "usage": ["cpu": "1"]], ["name": "d", "usage": ["memory": "1"]]])), "utilization",
            "did not receive metrics for targeted pods (pods might be unready)")
        await expect(
            failure(cpu(half), usage([["name": "c", "usage": ["cpu": "1"]]]), pods: 0), "utilization",
            "no pods returned by selector while calculating replica count")
        let neither = "invalid resource metric source: neither an average utilization target nor an average value (usage) target was set"
        #expect(await failure(cpu([:])) == MetricFailure(
            reason: "FailedGetResourceMetric", message: neither, summary: "failed to get cpu resource metric value: \(neither)"))
    }

    @Test func ofContainers() async {
        let message = "failed to get cpu utilization: unable to get metrics for resource cpu: failed to get container metrics: container d not present in metrics for pod default/p0"
        #expect(await failure(cpu(half, container: "d"), usage([["name": "c", "usage": ["cpu": "1"]]])) == MetricFailure(
            reason: "FailedGetContainerResourceMetric", message: message, summary: "failed to get d container metric value: \(message)"))
    }

    @Test func ofPods() async {
        let metric: Value = ["type": "Pods", "pods": ["metric": ["name": "rate"], "target": ["type": "AverageValue", "averageValue": "1"]]]
        func expect(_ failure: MetricFailure?, _ message: String) {
            #expect(failure == MetricFailure(reason: "FailedGetPodsMetric", message: message, summary: "failed to get pods metric value: \(message)"))
        }
        let fetch = "unable to get metric rate: unable to fetch metrics from custom metrics API: "
        await expect(failure(metric), fetch + "no custom metrics API (custom.metrics.k8s.io) registered")
        let path = Self.custom + "pods/*/rate"
        await expect(failure(metric, refusals: [path: StatusError(code: 404, reason: "NotFound", message: "no such metric")]), fetch + "no such metric")
        await expect(failure(metric, refusals: [path: StatusError(code: 503, reason: "", message: "later")]), fetch + "later")
        await expect(failure(metric, [path: []]), "unable to get metric rate: no metrics returned from custom metrics API")
    }

    @Test func ofObjects() async {
        func metric(_ target: Value) -> Value {
            ["type": "Object", "object": [
                "metric": ["name": "hits"], "describedObject": ["apiVersion": "v1", "kind": "Service", "name": "web"], "target": target]]
        }
        let resources: [String: [Value]] = ["/api/v1": [["name": "services", "kind": "Service", "namespaced": true]]]
        let whole = metric(["type": "Value", "value": "1"]), average = metric(["type": "AverageValue", "averageValue": "1"])
        let fetch = "unable to get metric hits: Service on default web/unable to fetch metrics from custom metrics API: "
        var message = fetch + "no custom metrics API (custom.metrics.k8s.io) registered"
        #expect(await failure(whole, resources) == MetricFailure(
            reason: "FailedGetObjectMetric", message: message, summary: "failed to get object metric value: \(message)"))
        #expect(await failure(average, resources) == MetricFailure(
            reason: "FailedGetObjectMetric", message: message, summary: "failed to get object metric value: failed to get hits object metric: \(message)"))
        let path = Self.custom + "services/web/hits"
        message = fetch + "the custom metrics API server returned 0 results when we asked for exactly one"
        #expect(await failure(whole, resources.merging([path: []]) { $1 })?.message == message)
        let known = resources.merging([path: [["value": "9"]]]) { $1 }
        #expect(await failure(whole, known, pods: 0)?.message == "unable to calculate ready pods: no pods returned by selector while calculating replica count")
        #expect(await failure(metric([:]), known)?.message == "invalid object metric source: neither a value target nor an average value target was set")
    }

    @Test func ofWhatIsOutside() async {
        func metric(_ target: Value, _ selector: Value = .null) -> Value {
            ["type": "External", "external": ["metric": ["name": "queue", "selector": selector], "target": target]]
        }
        let whole = metric(["type": "Value", "value": "1"]), average = metric(["type": "AverageValue", "averageValue": "1"], ["matchLabels": ["b": "c", "a": "b"]])
        var message = "unable to get external metric default/queue/nil: no metrics returned from external metrics API"
        #expect(await failure(whole, [Self.external: []]) == MetricFailure(
            reason: "FailedGetExternalMetric", message: message,
            summary: "failed to get queue external metric value: failed to get external metric queue: \(message)"))
        message = "unable to get external metric default/queue/&LabelSelector{MatchLabels:map[string]string{a: b,b: c,},MatchExpressions:[]LabelSelectorRequirement{},}: "
            + "unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue.external.metrics.k8s.io)"
        #expect(await failure(average) == MetricFailure(
            reason: "FailedGetExternalMetric", message: message,
            summary: "failed to get queue external metric value: failed to get queue external metric: \(message)"))
    }

    @Test func ofNothingKnown() async {
        let message = "unknown metric source type \"Odd\""
        #expect(await failure(["type": "Odd"]) == MetricFailure(reason: "InvalidMetricSourceType", message: message, summary: message))
    }

    @Test func selectorsAreShownAsUpstreamShowsThem() {
        let selector: Value = ["matchExpressions": [["key": "k", "operator": "In", "values": ["x", "y"]]]]
        #expect(
            MetricSources.shown(selector)
                == "&LabelSelector{MatchLabels:map[string]string{},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}")
    }

    @Test func metricsHaveNames() {
        #expect(AutoscalerMetrics.name(cpu(half)) == "cpu resource utilization (percentage of request)")
        #expect(AutoscalerMetrics.name(cpu(half, container: "c")) == "cpu container resource utilization (percentage of request)")
        #expect(AutoscalerMetrics.name(cpu(["type": "AverageValue", "averageValue": "1"], container: "c")) == "cpu resource")
        #expect(AutoscalerMetrics.name(["type": "Pods", "pods": ["metric": ["name": "rate"]]]) == "pods metric rate")
        #expect(AutoscalerMetrics.name(["type": "External", "external": ["metric": ["name": "queue"]]]) == "external metric queue(nil)")
        let object: Value = ["metric": ["name": "hits"], "describedObject": ["kind": "Service"], "target": ["type": "Value"]]
        #expect(AutoscalerMetrics.name(["type": "Object", "object": object]) == "Service metric hits")
    }

    @Test func allMetricsTogether() {
        let failure = MetricFailure(reason: "FailedGetPodsMetric", message: "m", summary: "s"), other = MetricFailure(reason: "x", message: "y", summary: "z")
        func wish(_ replicas: Int64) -> ResourceUsage.Wish { ResourceUsage.Wish(replicas: replicas, current: ["type": "Resource"]) }
        var tally = MetricTally()
        tally.add(failure)
        #expect(tally.failure(current: 3)?.message == "invalid metrics (1 invalid out of 1), first error is: s")
        tally.add(wish(3), "one")
        tally.add(other)
        tally.add(wish(2), "two")
        // The place of a metric in the status is its place in the specification.
        #expect(tally.shown.map { $0["type"] } == ["", "Resource", "", "Resource"])
        #expect((tally.replicas, tally.metric) == (3, "one"))
        #expect(tally.failure(current: 3) == nil)
        #expect(tally.failure(current: 4)?.message == "invalid metrics (2 invalid out of 4), first error is: s")
        #expect(tally.failure(current: 4)?.first == failure)
    }
}
