import Objects

/// Updates of a job's status: the counters and conditions that have to agree with each other.
///
/// What did not change is let pass, so that jobs of before a rule can still be worked on.
enum JobStatusRules {
    static func check(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let status = new["status"], before = old["status"], spec = new["spec"]
        let change = Change(status, before)
        errors.nonNegative(status, "active", "succeeded", "failed", "ready", "terminating")
        uncounted(status["uncountedTerminatedPods"], &errors)
        conditions(status, change, &errors)
        finished(status, change, &errors)
        indexes(status, spec, change, &errors)
        counts(status, change, &errors)
        criteria(status, spec, &errors)
        terminal(status, before, &errors)
        counters(status, before, spec, &errors)
        times(status, before, spec, &errors)
        if isTrue("SuccessCriteriaMet", before), !isTrue("SuccessCriteriaMet", status) {
            refuse(status, "cannot disable the SuccessCriteriaMet=True condition", &errors)
        }
        if isTrue("Complete", before), !isTrue("SuccessCriteriaMet", before), isTrue("SuccessCriteriaMet", status) {
            refuse(status, "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions", &errors)
        }
    }

    /// What an update changes.
    private struct Change {
        private let status: FieldValue
        private let before: FieldValue

        init(_ status: FieldValue, _ before: FieldValue) {
            self.status = status
            self.before = before
        }

        func of(_ names: String...) -> Bool { names.contains { status[$0].value != before[$0].value } }

        func of(conditions types: String...) -> Bool { types.contains { isTrue($0, status) != isTrue($0, before) } }

        var isFinishing: Bool { isFinished(status) != isFinished(before) }
    }

    private static func isTrue(_ type: String, _ status: FieldValue) -> Bool {
        status["conditions"].value.array.contains { $0["type"].string == type && $0["status"].string == "True" }
    }

    private static func isFinished(_ status: FieldValue) -> Bool { isTrue("Complete", status) || isTrue("Failed", status) }

