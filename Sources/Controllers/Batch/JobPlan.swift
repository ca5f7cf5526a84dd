import KubernetesTypes
import Objects

/// What has to happen to a Job: a pure decision over its census.
struct JobPlan {
    /// How a job ends.
    struct End: Equatable {
        let isSuccess: Bool
        let reason: String
        let message: String
    }

    private(set) var end: End?
    private(set) var deletions: [KnownPod] = []
    /// How many pods to create; for indexed jobs `indexes` names them.
    private(set) var creations = 0
    private(set) var indexes: [Int] = []
    /// Seconds until something is due by time.
    private(set) var dueIn: Int64?

    private static let burst = 500

    /// `delay` is how long pods must not be created yet, in seconds.
    init(_ job: Job, _ census: JobCensus, now: Timestamp, delay: Int64) {
        end = Self.knownEnd(job) ?? Self.failure(job, census, now) ?? Self.success(job, census)
        if end != nil {
            deletions = census.active
            return
        }
        if census.spec.isSuspended {
            deletions = census.active
            return
        }
        if let deadline = census.spec.activeDeadlineSeconds, let start = Self.start(job) { dueIn = max(1, start.seconds + deadline - now.seconds) }
        fill(census, delay, now)
    }

    // MARK: the end

    private static func condition(_ job: Job, _ type: String) -> Value? {
        job.value["status"]["conditions"].array.first { $0["type"].string == type && $0["status"].string == "True" }
    }

    private static func start(_ job: Job) -> Timestamp? { job.value["status"]["startTime"].string.flatMap { Timestamp($0) } }

    /// An end that was decided before, and only waits for the last pods.
    private static func knownEnd(_ job: Job) -> End? {
        for (type, isSuccess) in [("FailureTarget", false), ("SuccessCriteriaMet", true)] {
            guard let condition = condition(job, type) else { continue }
            return End(isSuccess: isSuccess, reason: condition["reason"].string ?? "", message: condition["message"].string ?? "")
        }
        return nil
    }

    private static func failure(_ job: Job, _ census: JobCensus, _ now: Timestamp) -> End? {
        func end(_ reason: String, _ message: String) -> End { End(isSuccess: false, reason: reason, message: message) }
        let spec = census.spec
        if let why = census.failureByPolicy { return end("PodFailurePolicy", why) }
        if let limit = spec.maxFailedIndexes, census.failedIndexes.indexes.count > limit {
            return end("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes")
        }
        if census.failed > spec.backOffLimit || restarted(job, census) {
            return end("BackoffLimitExceeded", "Job has reached the specified backoff limit")
        }
        if let deadline = spec.activeDeadlineSeconds, !spec.isSuspended, let start = start(job), now.seconds - start.seconds >= deadline {
            return end("DeadlineExceeded", "Job was active longer than specified deadline")
        }
        let failed = census.failedIndexes.indexes
        if spec.backOffLimitPerIndex != nil, !failed.isEmpty, let completions = spec.completions,
            failed.union(census.completedIndexes.indexes).count >= completions
        {
            return end("FailedIndexes", "Job has failed indexes")
        }
        return nil
    }

    /// Pods that start their containers anew themselves fail by the sum of these restarts.
    private static func restarted(_ job: Job, _ census: JobCensus) -> Bool {
        guard job.value["spec"]["template"]["spec"]["restartPolicy"].string == "OnFailure" else { return false }
        let restarts = census.active.reduce(Int64(0)) { $0 + Int64($1.facts.allRestarts) }
        return census.spec.backOffLimit == 0 ? restarts > 0 : restarts >= Int64(census.spec.backOffLimit)
    }

    private static func success(_ job: Job, _ census: JobCensus) -> End? {
        for (position, rule) in job.value["spec"]["successPolicy"]["rules"].array.enumerated() where census.spec.isIndexed {
            let wanted = rule["succeededIndexes"].string.map { IndexRanges($0, limit: census.spec.completions ?? 0).indexes }
            let reached = wanted.map { census.completedIndexes.indexes.intersection($0) } ?? census.completedIndexes.indexes
            let count = rule["succeededCount"].int.map { Int($0) } ?? wanted?.count ?? Int.max
            if reached.count >= count {
                return End(isSuccess: true, reason: "SuccessPolicy", message: "Matched rules at index \(position)")
            }
        }
        let isReached =
            census.spec.completions.map { census.succeeded >= $0 } ?? (census.succeeded > 0 && census.active.isEmpty && census.terminating.isEmpty)
        return isReached ? End(isSuccess: true, reason: "CompletionsReached", message: "Reached expected number of succeeded pods") : nil
    }

    // MARK: the pods

    private mutating func fill(_ census: JobCensus, _ delay: Int64, _ now: Timestamp) {
        let spec = census.spec
        var wanted = spec.parallelism
        if let completions = spec.completions {
            wanted = min(wanted, max(0, completions - census.succeeded - census.failedIndexes.indexes.count))
        } else if census.succeeded > 0 {
            wanted = min(wanted, census.active.count)
        }
        let surplus = surplus(census, wanted)
        deletions = surplus
        let held = spec.replacesFailedOnly ? census.terminating.count : 0
        let missing = min(wanted - (census.active.count - surplus.count) - held, Self.burst)
        guard missing > 0 else { return }
        // Indexes that are limited by themselves wait by themselves.
        if delay > 0, spec.backOffLimitPerIndex == nil {
            dueIn = min(dueIn ?? delay, delay)
            return
        }
        creations = missing
        guard spec.isIndexed else { return }
        var taken = census.completedIndexes.indexes.union(census.failedIndexes.indexes)
        let waiting = spec.replacesFailedOnly ? census.terminating : []
        for pod in census.active + waiting { if let index = spec.index(of: pod) { taken.insert(index) } }
        for (index, last) in census.lastFailures where !taken.contains(index) {
            let left = JobBackOff.delay(failures: census.failuresByIndex[index] ?? 1, last: last, now: now)
            if left > 0 {
                taken.insert(index)
                dueIn = min(dueIn ?? left, left)
            }
        }
        indexes = Array((0..<(spec.completions ?? 0)).lazy.filter { !taken.contains($0) }.prefix(missing))
        creations = indexes.count
    }

    /// Active pods that are too many: of the same index, of an index that is done, or beyond the parallelism.
    private func surplus(_ census: JobCensus, _ wanted: Int) -> [KnownPod] {
        if !census.spec.isIndexed, census.active.count <= wanted { return [] }
        var gone: [KnownPod] = []
        var kept = census.active.sorted { ($0.facts.created ?? 0, $0.name) < ($1.facts.created ?? 0, $1.name) }
        if census.spec.isIndexed {
            var seen = census.completedIndexes.indexes.union(census.failedIndexes.indexes)
            kept.removeAll { pod in
                if let index = census.spec.index(of: pod), seen.insert(index).inserted { return false }
                gone.append(pod)
                return true
            }
        }
        if kept.count > wanted {
            let order = DeletionOrder<KnownPod>(kept, neighbours: [:], now: .now())
            gone += order.pods.prefix(kept.count - wanted)
        }
        return gone
    }
}
