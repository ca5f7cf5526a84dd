import Objects

/// Templates of pods, as workloads hold them.
enum PodTemplateRules {
    /// The template itself: its labels, annotations and spec.
    static func check(_ template: FieldValue, _ errors: inout FieldErrors) {
        let metadata = template["metadata"], spec = template["spec"]
        errors.labels(template.showing(metadata["labels"].value, as: "labels"))
        errors.annotations(template.showing(metadata["annotations"].value, as: "annotations"))
        errors.podAnnotations(template.showing(metadata["annotations"].value, as: "annotations"), spec: spec)
        PodSpecRules(podMetadata: nil).check(spec, &errors)
        errors.podAnnotationsAgree(metadata["annotations"].value, spec: spec)
        if spec["ephemeralContainers"].count > 0 {
            errors.forbidden(spec["ephemeralContainers"], "ephemeral containers not allowed in pod template")
        }
    }

    /// The template of a workload that keeps pods running: they always restart and have no deadline.
    static func checkRunning(_ template: FieldValue, kind: String, _ errors: inout FieldErrors) {
        check(template, &errors)
        let spec = template["spec"]
        let policy = spec["restartPolicy"].text
        if policy != "Always", ["OnFailure", "Never"].contains(policy) { errors.notSupported(spec["restartPolicy"], ["Always"]) }
        errors.forbid(spec["activeDeadlineSeconds"], "activeDeadlineSeconds in \(kind) is not Supported")
    }

    /// The selector has to match the labels of the template.
    static func checkLabels(_ template: FieldValue, selector: FieldValue, _ errors: inout FieldErrors) {
        let labels = template["metadata"]["labels"]
        var problems = FieldErrors()
        problems.labelSelector(selector)
        // A selector that cannot be read matches nothing that could be compared.
        guard problems.isEmpty else { return }
        if !LabelSelector(selector.value).matches(labels.value.stringMap) {
            errors.invalid(labels, "`selector` does not match template `labels`")
        }
    }

    static func applyDefaults(_ template: inout Value) { PodDefaults.applyToSpec(&template["spec"]) }

    static func dropDisabled(_ template: inout Value) { PodDefaults.dropDisabled(&template["spec"]) }
}

struct PodTemplateStrategy: Strategy {
    func applyDefaults(_ object: inout Value) { PodTemplateRules.applyDefaults(&object["template"]) }
    func prepareForCreate(_ object: inout Value) { PodTemplateRules.dropDisabled(&object["template"]) }
    func prepareForUpdate(_ object: inout Value, old: Value) { PodTemplateRules.dropDisabled(&object["template"]) }
    func check(_ object: FieldValue, _ errors: inout FieldErrors) { PodTemplateRules.check(object["template"], &errors) }
    func warnings(_ object: Value, old: Value?) -> [String] { PodWarnings.ofTemplate(FieldValue(object)["template"]) }
    var countsGeneration: Bool { true }
    var returnsDeletedObject: Bool { true }
}
