import Objects

struct NamespaceStrategy: Strategy {
    private static let nameLabel = "kubernetes.io/metadata.name"
    private static let finalizer = "kubernetes"

    func applyDefaults(_ object: inout Value) { labelName(&object) }

    private func labelName(_ object: inout Value) {
        guard let name = object["metadata"]["name"].string, !name.isEmpty else { return }
        object["metadata"]["labels"][Self.nameLabel] = .string(name)
        if case .object(var labels) = object["metadata"]["labels"] {
            labels.sortByKey()
            object["metadata"]["labels"] = .object(labels)
        }
    }

    func prepareForCreate(_ object: inout Value) {
        let finalizers = object["spec"]["finalizers"].strings
        if !finalizers.contains(Self.finalizer) { object["spec"]["finalizers"] = Value(finalizers + [Self.finalizer]) }
        object["status"] = ["phase": "Active"]
        labelName(&object)
    }

    func prepareForUpdate(_ object: inout Value, old: Value) {
        object["spec"] = old["spec"]
        object["status"] = old["status"]
        labelName(&object)
    }

    func prepareForUpdate(of subresource: String, _ object: inout Value, old: Value) {
        switch subresource {
        case "status":
            keepOnlyStatus(&object, old: old)
            labelName(&object)
        case "finalize": object["status"] = old["status"]
        default: prepareForUpdate(&object, old: old)
        }
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) { finalizers(object["spec"]["finalizers"], namesPlace: false, &errors) }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        if subresource == "finalize" { finalizers(new["spec"]["finalizers"], namesPlace: true, &errors) }
        if subresource == "status" {
            let isDeleted = new["metadata"]["deletionTimestamp"].isPresent
            let phase = FieldValue(new["status"]["phase"].value, at: "status.Phase")
            if isDeleted, phase.text != "Terminating" {
                errors.invalid(phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")
            } else if !isDeleted, phase.text != "Active" {
                errors.invalid(phase, "may only be 'Active' if `deletionTimestamp` is empty")
            }
        }
    }

    /// Kubernetes says which finalizer is wrong in updates of `finalize` only.
    private func finalizers(_ finalizers: FieldValue, namesPlace: Bool, _ errors: inout FieldErrors) {
        for item in finalizers.items {
            let name = item.text, field = namesPlace ? item : finalizers.replaced(by: item.value)
            errors.text(field, NameRules.qualifiedName)
            if !name.contains("/"), !["kubernetes", "orphan", "foregroundDeletion"].contains(name) {
                errors.invalid(field, "name is neither a standard finalizer name nor is it fully qualified")
            }
        }
    }

    func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRules.dns1123Label(isPrefix ? NameRules.completed(name) : name)
    }

    var returnsDeletedObject: Bool { true }
    var selectableFields: [String] { ["status.phase"] }
}
