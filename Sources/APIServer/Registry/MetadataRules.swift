import KubernetesTypes
import Objects
import Patching
import Schema

/// The checks of `metadata` that every kind shares.
enum MetadataRules {
    private static let annotationsLimit = 256 * 1024

    /// The errors of a new object's metadata. `name` may still be missing when it is to be generated.
    static func validate(
        _ metadata: Value, isNamespaced: Bool, isBuiltIn: Bool, nameProblems: (String, Bool) -> [String]
    ) -> [FieldError] {
        var errors: [FieldError] = []
        if let prefix = metadata["generateName"].string, !prefix.isEmpty {
            for problem in nameProblems(prefix, true) { errors.append(.invalid("metadata.generateName", .string(prefix), problem)) }
        }
        let name = metadata["name"].string ?? ""
        if name.isEmpty {
            errors.append(.required("metadata.name", "name or generateName is required"))
        } else {
            for problem in nameProblems(name, false) { errors.append(.invalid("metadata.name", .string(name), problem)) }
        }
        let namespace = metadata["namespace"].string ?? ""
        if isNamespaced {
            if namespace.isEmpty {
                errors.append(.required("metadata.namespace"))
            } else {
                for problem in NameRules.dns1123Label(namespace) {
                    errors.append(.invalid("metadata.namespace", .string(namespace), problem))
                }
            }
        } else if !namespace.isEmpty {
            errors.append(.forbidden("metadata.namespace", "not allowed on this type"))
        }
        if let generation = metadata["generation"].int, generation < 0 {
            errors.append(.invalid("metadata.generation", .int(generation), "must be greater than or equal to 0"))
        }
        return errors + common(metadata, isBuiltIn: isBuiltIn)
    }

    /// What holds for every write: labels, annotations, owners, finalizers, managed fields.
    private static func common(_ metadata: Value, isBuiltIn: Bool) -> [FieldError] {
        var errors = labels(metadata["labels"], at: "metadata.labels")
        errors += annotations(metadata["annotations"], at: "metadata.annotations")
        errors += owners(metadata["ownerReferences"].array)
        errors += finalizers(metadata["finalizers"].array)
        if isBuiltIn { errors += unknownFinalizers(metadata["finalizers"].array, at: "metadata.finalizers") }
        for problem in FieldManagement.problems(metadata["managedFields"]) {
            errors.append(.invalid("metadata.managedFields" + problem.path, problem.value, problem.detail))
        }
        return errors
    }

    static func labels(_ labels: Value, at path: String) -> [FieldError] {
        var errors: [FieldError] = []
        for entry in labels.members {
            for problem in NameRules.qualifiedName(entry.key) { errors.append(.invalid(path, .string(entry.key), problem)) }
            let text = entry.value.string ?? ""
            for problem in NameRules.labelValue(text) { errors.append(.invalid(path, .string(text), problem)) }
        }
        return errors
    }

    static func annotations(_ annotations: Value, at path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var size = 0
        for entry in annotations.members {
            for problem in NameRules.qualifiedName(entry.key.lowercased()) {
                errors.append(.invalid(path, .string(entry.key), problem))
            }
            size += entry.key.utf8.count + (entry.value.string?.utf8.count ?? 0)
        }
        if size > annotationsLimit { errors.append(.tooLong(path, annotationsLimit)) }
        return errors
    }

    private static func owners(_ owners: [Value]) -> [FieldError] {
        let path = "metadata.ownerReferences"
        var errors: [FieldError] = []
        var controller: String?
        for (index, owner) in owners.enumerated() {
            let at = "\(path)[\(index)]"
            let apiVersion = owner["apiVersion"].string ?? ""
            if GroupVersion(apiVersion: apiVersion) == nil {
                errors.append(.invalid("\(at).apiVersion", .string(apiVersion), "version must not be empty"))
            }
            for key in ["kind", "name", "uid"] where (owner[key].string ?? "").isEmpty {
                errors.append(.invalid("\(at).\(key)", .string(""), "must not be empty"))
            }
            if owner["controller"].bool == true {
                let name = "\(owner["kind"].string ?? "")/\(owner["name"].string ?? "")"
                if let controller {
                    errors.append(
                        .invalid(path, .string(controller), "Only one reference can have Controller set to true. Found \"true\" in references for \(controller) and \(name)"))
                }
                controller = name
            }
        }
        return errors
    }

    private static func finalizers(_ finalizers: [Value]) -> [FieldError] {
        var errors: [FieldError] = []
        let names = finalizers.compactMap(\.string)
        for name in names {
            for problem in NameRules.qualifiedName(name) { errors.append(.invalid("metadata.finalizers", .string(name), problem)) }
        }
        if names.contains("orphan"), names.contains("foregroundDeletion") {
            errors.append(
                .invalid("metadata.finalizers", Value(names), "finalizer orphan and foregroundDeletion cannot be both set"))
        }
        return errors
    }

    private static let standardFinalizers: Set<String> = ["orphan", "foregroundDeletion", "kubernetes"]

    /// Built-in kinds take no short names for finalizers but the standard ones.
    static func unknownFinalizers(_ finalizers: [Value], at path: String) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, name) in finalizers.compactMap(\.string).enumerated()
        where !name.contains("/") && !standardFinalizers.contains(name) {
            errors.append(
                .invalid("\(path)[\(index)]", .string(name), "name is neither a standard finalizer name nor is it fully qualified"))
        }
        return errors
    }

    /// The errors of an update: what may not change, and what any metadata has to be.
    static func validateUpdate(_ new: Value, old: Value, isBuiltIn: Bool) -> [FieldError] {
        var errors: [FieldError] = []
        for key in ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"]
        where new[key] != old[key] && !(new[key].isNull && old[key].isNull) {
            errors.append(.invalid("metadata.\(key)", new[key], "field is immutable"))
        }
        if (old["deletionTimestamp"].string != nil) {
            let before = Set(old["finalizers"].strings)
            let added = new["finalizers"].strings.filter { !before.contains($0) }
            if !added.isEmpty {
                errors.append(
                    .forbidden("metadata.finalizers", "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(added.map { "\"\($0)\"" }.joined(separator: ", "))}"))
            }
        }
        return errors + common(new, isBuiltIn: isBuiltIn)
    }
}
