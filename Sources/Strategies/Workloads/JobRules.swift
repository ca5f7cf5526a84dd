import Objects

/// The spec of a job, in a job or in a cron job.
enum JobRules {
    private static let manyIndexes: Int64 = 100_000

    static func checkSpec(_ spec: FieldValue, _ errors: inout FieldErrors) {
        errors.nonNegative(
            spec, "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished",
            "backoffLimitPerIndex", "maxFailedIndexes")
        let manager = spec["managedBy"]
        if manager.isPresent {
            errors.domainPrefixedPath(manager)
            errors.noLonger(than: 63, manager)
        }
        completion(spec, &errors)
        if spec["podFailurePolicy"].isPresent { failurePolicy(spec, &errors) }
        if spec["successPolicy"].isPresent { successPolicy(spec, &errors) }
        errors.oneOfIfPresent(
            spec["podReplacementPolicy"],
            spec["podFailurePolicy"].isPresent ? ["Failed"] : ["Failed", "TerminatingOrFailed"])
        let template = spec["template"], policy = template["spec"]["restartPolicy"]
        PodTemplateRules.check(template, &errors)
        if policy.text != "OnFailure", policy.text != "Never" {
            errors.required(policy, "valid values: \"OnFailure\", \"Never\"")
        } else if spec["podFailurePolicy"].isPresent, policy.text != "Never" {
            errors.invalid(policy, "only \"Never\" is supported when podFailurePolicy is specified")
        }
    }

    private static func completion(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let mode = spec["completionMode"], completions = spec["completions"], parallelism = spec["parallelism"]
        let limit = spec["backoffLimitPerIndex"], failed = spec["maxFailedIndexes"]
        let isIndexed = mode.text == "Indexed"
        errors.oneOfIfPresent(mode, ["Indexed", "NonIndexed"])
        if isIndexed {
            if completions.isAbsent { errors.required(completions, "when completion mode is Indexed") }
            if parallelism.number > manyIndexes {
                errors.invalid(parallelism, "must be less than or equal to \(manyIndexes) when completion mode is Indexed")
            }
            if failed.isPresent, completions.isPresent, failed.number > completions.number {
                errors.invalid(failed, "must be less than or equal to completions")
            }
        }
        if failed.isPresent {
            if limit.isAbsent { errors.required(limit, "when maxFailedIndexes is specified") }
            if failed.number > manyIndexes { errors.invalid(failed, "must be less than or equal to \(manyIndexes)") }
        }
        guard limit.isPresent else { return }
        if !isIndexed { errors.invalid(limit, "requires indexed completion mode") }
        guard completions.number > manyIndexes else { return }
        if failed.isAbsent {
            errors.required(failed, "must be specified when completions is above \(manyIndexes)")
        } else if failed.number > 10_000 {
            errors.invalid(failed, "must be less than or equal to 10000 when completions are above \(manyIndexes) and used with backoff limit per index")
        }
        if parallelism.number > 10_000 {
            errors.invalid(parallelism, "must be less than or equal to 10000 when completions are above \(manyIndexes) and used with backoff limit per index")
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
                errors.needOneOf(condition["status"], ["False", "True", "Unknown"])
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
        for interval in text.split(separator: ",", omittingEmptySubsequences: false) {
            switch parse(interval, completions) {
            case .failure(let problem): return .failure(problem)
            case .success(let range):
                if range.lowerBound <= last { return .failure(order(last, range.lowerBound)) }
                total += range.upperBound - range.lowerBound + 1
                last = range.upperBound
            }
        }
        return .success(total)
    }

    /// The first index that both texts name; what cannot be read in them names none.
    static func overlap(_ one: String, _ other: String, completions: Int64) -> Int64? {
        func ranges(_ text: String) -> [ClosedRange<Int64>] {
            text.split(separator: ",").compactMap { try? parse($0, completions).get() }
        }
        var others = ranges(other)[...]
        for range in ranges(one) {
            while let next = others.first, next.upperBound < range.lowerBound { others.removeFirst() }
            if let next = others.first, next.overlaps(range) { return max(next.lowerBound, range.lowerBound) }
        }
        return nil
    }

    private static func order(_ previous: Int64, _ current: Int64) -> Problem {
        Problem(description: "non-increasing order, previous: \(previous), current: \(current)")
    }

    private static func parse(_ interval: Substring, _ completions: Int64) -> Result<ClosedRange<Int64>, Problem> {
        let ends = interval.split(separator: "-", omittingEmptySubsequences: false)
        if ends.count > 2 {
            return .failure(Problem(description: "the fragment \"\(interval)\" violates the requirement that an index interval can have at most two parts separated by '-'"))
        }
        var numbers: [Int64] = []
        for end in ends {
            guard let number = Int64(end), number >= 0 else {
                return .failure(Problem(description: "cannot convert string to integer for index: \"\(end)\""))
            }
            if number >= completions { return .failure(Problem(description: "too large index: \"\(end)\"")) }
            numbers.append(number)
        }
        let first = numbers[0], final = numbers[numbers.count - 1]
        if numbers.count == 2, final <= first { return .failure(order(first, final)) }
        return .success(first...final)
    }
}
