package import KubernetesTypes
package import Objects
import Schema

/// The checks of `metadata` that every kind shares.
package enum MetadataRules {
    private static let standardFinalizers = ["kubernetes", "orphan", "foregroundDeletion"]
    private static let immutable = ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"]

    /// The errors of a new object's metadata. Built-in kinds are stricter about finalizers than custom ones.
    package static func validate(
        _ object: Value, isNamespaced: Bool, isBuiltIn: Bool, nameProblems: (String, Bool) -> [String]
    ) -> [FieldError] {
        FieldErrors.found(in: object) { object, errors in
            let metadata = object["metadata"]
            errors.textIfPresent(metadata["generateName"]) { nameProblems($0, true) }
            if errors.need(metadata["name"], "name or generateName is required") {
                errors.text(metadata["name"]) { nameProblems($0, false) }
            }
            let namespace = metadata["namespace"]
            if isNamespaced {
                errors.needText(namespace, NameRules.dns1123Label)
            } else if !namespace.isEmpty {
                errors.forbidden(namespace, "not allowed on this type")
            }
            errors.nonNegative(metadata["generation"])
            common(metadata, isBuiltIn, &errors)
        }
    }

    /// The errors of an update: what may not change, and what any metadata has to be.
    package static func validateUpdate(_ new: Value, old: Value, isBuiltIn: Bool) -> [FieldError] {
        FieldErrors.found(in: new) { new, errors in
            let metadata = new["metadata"], before = FieldValue(old)["metadata"]
            for key in immutable where metadata[key].value != before[key].value {
                errors.invalid(metadata[key], "field is immutable")
            }
            if before["deletionTimestamp"].isPresent {
                let known = Set(before["finalizers"].strings)
                let added = metadata["finalizers"].strings.filter { !known.contains($0) }
                if !added.isEmpty {
                    let list = added.map { "\"\($0)\"" }.joined(separator: ", ")
                    errors.forbidden(
                        metadata["finalizers"],
                        "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(list)}")
                }
            }
            common(metadata, isBuiltIn, &errors)
        }
    }

    /// What holds for every write: labels, annotations, owners, finalizers.
    private static func common(_ metadata: FieldValue, _ isBuiltIn: Bool, _ errors: inout FieldErrors) {
        errors.labels(metadata["labels"])
        errors.annotations(metadata["annotations"])
        owners(metadata["ownerReferences"], &errors)
        finalizers(metadata["finalizers"], isBuiltIn, &errors)
    }

    /// Kubernetes reports owners without saying which.
    private static func owners(_ list: FieldValue, _ errors: inout FieldErrors) {
        var controllers: [String] = []
        for owner in list.value.array {
            let version = owner["apiVersion"].string ?? ""
            if GroupVersion(apiVersion: version) == nil {
                errors.invalid(list.showing(.string(version), as: "apiVersion"), "version must not be empty")
            }
            for key in ["kind", "name", "uid"] where (owner[key].string ?? "").isEmpty {
                errors.invalid(list.showing("", as: key), "must not be empty")
            }
            if owner["kind"].string == "Event", version == "v1" || version.hasPrefix("events.k8s.io/") {
                let group = GroupVersion(apiVersion: version)
                errors.invalid(
                    list, "\(group?.group ?? "")/\(group?.version ?? ""), Kind=Event is disallowed from being an owner", showing: owner)
            }
            if owner["controller"].bool == true {
                controllers.append("\(owner["kind"].string ?? "")/\(owner["name"].string ?? "")")
                if controllers.count > 1 {
                    let both = "\(controllers[0]) and \(controllers[controllers.count - 1])"
                    errors.invalid(list, "Only one reference can have Controller set to true. Found \"true\" in references for \(both)")
                }
            }
        }
    }

    private static func finalizers(_ list: FieldValue, _ isBuiltIn: Bool, _ errors: inout FieldErrors) {
        let names = list.strings
        for (index, name) in names.enumerated() {
            for problem in NameRules.qualifiedName(name) { errors.invalid(list, problem, showing: .string(name)) }
            if isBuiltIn, !name.contains("/"), !standardFinalizers.contains(name) {
                errors.invalid(list[index], "name is neither a standard finalizer name nor is it fully qualified")
            }
        }
        if names.contains("orphan"), names.contains("foregroundDeletion") {
            errors.invalid(list, "finalizer orphan and foregroundDeletion cannot be both set")
        }
    }

    // MARK: owners that are named twice

    /// Leaves out owners that are there already, and tells of it.
    package static func removeRepeatedOwners(_ object: inout Value) -> [String] {
        let owners = object["metadata"]["ownerReferences"].array
        guard owners.count > 1 else { return [] }
        var seen: Set<String> = []
        var repeated: [String] = []
        let kept = owners.filter { owner in
            let uid = owner["uid"].string ?? ""
            if seen.insert(uid).inserted { return true }
            repeated.append(uid)
            return false
        }
        guard kept.count < owners.count else { return [] }
        object["metadata"]["ownerReferences"] = .array(kept)
        return [
            ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: \(repeated.joined(separator: ", "))"
        ]
    }
}
