import APIClient
import KubernetesTypes
import Objects

/// Makes the Jobs of CronJobs when they are due.
struct CronJobController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let recorder = context.recorder("cronjob-controller")
        let informer = context.informers.shared(CronJob.self)
        let jobs = context.informers.owners(Job.self)
        loop = ReconcileLoop("cronjob", queue: queue, logger: context.logger) { key throws(StatusError) in
            guard let cron = informer.get(key), !cron.isBeingDeleted else { return }
            let sync = CronJobSync(client: context.client, cron: cron, recorder: recorder, now: .now())
            if let seconds = try await sync.sync(jobs.objects(of: cron.uid)) { queue.add(key, after: .seconds(seconds)) }
        }
        informer.onChange { change in
            // A change of the status alone needs no other look.
            if case .updated(let old, let new) = change, old.value["spec"] == new.value["spec"], old.isBeingDeleted == new.isBeingDeleted { return }
            queue.add(change.object.namespace + "/" + change.object.name)
        }
        context.informers.shared(Job.self).onChange { change in
            guard let owner = Ownership.controller(of: change.object), owner.kind == "CronJob" else { return }
            queue.add(change.object.namespace + "/" + (owner.name ?? ""))
        }
    }
}

private struct CronJobSync: Sendable {
    let client: APIClient
    let cron: CronJob
    let recorder: EventRecorder
    let now: Timestamp

    private static let scheduledKey = "batch.kubernetes.io/cronjob-scheduled-timestamp"

    /// Returns the seconds until it is due the next time.
    func sync(_ jobs: [Job]) async throws(StatusError) -> Int64? {
        var status = cron.value["status"].isObject ? cron.value["status"] : .emptyObject
        noteJobs(&status, jobs)
        try await clean(jobs)
        let spec = cron.value["spec"]
        guard let zone = spec["timeZone"].string.map({ TimeZoneRules(name: $0) }) ?? .utc else {
            recorder.record(cron, type: "Warning", reason: "UnknownTimeZone", message: "invalid timeZone: \(spec["timeZone"].jsonString): unknown time zone \(spec["timeZone"].string ?? "")")
            try await write(status)
            return nil
        }
        guard let schedule = CronSchedule(spec["schedule"].string ?? "", zone: zone) else {
            recorder.record(cron, type: "Warning", reason: "UnparseableSchedule", message: "unparseable schedule: \(spec["schedule"].jsonString)")
            try await write(status)
            return nil
        }
        if spec["suspend"].bool == true {
            try await write(status)
            return nil
        }
        if let due = due(schedule, status) { try await start(due, jobs, &status) }
        try await write(status)
        return schedule.next(after: now).map { max(1, $0.seconds - Timestamp.now().seconds) }
    }

    /// The run that is due now; nil when none is, or it is too late for it.
    private func due(_ schedule: CronSchedule, _ status: Value) -> Timestamp? {
        let created = cron.value["metadata"]["creationTimestamp"].string.flatMap { Timestamp($0) } ?? now
        var earliest = status["lastScheduleTime"].string.flatMap { Timestamp($0) } ?? created
        let deadline = cron.value["spec"]["startingDeadlineSeconds"].int
        if let deadline { earliest = max(earliest, Timestamp(seconds: now.seconds - deadline)) }
        let (time, missed) = schedule.mostRecent(after: earliest, notAfter: now)
        if missed > 100 {
            recorder.record(
                cron, type: "Warning", reason: "TooManyMissedTimes",
                message: "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew")
        }
        guard let time else { return nil }
        if let deadline, now.seconds - time.seconds > deadline {
            recorder.record(cron, type: "Warning", reason: "MissSchedule", message: "Missed scheduled time to start a job: \(EventTexts.time(time))")
            return nil
        }
        return time
    }

