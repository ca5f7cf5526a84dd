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
            if case .deleted = change { return memory.forget(autoscaler) }
            if case .updated(let old, let new) = change, old.value["spec"] == new.value["spec"] { return }
            queue.add(autoscaler.namespace + "/" + autoscaler.name, after: Self.pause)
        }
    }
}

/// What is remembered of each autoscaler's past.
private final class BehaviorMemory: Sendable {
    private let behaviors = Mutex<[String: ScaleBehavior]>([:])
    /// The pods of each, by namespace and name.
    private let selectors = Mutex<[String: [String: Objects.LabelSelector]]>([:])

    func change<T>(_ uid: String, _ body: (inout ScaleBehavior) -> T) -> T {
        behaviors.withLock { behaviors in
            var behavior = behaviors[uid] ?? ScaleBehavior()
            defer { behaviors[uid] = behavior }
            return body(&behavior)
        }
    }

    func note(_ selector: Objects.LabelSelector, of autoscaler: HorizontalPodAutoscaler) {
        selectors.withLock { $0[autoscaler.namespace, default: [:]][autoscaler.name] = selector }
    }

    /// The names of all whose selector takes one of the pods.
    func autoscalers(of pods: [KnownPod], in namespace: String) -> [String] {
        let known = selectors.withLock { $0[namespace] ?? [:] }
        if known.count < 2 { return Array(known.keys) }
        return known.filter { entry in pods.contains { pod in entry.value.matches { pod.object.label($0) } } }.keys.sorted()
    }

    func forget(_ autoscaler: HorizontalPodAutoscaler) {
        _ = behaviors.withLock { $0.removeValue(forKey: autoscaler.uid) }
        selectors.withLock { selectors in
            selectors[autoscaler.namespace]?[autoscaler.name] = nil
            if selectors[autoscaler.namespace]?.isEmpty == true { selectors[autoscaler.namespace] = nil }
        }
    }
}

private struct AutoscalerSync {
    let context: ControllerContext
    let autoscaler: HorizontalPodAutoscaler
    let memory: BehaviorMemory
    let recorder: EventRecorder

    private var spec: Value { autoscaler.value["spec"] }

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
        let now = Timestamp.now()
        memory.change(autoscaler.uid) { $0.begin(at: current, now: now) }
        status["currentReplicas"] = .int(current)
        status["observedGeneration"] = .int(autoscaler.generation)
        var desired = current
        var reason = ""
        var shown: [Value]?
        let (least, most) = (spec["minReplicas"].int ?? 1, max(spec["maxReplicas"].int ?? 1, 1))
        if current == 0, least != 0 {
            conditions.set("ScalingActive", false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero")
        } else if current > most {
            (desired, reason) = (most, "Current number of replicas above Spec.MaxReplicas")
        } else if current < least {
            (desired, reason) = (least, "Current number of replicas below Spec.MinReplicas")
        } else {
            do throws(Unknown) {
                let wanted = try await wanted(scale, current, &shown, &conditions)
                status.set("currentMetrics", shown.map(Value.array))
                desired = limited(wanted.replicas, current, now, &conditions)
                reason = wanted.replicas > current ? "\(wanted.metric) above target" : wanted.replicas < current ? "All metrics below target" : ""
            } catch {
                recorder.record(autoscaler, type: "Warning", reason: "FailedComputeMetricsReplicas", message: error.message)
                status.set("currentMetrics", shown.map(Value.array))
                return try await write(&status, conditions)
            }
        }
        status.set("currentMetrics", shown.map(Value.array))
        if desired != current { try await resize(path, scale, from: current, to: desired, reason, &status, &conditions) }
        status["desiredReplicas"] = .int(desired)
        try await write(&status, conditions)
    }

    /// How many are wanted cannot be said; the condition has been set.
    private struct Unknown: Error {
        let message: String
    }

