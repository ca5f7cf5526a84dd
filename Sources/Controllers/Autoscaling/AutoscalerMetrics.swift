import APIClient
import KubernetesTypes
import Objects
import Schema

/// Why a metric says nothing.
struct MetricFailure: Error, Equatable {
    let reason: String
    /// For the event and the condition.
    let message: String
    /// For those who tell of all metrics at once.
    let summary: String
}

/// What the metrics of one autoscaler say, and how many pods each asks for.
struct AutoscalerMetrics: Sendable {
    let client: APIClient
    let namespace: String
    let behavior: Value
    let pods: [KnownPod]
    let selector: String
    let current: Int64

    func wish(_ metric: Value) async throws(MetricFailure) -> ResourceUsage.Wish {
        switch metric["type"].string ?? "" {
        case "Resource": return try await resource(metric["resource"], container: nil)
        case "ContainerResource": return try await resource(metric["containerResource"], container: metric["containerResource"]["container"].string ?? "")
        case "Pods":
            let source = metric["pods"]
            return try await other("Pods", summary: { "failed to get pods metric value: \($0)" }) { sources throws(Problem) in
                try await sources.pods(source, pods, selector, current: current, now: .now())
            }
        case "Object":
            let source = metric["object"]
            let isAverage = source["target"]["type"].string == "AverageValue"
            let inner = isAverage ? "failed to get \(source["metric"]["name"].string ?? "") object metric: " : ""
            return try await other("Object", summary: { "failed to get object metric value: \(inner)\($0)" }) { sources throws(Problem) in
                let path = try await sources.naming(source) { () async throws(Problem) in try await objectPath(source["describedObject"]) }
                return try await sources.object(source, path: path, pods, current: current)
            }
        case "External":
            let source = metric["external"]
            let name = source["metric"]["name"].string ?? ""
            let isAverage = !source["target"]["averageValue"].isNull
            let inner = isAverage ? "failed to get \(name) external metric" : "failed to get external metric \(name)"
            return try await other("External", summary: { "failed to get \(name) external metric value: \(inner): \($0)" }) { sources throws(Problem) in
                try await sources.external(source, pods, current: current)
            }
        case let type:
            let message = "unknown metric source type \"\(type)\""
            throw MetricFailure(reason: "InvalidMetricSourceType", message: message, summary: message)
        }
    }

    private typealias Problem = ResourceUsage.Problem

    private var tolerance: (up: Double, down: Double) {
        func read(_ value: Value) -> Double { Quantity(value).map { Double($0.nanos) / 1e9 } ?? 0.1 }
        return (read(behavior["scaleUp"]["tolerance"]), read(behavior["scaleDown"]["tolerance"]))
    }

    /// A resource of the pods, or of one container of each.
    private func resource(_ source: Value, container: String?) async throws(MetricFailure) -> ResourceUsage.Wish {
        let name = source["name"].string ?? ""
        let target = source["target"]
        func failure(_ why: String) -> MetricFailure {
            MetricFailure(
                reason: container == nil ? "FailedGetResourceMetric" : "FailedGetContainerResourceMetric", message: why,
                summary: container.map { "failed to get \($0) container metric value: \(why)" } ?? "failed to get \(name) resource metric value: \(why)")
        }
        let isAverage = !target["averageValue"].isNull
        if !isAverage, target["averageUtilization"].isNull {
            throw failure("invalid resource metric source: neither an average utilization target nor an average value (usage) target was set")
        }
        let usage = ResourceUsage(resource: name, container: container, target: target, tolerance: tolerance)
        do throws(Problem) {
            return try usage.wish(try await usage.read(client, namespace, selector), pods, current: current, now: .now())
        } catch {
            throw failure("failed to get \(name) \(isAverage ? "usage" : "utilization"): \(error.message)")
        }
    }

