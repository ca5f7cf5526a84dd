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
    /// Where the name begins in the key.
    private let nameStart: Int
    /// The revision that wrote it: `metadata.resourceVersion` as a number.
    package let revision: Int64
    /// How many bytes `{"kind":…,"apiVersion":…,` takes: list items of built-in kinds leave it out.
    package let typePrefixLength: Int
    package let labels: ObjectLabels
    /// The values of the kind's selectable fields beyond name and namespace, in the kind's order.
    package let selectableFields: SelectableValues

    private enum Content: Sendable {
        case plain([UInt8])
        case packed(PackedJSON)
    }

    private struct State {
        var content: Content
        var value: Value?
        /// Whether somebody asked since `DecodedTrees` last looked.
        var isUsed = true
        var derived: (any AnyObject & Sendable)?
    }

    private let state: Mutex<State>

    /// `key` has to be what namespace and name make.
    package init(
        key: String, namespace: String, revision: Int64, json: [UInt8], typePrefixLength: Int, labels: ObjectLabels,
        selectableFields: SelectableValues = [], value: Value? = nil
    ) {
        self.key = key
        self.namespace = namespace
        nameStart = namespace.isEmpty ? 0 : namespace.utf8.count + 1
        self.revision = revision
        self.typePrefixLength = typePrefixLength
        self.labels = labels
        self.selectableFields = selectableFields
        state = Mutex(State(content: .plain(json), value: value))
        // One that came over the network has no bytes to make it from: it stays.
        if value != nil, !json.isEmpty { DecodedTrees.shared.remember(self) }
    }

    package convenience init(
        namespace: String, name: String, revision: Int64, json: [UInt8], typePrefixLength: Int, labels: ObjectLabels, value: Value? = nil
    ) {
        self.init(
            key: namespace.isEmpty ? name : namespace + "/" + name, namespace: namespace, revision: revision, json: json,
            typePrefixLength: typePrefixLength, labels: labels, value: value)
    }

    /// From a decoded object, as a client that reads over the network has it.
    package convenience init(value: Value) {
        let metadata = value["metadata"]
        self.init(
            namespace: metadata["namespace"].string ?? "", name: metadata["name"].string ?? "",
            revision: metadata["resourceVersion"].string.flatMap { Int64($0) } ?? 0, json: [], typePrefixLength: 0,
            labels: .of(value), value: value)
    }

    package var name: String { nameStart == 0 ? key : String(decoding: key.utf8.dropFirst(nameStart), as: UTF8.self) }

    /// JSON with `kind` and `apiVersion` first, then `metadata` that begins with `resourceVersion`.
    package var json: [UInt8] {
        switch state.withLock({ $0.content }) {
        case .plain(let json): return json
        case .packed(let packed): return packed.unpacked()
        }
    }

    /// How many bytes `json` has.
    package var size: Int {
        switch state.withLock({ $0.content }) {
        case .plain(let json): return json.count
        case .packed(let packed): return packed.count
        }
    }

    package var isPacked: Bool {
        guard case .packed = state.withLock({ $0.content }) else { return false }
        return true
    }

    /// Keeps the bytes in a form that takes less room and more time, if there is one.
    package func pack(_ dictionary: PackingDictionary) {
        guard case .plain(let json) = state.withLock({ $0.content }), let packed = dictionary.pack(json) else { return }
        state.withLock { $0.content = .packed(packed) }
    }

    /// The decoded object; `.null` only if the bytes are damaged.
    package var value: Value {
        let known = state.withLock { state in
            state.isUsed = true
            return state.value
        }
        if let known { return known }
        let value = (try? Value(json: json)) ?? .null
        let isNew = state.withLock { state in
            defer { state.value = value }
            return state.value == nil
        }
        if isNew { DecodedTrees.shared.remember(self) }
        return value
    }

    /// Takes over the tree that somebody made of these very bytes and still has.
    package func adopt(_ value: Value) {
        let isNew = state.withLock { state in
            state.isUsed = true
            if state.value != nil { return false }
            state.value = value
            return true
        }
        if isNew { DecodedTrees.shared.remember(self) }
    }

    /// Decodes without remembering, for the caller that looks only once.
    package func decodedOnce() -> Value {
        if let known = state.withLock({ $0.value }) { return known }
        return (try? Value(json: json)) ?? .null
    }

    /// Something small that is worked out of the tree once and stays with the object, so that who goes through many needs no
    /// trees. There is room for one kind of it.
    package func derived<D: AnyObject & Sendable>(_ make: (Value) -> D) -> D {
        if let known = state.withLock({ $0.derived }) as? D { return known }
        let made = make(decodedOnce())
        state.withLock { $0.derived = made }
        return made
    }

    /// Whether somebody asked for the tree since the last call.
    func clearUse() -> Bool {
        state.withLock { state in
            defer { state.isUsed = false }
            return state.isUsed
        }
    }

    /// Lets the tree go; it is made again when somebody asks.
    func forget() {
        let old = state.withLock { state -> Value? in
            defer { state.value = nil }
            return state.value
        }
        // Freed here, outside the lock.
        _ = consume old
    }

    package func label(_ key: String) -> String? { labels[key] }
}
