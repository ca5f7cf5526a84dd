import Synchronization

/// One object at one revision, encoded once: the bytes that get, list and watch hand out.
///
/// The watch cache of the API server and the informers of the same process share these; nobody copies them.
/// The decoded tree is made when somebody in the process asks for it, and remembered for as long as somebody does: a tree is several
/// times as large as the bytes.
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
    private struct Decoded {
        var value: Value?
        /// Whether somebody asked since the last `forgetUnused`.
        var isUsed = true
    }

    private let decoded: Mutex<Decoded>

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
        decoded = Mutex(Decoded(value: value))
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
        let known = decoded.withLock { decoded in
            decoded.isUsed = true
            return decoded.value
        }
        if let known { return known }
        let value = (try? Value(json: json)) ?? .null
        decoded.withLock { $0.value = value }
        return value
    }

    /// Decodes without remembering, for the caller that looks only once.
    package func decodedOnce() -> Value {
        if let known = decoded.withLock({ $0.value }) { return known }
        return (try? Value(json: json)) ?? .null
    }

    /// Lets the tree go when nobody asked for it since the last call, and says whether it did. It is made again when
    /// somebody does ask.
    package func forgetUnused() -> Bool {
        // One that came over the network has no bytes to make it from.
        if json.isEmpty { return false }
        let old = decoded.withLock { decoded -> Value? in
            if decoded.isUsed {
                decoded.isUsed = false
                return nil
            }
            defer { decoded.value = nil }
            return decoded.value
        }
        // Freed here, outside the lock.
        return old != nil
    }

    package func label(_ key: String) -> String? { labels.first { $0.key == key }?.value }
}
