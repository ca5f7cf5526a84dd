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
    /// Restores from `old` all that an update of `status` may not touch.
    func prepareForStatusUpdate(_ object: inout Value, old: Value)
    /// Checks all but the metadata, which the registry checks for every kind.
    func validateCreate(_ object: Value) -> [FieldError]
    func validateUpdate(_ object: Value, old: Value) -> [FieldError]
    func validateStatusUpdate(_ object: Value, old: Value) -> [FieldError]
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

extension Strategy {
    package func applyDefaults(_ object: inout Value) {}

    package func prepareForCreate(_ object: inout Value) { object.remove("status") }

    package func prepareForUpdate(_ object: inout Value, old: Value) {
        object.set("status", old.contains("status") ? old["status"] : nil)
    }

    package func prepareForStatusUpdate(_ object: inout Value, old: Value) { keepOnlyStatus(&object, old: old) }

    /// What every status update does: all comes from `old` but the status, and of the metadata what the
    /// registry carries over anyway.
    package func keepOnlyStatus(_ object: inout Value, old: Value) {
        var result = old
        result.set("status", object.contains("status") ? object["status"] : nil)
        var metadata = old["metadata"]
        for key in ["managedFields", "resourceVersion"] {
            metadata.set(key, object["metadata"].contains(key) ? object["metadata"][key] : nil)
        }
        result["metadata"] = metadata
        object = result
    }

    package func validateCreate(_ object: Value) -> [FieldError] { [] }
    package func validateUpdate(_ object: Value, old: Value) -> [FieldError] { validateCreate(object) }
    package func validateStatusUpdate(_ object: Value, old: Value) -> [FieldError] { [] }
    package func warnings(_ object: Value, old: Value?) -> [String] { [] }

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRules.dns1123Subdomain(isPrefix ? name + "a" : name)
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
