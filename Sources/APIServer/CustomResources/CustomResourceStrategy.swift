import KubernetesTypes
import Objects
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
        // An object that a webhook converted has to fit the version that it is in.
        let own = definition.convertsByWebhook ? GroupVersion(apiVersion: object.value["apiVersion"].string ?? "") : nil
        guard let schema = definition.version((own ?? version).version)?.schema.schema else { return }
        errors.append(CustomValidation.errors(object.value, schema, old: old?.value))
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        guard let version = (new.value["apiVersion"].string ?? "").split(separator: "/").last else { return }
        check(new, old: old, as: GroupVersion(group: "", version: String(version)), &errors)
    }

    var countsGeneration: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }
    var statusMetadata: StatusMetadata { .stays }
}
