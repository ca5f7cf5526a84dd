import APIClient
import KubernetesTypes
import Objects

/// Deletes finished Jobs when their `ttlSecondsAfterFinished` is over.
struct FinishedJobController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let informer = context.informers.shared(Job.self)
        loop = ReconcileLoop("ttl-after-finished", queue: queue, logger: context.logger) { key throws(StatusError) in
            guard let job = informer.get(key), let left = Self.secondsLeft(job) else { return }
            if left > 0 { return queue.add(key, after: .seconds(left)) }
            // The informer may lag behind a longer time to live.
            do throws(StatusError) {
                let fresh = try await context.client.get(Job.self, job.namespace, job.name)
                guard fresh.uid == job.uid, let left = Self.secondsLeft(fresh), left <= 0 else { return }
                try await context.client.delete(
                    Job.self, job.namespace, job.name, ["propagationPolicy": "Foreground", "preconditions": ["uid": .string(job.uid)]])
            } catch where error.isNotFound {
                return
            }
        }
        informer.onChange { change in
            if case .deleted = change { return }
            if Self.secondsLeft(change.object) != nil { queue.add(change.object.namespace + "/" + change.object.name) }
        }
    }

    /// Nil when it is not finished, is on its way out, or stays for ever.
    private static func secondsLeft(_ job: Job) -> Int64? {
        guard let seconds = job.value["spec"]["ttlSecondsAfterFinished"].int, !job.isBeingDeleted, let ended = JobEnd(job)?.time else { return nil }
        return ended.seconds + seconds - Timestamp.now().seconds
    }
}
