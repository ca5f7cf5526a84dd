import Synchronization

/// One object at one revision, encoded once: the bytes that get, list and watch hand out.
///
/// The watch cache of the API server and the informers of the same process share these; nobody copies them.
/// The decoded tree is made when somebody in the process asks for it, and remembered.
package final class EncodedObject: Sendable {
    /// `namespace/name`, or `name` for objects of the cluster.
    package let key: String
    package let namespace: String
    package let name: String
    /// The revision that wrote it: `metadata.resourceVersion` as a number.
    package let revision: Int64
    /// JSON with `kind` and `apiVersion` first, then `metadata` that begins with `resourceVersion`.
    package let json: [UInt8]
    /// How many bytes `{"kind":…,"apiVersion":…,` takes: list items of built-in kinds leave it out.
    package let typePrefixLength: Int
    /// Labels as pairs; few, so a scan finds one.
    package let labels: [(key: String, value: String)]
    /// The values of the kind's selectable fields beyond name and namespace, in the kind's order.
    package let selectableFields: [String]
    private let decoded: Mutex<Value?>

    package init(
        namespace: String, name: String, revision: Int64, json: [UInt8], typePrefixLength: Int,
        labels: [(key: String, value: String)], selectableFields: [String] = [], value: Value? = nil
    ) {
        self.key = namespace.isEmpty ? name : namespace + "/" + name
        self.namespace = namespace
        self.name = name
        self.revision = revision
        self.json = json
        self.typePrefixLength = typePrefixLength
        self.labels = labels
        self.selectableFields = selectableFields
        decoded = Mutex(value)
    }

    /// From a decoded object, as a client that reads over the network has it.
    package convenience init(value: Value) {
        let metadata = value["metadata"]
        self.init(
            namespace: metadata["namespace"].string ?? "", name: metadata["name"].string ?? "",
            revision: metadata["resourceVersion"].string.flatMap { Int64($0) } ?? 0, json: [], typePrefixLength: 0,
            labels: metadata["labels"].members.compactMap { entry in entry.value.string.map { (entry.key, $0) } }, value: value)
    }

    /// The decoded object; `.null` only if the bytes are damaged.
    package var value: Value {
        if let known = decoded.withLock({ $0 }) { return known }
        let value = (try? Value(json: json)) ?? .null
        decoded.withLock { $0 = value }
        return value
    }

    /// Decodes without remembering, for the caller that looks only once.
    package func decodedOnce() -> Value {
        if let known = decoded.withLock({ $0 }) { return known }
        return (try? Value(json: json)) ?? .null
    }

    package func label(_ key: String) -> String? { labels.first { $0.key == key }?.value }
}
