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
    private static let outside = "external.metrics.k8s.io"

    /// The newest version that is served answers. Throws what the client is to be told of it.
    private func custom(_ path: String, _ query: [(name: String, value: String)]) async throws(Problem) -> [Value] {
        var failure: StatusError?
        for version in ["v1beta2", "v1beta1"] {
            do throws(StatusError) {
                return try await get("/apis/\(Self.custom)/\(version)/" + path, query)
            } catch {
                if !Self.isUnserved(error) { failure = failure ?? error }
                if !error.isNotFound { break }
            }
        }
        let why = failure?.message ?? "no custom metrics API (\(Self.custom)) registered"
        throw Problem(message: "unable to fetch metrics from custom metrics API: \(why)")
    }

    /// Whether there is nobody who serves the group, rather than a server that has no such metric.
    private static func isUnserved(_ error: StatusError) -> Bool {
        error.isNotFound && (error.message.hasPrefix("404 page not found") || error.message == StatusError.unknownPath.message)
    }

    /// `work`, whose problems are told of as those of a metric of an object. The places of the words are upstream's.
    func naming<T>(_ source: Value, _ work: () async throws(Problem) -> T) async throws(Problem) -> T {
        let object = source["describedObject"]
        let metric = source["metric"]["name"].string ?? ""
        return try await Self.naming("unable to get metric \(metric): \(object["kind"].string ?? "") on \(namespace) \(object["name"].string ?? "")/", work)
    }

    /// `work`, whose problems are told of as those of a metric.
    private static func naming<T>(_ prefix: String, _ work: () async throws(Problem) -> T) async throws(Problem) -> T {
        do throws(Problem) {
            return try await work()
        } catch {
            throw Problem(message: prefix + error.message)
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

    /// A selector as messages show it.
    static func shown(_ selector: Value) -> String {
        guard selector.isObject else { return "nil" }
        let labels = selector["matchLabels"].members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.string ?? "")," }
        let expressions = selector["matchExpressions"].array.map { entry in
            let values = entry["values"].array.compactMap(\.string).joined(separator: " ")
            return "LabelSelectorRequirement{Key:\(entry["key"].string ?? ""),Operator:\(entry["operator"].string ?? ""),Values:[\(values)],},"
        }
        return "&LabelSelector{MatchLabels:map[string]string{\(labels.joined())},MatchExpressions:[]LabelSelectorRequirement{\(expressions.joined())},}"
    }

    // MARK: kinds of metrics

    /// A metric of each pod; its average is compared.
    func pods(_ source: Value, _ pods: [KnownPod], _ podSelector: String, current: Int64, now: Timestamp) async throws(Problem) -> Wish {
        let metric = source["metric"]
        let name = metric["name"].string ?? ""
        let items = try await Self.naming("unable to get metric \(name): ") { () async throws(Problem) in
            let items = try await custom(
                "namespaces/\(namespace)/pods/*/\(name)", [("labelSelector", podSelector), ("metricLabelSelector", Self.selector(metric))])
            if items.isEmpty { throw Problem(message: "no metrics returned from custom metrics API") }
            return items
        }
        var values: [String: Quantity] = [:]
        for item in items { if let amount = Quantity(item["value"]) { values[item["describedObject"]["name"].string ?? ""] = amount } }
        let usage = ResourceUsage(resource: name, container: nil, target: ["type": "AverageValue", "averageValue": source["target"]["averageValue"]], tolerance: tolerance)
        let wish = try usage.wish(values, pods, current: current, now: now)
        let average = wish.current["resource"]["current"]
        return Wish(replicas: wish.replicas, current: ["type": "Pods", "pods": ["metric": metric, "current": average]])
    }

    /// A metric of one object. `path` is where the object is in the API of metrics.
    func object(_ source: Value, path: String, _ pods: [KnownPod], current: Int64) async throws(Problem) -> Wish {
        let metric = source["metric"]
        let name = metric["name"].string ?? ""
        let value = try await naming(source) { () async throws(Problem) in
            let items = try await custom("\(path)/\(name)", [("metricLabelSelector", Self.selector(metric))])
            guard items.count == 1, let value = Quantity(items[0]["value"]) else {
                throw Problem(
                    message: "unable to fetch metrics from custom metrics API: the custom metrics API server returned \(items.count) results when we asked for exactly one")
            }
            return value
        }
        let (replicas, shown) = try compare(value, source["target"], pods, current: current, "object")
        return Wish(
            replicas: replicas, current: ["type": "Object", "object": ["metric": metric, "describedObject": source["describedObject"], "current": shown]])
    }

    /// A metric of something outside; several series are added up.
    func external(_ source: Value, _ pods: [KnownPod], current: Int64) async throws(Problem) -> Wish {
        let metric = source["metric"]
        let name = metric["name"].string ?? ""
        let prefix = "unable to get external metric \(namespace)/\(name)/\(Self.shown(metric["selector"])): "
        let values = try await Self.naming(prefix) { () async throws(Problem) in
            let items: [Value]
            do throws(StatusError) {
                items = try await get("/apis/\(Self.outside)/v1beta1/namespaces/\(namespace)/\(name)", [("labelSelector", Self.selector(metric))])
            } catch {
                let why = Self.isUnserved(error) ? "the server could not find the requested resource (get \(name).\(Self.outside))" : error.message
                throw Problem(message: "unable to fetch metrics from external metrics API: \(why)")
            }
            if items.isEmpty { throw Problem(message: "no metrics returned from external metrics API") }
            return items.compactMap { Quantity($0["value"]) }
        }
        let (replicas, shown) = try compare(values.reduce(.zero, +), source["target"], pods, current: current, "external")
        return Wish(replicas: replicas, current: ["type": "External", "external": ["metric": metric, "current": shown]])
    }

    /// A value as a whole, or shared by all pods.
    private func compare(
        _ value: Quantity, _ target: Value, _ pods: [KnownPod], current: Int64, _ kind: String
    ) throws(Problem) -> (Int64, Value) {
        if target["averageValue"].isNull, target["value"].isNull {
            throw Problem(message: "invalid \(kind) metric source: neither a value target nor an average value target was set")
        }
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
        if pods.isEmpty { throw Problem(message: "unable to calculate ready pods: \(Problem.noPods)") }
        let ready = pods.count { $0.facts.phase == .running && $0.facts.isReady && !$0.facts.isBeingDeleted }
        return (Self.whole(ratio * Double(ready)), shown)
    }

    private func isNear(_ ratio: Double) -> Bool { ratio <= 1 + tolerance.up && ratio >= 1 - tolerance.down }

    private static func whole(_ value: Double) -> Int64 { value.isFinite ? Int64(min(value.rounded(.up), Double(Int32.max))) : Int64(Int32.max) }
}
