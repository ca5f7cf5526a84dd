package import KubernetesTypes
package import Objects
package import Schema

/// What a kind needs beyond its schema: defaults that depend on other fields, what a write may touch, and
/// validation across fields.
///
/// A strategy is pure: it sees the object (and the old one) and nothing else. The registry calls, in order:
/// decode, static defaults, `applyDefaults`, admission, `prepareFor…`, `validate…`.
/// The default implementations are what most kinds do.
package protocol Strategy: Sendable {
    /// Fills in what depends on other fields. Runs on every object that a client sends.
    func applyDefaults(_ object: inout Value)
    /// Clears what a client may not set on create (status), normalises.
    func prepareForCreate(_ object: inout Value)
    /// Restores from `old` what an update of the main resource may not touch.
    func prepareForUpdate(_ object: inout Value, old: Value)
    /// Restores from `old` all that an update of `subresource` may not touch; `status` for most kinds.
    func prepareForUpdate(of subresource: String, _ object: inout Value, old: Value)
    /// What a status update may do to labels, annotations, finalizers and owners.
    var statusMetadata: StatusMetadata { get }

    /// What has to hold on create and on update of the main resource. The registry checks the metadata.
    func check(_ object: FieldValue, _ errors: inout FieldErrors)
    /// What has to hold on create only.
    func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors)
    /// What may not change in an update of the main resource.
    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors)
    /// What has to hold after a JSON or merge patch of the main resource, beyond what has to hold after any update.
    func checkPatch(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors)
    /// All that has to hold after an update of `subresource`.
    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors)
    /// What has to hold for clients of one version only; `old` is nil on create.
    func check(_ object: FieldValue, old: FieldValue?, as version: GroupVersion, _ errors: inout FieldErrors)
    /// What is warned of in a new object before anybody checks it.
    func preparationWarnings(_ object: Value) -> [String]
    /// What goes into `Warning` headers; `old` is nil on create.
    func warnings(_ object: Value, old: Value?) -> [String]

    /// The problems of a name. With `isPrefix` it is a `generateName`, whose end the server completes.
    func nameProblems(_ name: String, isPrefix: Bool) -> [String]
    /// Whether `metadata.generation` counts the changes of this kind's spec.
    var countsGeneration: Bool { get }
    /// Whether PUT of an absent object creates it.
    var allowsCreateOnUpdate: Bool { get }
    /// Whether an update without resourceVersion is taken.
    var allowsUnconditionalUpdate: Bool { get }
    /// Seconds between the request of a deletion and its end; nil for kinds that go at once.
    /// `requested` is what the client asked for.
    func gracePeriod(_ object: Value, requested: Int64?) -> Int64?
    /// Whether DELETE answers with the object instead of a `Status`.
    var returnsDeletedObject: Bool { get }
    /// Whether a deletion that names no propagation policy leaves the dependents alone.
    var orphansByDefault: Bool { get }
    /// The fields beyond `metadata.name` and `metadata.namespace` that a field selector may name.
    var selectableFields: [String] { get }
    /// The values of `selectableFields`, in the same order.
    func selectableValues(_ object: Value) -> [String]
}

/// What of the metadata a status update may change.
package enum StatusMetadata: Sendable {
    case changes, changesExceptLabels, stays

    var keys: [String] {
        switch self {
        case .changes: ["labels", "annotations", "finalizers", "ownerReferences"]
        case .changesExceptLabels: ["annotations", "finalizers", "ownerReferences"]
        case .stays: []
        }
    }
}

extension Strategy {
    package func applyDefaults(_ object: inout Value) {}

    package func prepareForCreate(_ object: inout Value) { resetStatus(&object) }

    package func prepareForUpdate(_ object: inout Value, old: Value) {
        object.set("status", old.contains("status") ? old["status"] : nil)
    }

    package func prepareForUpdate(of subresource: String, _ object: inout Value, old: Value) {
        if subresource == "status" { keepOnlyStatus(&object, old: old) } else { prepareForUpdate(&object, old: old) }
    }

    package var statusMetadata: StatusMetadata { .changes }

    /// What every status update does: all comes from `old` but the status, and of the metadata what the kind allows
    /// and what the registry carries over anyway.
    package func keepOnlyStatus(_ object: inout Value, old: Value) {
        var result = old
        result.set("status", object.contains("status") ? object["status"] : nil)
        var metadata = old["metadata"]
        for key in ["managedFields", "resourceVersion"] + statusMetadata.keys {
            metadata.set(key, object["metadata"].contains(key) ? object["metadata"][key] : nil)
        }
        result["metadata"] = metadata
        object = result
    }

    package func check(_ object: FieldValue, _ errors: inout FieldErrors) {}
    package func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors) {}
    package func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {}
    package func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {}
    package func check(_ object: FieldValue, old: FieldValue?, as version: GroupVersion, _ errors: inout FieldErrors) {}
    package func checkPatch(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {}
    package func preparationWarnings(_ object: Value) -> [String] { [] }
    package func warnings(_ object: Value, old: Value?) -> [String] { [] }

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRules.dns1123Subdomain(isPrefix ? NameRules.completed(name) : name)
    }

    package func gracePeriod(_ object: Value, requested: Int64?) -> Int64? { nil }
    package var returnsDeletedObject: Bool { false }
    package var orphansByDefault: Bool { false }
    package var countsGeneration: Bool { false }
    package var allowsCreateOnUpdate: Bool { false }
    package var allowsUnconditionalUpdate: Bool { true }
    package var selectableFields: [String] { [] }
    package func selectableValues(_ object: Value) -> [String] {
        selectableFields.map { field in
            object.at(field.split(separator: ".").map(String.init)).scalarText
        }
    }
}

/// What the registry calls.
extension Strategy {
    /// What is wrong with a new object, beyond its metadata. `version` is the one that the client speaks.
    package func validateCreate(_ object: Value, as version: GroupVersion) -> [FieldError] {
        FieldErrors.found(in: object) { object, errors in
            check(object, &errors)
            checkCreate(object, &errors)
            check(object, old: nil, as: version, &errors)
        }
    }

    /// What is wrong with a changed object; `subresource` is empty for the resource itself.
    package func validateUpdate(
        of subresource: String, _ object: Value, old: Value, as version: GroupVersion, isGenericPatch: Bool = false
    ) -> [FieldError] {
        FieldErrors.found(in: object) { object, errors in
            let old = FieldValue(old)
            if subresource.isEmpty || subresource == "scale" {
                check(object, &errors)
                checkUpdate(object, old: old, &errors)
                if isGenericPatch { checkPatch(object, old: old, &errors) }
                check(object, old: old, as: version, &errors)
            } else {
                checkUpdate(of: subresource, object, old: old, &errors)
            }
        }
    }
}

extension NameRules {
    /// What a `generateName` is checked as: the server's addition makes an end that may be a dash a fine one.
    package static func completed(_ prefix: String) -> String {
        prefix.hasSuffix("-") ? String(prefix.dropLast()) + "a" : prefix
    }
}

extension Value {
    /// A scalar as a field selector compares it; empty for what is absent.
    package var scalarText: String {
        switch self {
        case .string(let text): return text
        case .int(let number): return String(number)
        case .bool(let flag): return flag ? "true" : "false"
        default: return ""
        }
    }
}

/// The strategy of kinds that need nothing beyond their schema.
package struct PlainStrategy: Strategy {
    package init() {}
}
