import Objects

/// What the workloads that keep pods running share.
protocol WorkloadStrategy: Strategy {
    static var kind: String { get }
}

extension WorkloadStrategy {
    package func prepareForCreate(_ object: inout Value) {
        resetStatus(&object)
        PodTemplateRules.dropDisabled(&object["spec"]["template"])
    }

    package func prepareForUpdate(_ object: inout Value, old: Value) {
        object.set("status", old.contains("status") ? old["status"] : nil)
        PodTemplateRules.dropDisabled(&object["spec"]["template"])
    }

    package func warnings(_ object: Value, old: Value?) -> [String] {
        if let old, old["spec"] == object["spec"] { return [] }
        return (old == nil ? PodWarnings.podNames(of: object) : []) + PodWarnings.ofTemplate(FieldValue(object)["spec"]["template"])
    }

    package var countsGeneration: Bool { true }
}

extension FieldErrors {
    /// The selector of a workload: there, not empty, well formed. Tells whether it can be read; what cannot is refused once
    /// more as a whole, with `unreadable`.
    mutating func workloadSelector(_ selector: FieldValue, kind: String, unreadable: String) -> Bool {
        if selector.isAbsent {
            required(selector)
            return true
        }
        var found = FieldErrors()
        found.labelSelector(selector)
        append(found.list)
        if selector["matchLabels"].count + selector["matchExpressions"].count == 0 {
            invalid(selector, "empty selector is invalid for \(kind)")
        }
        if !found.isEmpty { invalid(selector, unreadable) }
        return found.isEmpty
    }

    /// Hashes that collided are counted, never forgotten.
    mutating func collisionCount(_ new: FieldValue, _ old: FieldValue) {
        if old.isPresent, new.isAbsent || new.number < old.number { invalid(new, "cannot be decremented", showing: .int(new.number)) }
    }

    /// Counts of a status: none negative, and each at most another.
    mutating func statusCounts(_ status: FieldValue, _ names: [String], atMost limits: [(String, String, String)]) {
        for name in names { nonNegative(status[name]) }
        for (name, limit, detail) in limits where status[name].number > status[limit].number {
            invalid(status[name], detail)
        }
    }
}

struct DeploymentStrategy: WorkloadStrategy {
    static let kind = "Deployment"
    var statusMetadata: StatusMetadata { .changesExceptLabels }

    func applyDefaults(_ object: inout Value) {
        PodTemplateRules.applyDefaults(&object["spec"]["template"])
        guard object["spec"]["strategy"]["type"].string == "RollingUpdate" else { return }
        for name in ["maxUnavailable", "maxSurge"] where object["spec"]["strategy"]["rollingUpdate"][name].isNull {
            object["spec"]["strategy"]["rollingUpdate"][name] = "25%"
        }
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        errors.nonNegative(spec["replicas"])
        errors.replicaSetTemplate(spec)
        strategy(spec["strategy"], &errors)
        errors.nonNegative(spec, "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds")
        let deadline = spec["progressDeadlineSeconds"]
        if deadline.isPresent, deadline.number <= spec["minReadySeconds"].number {
            errors.invalid(deadline, "must be greater than minReadySeconds")
        }
    }

    private func strategy(_ strategy: FieldValue, _ errors: inout FieldErrors) {
        let rolling = strategy["rollingUpdate"]
        switch strategy["type"].text {
        case "Recreate": errors.forbid(rolling, "may not be specified when strategy `type` is 'Recreate'")
        case "RollingUpdate":
            guard rolling.isPresent else { return errors.required(rolling, "this should be defaulted and never be nil") }
            errors.rollingUpdate(rolling)
        default: errors.notSupported(strategy, ["Recreate", "RollingUpdate"], showing: strategy.value)
        }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.immutable(new["spec"]["selector"], old["spec"]["selector"])
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let status = new["status"], detail = "cannot be greater than status.replicas"
        errors.statusCounts(
            status,
            ["observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas", "terminatingReplicas", "collisionCount"],
            atMost: [
                ("updatedReplicas", "replicas", detail), ("readyReplicas", "replicas", detail),
                ("availableReplicas", "replicas", detail),
                ("availableReplicas", "readyReplicas", "cannot be greater than readyReplicas"),
            ])
        errors.collisionCount(status["collisionCount"], old["status"]["collisionCount"])
    }
}

extension FieldErrors {
    /// How many pods an update may take away and add at once; not both none.
    mutating func rollingUpdate(_ update: FieldValue) {
        let unavailable = update["maxUnavailable"], surge = update["maxSurge"]
        intOrPercent(unavailable)
        intOrPercent(surge)
        if Self.amount(unavailable) == 0, Self.amount(surge) == 0 {
            invalid(unavailable, "may not be 0 when `maxSurge` is 0")
        }
        notMoreThan100Percent(unavailable)
    }

    static func amount(_ field: FieldValue) -> Int64 {
        switch field.value {
        case .string(let text): return text.hasSuffix("%") ? Int64(text.dropLast()) ?? 0 : 0
        default: return field.number
        }
    }
}

struct ReplicaSetStrategy: WorkloadStrategy {
    static let kind = "ReplicaSet"

    func applyDefaults(_ object: inout Value) { PodTemplateRules.applyDefaults(&object["spec"]["template"]) }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        errors.nonNegative(spec, "replicas", "minReadySeconds")
        errors.replicaSetTemplate(spec)
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.immutable(new["spec"]["selector"], old["spec"]["selector"])
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.replicaStatus(new["status"])
    }
}

extension FieldErrors {
    /// Selector and template of a replica set. Deployments are made of these, so that Kubernetes reports them so.
    mutating func replicaSetTemplate(_ spec: FieldValue) {
        guard workloadSelector(spec["selector"], kind: "deployment", unreadable: "invalid label selector") else { return }
        PodTemplateRules.checkLabels(spec["template"], selector: spec["selector"], &self)
        PodTemplateRules.checkRunning(spec["template"], kind: ReplicaSetStrategy.kind, &self)
    }

    mutating func replicaStatus(_ status: FieldValue) {
        let detail = "cannot be greater than status.replicas"
        statusCounts(
            status,
            ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "terminatingReplicas", "observedGeneration"],
            atMost: [
                ("fullyLabeledReplicas", "replicas", detail), ("readyReplicas", "replicas", detail),
                ("availableReplicas", "replicas", detail),
                ("availableReplicas", "readyReplicas", "cannot be greater than readyReplicas"),
            ])
    }
}