    /// A metric of another server than that of resource metrics.
    private func other(
        _ type: String, summary: (String) -> String, _ ask: (MetricSources) async throws(Problem) -> ResourceUsage.Wish
    ) async throws(MetricFailure) -> ResourceUsage.Wish {
        do throws(Problem) {
            return try await ask(MetricSources(client: client, namespace: namespace, tolerance: tolerance))
        } catch {
            throw MetricFailure(reason: "FailedGet\(type)Metric", message: error.message, summary: summary(error.message))
        }
    }

    /// Where an object is in the API of custom metrics.
    private func objectPath(_ object: Value) async throws(Problem) -> String {
        let name = object["name"].string ?? ""
        let kind = object["kind"].string ?? ""
        if kind == "Namespace" { return "namespaces/\(namespace)/metrics" }
        guard let groupVersion = GroupVersion(apiVersion: object["apiVersion"].string ?? "v1") else {
            throw Problem(message: "unable to fetch metrics from custom metrics API: unexpected GroupVersion string: \(object["apiVersion"].string ?? "")")
        }
        let root = groupVersion.group.isEmpty ? "/api/\(groupVersion.version)" : "/apis/\(groupVersion)"
        let resources: [Value]
        do throws(StatusError) {
            resources = try await client.transport.send(APIRequest(.get, root))["resources"].array
        } catch {
            throw Problem(message: "unable to fetch metrics from custom metrics API: \(error.message)")
        }
        guard let found = resources.first(where: { $0["kind"].string == kind && $0["name"].string?.contains("/") == false }), let resource = found["name"].string else {
            throw Problem(message: "unable to fetch metrics from custom metrics API: no matches for kind \"\(kind)\" in version \"\(groupVersion)\"")
        }
        let full = groupVersion.group.isEmpty ? resource : "\(resource).\(groupVersion.group)"
        return found["namespaced"].bool == true ? "namespaces/\(namespace)/\(full)/\(name)" : "\(full)/\(name)"
    }

    /// How events and conditions name a metric.
    static func name(_ metric: Value) -> String {
        let type = metric["type"].string ?? ""
        switch type {
        case "Pods": return "pods metric \(metric["pods"]["metric"]["name"].string ?? "")"
        case "Object":
            let source = metric["object"]
            // The average of an object is named as one from outside, as upstream does.
            if source["target"]["type"].string == "AverageValue" { return outside(source["metric"]) }
            return "\(source["describedObject"]["kind"].string ?? "") metric \(source["metric"]["name"].string ?? "")"
        case "External": return outside(metric["external"]["metric"])
        default:
            let resource = type == "ContainerResource" ? metric["containerResource"] : metric["resource"]
            let name = resource["name"].string ?? ""
            if !resource["target"]["averageValue"].isNull { return "\(name) resource" }
            return "\(name) \(type == "ContainerResource" ? "container resource" : "resource") utilization (percentage of request)"
        }
    }

    private static func outside(_ metric: Value) -> String {
        "external metric \(metric["name"].string ?? "")(\(MetricSources.shown(metric["selector"])))"
    }
}

/// What all metrics of an autoscaler come to.
struct MetricTally {
    /// The largest wish.
    private(set) var replicas: Int64 = 0
    /// Whose it is.
    private(set) var metric = ""
    /// The metrics as the status shows them; those that say nothing keep their place.
    private(set) var shown: [Value] = []
    private var first: MetricFailure?
    private var failed = 0

    mutating func add(_ wish: ResourceUsage.Wish, _ name: String) {
        shown.append(wish.current)
        if replicas == 0 || wish.replicas > replicas { (replicas, metric) = (wish.replicas, name) }
    }

    mutating func add(_ failure: MetricFailure) {
        shown.append(["type": ""])
        first = first ?? failure
        failed += 1
    }

    /// While a metric is unknown the others may make the target larger, never smaller.
    func failure(current: Int64) -> (first: MetricFailure, message: String)? {
        guard let first, failed == shown.count || replicas < current else { return nil }
        return (first, "invalid metrics (\(failed) invalid out of \(shown.count)), first error is: \(first.summary)")
    }
}
