import APIClient
import KubernetesTypes
import Objects
import Synchronization

/// The pods of Jobs.
enum JobPods {
    static func make(_ job: Job) -> Pod {
        var pod = PodFactory.make(job.value["spec"]["template"], owner: job)
        pod.value["metadata"]["finalizers"] = [.string(JobSpec.finalizer)]
        return pod
    }

    /// The pod of a completion index. `failures` is how often the index failed before.
    static func make(_ job: Job, index: Int, failures: Int, isLimitedByIndex: Bool) -> Pod {
        var pod = make(job)
        let text = Value.string(String(index))
        pod.value["metadata"]["generateName"] = .string("\(job.name)-\(index)-")
        pod.value["metadata"]["annotations"][JobSpec.indexKey] = text
        pod.value["metadata"]["labels"][JobSpec.indexKey] = text
        if isLimitedByIndex { pod.value["metadata"]["annotations"]["batch.kubernetes.io/job-index-failure-count"] = .string(String(failures)) }
        pod.value["spec"]["hostname"] = .string("\(job.name)-\(index)")
        let variable: Value = [
            "name": "JOB_COMPLETION_INDEX",
            "valueFrom": ["fieldRef": ["apiVersion": "v1", "fieldPath": .string("metadata.labels['\(JobSpec.indexKey)']")]],
        ]
        for key in ["containers", "initContainers"] where pod.value["spec"][key].isArray {
            let changed: [Value] = pod.value["spec"][key].array.map { container in
                var container = container
                if !container["env"].array.contains(where: { $0["name"].string == "JOB_COMPLETION_INDEX" }) { container["env"].append(variable) }
                return container
            }
            pod.value["spec"][key] = .array(changed)
        }
        return pod
    }

    /// Takes the job's finalizer off a pod.
    static func untrack(_ pod: Pod, _ client: APIClient) async throws(StatusError) {
        let patch: Value = ["metadata": ["uid": .string(pod.uid), "$deleteFromPrimitiveList/finalizers": [.string(JobSpec.finalizer)]]]
        do throws(StatusError) {
            try await client.patch(Pod.self, pod.namespace, pod.name, patch, as: .strategic)
        } catch where error.isNotFound || error.isConflict {
            return
        }
    }
}

/// Pods whose finalizer was taken off while the informer still shows it: the Job's status may be seen to count them before the pods are
/// seen to be counted.
final class ReleasedPods: Sendable {
    private let pods = Mutex<[String: Set<String>]>([:])

    func note(_ job: String, _ uid: String) { pods.withLock { _ = $0[job, default: []].insert(uid) } }

    func forget(_ job: String) { pods.withLock { $0[job] = nil } }

    /// Those of a Job's pods that the informer still shows with the finalizer; others need not be remembered.
    func settle(_ job: String, _ known: [KnownPod]) -> Set<String> {
        pods.withLock { pods in
            guard let released = pods[job] else { return [] }
            let still = released.intersection(known.lazy.filter { $0.facts.isTracked }.map { $0.facts.uid })
            pods[job] = still.isEmpty ? nil : still
            return still
        }
    }
}

/// How long a Job waits before it starts pods anew: ten seconds after a failure, twice as long after each next, at most ten
/// minutes; a success resets it.
final class JobBackOff: Sendable {
    private struct Entry {
        var failures = 0
        var last: Timestamp?
        var seen: Set<String> = []
    }

    private let entries = Mutex<[String: Entry]>([:])

    func forget(_ key: String) { _ = entries.withLock { $0.removeValue(forKey: key) } }

    func note(_ key: String, succeeded: [Pod], failed: [Pod], now: Timestamp) {
        if succeeded.isEmpty && failed.isEmpty { return }
        entries.withLock { entries in
            var entry = entries[key] ?? Entry()
            let fresh = (succeeded.map { ($0, true) } + failed.map { ($0, false) }).filter { !entry.seen.contains($0.0.uid) }
                .sorted { Self.finished($0.0, now) < Self.finished($1.0, now) }
            entry.seen = Set((succeeded + failed).map(\.uid))
            for (pod, isSuccess) in fresh {
                entry.failures = isSuccess ? 0 : entry.failures + 1
                entry.last = isSuccess ? nil : Self.finished(pod, now)
            }
            entries[key] = entry
        }
    }

    /// Seconds to wait still.
    func delay(_ key: String, now: Timestamp) -> Int64 {
        entries.withLock { entries in
            guard let entry = entries[key], entry.failures > 0, let last = entry.last else { return 0 }
            return Self.delay(failures: entry.failures, last: last, now: now)
        }
    }

    /// Seconds to wait still after so many failures, of which the last was at `last`.
    static func delay(failures: Int, last: Timestamp, now: Timestamp) -> Int64 {
        max(0, last.seconds + min(10 << Int64(min(max(failures, 1) - 1, 10)), 600) - now.seconds)
    }

    private static func finished(_ pod: Pod, _ now: Timestamp) -> Timestamp { finished(pod).map { min($0, now) } ?? now }

    /// When a pod's last container ended; for one that is being deleted when that began.
    static func finished(_ pod: Pod) -> Timestamp? {
        let times = pod.value["status"]["containerStatuses"].array.compactMap { $0["state"]["terminated"]["finishedAt"].string.flatMap { Timestamp($0) } }
        return times.max() ?? pod.value["metadata"]["deletionTimestamp"].string.flatMap { Timestamp($0) }
    }
}
