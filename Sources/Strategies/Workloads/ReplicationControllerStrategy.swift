import Objects

struct ReplicationControllerStrategy: WorkloadStrategy {
    static let kind = "ReplicationController"

    func applyDefaults(_ object: inout Value) {
        guard object["spec"]["template"].isObject else { return }
        PodTemplateRules.applyDefaults(&object["spec"]["template"])
        let labels = object["spec"]["template"]["metadata"]["labels"]
        if object["spec"]["selector"].members.isEmpty, !labels.members.isEmpty { object["spec"]["selector"] = labels }
        if object["metadata"]["labels"].members.isEmpty, !labels.members.isEmpty { object["metadata"]["labels"] = labels }
    }

    func prepareForCreate(_ object: inout Value) {
        resetStatus(&object)
        if object["spec"]["template"].isObject { PodTemplateRules.dropDisabled(&object["spec"]["template"]) }
    }

    func prepareForUpdate(_ object: inout Value, old: Value) {
        object["status"] = old["status"]
        if object["spec"]["template"].isObject { PodTemplateRules.dropDisabled(&object["spec"]["template"]) }
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"], template = spec["template"]
        errors.nonNegative(spec, "minReadySeconds")
        if spec["selector"].count == 0 { errors.required(spec["selector"]) }
        errors.nonNegative(spec, "replicas")
        if template.isAbsent { return errors.required(template) }
        let labels = template["metadata"]["labels"]
        let selector = spec["selector"].value.stringMap
        if !selector.isEmpty, !LabelSelector(labels: selector).matches(labels.value.stringMap) {
            errors.invalid(labels, "`selector` does not match template `labels`")
        }
        PodTemplateRules.checkRunning(template, kind: Self.kind, &errors)
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.replicaStatus(new["status"])
    }

    var orphansByDefault: Bool { true }
    var selectableFields: [String] { ["status.replicas"] }
    func selectableValues(_ object: Value) -> [String] { [String(object["status"]["replicas"].int ?? 0)] }
}
