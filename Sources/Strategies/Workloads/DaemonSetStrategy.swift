import Objects

struct DaemonSetStrategy: WorkloadStrategy {
    static let kind = "DaemonSet"

    func applyDefaults(_ object: inout Value) {
        PodTemplateRules.applyDefaults(&object["spec"]["template"])
        let generation = object["metadata"]["annotations"][Self.templateGeneration].string.flatMap { Int64($0) } ?? 0
        object["metadata"]["annotations"][Self.templateGeneration] = .string(String(generation))
        guard object["spec"]["updateStrategy"]["type"].string == "RollingUpdate" else { return }
        for (name, value) in [("maxUnavailable", 1), ("maxSurge", 0)] as [(String, Int64)]
        where object["spec"]["updateStrategy"]["rollingUpdate"][name].isNull {
            object["spec"]["updateStrategy"]["rollingUpdate"][name] = .int(value)
        }
    }

    private static let templateGeneration = "deprecated.daemonset.template.generation"

    func prepareForCreate(_ object: inout Value) {
        resetStatus(&object)
        PodTemplateRules.dropDisabled(&object["spec"]["template"])
        let stated = object["metadata"]["annotations"][Self.templateGeneration].string.flatMap { Int64($0) } ?? 0
        object["metadata"]["annotations"][Self.templateGeneration] = .string(String(max(stated, 1)))
    }

    /// Old clients count the changes of the template by an annotation.
    func prepareForUpdate(_ object: inout Value, old: Value) {
        object["status"] = old["status"]
        PodTemplateRules.dropDisabled(&object["spec"]["template"])
        let before = old["metadata"]["annotations"][Self.templateGeneration].string.flatMap { Int64($0) } ?? 0
        let isChanged = object["spec"]["template"] != old["spec"]["template"]
        object["metadata"]["annotations"][Self.templateGeneration] = .string(String(isChanged ? before + 1 : before))
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"], selector = spec["selector"]
        errors.labelSelector(selector)
        if !selector.isAbsent, selector["matchLabels"].count + selector["matchExpressions"].count == 0 {
            errors.invalid(selector, "empty selector is invalid for daemonset")
        }
        PodTemplateRules.checkLabels(spec["template"], selector: selector, &errors)
        PodTemplateRules.checkRunning(spec["template"], kind: Self.kind, &errors)
        errors.nonNegative(spec["minReadySeconds"])
        update(spec["updateStrategy"], &errors)
        errors.nonNegative(spec["revisionHistoryLimit"])
    }

    private func update(_ strategy: FieldValue, _ errors: inout FieldErrors) {
        let rolling = strategy["rollingUpdate"]
        switch strategy["type"].text {
        case "OnDelete": return
        case "RollingUpdate":
            guard rolling.isPresent else { return errors.required(rolling) }
            let unavailable = rolling["maxUnavailable"], surge = rolling["maxSurge"]
            errors.intOrPercent(unavailable)
            errors.intOrPercent(surge)
            errors.notMoreThan100Percent(unavailable)
            errors.notMoreThan100Percent(surge)
            let hasUnavailable = FieldErrors.amount(unavailable) != 0, hasSurge = FieldErrors.amount(surge) != 0
            if hasUnavailable, hasSurge {
                errors.invalid(surge, "may not be set when maxUnavailable is non-zero")
            } else if !hasUnavailable, !hasSurge {
                errors.required(unavailable, "cannot be 0 when maxSurge is 0")
            }
        default: errors.notSupported(strategy, ["RollingUpdate", "OnDelete"], showing: strategy.value)
        }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.immutable(new["spec"]["selector"], old["spec"]["selector"])
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.nonNegative(
            new["status"], "currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady",
            "observedGeneration", "updatedNumberScheduled", "numberAvailable", "numberUnavailable", "collisionCount")
        errors.collisionCount(new["status"]["collisionCount"], old["status"]["collisionCount"])
    }
}

struct ControllerRevisionStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let data = object["data"]
        if data.isPresent, !data.value.isObject { errors.required(data, "data must be a valid JSON object") }
        errors.nonNegative(object["revision"])
    }

    func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors) {
        if object["data"].isAbsent { errors.required(object["data"], "data is mandatory") }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.immutable(new["data"], old["data"])
    }

    func checkPatch(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        // Data that went through a patch of JSON is compared byte by byte with what was sent at first, so that a patch of
        // anything else is refused too. What controllers write has no spaces, and stays the same.
        let isControlled = old["metadata"]["ownerReferences"].value.array.contains { $0["controller"].bool == true }
        if !isControlled, new["data"].value == old["data"].value { errors.invalid(new["data"], "field is immutable") }
    }
}
