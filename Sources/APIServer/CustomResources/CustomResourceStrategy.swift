import KubernetesTypes
import Objects
import Policies
import Schema
import Strategies
import Synchronization

/// What a definition says of a custom kind, version by version; replaced when the definition changes.
final class CustomDefinition: Sendable {
    struct Version: Sendable {
        let name: String
        let schema: CustomSchema
        let hasStatus: Bool
        let scale: ScalePaths?
        /// The schema as the definition states it, to see whether it changed.
        let statedSchema: Value
        /// What expressions demand; nil when the schema has none.
        let rules: SchemaRules?
        /// The paths of the fields by which objects may be selected.
        var selectableFields: [String] = []
    }

    struct State: Sendable {
        var versions: [String: Version] = [:]
        var convertsByWebhook = false
    }

    private let state = Mutex(State())

    func version(_ name: String) -> Version? { state.withLock { $0.versions[name] } }
    /// Whether versions differ in more than their names.
    var convertsByWebhook: Bool { state.withLock { $0.convertsByWebhook } }
    func replace(_ versions: [Version], byWebhook: Bool) {
        state.withLock {
            $0.versions = Dictionary(versions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            $0.convertsByWebhook = byWebhook
        }
    }
    /// The schemas of all versions as they are stated.
    var statedSchemas: [String: Value] { state.withLock { $0.versions.mapValues(\.statedSchema) } }

    /// An object from the store as the schema of its version has it now: that may be newer than the object. Nil when nothing differs.
    func renewed(_ stored: Value) -> Value? {
        guard let version = GroupVersion(apiVersion: stored["apiVersion"].string ?? ""), let schema = self.version(version.version)?.schema
        else { return nil }
        var value = stored
        guard (try? schema.prune(&value)) != nil else { return nil }
        schema.applyDefaults(&value)
        return value == stored ? nil : value
    }

    var hasStatus: Bool { state.withLock { $0.versions.values.contains(where: \.hasStatus) } }
}

/// Where a kind that can be scaled keeps what a `Scale` shows.
struct ScalePaths: Sendable, Equatable {
    var replicas = ["spec", "replicas"]
    var statusReplicas = ["status", "replicas"]
    /// Nil for built-in kinds, whose selector is a structure.
    var selector: [String]?
}

/// The strategy of all custom kinds.
struct CustomResourceStrategy: Strategy {
    let definition: CustomDefinition
    let selectableFields: [String]

    func applyDefaults(_ object: inout Value) {}

    func prepareForCreate(_ object: inout Value) {
        if definition.hasStatus { object.remove("status") }
    }

    func prepareForUpdate(_ object: inout Value, old: Value) {
        if definition.hasStatus { object.set("status", old.contains("status") ? old["status"] : nil) }
    }

    func check(_ object: FieldValue, old: FieldValue?, as version: GroupVersion, _ errors: inout FieldErrors) {
        check(object, old: old, as: version, ofStatus: false, &errors)
    }

    private func check(
        _ object: FieldValue, old: FieldValue?, as version: GroupVersion, ofStatus: Bool, _ errors: inout FieldErrors
    ) {
        // An object that a webhook converted has to fit the version that it is in.
        let own = definition.convertsByWebhook ? GroupVersion(apiVersion: object.value["apiVersion"].string ?? "") : nil
        guard let version = definition.version((own ?? version).version) else { return }
        let schema = version.schema.schema
        let found = ofStatus
            ? CustomValidation.errors(ofStatus: object.value["status"], schema, old: old?.value["status"])
            : CustomValidation.errors(object.value, schema, old: old?.value)
        errors.append(found)
        guard let rules = version.rules else { return }
        if found.contains(where: Self.blocksRules) {
            errors.append(
                .invalid(
                    "<nil>", .null,
                    "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"))
        } else {
            errors.append(rules.errors(object.value, old: old?.value))
        }
    }

    /// Rules are written for objects of the right structure.
    private static func blocksRules(_ error: FieldError) -> Bool {
        switch error.kind {
        case .notSupported, .required, .tooLong, .tooMany, .typeInvalid: true
        default: false
        }
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        guard let version = (new.value["apiVersion"].string ?? "").split(separator: "/").last else { return }
        let own = GroupVersion(group: "", version: String(version))
        check(new, old: old, as: own, ofStatus: subresource == "status", &errors)
    }

    var countsGeneration: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }
    var statusMetadata: StatusMetadata { .stays }
}
