import Objects

/// Updates of a job's status: the counters and conditions that have to agree with each other.
enum JobStatusRules {
    static func check(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let status = new["status"], before = old["status"], spec = new["spec"]
        errors.nonNegative(status, "active", "succeeded", "failed", "ready", "terminating")
        uncounted(status["uncountedTerminatedPods"], &errors)
        for name in ["failed", "succeeded"] where status[name].number < before[name].number {
            errors.invalid(status[name], "cannot decrease the \(name) counter", showing: .int(status[name].number))
        }
        if status["ready"].number > max(status["active"].number, 0), status["ready"].isPresent, status["ready"].number > 0 {
            errors.invalid(status["ready"], "cannot set more ready pods than active")
        }
        indexes(status, spec, &errors)
        conditions(status, before, &errors)
        times(status, before, new, &errors)
    }

    private static func uncounted(_ pods: FieldValue, _ errors: inout FieldErrors) {
        var seen: Set<String> = []
        for name in ["succeeded", "failed"] {
            for uid in pods[name].items {
                if uid.isEmpty {
                    errors.invalid(uid, "must not be empty")
                } else if !seen.insert(uid.text).inserted {
                    errors.duplicate(uid)
                }
            }
        }
    }

    private static func indexes(_ status: FieldValue, _ spec: FieldValue, _ errors: inout FieldErrors) {
        let isIndexed = spec["completionMode"].text == "Indexed"
        let completed = status["completedIndexes"], failed = status["failedIndexes"]
        let isLimited = spec["backoffLimitPerIndex"].isPresent
        for (field, name) in [(completed, "completedIndexes"), (failed, "failedIndexes")]
        where !field.isEmpty && (name == "completedIndexes" || isLimited) {
            if case .failure(let problem) = IndexIntervals.count(field.text, completions: spec["completions"].number) {
                errors.invalid(field, "error parsing \(name): \(problem.description)")
            }
        }
        if !isIndexed, !completed.isEmpty {
            errors.invalid(completed, "cannot set non-empty completedIndexes when non-indexed completion mode")
        }
        if !isLimited, failed.isPresent {
            errors.invalid(failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null")
        }
    }

    private static func isTrue(_ type: String, _ status: FieldValue) -> Bool {
        status["conditions"].value.array.contains { $0["type"].string == type && $0["status"].string == "True" }
    }

    private static func conditions(_ status: FieldValue, _ before: FieldValue, _ errors: inout FieldErrors) {
        let conditions = status["conditions"]
        func refuse(_ detail: String) { errors.invalid(conditions, withoutValue: detail) }
        let isComplete = isTrue("Complete", status), isFailed = isTrue("Failed", status)
        let isFailing = isTrue("FailureTarget", status), isSucceeding = isTrue("SuccessCriteriaMet", status)
        if isComplete, isFailed { refuse("cannot set Complete=True and Failed=true conditions") }
        if isComplete, isFailing { refuse("cannot set Complete=True and FailureTarget=true conditions") }
        if isFailing, isSucceeding { refuse("cannot set FailureTarget=True and SuccessCriteriaMet=true conditions") }
        if isFailed, isSucceeding { refuse("cannot set Failed=True and SuccessCriteriaMet=true conditions") }
        if isComplete, !isSucceeding { refuse("cannot set Complete=True condition without the SuccessCriteriaMet=true condition") }
        if isFailed, !isFailing { refuse("cannot set Failed=True condition without the FailureTarget=true condition") }
        for type in ["Failed", "Complete", "FailureTarget", "SuccessCriteriaMet"] where isTrue(type, before) && !isTrue(type, status) {
            refuse("cannot disable the terminal \(type)=True condition")
        }
        if (isComplete || isFailed), status["active"].number > 0 {
            errors.invalid(status["active"], "active>0 is invalid for finished job")
        }
        if (isComplete || isFailed), status["ready"].number > 0 {
            errors.invalid(status["ready"], "ready>0 is invalid for finished job")
        }
        let uncounted = status["uncountedTerminatedPods"]
        if (isComplete || isFailed), uncounted["succeeded"].count + uncounted["failed"].count > 0 {
            errors.invalid(uncounted, "uncountedTerminatedPods needs to be empty for finished job")
        }
    }

    private static func times(_ status: FieldValue, _ before: FieldValue, _ new: FieldValue, _ errors: inout FieldErrors) {
        let start = status["startTime"], completion = status["completionTime"]
        let isComplete = isTrue("Complete", status), isFailed = isTrue("Failed", status)
        if before["startTime"].isPresent, !new["spec"]["suspend"].flag, start.value != before["startTime"].value {
            errors.invalid(start, "field is immutable for unsuspended job once set")
        }
        if (isComplete || isFailed), start.isAbsent { errors.required(start, "startTime is required for finished job") }
        if isComplete, completion.isAbsent { errors.required(completion, "completionTime is required for Complete jobs") }
        if completion.isPresent, !isComplete {
            errors.invalid(completion, "cannot set completionTime when there is no Complete=True condition")
        }
        if before["completionTime"].isPresent, completion.isPresent, completion.value != before["completionTime"].value {
            errors.invalid(completion, "field is immutable once set")
        }
        if start.isPresent, completion.isPresent, completion.text < start.text {
            errors.invalid(completion, "completionTime cannot be set before startTime")
        }
    }
}
