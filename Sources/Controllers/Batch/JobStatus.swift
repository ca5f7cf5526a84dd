import KubernetesTypes
import Objects

/// A Job's status while it is being worked out.
struct JobStatus {
    private(set) var value: Value
    private(set) var hasFinished = false
    /// What the job has become, when it was suspended or resumed.
    private(set) var changedSuspension: Bool?
    private let now: Timestamp
    private let isIndexed: Bool

    static func isFinished(_ job: Job) -> Bool {
        job.value["status"]["conditions"].array.contains {
            ["Complete", "Failed"].contains($0["type"].string) && $0["status"].string == "True"
        }
    }

    init(_ job: Job, now: Timestamp) {
        self.now = now
        value = job.value["status"].isObject ? job.value["status"] : .emptyObject
        isIndexed = job.value["spec"]["completionMode"].string == "Indexed"
        if value["startTime"].string == nil, job.value["spec"]["suspend"].bool != true { value["startTime"] = .string(now.text) }
    }

    mutating func take(_ census: JobCensus) {
        setCount("active", census.active.count + census.created)
        value["ready"] = Value(census.ready)
        value["terminating"] = Value(census.terminating.count)
        if isIndexed {
            let completed = "\(census.completedIndexes)"
            value.set("completedIndexes", completed.isEmpty ? nil : .string(completed))
            setCount("succeeded", census.succeeded)
            if census.spec.backOffLimitPerIndex != nil { value["failedIndexes"] = .string("\(census.failedIndexes)") }
        }
        var named = value["uncountedTerminatedPods"]
        // Those of an indexed job are counted by their indexes.
        if !isIndexed { for pod in census.newlySucceeded { named["succeeded"].append(.string(pod.uid)) } }
        for pod in census.newlyFailed { named["failed"].append(.string(pod.uid)) }
        value["uncountedTerminatedPods"] = named.isObject ? named : .emptyObject
    }

    /// The uids of finished pods that are named but not yet counted.
    var uncounted: [String] { value["uncountedTerminatedPods"]["succeeded"].strings + value["uncountedTerminatedPods"]["failed"].strings }

    /// Counts the pods that were named; their finalizers are gone.
    mutating func countNamed() {
        for key in ["succeeded", "failed"] {
            let count = value["uncountedTerminatedPods"][key].array.count
            if count > 0 { setCount(key, Int(value[key].int ?? 0) + count) }
        }
        value["uncountedTerminatedPods"] = .emptyObject
    }

    private mutating func setCount(_ key: String, _ count: Int) { value.set(key, count == 0 ? nil : Value(count)) }

    // MARK: conditions

    private mutating func setCondition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) {
        var conditions = value["conditions"].array
        let status = isTrue ? "True" : "False"
        let position = conditions.firstIndex { $0["type"].string == type }
        if let position, conditions[position]["status"].string == status { return }
        let condition: Value = [
            "type": .string(type), "status": .string(status), "reason": .string(reason), "message": .string(message),
            "lastProbeTime": .string(now.text), "lastTransitionTime": .string(now.text),
        ]
        if let position { conditions[position] = condition } else { conditions.append(condition) }
        value["conditions"] = .array(conditions)
    }

    /// Says how the job will end, while pods are still there.
    mutating func announce(_ end: JobPlan.End) {
        setCondition(end.isSuccess ? "SuccessCriteriaMet" : "FailureTarget", true, end.reason, end.message)
    }

    mutating func finish(_ end: JobPlan.End) {
        setCondition(end.isSuccess ? "Complete" : "Failed", true, end.reason, end.message)
        if end.isSuccess { value["completionTime"] = .string(now.text) }
        hasFinished = true
    }

    mutating func setSuspended(_ isSuspended: Bool) {
        let known = value["conditions"].array.first { $0["type"].string == "Suspended" }?["status"].string == "True"
        if isSuspended == known { return }
        if isSuspended {
            setCondition("Suspended", true, "JobSuspended", "Job suspended")
            value.remove("startTime")
        } else {
            setCondition("Suspended", false, "JobResumed", "Job resumed")
            value["startTime"] = .string(now.text)
        }
        changedSuspension = isSuspended
    }
}
