import Objects

struct JobStrategy: Strategy {
    private static let controllerLabel = "batch.kubernetes.io/controller-uid"
    private static let nameLabel = "batch.kubernetes.io/job-name"

    func applyDefaults(_ object: inout Value) {
        var spec = object["spec"]
        if spec["parallelism"].isNull {
            if spec["completions"].isNull { spec["completions"] = 1 }
            spec["parallelism"] = 1
        }
        if spec["backoffLimit"].isNull { spec["backoffLimit"] = spec["backoffLimitPerIndex"].isNull ? 6 : 2_147_483_647 }
        if spec["completionMode"].isNull { spec["completionMode"] = "NonIndexed" }
        if spec["suspend"].isNull { spec["suspend"] = false }
        if spec["manualSelector"].isNull { spec["manualSelector"] = false }
        if spec["podReplacementPolicy"].isNull {
            spec["podReplacementPolicy"] = spec["podFailurePolicy"].isNull ? "TerminatingOrFailed" : "Failed"
        }
        PodTemplateRules.applyDefaults(&spec["template"])
        object["spec"] = spec
        copyLabels(&object)
    }

    /// A job without labels has those of its template.
    private func copyLabels(_ object: inout Value) {
        let labels = object["spec"]["template"]["metadata"]["labels"]
        if object["metadata"]["labels"].members.isEmpty, !labels.members.isEmpty { object["metadata"]["labels"] = labels }
    }

    func prepareForCreate(_ object: inout Value) {
        resetStatus(&object)
        PodTemplateRules.dropDisabled(&object["spec"]["template"])
        let hadLabelsOfTemplate = object["metadata"]["labels"] == object["spec"]["template"]["metadata"]["labels"]
        generateSelector(&object)
        if hadLabelsOfTemplate || object["metadata"]["labels"].members.isEmpty {
            object["metadata"]["labels"] = object["spec"]["template"]["metadata"]["labels"]
        }
    }

    private func generateSelector(_ object: inout Value) {
        if object["spec"]["manualSelector"].bool == true { return }
        let uid = object["metadata"]["uid"], name = object["metadata"]["name"]
        var labels = object["spec"]["template"]["metadata"]["labels"]
        for (key, value) in [
            ("controller-uid", uid), (Self.controllerLabel, uid), ("job-name", name), (Self.nameLabel, name),
        ] {
            labels[key] = value
        }
        if case .object(var members) = labels {
            members.sortByKey()
            labels = .object(members)
        }
        object["spec"]["template"]["metadata"]["labels"] = labels
        object["spec"]["selector"]["matchLabels"][Self.controllerLabel] = uid
    }

    func prepareForUpdate(_ object: inout Value, old: Value) {
        object["status"] = old["status"]
        PodTemplateRules.dropDisabled(&object["spec"]["template"])
    }

