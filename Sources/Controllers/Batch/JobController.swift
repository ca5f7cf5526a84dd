import APIClient
import KubernetesTypes
import Objects

/// Runs the pods of Jobs to completion.
struct JobController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let expectations = Expectations()
        let recorder = context.recorder("job-controller")
        let informer = context.informers.shared(Job.self)
        let backOff = JobBackOff()
        let released = ReleasedPods()
        let tracked = ObjectIndex(context.pods) { pod in
            guard pod.metadata.finalizers.contains(JobSpec.finalizer), let owner = Ownership.controller(of: pod), owner.kind == "Job" else { return [] }
            return [pod.namespace + "/" + (owner.name ?? "")]
        }
        loop = ReconcileLoop("job", queue: queue, logger: context.logger) { key throws(StatusError) in
            let job = informer.get(key)
            for pod in tracked.objects(key) where Ownership.controller(of: pod)?.uid != job?.uid {
                // Its job is gone: nobody counts it any more.
                try await JobPods.untrack(pod, context.client)
            }
            guard let job else {
                released.forget(key)
                return backOff.forget(key)
            }
            let control = PodControl(context: context, expectations: expectations, recorder: recorder, owner: job)
            try await JobSync(context: context, control: control, queue: queue, backOff: backOff, released: released).sync(key)
        }
        informer.onChange { change in
            if case .deleted(let job) = change { expectations.forget(job.namespace + "/" + job.name) }
            queue.add(change.object.namespace + "/" + change.object.name)
        }
        PodControl<Job>.follow(context, expectations, queue) { pod in
            informer.list(pod.namespace).filter { Objects.LabelSelector($0.value["spec"]["selector"]).matches(pod.labels) }
        }
    }
}

private struct JobSync: Sendable {
    let context: ControllerContext
    let control: PodControl<Job>
    let queue: WorkQueue
    let backOff: JobBackOff
    let released: ReleasedPods

    private var job: Job { control.owner }

    func sync(_ key: String) async throws(StatusError) {
        let manager = job.value["spec"]["managedBy"].string
        if manager != nil, manager != "kubernetes.io/job-controller" { return }
        let selector = Objects.LabelSelector(job.value["spec"]["selector"])
        let pods = try await Claims(context, job, selector).settledPods()
        if JobStatus.isFinished(job) || job.isBeingDeleted {
            for pod in pods where pod.facts.isTracked && (!pod.facts.isActive || job.isBeingDeleted) { try await JobPods.untrack(pod.pod, context.client) }
            return
        }
        let now = Timestamp.now()
        let released = released.settle(key, pods)
        var census = JobCensus(job, pods, released: released)
        backOff.note(key, succeeded: census.newlySucceeded, failed: census.newlyFailed, now: now)
        let plan = JobPlan(job, census, now: now, delay: backOff.delay(key, now: now))
        if let due = plan.dueIn { queue.add(key, after: .seconds(due)) }
        var failure: StatusError?
        if control.expectations.isSatisfied(key) {
            do throws(StatusError) { try await carryOut(plan, census, selector) } catch { failure = error }
        }
        // What was created just now shows in the next look; the status counts what is there.
        census.noteChanges(created: failure == nil ? plan.creations : 0, deleted: plan.deletions)
        try await record(census, plan, pods, now)
        if let failure { throw failure }
    }

    private func carryOut(_ plan: JobPlan, _ census: JobCensus, _ selector: Objects.LabelSelector) async throws(StatusError) {
        if !plan.deletions.isEmpty { try await control.delete(plan.deletions.map(\.pod)) }
        guard plan.creations > 0 else { return }
        let pods = census.spec.isIndexed
            ? plan.indexes.map { JobPods.make(job, index: $0, failures: census.failuresByIndex[$0] ?? 0, isLimitedByIndex: census.spec.backOffLimitPerIndex != nil) }
            : Array(repeating: JobPods.make(job), count: plan.creations)
        try await control.create(pods)
    }

    /// Writes the status in two steps, so that no finished pod is counted twice or not at all: first the pods that finished
    /// are named, then they lose their finalizer, then they are counted.
    private func record(_ census: JobCensus, _ plan: JobPlan, _ pods: [KnownPod], _ now: Timestamp) async throws(StatusError) {
        var status = JobStatus(job, now: now)
        status.take(census)
        let isEnding = plan.end != nil
        if let end = plan.end { status.announce(end) }
        status.setSuspended(census.spec.isSuspended && !isEnding)
        var current = try await write(status, job)
        let finished = Set((census.newlySucceeded + census.newlyFailed).map(\.uid) + census.ignored.map(\.facts.uid))
        let leaving = finished.union(status.uncounted)
        if !leaving.isEmpty {
            // Those that are neither finished nor on their way out are never named.
            let key = job.namespace + "/" + job.name
            for pod in pods where pod.facts.isTracked && !pod.facts.isActive && leaving.contains(pod.facts.uid) {
                try await JobPods.untrack(pod.pod, context.client)
                released.note(key, pod.facts.uid)
            }
        }
        status.countNamed()
        // The last word comes when the last pod is gone.
        if let end = plan.end, plan.deletions.isEmpty, census.active.isEmpty, census.terminating.isEmpty { status.finish(end) }
        current = try await write(status, current)
        tell(status, plan)
    }

    private func write(_ status: JobStatus, _ known: Job) async throws(StatusError) -> Job {
        if known.value["status"] == status.value { return known }
        var new = known
        new.value["status"] = status.value
        return try await context.client.updateStatus(new)
    }

    private func tell(_ status: JobStatus, _ plan: JobPlan) {
        if status.hasFinished, let end = plan.end {
            if end.isSuccess {
                control.recorder.record(job, reason: "Completed", message: "Job completed")
            } else {
                control.recorder.record(job, type: "Warning", reason: end.reason, message: end.message)
            }
        }
        if let isSuspended = status.changedSuspension {
            control.recorder.record(job, reason: isSuspended ? "Suspended" : "Resumed", message: isSuspended ? "Job suspended" : "Job resumed")
        }
    }
}
