import Objects

/// Updates of a job's status: the counters and conditions that have to agree with each other.
///
/// Most rules look only at what the update changes, so that a status which broke one of them before, or since the spec was
/// changed, does not hold up other updates.
struct JobStatusRules {
    private let status: FieldValue
    private let before: FieldValue
    private let spec: FieldValue
    private var errors = FieldErrors()

    static func check(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        var rules = JobStatusRules(new, old: old)
        rules.counters()
        rules.finished()
        rules.indexes()
        rules.transitions()
        errors.append(rules.errors.list)
    }

    private init(_ new: FieldValue, old: FieldValue) {
        status = new["status"]
        before = old["status"]
        spec = new["spec"]
    }

    private static func isTrue(_ type: String, _ status: FieldValue) -> Bool {
        status["conditions"].value.array.contains { $0["type"].string == type && $0["status"].string == "True" }
    }

    private func has(_ type: String) -> Bool { Self.isTrue(type, status) }
    private func had(_ type: String) -> Bool { Self.isTrue(type, before) }
    private func isChanged(_ name: String) -> Bool { status[name].value != before[name].value }
    private func hasTurned(_ types: String...) -> Bool { types.contains { has($0) != had($0) } }

    private mutating func refuseConditions(_ detail: String) { errors.invalid(status["conditions"], withoutValue: detail) }

    private mutating func counters() {
        errors.nonNegative(status, "active", "succeeded", "failed", "ready", "terminating")
        var seen: Set<String> = []
        for name in ["succeeded", "failed"] {
            for uid in status["uncountedTerminatedPods"][name].items {
                if uid.isEmpty {
                    errors.invalid(uid, "must not be empty")
                } else if !seen.insert(uid.text).inserted {
                    errors.duplicate(uid)
                }
            }
        }
    }

    /// What holds of jobs that are complete or have failed.
    private mutating func finished() {
        let start = status["startTime"], completion = status["completionTime"]
        let isComplete = has("Complete"), isFailed = has("Failed"), isFinished = isComplete || isFailed
        let isTurned = isFinished != (had("Complete") || had("Failed"))
        if isComplete, isFailed, hasTurned("Complete", "Failed") {
            refuseConditions("cannot set Complete=True and Failed=true conditions")
        }
        if isComplete, has("FailureTarget"), hasTurned("Complete", "FailureTarget") {
            refuseConditions("cannot set Complete=True and FailureTarget=true conditions")
        }
        if hasTurned("Complete") || isChanged("completionTime") {
            if completion.isPresent, !isComplete {
                errors.invalid(completion, "cannot set completionTime when there is no Complete=True condition")
            }
            if isComplete, completion.isAbsent { errors.required(completion, "completionTime is required for Complete jobs") }
        }
        if start.isPresent, completion.isPresent, completion.text < start.text, isChanged("startTime") || isChanged("completionTime") {
            errors.invalid(completion, "completionTime cannot be set before startTime")
        }
        if isFailed, !has("FailureTarget"), hasTurned("Failed", "FailureTarget") {
            refuseConditions("cannot set Failed=True condition without the FailureTarget=true condition")
        }
        if isComplete, !has("SuccessCriteriaMet"), hasTurned("Complete", "SuccessCriteriaMet") {
            refuseConditions("cannot set Complete=True condition without the SuccessCriteriaMet=true condition")
        }
        guard isFinished else { return }
        if status["active"].number > 0, isTurned || isChanged("active") {
            errors.invalid(status["active"], "active>0 is invalid for finished job")
        }
        if start.isAbsent, isTurned || isChanged("startTime") {
            errors.required(start, "startTime is required for finished job")
        }
        let uncounted = status["uncountedTerminatedPods"]
        if uncounted["succeeded"].count + uncounted["failed"].count > 0, isTurned || isChanged("uncountedTerminatedPods") {
            errors.invalid(uncounted, "uncountedTerminatedPods needs to be empty for finished job")
        }
    }

    private mutating func indexes() {
        let completed = status["completedIndexes"], failed = status["failedIndexes"], completions = spec["completions"]
        let isLimited = spec["backoffLimitPerIndex"].isPresent
        if isChanged("completedIndexes") {
            format(completed, "completedIndexes")
            if !completed.isEmpty, spec["completionMode"].text != "Indexed" {
                errors.invalid(completed, "cannot set non-empty completedIndexes when non-indexed completion mode")
            }
        }
        if isChanged("failedIndexes"), failed.isPresent {
            if isLimited {
                format(failed, "failedIndexes")
            } else {
                errors.invalid(failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null")
            }
        }
        if isChanged("completedIndexes") || isChanged("failedIndexes"), completions.isPresent,
            let both = IndexIntervals.overlap(completed.text, failed.text, completions: completions.number)
        {
            errors.invalid(failed, "failedIndexes and completedIndexes overlap at index: \(both)")
        }
    }

    private mutating func format(_ field: FieldValue, _ name: String) {
        guard spec["completions"].isPresent else { return }
        if case .failure(let problem) = IndexIntervals.count(field.text, completions: spec["completions"].number) {
            errors.invalid(field, "error parsing \(name): \(problem.description)")
        }
    }

    /// What may not be taken back, and what excludes each other.
    private mutating func transitions() {
        let isComplete = has("Complete"), isFailed = has("Failed"), isMet = has("SuccessCriteriaMet")
        let isTurned = (isComplete || isFailed) != (had("Complete") || had("Failed"))
        if isComplete || isFailed, status["terminating"].number > 0, isTurned || isChanged("terminating") {
            errors.invalid(status["terminating"], "terminating>0 is invalid for finished job")
        }
        if status["ready"].number > status["active"].number, isChanged("ready") || isChanged("active") {
            errors.invalid(status["ready"], "cannot set more ready pods than active")
        }
        if isMet, isFailed { refuseConditions("cannot set SuccessCriteriaMet=True and Failed=true conditions") }
        if isMet, has("FailureTarget") { refuseConditions("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions") }
        if spec["successPolicy"].isPresent, isComplete, !isMet {
            refuseConditions("cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True")
        }
        for type in ["Failed", "Complete", "FailureTarget"] where had(type) && !has(type) {
            refuseConditions("cannot disable the terminal \(type)=True condition")
        }
        if status["failed"].number < before["failed"].number {
            errors.invalid(status["failed"], "cannot decrease the failed counter", showing: .int(status["failed"].number))
        }
        // An indexed job that has as many at once as in all can be made smaller.
        let isElastic = spec["completionMode"].text == "Indexed" && spec["completions"].value == spec["parallelism"].value
        if !isElastic, status["succeeded"].number < before["succeeded"].number {
            errors.invalid(status["succeeded"], "cannot decrease the succeeded counter", showing: .int(status["succeeded"].number))
        }
        let completion = status["completionTime"], start = status["startTime"]
        if before["completionTime"].isPresent, completion.isPresent, isChanged("completionTime") {
            errors.invalid(completion, "field is immutable once set")
        }
        if before["startTime"].isPresent, isChanged("startTime"), !spec["suspend"].flag {
            errors.invalid(start, "field is immutable for unsuspended job once set")
        }
        if had("SuccessCriteriaMet"), !isMet { refuseConditions("cannot disable the SuccessCriteriaMet=True condition") }
        if had("Complete"), !had("SuccessCriteriaMet"), isMet {
            refuseConditions("cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions")
        }
    }
}