    // MARK: validation

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"], selector = spec["selector"]
        generated(object, &errors)
        JobRules.checkSpec(spec, &errors)
        if selector.isAbsent { errors.required(selector) } else { errors.labelSelector(selector) }
        PodTemplateRules.checkLabels(spec["template"], selector: selector, &errors)
        hostnames(object, &errors)
    }

    private func generated(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        if spec["manualSelector"].flag || spec["selector"].isAbsent { return }
        let uid = object["metadata"]["uid"].text, name = object["metadata"]["name"].text
        let labels = spec["template"]["metadata"]["labels"]
        let made = ["controller-uid": uid, "job-name": name, Self.controllerLabel: uid, Self.nameLabel: name]
        for key in ["controller-uid", "job-name", Self.controllerLabel, Self.nameLabel] {
            let label = labels.entry(key), value = made[key] ?? ""
            if label.isAbsent {
                errors.required(label, "must be '\(value)'")
            } else if label.text != value {
                errors.invalid(label, "must be '\(value)'")
            }
        }
        var problems = FieldErrors()
        problems.labelSelector(spec["selector"])
        if problems.isEmpty, !LabelSelector(spec["selector"].value).matches(made) {
            errors.invalid(spec["selector"], "`selector` not auto-generated")
        }
    }

    private func hostnames(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        guard spec["completionMode"].text == "Indexed", spec["completions"].number > 0 else { return }
        let last = "\(object["metadata"]["name"].text)-\(spec["completions"].number - 1)"
        if !NameRules.dns1123Label(last).isEmpty {
            errors.invalid(object["metadata"]["name"], "will not able to create pod with invalid DNS label: \(last)")
        }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let spec = new["spec"], before = old["spec"]
        completions(spec, before, &errors)
        errors.immutable(spec["selector"], before["selector"])
        template(new, old, &errors)
        for name in ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"] {
            errors.immutable(spec[name], before[name])
        }
    }

    private func completions(_ spec: FieldValue, _ before: FieldValue, _ errors: inout FieldErrors) {
        let completions = spec["completions"]
        if spec["completionMode"].text != "Indexed" || before["completionMode"].text != "Indexed" {
            return errors.immutable(completions, before["completions"])
        }
        if completions.value == before["completions"].value || completions.isAbsent { return }
        if completions.value != spec["parallelism"].value {
            errors.invalid(completions, "can only be modified in tandem with spec.parallelism")
        }
    }

    /// The template is fixed, but what concerns scheduling as long as the job has not begun.
    private func template(_ new: FieldValue, _ old: FieldValue, _ errors: inout FieldErrors) {
        let template = new["spec"]["template"]
        var before = old["spec"]["template"].value
        if before == template.value { return }
        let isSuspended = old["spec"]["suspend"].flag
        let conditions = old["status"]["conditions"].value.array
        let isRunning = (old["status"]["active"].int ?? 0) > 0
        let isSettled = old["status"]["startTime"].isAbsent
            || conditions.contains { $0["type"].string == "Suspended" && $0["status"].string == "True" } && !isRunning
        if isSuspended, isSettled {
            for name in ["annotations", "labels"] { copy(name, of: template["metadata"].value, to: &before["metadata"]) }
            for name in ["nodeSelector", "tolerations", "schedulingGates", "resources"] {
                copy(name, of: template["spec"].value, to: &before["spec"])
            }
            copyNodeAffinity(of: template["spec"].value, to: &before["spec"])
            for list in ["containers", "initContainers"] where before["spec"][list].array.count == template["spec"][list].count {
                for index in before["spec"][list].array.indices {
                    copy("resources", of: template["spec"][list][index].value, to: &before["spec"][list][index])
                }
            }
            if before["spec"] != template["spec"].value { errors.invalid(template["spec"], "field is immutable") }
            return
        }
        if before != template.value { errors.invalid(template, "field is immutable") }
    }

    /// Of affinity, only that to nodes is free. Without any other there may be none at all.
    private func copyNodeAffinity(of source: Value, to target: inout Value) {
        var affinity = target["affinity"]
        if source["affinity"].isNull {
            if !affinity.isNull { affinity.remove("nodeAffinity") }
            target.set("affinity", affinity.members.isEmpty ? nil : affinity)
        } else {
            if affinity.isNull { affinity = .emptyObject }
            copy("nodeAffinity", of: source["affinity"], to: &affinity)
            target["affinity"] = affinity
        }
    }

    private func copy(_ name: String, of source: Value, to target: inout Value) {
        target.set(name, source.contains(name) ? source[name] : nil)
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        JobStatusRules.check(new, old: old, &errors)
    }

    func warnings(_ object: Value, old: Value?) -> [String] {
        if let old, old["spec"] == object["spec"] { return [] }
        let found = old == nil ? PodWarnings.podNames(of: object) : []
        return found + Self.warnings(ofSpec: FieldValue(object)["spec"], at: "spec")
    }

    /// What is told of the spec of a job, which stands at `path`.
    static func warnings(ofSpec field: FieldValue, at path: String) -> [String] {
        let spec = field.value
        var found = PodWarnings.ofTemplate(field["template"])
        if spec["completionMode"].string == "Indexed", let completions = spec["completions"].int, completions > 100_000,
            let parallelism = spec["parallelism"].int, parallelism > 10_000
        {
            found.append("\(path).completions: In Indexed Jobs with a number of completions higher than 100000 and a parallelism higher than 10000, Kubernetes might not be able to track completedIndexes when a big number of indexes fail")
        }
        return found
    }

    var countsGeneration: Bool { true }
    var orphansByDefault: Bool { true }
    var selectableFields: [String] { ["status.successful"] }
    func selectableValues(_ object: Value) -> [String] { [String(object["status"]["succeeded"].int ?? 0)] }
}
