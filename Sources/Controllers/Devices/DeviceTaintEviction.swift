import APIClient
import KubernetesTypes
import Objects
import Synchronization

/// Deletes the pods whose devices have NoExecute taints that their claims do not tolerate, or not for longer.
struct DeviceTaintEviction: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let claims = context.informers.shared(ResourceClaim.self)
        let slices = context.informers.shared(ResourceSlice.self)
        let recorder = context.recorder("device-taint-eviction")
        let claimsByPool = ObjectIndex(claims) { claim in Array(Set(DeviceTaints.results(claim).map { DeviceTaints.pool($0) })) }
        let slicesByPool = ObjectIndex(slices) { [DeviceTaints.pool($0)] }
        let first = Mutex<[String: Timestamp]>([:])
        loop = ReconcileLoop("device-taint-eviction", queue: queue, workers: 4, logger: context.logger) { key throws(StatusError) in
            guard let claim = claims.get(key) else { return first.withLock { $0[key] = nil } }
            let now = Timestamp.now()
            let found = DeviceTaints.results(claim).flatMap { result in
                DeviceTaints.untolerated(result, in: slicesByPool.objects(DeviceTaints.pool(result))).map { ($0, result["tolerations"].array) }
            }
            if found.isEmpty { return first.withLock { $0[key] = nil } }
            let since = first.withLock { first in
                let known = first[key] ?? now
                first[key] = known
                return known
            }
            guard let left = found.compactMap({ DeviceTaints.secondsLeft($0.0, $0.1, since: since, now: now) }).min() else { return }
            if left > 0 { return queue.add(key, after: .seconds(left)) }
            for user in claim.value["status"]["reservedFor"].array where user["resource"].string == "pods" {
                guard let pod = context.pods.get(claim.namespace, user["name"].string ?? ""), pod.uid == user["uid"].string, !pod.isBeingDeleted else { continue }
                try await Self.evict(pod, context.client, recorder)
            }
        }
        claims.onChange { change in
            if DeviceTaints.results(change.object).isEmpty { return }
            queue.add(change.object.namespace + "/" + change.object.name)
        }
        slices.onChange { change in
            // Most drivers never taint: who uses their devices is not looked at.
            var isTainted = DeviceTaints.hasTaints(change.object)
            if case .updated(let old, _) = change { isTainted = isTainted || DeviceTaints.hasTaints(old) }
            if !isTainted { return }
            for claim in claimsByPool.encoded(DeviceTaints.pool(change.object)) { queue.add(claim.key) }
        }
    }

    private static func evict(_ pod: Pod, _ client: APIClient, _ recorder: EventRecorder) async throws(StatusError) {
        recorder.record(pod, reason: "DeviceTaintManagerEviction", message: "Marking for deletion")
        let condition: Value = [
            "type": "DisruptionTarget", "status": "True", "reason": "DeletionByDeviceTaintManager",
            "message": "Device Taint manager: deleting due to NoExecute taint", "lastTransitionTime": .string(Timestamp.now().text),
        ]
        do throws(StatusError) {
            try await client.patch(Pod.self, pod.namespace, pod.name, ["status": ["conditions": [condition]]], as: .strategic, "status")
            try await client.delete(Pod.self, pod.namespace, pod.name, ["preconditions": ["uid": .string(pod.uid)]])
        } catch where error.isNotFound || error.isConflict {
            return
        }
    }
}

/// What taints of devices mean for those who have the devices.
enum DeviceTaints {
    static func results(_ claim: ResourceClaim) -> [Value] { claim.value["status"]["allocation"]["devices"]["results"].array }

    static func pool(_ result: Value) -> String { "\(result["driver"].string ?? "")/\(result["pool"].string ?? "")" }

    static func pool(_ slice: ResourceSlice) -> String {
        "\(slice.value["spec"]["driver"].string ?? "")/\(slice.value["spec"]["pool"]["name"].string ?? "")"
    }

    static func hasTaints(_ slice: ResourceSlice) -> Bool { slice.value["spec"]["devices"].array.contains { !$0["taints"].array.isEmpty } }

    /// The NoExecute taints of a device, as the newest slices of its pool have them, that end the use of it now or later.
    static func untolerated(_ result: Value, in slices: [ResourceSlice]) -> [Value] {
        let generation: (ResourceSlice) -> Int64 = { $0.value["spec"]["pool"]["generation"].int ?? 0 }
        let newest = slices.map(generation).max()
        let device = slices.lazy.filter { generation($0) == newest }.flatMap { $0.value["spec"]["devices"].array }.first { $0["name"] == result["device"] }
        let tolerations = result["tolerations"].array
        return (device?["taints"].array ?? []).filter { taint in
            guard taint["effect"].string == "NoExecute" else { return false }
            let matching = tolerations.filter { TaintRules.tolerates($0, taint) }
            return matching.isEmpty || matching.allSatisfy { $0["tolerationSeconds"].int != nil }
        }
    }

    /// How long a taint leaves a device in use; nil for ever.
    static func secondsLeft(_ taint: Value, _ tolerations: [Value], since: Timestamp, now: Timestamp) -> Int64? {
        let matching = tolerations.filter { TaintRules.tolerates($0, taint) }
        if matching.isEmpty { return 0 }
        guard let seconds = matching.compactMap({ $0["tolerationSeconds"].int }).min() else { return nil }
        let added = taint["timeAdded"].string.flatMap { Timestamp($0) } ?? since
        return max(0, added.seconds + max(seconds, 0) - now.seconds)
    }
}