    /// The largest of what the metrics ask for, and the name of the metric that does.
    private func wanted(
        _ scale: Value, _ current: Int64, _ shown: inout [Value]?, _ conditions: inout AutoscalerConditions
    ) async throws(Unknown) -> (replicas: Int64, metric: String) {
        let selector = scale["status"]["selector"].string ?? ""
        let pods = try pods(selector, &conditions)
        let metrics = AutoscalerMetrics(
            client: context.client, namespace: autoscaler.namespace, behavior: spec["behavior"], pods: pods, selector: selector, current: current)
        var tally = MetricTally()
        for metric in specified {
            do throws(MetricFailure) {
                tally.add(try await metrics.wish(metric), AutoscalerMetrics.name(metric))
            } catch {
                // Each is told of, also where the others are enough.
                recorder.record(autoscaler, type: "Warning", reason: error.reason, message: error.message)
                tally.add(error)
            }
        }
        shown = tally.shown
        if let failure = tally.failure(current: current) {
            conditions.set("ScalingActive", false, failure.first.reason, "the HPA was unable to compute the replica count: \(failure.first.message)")
            throw Unknown(message: failure.message)
        }
        conditions.set("ScalingActive", true, "ValidMetricFound", "the HPA was able to successfully calculate a replica count from \(tally.metric)")
        return (tally.replicas, tally.metric)
    }

    /// The pods of the target, which must be no other autoscaler's too.
    private func pods(_ selector: String, _ conditions: inout AutoscalerConditions) throws(Unknown) -> [KnownPod] {
        if selector.isEmpty {
            recorder.record(autoscaler, type: "Warning", reason: "SelectorRequired", message: "selector is required")
            conditions.set("ScalingActive", false, "InvalidSelector", "the HPA target's scale is missing a selector")
            throw Unknown(message: "selector is required")
        }
        let parsed: Objects.LabelSelector
        do {
            parsed = try Objects.LabelSelector(parsing: selector)
        } catch {
            throw refused("InvalidSelector", "couldn't convert selector into a corresponding internal selector object: \(error)", &conditions)
        }
        memory.note(parsed, of: autoscaler)
        let pods = context.podLabels.pods(in: autoscaler.namespace, matching: parsed)
        let selecting = memory.autoscalers(of: pods, in: autoscaler.namespace)
        if selecting.count > 1 {
            let names = selecting.map { autoscaler.namespace + "/" + $0 }.joined(separator: " ")
            throw refused("AmbiguousSelector", "pods by selector \(selector) are controlled by multiple HPAs: [\(names)]", &conditions)
        }
        return pods
    }

    private func refused(_ reason: String, _ message: String, _ conditions: inout AutoscalerConditions) -> Unknown {
        recorder.record(autoscaler, type: "Warning", reason: reason, message: message)
        conditions.set("ScalingActive", false, reason, message)
        return Unknown(message: message)
    }

    /// What the past and the rules of the autoscaler let be of a wish.
    private func limited(_ wanted: Int64, _ current: Int64, _ now: Timestamp, _ conditions: inout AutoscalerConditions) -> Int64 {
        let spec = self.spec
        let outcome = memory.change(autoscaler.uid) { $0.limit(spec, current: current, desired: wanted, now: now) }
        conditions.set("AbleToScale", true, outcome.ability.reason, outcome.ability.message)
        let limit = outcome.limit ?? .withinRange
        conditions.set("ScalingLimited", outcome.limit != nil, limit.reason, limit.message)
        return outcome.replicas
    }

    private var specified: [Value] {
        let own = spec["metrics"].array
        if !own.isEmpty { return own }
        return [["type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]]]]
    }

    // MARK: writing

    /// Where the target's scale is. Throws when there is no such kind.
    private func scalePath(_ target: Value) async throws(StatusError) -> String {
        let kind = target["kind"].string ?? ""
        guard let groupVersion = GroupVersion(apiVersion: target["apiVersion"].string ?? "v1") else {
            throw .badRequest("unexpected GroupVersion string: \(target["apiVersion"].string ?? "")")
        }
        guard let resource = try await ScaleSubresource(client: context.client).resource(groupVersion, kind: kind) else {
            throw .badRequest("no matches for kind \"\(kind)\" in group \"\(groupVersion.group)\"")
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
