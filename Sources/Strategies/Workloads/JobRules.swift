import Objects

/// The spec of a job, in a job or in a cron job.
enum JobRules {
    private static let manyIndexes: Int64 = 100_000

    static func checkSpec(_ spec: FieldValue, _ errors: inout FieldErrors) {
        errors.nonNegative(
            spec, "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished",
            "backoffLimitPerIndex", "maxFailedIndexes")
        if spec["maxFailedIndexes"].isPresent, spec["backoffLimitPerIndex"].isAbsent {
            errors.required(spec["backoffLimitPerIndex"], "when maxFailedIndexes is specified")
        }
        let manager = spec["managedBy"]
        if manager.isPresent {
            errors.domainPrefixedPath(manager)
            errors.noLonger(than: 63, manager)
        }
        errors.oneOfIfPresent(spec["completionMode"], ["Indexed", "NonIndexed"])
        if spec["completionMode"].text == "Indexed" { indexed(spec, &errors) }
        if ["", "NonIndexed"].contains(spec["completionMode"].text) {
            for name in ["backoffLimitPerIndex", "maxFailedIndexes"] where spec[name].isPresent {
                errors.invalid(spec[name], "requires indexed completion mode")
            }
        }
        if spec["podFailurePolicy"].isPresent { failurePolicy(spec, &errors) }
        if spec["successPolicy"].isPresent { successPolicy(spec, &errors) }
        errors.oneOfIfPresent(
            spec["podReplacementPolicy"],
            spec["podFailurePolicy"].isPresent ? ["Failed"] : ["Failed", "TerminatingOrFailed"])
        PodTemplateRules.check(spec["template"], &errors)
        restartPolicy(spec, &errors)
    }

    private static func restartPolicy(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let policy = spec["template"]["spec"]["restartPolicy"]
        switch policy.text {
        case "", "Always": errors.required(policy, "valid values: \"OnFailure\", \"Never\"")
        case "OnFailure":
            if spec["podFailurePolicy"].isPresent { errors.invalid(policy, "only \"Never\" is supported when podFailurePolicy is specified") }
        case "Never": break
        default: errors.notSupported(policy, ["OnFailure", "Never"])
        }
    }

    private static func indexed(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let completions = spec["completions"], parallelism = spec["parallelism"], failed = spec["maxFailedIndexes"]
        if completions.isAbsent { errors.required(completions, "when completion mode is Indexed") }
        if parallelism.number > manyIndexes {
            errors.invalid(parallelism, "must be less than or equal to \(manyIndexes) when completion mode is Indexed")
        }
        if failed.isPresent, completions.isPresent, failed.number > completions.number {
            errors.invalid(failed, "must be less than or equal to completions")
        }
        if failed.number > manyIndexes { errors.invalid(failed, "must be less than or equal to \(manyIndexes)") }
        guard spec["backoffLimitPerIndex"].isPresent, completions.number > manyIndexes else { return }
        if failed.isAbsent { errors.required(failed, "must be specified when completions is above \(manyIndexes)") }
        for field in [parallelism, failed] where field.number > 10_000 {
            errors.invalid(field, "must be less than or equal to 10000 when completions are above \(manyIndexes) and used with backoff limit per index")
        }
    }

    // MARK: policies

