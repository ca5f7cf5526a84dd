import KubernetesTypes
import Objects
import Schema
import Synchronization
import Webhooks

/// The webhook that turns objects of a custom kind from one version into another.
///
/// What it made of a stored object is remembered, so that lists and watches ask once a revision.
final class CustomConversion: Sendable {
    private struct Key: Hashable {
        let object: String
        let revision: Int64
        let version: String
    }

    /// How many converted objects are remembered.
    private static let memoryLimit = 4096
    private static let timeoutSeconds: Int64 = 30

    /// What it was made from; another one is needed when that changes.
    let settings: Value
    private let target: WebhookTarget
    private let reviewVersion: ConversionQuestion.Version
    private let client: WebhookClient
    private let definition: CustomDefinition
    private let remembered = Mutex<[Key: EncodedObject]>([:])

    /// From `spec.conversion` of a definition. Nil when versions are converted by name only.
    init?(_ conversion: Value, generation: Value, client: WebhookClient, definition: CustomDefinition) {
        settings = [conversion, generation]
        guard conversion["strategy"].string == "Webhook", let target = WebhookTarget(conversion["webhook"]["clientConfig"]),
            let version = conversion["webhook"]["conversionReviewVersions"].strings.lazy
                .compactMap(ConversionQuestion.Version.init(rawValue:)).first
        else { return nil }
        self.target = target
        self.client = client
        self.definition = definition
        reviewVersion = version
    }

    /// The object in the version of `id`. Throws what the client is to see when the webhook fails.
    func convert(_ value: Value, to id: GroupVersionKind) async throws(StatusError) -> Value {
        guard let converted = try await convert([value], to: id).first else { return value }
        return converted
    }

    private func convert(_ values: [Value], to id: GroupVersionKind) async throws(StatusError) -> [Value] {
        let wanted = id.groupVersion.description
        let positions = values.indices.filter { values[$0].isObject && values[$0]["apiVersion"].string != wanted }
        guard let first = positions.first else { return values }
        let review = ConversionQuestion(
            uid: Naming.uid(), version: reviewVersion, desired: wanted, objects: positions.map { values[$0] })
        var result = values
        do throws(WebhookFailure) {
            let answer = try await client.post(review.encoded, to: target, timeoutSeconds: Self.timeoutSeconds)
            for (position, converted) in zip(positions, try review.converted(answer)) {
                result[position] = complete(converted, id)
            }
        } catch {
            let from = values[first]["apiVersion"].string ?? ""
            throw StatusError(code: 500, reason: "", message: "conversion webhook for \(from), Kind=\(id.kind) failed: \(error)")
        }
        return result
    }

    /// What the webhook made is held to the schema of its version.
    private func complete(_ value: Value, _ id: GroupVersionKind) -> Value {
        guard let schema = definition.version(id.version)?.schema else { return value }
        var value = value
        _ = try? schema.prune(&value)
        schema.applyDefaults(&value)
        return value
    }

    // MARK: stored objects

    /// Converted before, or in this version already.
    func known(_ object: EncodedObject, _ id: GroupVersionKind) -> EncodedObject? {
        if Self.isIn(object, id) { return object }
        return remembered.withLock { $0[Key(object: object.key, revision: object.revision, version: id.version)] }
    }

    /// Read from the first bytes: to decode every object of a list only to learn its version costs too much.
    private static func isIn(_ object: EncodedObject, _ id: GroupVersionKind) -> Bool {
        if object.json.isEmpty { return object.value["apiVersion"].string == id.groupVersion.description }
        return object.json.starts(with: "{\"kind\":\"\(id.kind)\",\"apiVersion\":\"\(id.groupVersion)\"".utf8)
    }

    func convert(_ objects: [EncodedObject], to id: GroupVersionKind) async throws(StatusError) -> [EncodedObject] {
        let missing = objects.filter { known($0, id) == nil }
        if !missing.isEmpty {
            let converted = try await convert(missing.map(\.value), to: id)
            for (object, value) in zip(missing, converted) { remember(object, value, id) }
        }
        return objects.map { known($0, id) ?? $0 }
    }

    private func remember(_ object: EncodedObject, _ value: Value, _ id: GroupVersionKind) {
        let made = EncodedObject(
            key: object.key, namespace: object.namespace, revision: object.revision, json: ServedKind.typeFirst(value, id).json,
            typePrefixLength: 0, labels: object.labels, selectableFields: object.selectableFields, value: value)
        remembered.withLock { known in
            // What is asked for again is converted again.
            if known.count >= Self.memoryLimit { known = [:] }
            known[Key(object: object.key, revision: object.revision, version: id.version)] = made
        }
    }
}