    private func start(_ due: Timestamp, _ jobs: [Job], _ status: inout Value) async throws(StatusError) {
        let running = jobs.filter { !JobStatus.isFinished($0) }
        switch cron.value["spec"]["concurrencyPolicy"].string {
        case "Forbid" where !running.isEmpty:
            recorder.record(
                cron, reason: "JobAlreadyActive", message: "Not starting job because prior execution is running and concurrency policy is Forbid")
            return
        case "Replace": for job in running { try await delete(job) }
        default: break
        }
        var job = Job(name: "\(cron.name)-\(due.seconds / 60)", namespace: cron.namespace)
        let template = cron.value["spec"]["jobTemplate"]
        job.value["metadata"].set("labels", template["metadata"]["labels"].isObject ? template["metadata"]["labels"] : nil)
        job.value["metadata"]["annotations"] = template["metadata"]["annotations"].isObject ? template["metadata"]["annotations"] : .emptyObject
        job.value["metadata"]["annotations"][Self.scheduledKey] = .string(due.text)
        job.value["metadata"]["ownerReferences"] = [Ownership.reference(to: cron)]
        job.value["spec"] = template["spec"]
        do throws(StatusError) {
            let made = try await client.create(job)
            recorder.record(cron, reason: "SuccessfulCreate", message: "Created job \(made.name)")
            let reference: Value = [
                "kind": "Job", "namespace": .string(made.namespace), "name": .string(made.name), "uid": .string(made.uid), "apiVersion": "batch/v1",
                "resourceVersion": .string(made.resourceVersion),
            ]
            status["active"].append(reference)
        } catch where error.isAlreadyExists {
            // Made before a restart.
        } catch {
            recorder.record(cron, type: "Warning", reason: "FailedCreate", message: "Error creating job: \(error)")
            throw error
        }
        status["lastScheduleTime"] = .string(due.text)
    }

    private func delete(_ job: Job) async throws(StatusError) {
        do throws(StatusError) {
            try await client.delete(Job.self, job.namespace, job.name, ["propagationPolicy": "Background"])
            recorder.record(cron, reason: "SuccessfulDelete", message: "Deleted job \(job.name)")
        } catch where error.isNotFound {
            return
        }
    }

    /// Brings the list of active jobs, and the time of the last success, up to date.
    private func noteJobs(_ status: inout Value, _ jobs: [Job]) {
        let known = Dictionary(jobs.map { ($0.uid, $0) }, uniquingKeysWith: { first, _ in first })
        let active = status["active"].array.filter { reference in
            guard let job = known[reference["uid"].string ?? ""] else {
                recorder.record(cron, reason: "MissingJob", message: "Active job went missing: \(reference["name"].string ?? "")")
                return false
            }
            guard let end = JobEnd(job) else { return true }
            recorder.record(cron, reason: "SawCompletedJob", message: "Saw completed job: \(job.name), condition: \(end.isSuccess ? "Complete" : "Failed")")
            return false
        }
        let listed = Set(status["active"].array.compactMap { $0["uid"].string })
        for job in jobs where !listed.contains(job.uid) && JobEnd(job) == nil && !job.isBeingDeleted {
            recorder.record(cron, type: "Warning", reason: "UnexpectedJob", message: "Saw a job that the controller did not create or forgot: \(job.name)")
        }
        status.set("active", active.isEmpty ? nil : .array(active))
        let succeeded = jobs.compactMap { JobEnd($0) }.filter(\.isSuccess).compactMap(\.time).max()
        let last = status["lastSuccessfulTime"].string.flatMap { Timestamp($0) }
        if let succeeded, last.map({ $0 < succeeded }) ?? true { status["lastSuccessfulTime"] = .string(succeeded.text) }
    }

    /// Deletes finished jobs beyond the history's limits.
    private func clean(_ jobs: [Job]) async throws(StatusError) {
        let spec = cron.value["spec"]
        for (isSuccess, limit) in [(true, spec["successfulJobsHistoryLimit"].int ?? 3), (false, spec["failedJobsHistoryLimit"].int ?? 1)] {
            let ended = jobs.filter { JobEnd($0)?.isSuccess == isSuccess && !$0.isBeingDeleted }.sorted {
                ($0.value["status"]["startTime"].string ?? "", $0.name) < ($1.value["status"]["startTime"].string ?? "", $1.name)
            }
            for job in ended.prefix(max(0, ended.count - Int(limit))) { try await delete(job) }
        }
    }

    private func write(_ status: Value) async throws(StatusError) {
        if status == (cron.value["status"].isObject ? cron.value["status"] : .emptyObject) { return }
        var new = cron
        new.value["status"] = status
        try await client.updateStatus(new)
    }
}

/// How a Job ended.
struct JobEnd {
    let isSuccess: Bool
    let time: Timestamp?

    /// Nil when it has not.
    init?(_ job: Job) {
        let ended = job.value["status"]["conditions"].array.first {
            ["Complete", "Failed"].contains($0["type"].string) && $0["status"].string == "True"
        }
        guard let ended else { return nil }
        isSuccess = ended["type"].string == "Complete"
        time = (job.value["status"]["completionTime"].string ?? ended["lastTransitionTime"].string).flatMap { Timestamp($0) }
    }
}
