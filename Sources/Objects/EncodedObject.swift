import Synchronization

/// One object at one revision, encoded once: the bytes that get, list and watch hand out.
///
/// The watch cache of the API server and the informers of the same process share these; nobody copies them.
/// The decoded tree is made when somebody in the process asks for it, and remembered for a while (`DecodedTrees`): a tree is several
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
        /// Whether somebody asked since `DecodedTrees` last looked.
        var isUsed = true
        var derived: (any AnyObject & Sendable)?
    }

    private let decoded: Mutex<Decoded>

    /// `key` is for one who has it already; it follows from namespace and name.
    package init(
        key: String? = nil, namespace: String, name: String, revision: Int64, json: [UInt8], typePrefixLength: Int,
        labels: [(key: String, value: String)], selectableFields: [String] = [], value: Value? = nil
    ) {
        self.key = key ?? (namespace.isEmpty ? name : namespace + "/" + name)
        self.namespace = namespace
        self.name = name
        self.revision = revision
        self.json = json
        self.typePrefixLength = typePrefixLength
        self.labels = labels
        self.selectableFields = selectableFields
        decoded = Mutex(Decoded(value: value))
        // One that came over the network has no bytes to make it from: it stays.
        if value != nil, !json.isEmpty { DecodedTrees.shared.remember(self) }
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
        let isNew = decoded.withLock { decoded in
            defer { decoded.value = value }
            return decoded.value == nil
        }
        if isNew { DecodedTrees.shared.remember(self) }
        return value
    }

    /// Decodes without remembering, for the caller that looks only once.
    package func decodedOnce() -> Value {
        if let known = decoded.withLock({ $0.value }) { return known }
        return (try? Value(json: json)) ?? .null
    }

    /// Something small that is worked out of the tree once and stays with the object, so that who goes through many needs no
    /// trees. There is room for one kind of it.
    package func derived<D: AnyObject & Sendable>(_ make: (Value) -> D) -> D {
        if let known = decoded.withLock({ $0.derived }) as? D { return known }
        let made = make(decodedOnce())
        decoded.withLock { $0.derived = made }
        return made
    }

    /// Whether somebody asked for the tree since the last call.
    func clearUse() -> Bool {
        decoded.withLock { decoded in
            defer { decoded.isUsed = false }
            return decoded.isUsed
        }
    }

    /// Lets the tree go; it is made again when somebody asks.
    func forget() {
        let old = decoded.withLock { decoded -> Value? in
            defer { decoded.value = nil }
            return decoded.value
        }
        // Freed here, outside the lock.
        _ = consume old
    }

    package func label(_ key: String) -> String? { labels.first { $0.key == key }?.value }
}
