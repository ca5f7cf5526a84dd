import APIClient
import KubernetesTypes
import Objects
import Schema
import Synchronization

/// Sets the size of workloads by what their pods use.
struct AutoscalerController: Controller {
    let loop: ReconcileLoop
    /// How often each is looked at, and how long a new one waits for its first look: metrics are no fresher.
    private static let pause: Duration = .seconds(15)

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let informer = context.informers.shared(HorizontalPodAutoscaler.self)
        let recorder = context.recorder("horizontal-pod-autoscaler")
        let memory = BehaviorMemory()
        loop = ReconcileLoop("horizontalpodautoscaler", queue: queue, logger: context.logger) { key throws(StatusError) in
            guard let autoscaler = informer.get(key), !autoscaler.isBeingDeleted else { return }
            queue.add(key, after: Self.pause)
            try await AutoscalerSync(context: context, autoscaler: autoscaler, memory: memory, recorder: recorder).sync()
        }
        informer.onChange { change in
            let autoscaler = change.object
            if case .deleted = change { return memory.forget(autoscaler.uid) }
            if case .updated(let old, let new) = change, old.value["spec"] == new.value["spec"] { return }
            queue.add(autoscaler.namespace + "/" + autoscaler.name, after: Self.pause)
        }
    }
}

/// What is remembered of each autoscaler's past.
private final class BehaviorMemory: Sendable {
    private let behaviors = Mutex<[String: ScaleBehavior]>([:])

    func change<T>(_ uid: String, _ body: (inout ScaleBehavior) -> T) -> T {
        behaviors.withLock { behaviors in
            var behavior = behaviors[uid] ?? ScaleBehavior()
            defer { behaviors[uid] = behavior }
            return body(&behavior)
        }
    }

    func forget(_ uid: String) { _ = behaviors.withLock { $0.removeValue(forKey: uid) } }
}

private struct AutoscalerSync {
    let context: ControllerContext
    let autoscaler: HorizontalPodAutoscaler
    let memory: BehaviorMemory
    let recorder: EventRecorder

    private var spec: Value { autoscaler.value["spec"] }

    private struct Failure: Error {
        let type: String
        let reason: String
        let message: String
        /// How many of the metrics could not be had.
        var invalid = 0

        /// The message without what all have in common.
        var why: String {
            let prefix = "the HPA was unable to compute the replica count: "
            return message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message
        }
    }

