import APIClient
import KubernetesTypes
import Objects
import Schema

/// Metrics that other servers tell of: of pods, of objects, of things outside the cluster (`custom.metrics.k8s.io`,
/// `external.metrics.k8s.io`), and how many pods they ask for.
struct MetricSources: Sendable {
    typealias Wish = ResourceUsage.Wish
    typealias Problem = ResourceUsage.Problem

    let client: APIClient
    let namespace: String
    /// How far from its target a metric may be without anything being done, upwards and downwards.
    let tolerance: (up: Double, down: Double)

    private static let custom = "custom.metrics.k8s.io"

    /// The newest version that is served answers.
    private func custom(_ path: String, _ query: [(name: String, value: String)]) async throws(StatusError) -> [Value] {
        do throws(StatusError) {
            return try await get("/apis/\(Self.custom)/v1beta2/" + path, query)
        } catch where error.isNotFound {
            return try await get("/apis/\(Self.custom)/v1beta1/" + path, query)
        }
    }

    private func get(_ path: String, _ query: [(name: String, value: String)]) async throws(StatusError) -> [Value] {
        var request = APIRequest(.get, path)
        request.query = query.filter { !$0.value.isEmpty }
        return try await client.transport.send(request)["items"].array
    }

    private static func selector(_ metric: Value) -> String {
        guard metric["selector"].isObject else { return "" }
        return Objects.LabelSelector(metric["selector"]).requirements.map { requirement in
            let values = requirement.values.sorted()
            switch requirement.operator {
            case .in: return values.count == 1 ? "\(requirement.key)=\(values[0])" : "\(requirement.key) in (\(values.joined(separator: ",")))"
            case .notIn: return "\(requirement.key) notin (\(values.joined(separator: ",")))"
            case .exists: return requirement.key
            default: return "!\(requirement.key)"
            }
        }.joined(separator: ",")
    }

    // MARK: kinds of metrics

    /// A metric of each pod; its average is compared.
    func pods(_ source: Value, _ pods: [KnownPod], _ podSelector: String, current: Int64, now: Timestamp) async throws -> Wish {
        let metric = source["metric"]
        let name = metric["name"].string ?? ""
        let items = try await custom(
            "namespaces/\(namespace)/pods/*/\(name)", [("labelSelector", podSelector), ("metricLabelSelector", Self.selector(metric))])
        var values: [String: Quantity] = [:]
        for item in items { if let amount = Quantity(item["value"]) { values[item["describedObject"]["name"].string ?? ""] = amount } }
        if values.isEmpty { throw Problem(message: "no metrics returned from custom metrics API") }
        let usage = ResourceUsage(resource: name, container: nil, target: ["type": "AverageValue", "averageValue": source["target"]["averageValue"]], tolerance: tolerance)
        let wish = try usage.wish(values, pods, current: current, now: now)
        let average = wish.current["resource"]["current"]
        return Wish(replicas: wish.replicas, current: ["type": "Pods", "pods": ["metric": metric, "current": average]])
    }

    /// A metric of one object. `path` is where the object is in the API of metrics.
    func object(_ source: Value, path: String, _ pods: [KnownPod], current: Int64) async throws -> Wish {
        let metric = source["metric"]
        let items = try await custom("\(path)/\(metric["name"].string ?? "")", [("metricLabelSelector", Self.selector(metric))])
        guard let value = items.first.flatMap({ Quantity($0["value"]) }) else { throw Problem(message: "no metrics returned from custom metrics API") }
        let (replicas, shown) = try compare(value, source["target"], pods, current: current)
        return Wish(
            replicas: replicas, current: ["type": "Object", "object": ["metric": metric, "describedObject": source["describedObject"], "current": shown]])
    }

    /// A metric of something outside; several series are added up.
    func external(_ source: Value, _ pods: [KnownPod], current: Int64) async throws -> Wish {
        let metric = source["metric"]
        let path = "/apis/external.metrics.k8s.io/v1beta1/namespaces/\(namespace)/\(metric["name"].string ?? "")"
        let values = try await get(path, [("labelSelector", Self.selector(metric))]).compactMap { Quantity($0["value"]) }
        if values.isEmpty { throw Problem(message: "no metrics returned from external metrics API") }
        let (replicas, shown) = try compare(values.reduce(.zero, +), source["target"], pods, current: current)
        return Wish(replicas: replicas, current: ["type": "External", "external": ["metric": metric, "current": shown]])
    }

    /// A value as a whole, or shared by all pods.
    private func compare(_ value: Quantity, _ target: Value, _ pods: [KnownPod], current: Int64) throws -> (Int64, Value) {
        if target["type"].string == "AverageValue" {
            let each = Double((Quantity(target["averageValue"]) ?? .zero).nanos)
            guard each > 0 else { throw Problem(message: "the target of the metric is zero") }
            let mean = Quantity(nanos: value.nanos / Int128(max(current, 1)), format: value.format)
            let ratio = current == 0 ? Double.infinity : Double(value.nanos) / (each * Double(current))
            return (isNear(ratio) ? current : Self.whole(Double(value.nanos) / each), ["averageValue": .string(mean.text)])
        }
        let goal = Double((Quantity(target["value"]) ?? .zero).nanos)
        guard goal > 0 else { throw Problem(message: "the target of the metric is zero") }
        let ratio = Double(value.nanos) / goal
        let shown: Value = ["value": .string(value.text)]
        // Nothing runs: the metric alone says how many are wanted.
        if current == 0 { return (Self.whole(ratio), shown) }
        if isNear(ratio) { return (current, shown) }
        let ready = pods.count { $0.facts.phase == .running && $0.facts.isReady && !$0.facts.isBeingDeleted }
        return (Self.whole(ratio * Double(ready)), shown)
    }

    private func isNear(_ ratio: Double) -> Bool { ratio <= 1 + tolerance.up && ratio >= 1 - tolerance.down }

    private static func whole(_ value: Double) -> Int64 { value.isFinite ? Int64(min(value.rounded(.up), Double(Int32.max))) : Int64(Int32.max) }
}