    private static func failurePolicy(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let rules = spec["podFailurePolicy"]["rules"]
        let actions = ["Count", "FailIndex", "FailJob", "Ignore"]
        let pod = spec["template"]["spec"]
        let names = Set(["containers", "initContainers"].flatMap { pod[$0].value.array }.compactMap { $0["name"].string })
        errors.atMost(20, rules)
        for rule in rules.items {
            let action = rule["action"]
            errors.needOneOf(action, actions, "valid values: [\(actions.map { "\"\($0)\"" }.joined(separator: " "))]")
            if action.text == "FailIndex", spec["backoffLimitPerIndex"].isAbsent {
                errors.invalid(action, "requires the backoffLimitPerIndex to be set")
            }
            if rule["onExitCodes"].isPresent { exitCodes(rule["onExitCodes"], names, &errors) }
            let conditions = rule["onPodConditions"]
            errors.atMost(20, conditions)
            for condition in conditions.items {
                errors.text(condition["type"], NameRules.qualifiedName)
                errors.needOneOf(condition["status"], ["False", "True", "Unknown"], "valid values: [\"False\" \"True\" \"Unknown\"]")
            }
            if rule["onExitCodes"].isPresent, conditions.count > 0 {
                errors.invalid(rule, withoutValue: "specifying both OnExitCodes and OnPodConditions is not supported")
            } else if rule["onExitCodes"].isAbsent, conditions.count == 0 {
                errors.invalid(rule, withoutValue: "specifying one of OnExitCodes and OnPodConditions is required")
            }
        }
    }

    private static func exitCodes(_ requirement: FieldValue, _ names: Set<String>, _ errors: inout FieldErrors) {
        errors.needOneOf(requirement["operator"], ["In", "NotIn"], "valid values: [\"In\" \"NotIn\"]")
        let container = requirement["containerName"], values = requirement["values"]
        if container.isPresent, !names.contains(container.text) {
            errors.invalid(container, "must be one of the container or initContainer names in the pod template")
        }
        if values.count == 0 { errors.invalid(values, "at least one value is required", showing: []) }
        errors.atMost(255, values)
        var seen: Set<Int64> = []
        var isOrdered = true
        var last = Int64.min
        for value in values.items {
            if requirement["operator"].text == "In", value.number == 0 {
                errors.invalid(value, "must not be 0 for the In operator")
            }
            if !seen.insert(value.number).inserted { errors.duplicate(value) }
            if value.number < last { isOrdered = false }
            last = value.number
        }
        if !isOrdered { errors.invalid(values, "must be ordered") }
    }

    private static func successPolicy(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let policy = spec["successPolicy"], rules = policy["rules"]
        if spec["completionMode"].text != "Indexed" {
            return errors.invalid(policy, "requires indexed completion mode")
        }
        if rules.count == 0 {
            errors.required(rules, "at least one rules must be specified when the successPolicy is specified")
        }
        errors.atMost(20, rules)
        let completions = spec["completions"].number
        for rule in rules.items {
            let indexes = rule["succeededIndexes"], count = rule["succeededCount"]
            if indexes.isAbsent, count.isAbsent {
                errors.required(rule, "at least one of succeededCount or succeededIndexes must be specified")
            }
            var total: Int64?
            if indexes.isPresent {
                errors.noLonger(than: 65_536, indexes)
                switch IndexIntervals.count(indexes.text, completions: completions) {
                case .success(let number): total = number
                case .failure(let problem): errors.invalid(indexes, "error parsing succeededIndexes: \(problem.description)")
                }
            }
            guard count.isPresent else { continue }
            errors.nonNegative(count)
            if count.number > completions {
                errors.invalid(count, "must be less than or equal to \(completions) (the number of specified completions)")
            }
            if let total, count.number > total {
                errors.invalid(
                    count, "must be less than or equal to \(total) (the number of indexes in the specified succeededIndexes field)")
            }
        }
    }
}

/// `0,2-4`: the indexes of a job that are done, in order.
enum IndexIntervals {
    struct Problem: Error {
        let description: String
    }

    /// How many indexes the text names.
    static func count(_ text: String, completions: Int64) -> Result<Int64, Problem> {
        if text.isEmpty { return .success(0) }
        var total: Int64 = 0
        var last: Int64 = -1
        for fragment in text.split(separator: ",", omittingEmptySubsequences: false) {
            switch interval(fragment, completions: completions) {
            case .failure(let problem): return .failure(problem)
            case .success(let interval):
                if interval.lowerBound <= last {
                    return .failure(Problem(description: "non-increasing order, previous: \(last), current: \(interval.lowerBound)"))
                }
                total += interval.upperBound - interval.lowerBound + 1
                last = interval.upperBound
            }
        }
        return .success(total)
    }

    private static func interval(_ fragment: Substring, completions: Int64) -> Result<ClosedRange<Int64>, Problem> {
        let ends = fragment.split(separator: "-", omittingEmptySubsequences: false)
        if ends.count > 2 {
            return .failure(Problem(description: "the fragment \"\(fragment)\" violates the requirement that an index interval can have at most two parts separated by '-'"))
        }
        var numbers: [Int64] = []
        for end in ends {
            guard let number = Int64(end), number >= 0 else {
                return .failure(Problem(description: "cannot convert string to integer for index: \"\(end)\""))
            }
            if number >= completions { return .failure(Problem(description: "too large index: \"\(end)\"")) }
            numbers.append(number)
        }
        guard let first = numbers.first, let last = numbers.last else { return .failure(Problem(description: "no index")) }
        if numbers.count == 2, last <= first {
            return .failure(Problem(description: "non-increasing order, previous: \(first), current: \(last)"))
        }
        return .success(first...last)
    }

    /// The first index that both texts name. What cannot be read of them is passed over: their own checks tell of it.
    static func overlap(_ one: String, _ other: String, completions: Int64) -> Int64? {
        func intervals(_ text: String) -> [ClosedRange<Int64>] {
            text.split(separator: ",").compactMap { try? interval($0, completions: completions).get() }
        }
        let left = intervals(one), right = intervals(other)
        var position = 0, otherPosition = 0
        while position < left.count, otherPosition < right.count {
            let a = left[position], b = right[otherPosition]
            if a.overlaps(b) { return max(a.lowerBound, b.lowerBound) }
            if a.lowerBound <= b.lowerBound { position += 1 } else { otherPosition += 1 }
        }
        return nil
    }
}