    func sync() async throws(StatusError) {
        var status = autoscaler.value["status"].isObject ? autoscaler.value["status"] : .emptyObject
        var conditions = AutoscalerConditions(status["conditions"].array)
        let target = spec["scaleTargetRef"]
        let path: String
        let scale: Value
        do throws(StatusError) {
            path = try await scalePath(target)
            scale = try await context.client.transport.send(APIRequest(.get, path))
        } catch {
            conditions.set("AbleToScale", false, "FailedGetScale", "the HPA controller was unable to get the target's current scale: \(error.message)")
            recorder.record(autoscaler, type: "Warning", reason: "FailedGetScale", message: error.message)
            return try await write(&status, conditions)
        }
        conditions.set("AbleToScale", true, "SucceededGetScale", "the HPA controller was able to get the target's current scale")
        let current = scale["spec"]["replicas"].int ?? 0
        status["currentReplicas"] = .int(scale["status"]["replicas"].int ?? 0)
        status["observedGeneration"] = .int(autoscaler.generation)
        var desired = current
        var reason = ""
        let (least, most) = (spec["minReplicas"].int ?? 1, max(spec["maxReplicas"].int ?? 1, 1))
        if current == 0, least != 0 {
            conditions.set("ScalingActive", false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero")
        } else if current > most {
            (desired, reason) = (most, "Current number of replicas above Spec.MaxReplicas")
        } else if current < least {
            (desired, reason) = (least, "Current number of replicas below Spec.MinReplicas")
        } else {
            do throws(Failure) {
                (desired, reason) = try await wanted(scale, current, &status, &conditions)
            } catch {
                conditions.set(error.type, false, error.reason, error.message)
                if error.invalid == 0 {
                    recorder.record(autoscaler, type: "Warning", reason: error.reason, message: error.why)
                } else {
                    recorder.record(
                        autoscaler, type: "Warning", reason: "FailedComputeMetricsReplicas",
                        message: "invalid metrics (\(error.invalid) invalid out of \(metrics.count)), first error is: \(error.why)")
                }
            }
        }
        if desired != current { try await resize(path, scale, from: current, to: desired, reason, &status, &conditions) }
        status["desiredReplicas"] = .int(desired)
        try await write(&status, conditions)
    }

    /// The largest of what the metrics ask for, within the limits.
    private func wanted(_ scale: Value, _ current: Int64, _ status: inout Value, _ conditions: inout AutoscalerConditions) async throws(Failure) -> (Int64, String) {
        let selector = scale["status"]["selector"].string ?? ""
        guard !selector.isEmpty, let parsed = try? Objects.LabelSelector(parsing: selector) else {
            throw Failure(type: "ScalingActive", reason: "InvalidSelector", message: "the HPA target's scale is missing a selector")
        }
        let pods = context.podLabels.pods(in: autoscaler.namespace, matching: parsed)
        var wishes: [ResourceUsage.Wish] = []
        var failure: Failure?
        var invalid = 0
        var winner = ""
        for metric in metrics {
            do throws(Failure) {
                let wish = try await wish(metric, pods, selector, current)
                if wish.replicas > wishes.map(\.replicas).max() ?? -1 { winner = Self.name(metric) }
                wishes.append(wish)
            } catch {
                // Each is told of, also where the others are enough.
                recorder.record(autoscaler, type: "Warning", reason: error.reason, message: error.why)
                failure = failure ?? error
                invalid += 1
            }
        }
        failure?.invalid = invalid
        let highest = wishes.map(\.replicas).max()
        // While a metric is unknown the others may make the target larger, never smaller.
        if let failure, highest.map({ $0 < current }) ?? true { throw failure }
        guard let highest else { throw Failure(type: "ScalingActive", reason: "InvalidMetricSourceType", message: "no metrics are given") }
        status["currentMetrics"] = .array(wishes.map(\.current))
        conditions.set("ScalingActive", true, "ValidMetricFound", "the HPA was able to successfully calculate a replica count from \(winner)")
        let spec = self.spec
        let outcome = memory.change(autoscaler.uid) { $0.limit(spec, current: current, desired: highest, now: .now()) }
        if outcome.isStabilized {
            let way = outcome.replicas > highest ? "ScaleDownStabilized" : "ScaleUpStabilized"
            conditions.set("AbleToScale", true, way, "recent recommendations were \(outcome.replicas > highest ? "higher" : "lower") than current one, applying the \(outcome.replicas > highest ? "highest" : "lowest") recent recommendation")
        } else {
            conditions.set("AbleToScale", true, "ReadyForNewScale", "recommended size matches current size")
        }
        if let limit = outcome.limit {
            conditions.set("ScalingLimited", true, limit.reason, limit.message)
        } else {
            conditions.set("ScalingLimited", false, "DesiredWithinRange", "the desired count is within the acceptable range")
        }
        return (outcome.replicas, outcome.replicas > current ? "\(winner) above target" : "All metrics below target")
    }

    private var metrics: [Value] {
        let own = spec["metrics"].array
        if !own.isEmpty { return own }
        return [["type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]]]]
    }

    /// How events and conditions name a metric.
    private static func name(_ metric: Value) -> String {
        let type = metric["type"].string ?? ""
        switch type {
        case "Pods": return "pods metric \(metric["pods"]["metric"]["name"].string ?? "")"
        case "Object":
            let kind = metric["object"]["describedObject"]["kind"].string ?? ""
            return "\(kind) metric \(metric["object"]["metric"]["name"].string ?? "")"
        case "External": return "external metric \(metric["external"]["metric"]["name"].string ?? "")"
        default:
            let resource = type == "ContainerResource" ? metric["containerResource"] : metric["resource"]
            let kind = resource["target"]["type"].string == "Utilization" ? "utilization (percentage of request)" : ""
            let place = type == "ContainerResource" ? "container resource" : "resource"
            return "\(resource["name"].string ?? "") \(place)" + (kind.isEmpty ? "" : " " + kind)
        }
    }

    private var tolerance: (up: Double, down: Double) {
        func read(_ value: Value) -> Double { Quantity(value).map { Double($0.nanos) / 1e9 } ?? 0.1 }
        return (read(spec["behavior"]["scaleUp"]["tolerance"]), read(spec["behavior"]["scaleDown"]["tolerance"]))
    }

    /// Metrics of other servers than that of resource metrics.
    private func otherWish(_ metric: Value, _ type: String, _ pods: [KnownPod], _ selector: String, _ current: Int64) async throws(Failure) -> ResourceUsage.Wish {
        let sources = MetricSources(client: context.client, namespace: autoscaler.namespace, tolerance: tolerance)
        do {
            switch type {
            case "Pods": return try await sources.pods(metric["pods"], pods, selector, current: current, now: .now())
            case "Object":
                let path = try await objectPath(metric["object"]["describedObject"])
                return try await sources.object(metric["object"], path: path, pods, current: current)
            default: return try await sources.external(metric["external"], pods, current: current)
            }
        } catch {
            let why = (error as? StatusError)?.message ?? (error as? ResourceUsage.Problem)?.message ?? "\(error)"
            let name = metric[type.lowercased()]["metric"]["name"].string ?? ""
            let message = type == "External"
                ? "unable to get external metric \(autoscaler.namespace)/\(name)/nil: \(why)" : "unable to get metric \(name): \(why)"
            throw Failure(type: "ScalingActive", reason: "FailedGet\(type)Metric", message: "the HPA was unable to compute the replica count: \(message)")
        }
    }

    /// Where an object is in the API of custom metrics.
    private func objectPath(_ object: Value) async throws -> String {
        let name = object["name"].string ?? ""
        let kind = object["kind"].string ?? ""
        if kind == "Namespace" { return "namespaces/\(name)/metrics" }
        guard let groupVersion = GroupVersion(apiVersion: object["apiVersion"].string ?? "v1") else { throw ResourceUsage.Problem(message: "invalid API version") }
        let root = groupVersion.group.isEmpty ? "/api/\(groupVersion.version)" : "/apis/\(groupVersion)"
        let resources = try await context.client.transport.send(APIRequest(.get, root))["resources"].array
        guard let found = resources.first(where: { $0["kind"].string == kind && $0["name"].string?.contains("/") == false }), let resource = found["name"].string else {
            throw ResourceUsage.Problem(message: "no matches for kind \"\(kind)\" in version \"\(groupVersion)\"")
        }
        let full = groupVersion.group.isEmpty ? resource : "\(resource).\(groupVersion.group)"
        return found["namespaced"].bool == true ? "namespaces/\(autoscaler.namespace)/\(full)/\(name)" : "\(full)/\(name)"
    }

    private func wish(_ metric: Value, _ pods: [KnownPod], _ selector: String, _ current: Int64) async throws(Failure) -> ResourceUsage.Wish {
        let type = metric["type"].string ?? ""
        let isContainer = type == "ContainerResource"
        if ["Pods", "Object", "External"].contains(type) { return try await otherWish(metric, type, pods, selector, current) }
        guard type == "Resource" || isContainer else {
            throw Failure(type: "ScalingActive", reason: "InvalidMetricSourceType", message: "the HPA was unable to compute the replica count: unknown metric source type \"\(type)\"")
        }
        let source = isContainer ? metric["containerResource"] : metric["resource"]
        let usage = ResourceUsage(
            resource: source["name"].string ?? "", container: isContainer ? source["container"].string : nil, target: source["target"],
            tolerance: tolerance)
        func failure(_ why: String) -> Failure {
            Failure(
                type: "ScalingActive", reason: isContainer ? "FailedGetContainerResourceMetric" : "FailedGetResourceMetric",
                message: "the HPA was unable to compute the replica count: failed to get \(usage.resource) utilization: \(why)")
        }
        let read: [String: Quantity]
        do throws(StatusError) {
            read = try await usage.read(context.client, autoscaler.namespace, selector)
        } catch {
            throw failure("unable to get metrics for resource \(usage.resource): unable to fetch metrics from resource metrics API: \(error.isNotFound ? "the server could not find the requested resource (get pods.metrics.k8s.io)" : error.message)")
        }
        if read.isEmpty { throw failure("unable to get metrics for resource \(usage.resource): no metrics returned from resource metrics API") }
        do throws(ResourceUsage.Problem) {
            return try usage.wish(read, pods, current: current, now: .now())
        } catch {
            throw failure(error.message)
        }
    }

    // MARK: writing

    /// Where the target's scale is. Throws when there is no such kind.
    private func scalePath(_ target: Value) async throws(StatusError) -> String {
        let kind = target["kind"].string ?? ""
        guard let groupVersion = GroupVersion(apiVersion: target["apiVersion"].string ?? "v1") else {
            throw .badRequest("invalid API version in scale target reference: \(target["apiVersion"].string ?? "")")
        }
        guard let resource = try await ScaleSubresource(client: context.client).resource(groupVersion, kind: kind) else {
            throw .badRequest("no matches for kind \"\(kind)\" in version \"\(groupVersion)\"")
        }
        return ScaleSubresource.path(groupVersion, resource.name, autoscaler.namespace, target["name"].string ?? "")
    }

    private func resize(
        _ path: String, _ scale: Value, from current: Int64, to desired: Int64, _ reason: String, _ status: inout Value, _ conditions: inout AutoscalerConditions
    ) async throws(StatusError) {
        var request = APIRequest(.update, path)
        request.query = [("fieldManager", context.client.fieldManager)]
        var body = scale
        body["spec"]["replicas"] = .int(desired)
        request.body = body
        do throws(StatusError) {
            _ = try await context.client.transport.send(request)
        } catch {
            conditions.set("AbleToScale", false, "FailedUpdateScale", "the HPA controller was unable to update the target scale: \(error.message)")
            recorder.record(autoscaler, type: "Warning", reason: "FailedRescale", message: "New size: \(desired); reason: \(reason); error: \(error.message)")
            try await write(&status, conditions)
            throw error
        }
        let now = Timestamp.now()
        memory.change(autoscaler.uid) { $0.note(from: current, to: desired, now: now) }
        conditions.set("AbleToScale", true, "SucceededRescale", "the HPA controller was able to update the target scale to \(desired)")
        recorder.record(autoscaler, reason: "SuccessfulRescale", message: "New size: \(desired); reason: \(reason)")
        status["lastScaleTime"] = .string(now.text)
    }

    private func write(_ status: inout Value, _ conditions: AutoscalerConditions) async throws(StatusError) {
        status["conditions"] = .array(conditions.list)
        if status["desiredReplicas"].isNull { status["desiredReplicas"] = 0 }
        if status == autoscaler.value["status"] { return }
        var new = autoscaler
        new.value["status"] = status
        try await context.client.updateStatus(new)
    }
}

/// The conditions of an autoscaler; their time is that of their status's last change.
struct AutoscalerConditions {
    private(set) var list: [Value]

    init(_ list: [Value]) { self.list = list }

    mutating func set(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) {
        let status = Value.string(isTrue ? "True" : "False")
        let position = list.firstIndex { $0["type"].string == type }
        let time = position.flatMap { list[$0]["status"] == status ? list[$0]["lastTransitionTime"] : nil } ?? .string(Timestamp.now().text)
        let condition: Value = ["type": .string(type), "status": status, "lastTransitionTime": time, "reason": .string(reason), "message": .string(message)]
        if let position { list[position] = condition } else { list.append(condition) }
    }
}
