import Objects

struct ClaimStrategy: Strategy {
    private static let betaClass = "volume.beta.kubernetes.io/storage-class"

    func applyDefaults(_ object: inout Value) {}

    func prepareForCreate(_ object: inout Value) {
        object["status"] = ["phase": "Pending"]
        normaliseDataSources(&object["spec"])
    }

    func prepareForUpdate(_ object: inout Value, old: Value) {
        object["status"] = old["status"]
        normaliseDataSources(&object["spec"])
    }

    /// A source that is neither a claim nor a snapshot is left out, as long as no populator can be there for it.
    private func normaliseDataSources(_ spec: inout Value) {
        // Sources in other namespaces are off by default in v1.36.
        if !(spec["dataSourceRef"]["namespace"].string ?? "").isEmpty { spec.remove("dataSourceRef") }
        let source = spec["dataSource"]
        if source.isObject, spec["dataSourceRef"].isNull {
            let group = source["apiGroup"].string ?? "", kind = source["kind"].string ?? ""
            let isKnown = group.isEmpty && kind == "PersistentVolumeClaim"
                || group == "snapshot.storage.k8s.io" && kind == "VolumeSnapshot"
            if !isKnown { spec.remove("dataSource") }
        }
        ClaimDefaults.applyDataSource(&spec)
    }

    func prepareForUpdate(of subresource: String, _ object: inout Value, old: Value) { keepOnlyStatus(&object, old: old) }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) { errors.claimSpec(object["spec"]) }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let spec = new["spec"], before = old["spec"]
        let isBound = old["status"]["phase"].text == "Bound"
        let annotations = new["metadata"]["annotations"]
        let replaces = replacesAnnotation(new, old)
        var (compared, expected) = (spec.value, before.value)
        // Binding fills in the name. A class may follow, or take the place of the annotation that it had.
        if before["volumeName"].isEmpty {
            compared.set("volumeName", nil)
            expected.set("volumeName", nil)
        }
        let annotated = old["metadata"]["annotations"][Self.betaClass]
        if before["storageClassName"].isAbsent, annotated.isAbsent || spec["storageClassName"].value == annotated.value {
            compared.remove("storageClassName")
        }
        if isBound {
            if compared["resources"]["requests"].isObject, before["resources"]["requests"].value.contains("storage") {
                compared["resources"]["requests"]["storage"] = before["resources"]["requests"]["storage"].value
            }
            expected.set("volumeAttributesClassName", compared.contains("volumeAttributesClassName") ? compared["volumeAttributesClassName"] : nil)
        }
        if compared != expected {
            errors.forbidden(
                spec,
                "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n"
                    + InternalForm.difference(expected, compared, "k8s.io.api.core.v1.PersistentVolumeClaimSpec"))
        }
        shrinks(spec, before, old["status"], &errors)
        errors.immutable(new.showing(spec["volumeMode"].value, as: "volumeMode"), before["volumeMode"])
        if !replaces, annotations[Self.betaClass].value != annotated.value {
            errors.invalid(annotations[Self.betaClass], "field is immutable", showing: .string(annotations[Self.betaClass].text))
        }
        let attributes = spec["volumeAttributesClassName"]
        if before["volumeAttributesClassName"].isPresent, attributes.isEmpty, attributes.value != before["volumeAttributesClassName"].value {
            errors.forbidden(attributes, "update from non-nil value to \(attributes.isAbsent ? "nil" : "an empty string") is forbidden")
        }
    }

    /// Whether the class moves from the annotation into its field.
    private func replacesAnnotation(_ new: FieldValue, _ old: FieldValue) -> Bool {
        let before = old["metadata"]["annotations"][Self.betaClass], after = new["metadata"]["annotations"][Self.betaClass]
        return before.isPresent && old["spec"]["storageClassName"].isAbsent && new["spec"]["storageClassName"].value == before.value
            && (after.isAbsent || after.value == before.value)
    }

    private func shrinks(_ spec: FieldValue, _ before: FieldValue, _ status: FieldValue, _ errors: inout FieldErrors) {
        let request = spec["resources"]["requests"]["storage"]
        let now = request.quantity ?? .zero
        guard let old = before["resources"]["requests"]["storage"].quantity, now < old else { return }
        // A failed expansion may be taken back, not as far as what there is.
        if now > status["capacity"]["storage"].quantity ?? .zero { return }
        errors.forbidden(request, "field can not be less than status.capacity")
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let status = new["status"]
        for entry in status["capacity"].entries { quantity(entry.field, &errors) }
        for entry in status["allocatedResources"].entries where name(entry.key, status["allocatedResources"], &errors) {
            quantity(entry.field, &errors)
        }
        let states = [
            "ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizePending", "NodeResizeInProgress",
            "NodeResizeInfeasible",
        ]
        let statuses = status["allocatedResourceStatuses"]
        for entry in statuses.entries {
            _ = name(entry.key, statuses, &errors)
            if !states.contains(entry.field.text) { errors.notSupported(statuses, states.sorted(), showing: .string(entry.key)) }
        }
    }

    private func quantity(_ field: FieldValue, _ errors: inout FieldErrors) {
        if let amount = field.quantity, amount.nanos < 0 { errors.invalid(field, "must be a valid resource quantity") }
    }

    /// Whether a claim can have an amount of this name.
    private func name(_ name: String, _ list: FieldValue, _ errors: inout FieldErrors) -> Bool {
        let problems = NameRules.qualifiedName(name)
        for problem in problems { errors.invalid(list, problem, showing: .string(name)) }
        guard problems.isEmpty else { return false }
        let isNative = !name.contains("/") || name.split(separator: "/")[0].hasSuffix("kubernetes.io")
        guard isNative, name != "storage" else { return true }
        errors.notSupported(list, ["storage"], showing: .string(name))
        return false
    }

    func warnings(_ object: Value, old: Value?) -> [String] {
        var found: [String] = []
        let claim = FieldValue(object)
        if claim["metadata"]["annotations"][Self.betaClass].isPresent {
            found.append("metadata.annotations[\(Self.betaClass)]: deprecated since v1.8; use \"storageClassName\" attribute instead")
        }
        for kind in ["limits", "requests"] {
            let amount = claim["spec"]["resources"][kind].entry("storage")
            if let value = amount.quantity, !value.isInteger {
                found.append("\(amount.path): fractional byte value \"\(amount.text)\" is invalid, must be an integer")
            }
        }
        return found
    }

    var returnsDeletedObject: Bool { true }
}
