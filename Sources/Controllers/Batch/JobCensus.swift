import KubernetesTypes
import Objects

/// What a Job asks for.
struct JobSpec: Sendable {
    static let finalizer = "batch.kubernetes.io/job-tracking"
    static let indexKey = "batch.kubernetes.io/job-completion-index"

    let isIndexed: Bool
    let parallelism: Int
    /// Nil: one success is enough, and then no pod is started any more.
    let completions: Int?
    let backOffLimit: Int
    let backOffLimitPerIndex: Int?
    let maxFailedIndexes: Int?
    let isSuspended: Bool
    let activeDeadlineSeconds: Int64?
    /// Whether a pod is replaced only when it has failed, not already while it terminates.
    let replacesFailedOnly: Bool

    init(_ job: Job) {
        let spec = job.value["spec"]
        func number(_ key: String) -> Int? { spec[key].int.map { Int(clamping: $0) } }
        isIndexed = spec["completionMode"].string == "Indexed"
        parallelism = number("parallelism") ?? 1
        completions = number("completions")
        backOffLimitPerIndex = number("backoffLimitPerIndex")
        backOffLimit = number("backoffLimit") ?? (backOffLimitPerIndex == nil ? 6 : Int(Int32.max))
        maxFailedIndexes = number("maxFailedIndexes")
        isSuspended = spec["suspend"].bool == true
        activeDeadlineSeconds = spec["activeDeadlineSeconds"].int
        replacesFailedOnly = spec["podReplacementPolicy"].string == "Failed" || spec["podFailurePolicy"].isObject
    }

    /// The completion index of a pod; nil when it has none that counts.
    func index(of pod: KnownPod) -> Int? {
        let index = Int(pod.facts.index)
        return index >= 0 && index < completions ?? 0 ? index : nil
    }
}

/// Where a Job's pods stand: a pure count over its status and its pods.
struct JobCensus {
    let spec: JobSpec
    private(set) var active: [KnownPod] = []
    private(set) var terminating: [KnownPod] = []
    private(set) var ready = 0
    /// Pods that were just created.
    private(set) var created = 0
    /// Finished pods that the status does not know yet.
    private(set) var newlySucceeded: [Pod] = []
    private(set) var newlyFailed: [Pod] = []
    /// Finished pods that count for nothing.
    private(set) var ignored: [KnownPod] = []
    private(set) var succeeded: Int
    private(set) var failed: Int
    private(set) var completedIndexes = IndexRanges()
    private(set) var failedIndexes = IndexRanges()
    /// Why the whole job fails, by its pod failure policy.
    private(set) var failureByPolicy: String?
    /// How often each index failed that is limited by itself, and when it did last.
    private(set) var failuresByIndex: [Int: Int] = [:]
    private(set) var lastFailures: [Int: Timestamp] = [:]

    /// Pods that lost their finalizer though the informer does not show it yet: they were counted.
    private let released: Set<String>

    init(_ job: Job, _ pods: [KnownPod], released: Set<String> = []) {
        self.released = released
        spec = JobSpec(job)
        let status = job.value["status"]
        let limit = spec.completions ?? 0
        completedIndexes = IndexRanges(status["completedIndexes"].string ?? "", limit: limit)
        failedIndexes = IndexRanges(status["failedIndexes"].string ?? "", limit: limit)
        let uncounted = status["uncountedTerminatedPods"]
        let known = Set(uncounted["succeeded"].strings + uncounted["failed"].strings)
        succeeded = Int(status["succeeded"].int ?? 0) + uncounted["succeeded"].array.count
        failed = Int(status["failed"].int ?? 0) + uncounted["failed"].array.count
        let policy = PodFailurePolicy(job)
        for pod in pods { count(pod, known, policy) }
        succeeded += spec.isIndexed ? 0 : newlySucceeded.count
        failed += newlyFailed.count
        if spec.isIndexed { succeeded = completedIndexes.indexes.count }
    }

    /// Whole pods are looked at when they finished and are still to be counted.
    private mutating func count(_ pod: KnownPod, _ known: Set<String>, _ policy: PodFailurePolicy) {
        let facts = pod.facts
        let isTracked = facts.isTracked && !released.contains(facts.uid)
        if facts.hasSucceeded {
            guard isTracked else { return }
            if spec.isIndexed {
                guard let index = spec.index(of: pod) else {
                    ignored.append(pod)
                    return
                }
                completedIndexes.insert(index)
            }
            let whole = pod.pod
            if !known.contains(whole.uid) { newlySucceeded.append(whole) }
            return
        }
        let isFailed = facts.hasFailed || (facts.isBeingDeleted && !spec.replacesFailedOnly)
        if facts.isBeingDeleted && !facts.hasFailed { terminating.append(pod) }
        if isFailed {
            // Also a pod that was counted already says how often its index failed, until its successor says so.
            noteIndexFailure(pod, policy)
            if isTracked { countFailure(pod, known, policy) }
        } else if !facts.isBeingDeleted {
            active.append(pod)
            if facts.isReady { ready += 1 }
        }
    }

    private mutating func countFailure(_ pod: KnownPod, _ known: Set<String>, _ policy: PodFailurePolicy) {
        let whole = pod.pod
        let action = pod.facts.hasFailed ? policy.action(for: whole) : .count
        if case .failJob(let why) = action, failureByPolicy == nil { failureByPolicy = why }
        if action == .ignore {
            ignored.append(pod)
            return
        }
        if let limit = spec.backOffLimitPerIndex, let index = spec.index(of: pod) {
            let isLast = pod.facts.indexFailures >= limit || action == .failIndex
            if isLast, !completedIndexes.indexes.contains(index) { failedIndexes.insert(index) }
        }
        if !known.contains(whole.uid) { newlyFailed.append(whole) }
    }

    private mutating func noteIndexFailure(_ pod: KnownPod, _ policy: PodFailurePolicy) {
        guard spec.backOffLimitPerIndex != nil, let index = spec.index(of: pod) else { return }
        // A failure that the policy ignores leaves the count where it was.
        let isIgnored = pod.facts.hasFailed && policy.exists && policy.action(for: pod.pod) == .ignore
        failuresByIndex[index] = max(failuresByIndex[index] ?? 0, Int(pod.facts.indexFailures) + (isIgnored ? 0 : 1))
        if !isIgnored, let ended = JobBackOff.finished(pod.pod) { lastFailures[index] = max(lastFailures[index] ?? ended, ended) }
    }

    /// Counts what was done since the pods were looked at.
    mutating func noteChanges(created: Int, deleted: [KnownPod]) {
        if !deleted.isEmpty {
            let gone = Set(deleted.map(\.name))
            active.removeAll { gone.contains($0.name) }
        }
        self.created = created
    }
}