    private static func refuse(_ status: FieldValue, _ detail: String, _ errors: inout FieldErrors) {
        errors.invalid(status["conditions"], withoutValue: detail)
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

    private static func conditions(_ status: FieldValue, _ change: Change, _ errors: inout FieldErrors) {
        let isComplete = isTrue("Complete", status), isFailed = isTrue("Failed", status)
        let start = status["startTime"], completion = status["completionTime"]
        if isComplete, isFailed, change.of(conditions: "Complete", "Failed") {
            refuse(status, "cannot set Complete=True and Failed=true conditions", &errors)
        }
        if isComplete, isTrue("FailureTarget", status), change.of(conditions: "Complete", "FailureTarget") {
            refuse(status, "cannot set Complete=True and FailureTarget=true conditions", &errors)
        }
        if change.of(conditions: "Complete") || change.of("completionTime") {
            if completion.isPresent, !isComplete {
                errors.invalid(completion, "cannot set completionTime when there is no Complete=True condition")
            }
            if completion.isAbsent, isComplete { errors.required(completion, "completionTime is required for Complete jobs") }
        }
        if start.isPresent, completion.isPresent, completion.text < start.text, change.of("startTime", "completionTime") {
            errors.invalid(completion, "completionTime cannot be set before startTime")
        }
        if isFailed, !isTrue("FailureTarget", status), change.of(conditions: "Failed", "FailureTarget") {
            refuse(status, "cannot set Failed=True condition without the FailureTarget=true condition", &errors)
        }
        if isComplete, !isTrue("SuccessCriteriaMet", status), change.of(conditions: "Complete", "SuccessCriteriaMet") {
            refuse(status, "cannot set Complete=True condition without the SuccessCriteriaMet=true condition", &errors)
        }
    }

    private static func finished(_ status: FieldValue, _ change: Change, _ errors: inout FieldErrors) {
        guard isFinished(status) else { return }
        if status["active"].number > 0, change.isFinishing || change.of("active") {
            errors.invalid(status["active"], "active>0 is invalid for finished job")
        }
        if status["startTime"].isAbsent, change.isFinishing || change.of("startTime") {
            errors.required(status["startTime"], "startTime is required for finished job")
        }
        let uncounted = status["uncountedTerminatedPods"]
        if uncounted["succeeded"].count + uncounted["failed"].count > 0, change.isFinishing || change.of("uncountedTerminatedPods") {
            errors.invalid(uncounted, "uncountedTerminatedPods needs to be empty for finished job")
        }
    }

    private static func indexes(_ status: FieldValue, _ spec: FieldValue, _ change: Change, _ errors: inout FieldErrors) {
        let completed = status["completedIndexes"], failed = status["failedIndexes"]
        let hasCompleted = change.of("completedIndexes"), hasFailed = change.of("failedIndexes")
        let isLimited = spec["backoffLimitPerIndex"].isPresent, completions = spec["completions"]
        if hasCompleted, completions.isPresent { parse(completed, "completedIndexes", completions.number, &errors) }
        if hasFailed, completions.isPresent, isLimited, failed.isPresent { parse(failed, "failedIndexes", completions.number, &errors) }
        if hasCompleted, !completed.isEmpty, spec["completionMode"].text != "Indexed" {
            errors.invalid(completed, "cannot set non-empty completedIndexes when non-indexed completion mode")
        }
        if hasFailed, !isLimited, failed.isPresent {
            errors.invalid(failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null")
        }
        guard hasCompleted || hasFailed, completions.isPresent, failed.isPresent else { return }
        if let index = IndexIntervals.overlap(completed.text, failed.text, completions: completions.number) {
            errors.invalid(failed, "failedIndexes and completedIndexes overlap at index: \(index)")
        }
    }

    private static func parse(_ field: FieldValue, _ name: String, _ completions: Int64, _ errors: inout FieldErrors) {
        if case .failure(let problem) = IndexIntervals.count(field.text, completions: completions) {
            errors.invalid(field, "error parsing \(name): \(problem.description)")
        }
    }

    private static func counts(_ status: FieldValue, _ change: Change, _ errors: inout FieldErrors) {
        if status["terminating"].number > 0, isFinished(status), change.isFinishing || change.of("terminating") {
            errors.invalid(status["terminating"], "terminating>0 is invalid for finished job")
        }
        if status["ready"].isPresent, status["ready"].number > status["active"].number, change.of("ready", "active") {
            errors.invalid(status["ready"], "cannot set more ready pods than active")
        }
    }

    private static func criteria(_ status: FieldValue, _ spec: FieldValue, _ errors: inout FieldErrors) {
        let isMet = isTrue("SuccessCriteriaMet", status)
        if isMet, isTrue("Failed", status) { refuse(status, "cannot set SuccessCriteriaMet=True and Failed=true conditions", &errors) }
        if isMet, isTrue("FailureTarget", status) {
            refuse(status, "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions", &errors)
        }
        if spec["successPolicy"].isPresent, !isMet, isTrue("Complete", status) {
            refuse(status, "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True", &errors)
        }
    }

    private static func terminal(_ status: FieldValue, _ before: FieldValue, _ errors: inout FieldErrors) {
        for type in ["Failed", "Complete", "FailureTarget"] where isTrue(type, before) && !isTrue(type, status) {
            refuse(status, "cannot disable the terminal \(type)=True condition", &errors)
        }
    }

    /// The counter of successes may fall with the completions of a job that changes both together.
    private static func counters(_ status: FieldValue, _ before: FieldValue, _ spec: FieldValue, _ errors: inout FieldErrors) {
        let isElastic = spec["completionMode"].text == "Indexed" && spec["completions"].value == spec["parallelism"].value
        for name in isElastic ? ["failed"] : ["failed", "succeeded"] where status[name].number < before[name].number {
            errors.invalid(status[name], "cannot decrease the \(name) counter", showing: .int(status[name].number))
        }
    }

    private static func times(_ status: FieldValue, _ before: FieldValue, _ spec: FieldValue, _ errors: inout FieldErrors) {
        let start = status["startTime"], completion = status["completionTime"]
        if before["completionTime"].isPresent, completion.isPresent, completion.value != before["completionTime"].value {
            errors.invalid(completion, "completionTime cannot be mutated")
        }
        if before["startTime"].isPresent, !spec["suspend"].flag, start.value != before["startTime"].value {
            errors.invalid(start, "field is immutable for unsuspended job once set")
        }
    }
}
