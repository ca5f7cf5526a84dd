import Objects
import Schema
import Storage
import Strategies

/// How one resource's objects are written to the store, and how stored bytes become shared objects.
///
/// Stored JSON begins with kind, apiVersion and metadata, and has no resourceVersion: the store's revision is
/// spliced in when the bytes come back, without decoding.
struct ObjectCodec: Sendable {
    let kind: GroupVersionKind
    let strategy: any Strategy
    /// With which stored bytes that are protobuf are read; nil for custom kinds, which have none.
    private let message: MessageType?
    /// Whether objects are stored as protobuf, as kube-apiserver stores built-in kinds.
    private let storesProtobuf: Bool
    private let typePrefix: [UInt8]
    var typePrefixLength: Int { typePrefix.count }
    private let metadataPrefix: [UInt8]
    /// Whether stored objects keep the version in which they were written, for a webhook to convert them.
    let keepsVersions: Bool
    /// Makes of an object from the store what its schema says today, where that is another one; nil for kinds whose schema stays.
    private let renewed: (@Sendable (Value) -> Value?)?

    init(
        kind: GroupVersionKind, strategy: any Strategy, message: MessageType? = nil, storesProtobuf: Bool = false, keepsVersions: Bool = false,
        renewed: (@Sendable (Value) -> Value?)? = nil
    ) {
        self.renewed = renewed
        self.keepsVersions = keepsVersions
        self.kind = kind
        self.strategy = strategy
        self.message = message
        self.storesProtobuf = storesProtobuf && message != nil
        typePrefix = Array("{\"kind\":\"\(kind.kind)\",\"apiVersion\":\"\(kind.groupVersion)\",".utf8)
        metadataPrefix = typePrefix + Array("\"metadata\":{".utf8)
    }

    /// What goes to the store for an object whose JSON is `bytes`.
    func stored(_ bytes: [UInt8], _ value: Value) -> [UInt8] {
        guard storesProtobuf, let message else { return bytes }
        var value = value
        value["metadata"].remove("resourceVersion")
        return ProtobufEnvelope.encode(value, as: message)
    }

    /// The object's JSON, as it is stored where nothing else is asked for.
    func encode(_ value: Value) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(2048)
        output.append(contentsOf: typePrefix(of: value))
        output.append(contentsOf: Array("\"metadata\":".utf8))
        var metadata = value["metadata"].isObject ? value["metadata"] : .emptyObject
        metadata.remove("resourceVersion")
        JSONWriter.append(metadata, to: &output)
        for entry in value.members where entry.key != "kind" && entry.key != "apiVersion" && entry.key != "metadata" {
            output.append(UInt8(ascii: ","))
            JSONWriter.append(entry.key, to: &output)
            output.append(UInt8(ascii: ":"))
            JSONWriter.append(entry.value, to: &output)
        }
        output.append(UInt8(ascii: "}"))
        return output
    }

    private func typePrefix(of value: Value) -> [UInt8] {
        guard keepsVersions, let version = value["apiVersion"].string, version != kind.groupVersion.description else { return typePrefix }
        return Array("{\"kind\":\"\(kind.kind)\",\"apiVersion\":\(Value.string(version).jsonString),".utf8)
    }

    /// What is known of a record beside its bytes.
    struct Hints {
        /// What the bytes decode to, where the writer is in this process.
        var tree: Value?
        /// The object before the change: names are shared with it.
        var previous: EncodedObject?
        /// Whether somebody will ask for the tree at once.
        var keepsTree = false
    }

    /// The shared object of a stored record. `key` is `namespace/name` or `name`.
    func object(from record: StoredRecord, key: String, _ hints: Hints = Hints()) -> EncodedObject {
        if let message, record.value.starts(with: ProtobufEnvelope.magic) {
            let value = hints.tree ?? (try? ProtobufEnvelope(record.value).object(as: message)) ?? .null
            return object(stored: encode(value), value: value, revision: record.modRevision, key: key, hints)
        }
        let value = hints.tree ?? (try? Value(json: record.value)) ?? .null
        if hints.tree == nil, let new = renewed?(value) {
            return object(stored: encode(new), value: new, revision: record.modRevision, key: key, hints)
        }
        return object(stored: record.value, value: value, revision: record.modRevision, key: key, hints)
    }

    /// The shared object of bytes that were just stored.
    func object(stored bytes: [UInt8], value: Value, revision: Int64, key: String, _ hints: Hints = Hints()) -> EncodedObject {
        let json = splice(bytes, value, revision)
        let namespace = hints.previous?.namespace ?? key.firstIndex(of: "/").map { String(key[..<$0]) } ?? ""
        return EncodedObject(
            key: hints.previous?.key ?? key, namespace: namespace, revision: revision,
            json: json, typePrefixLength: typePrefix.count, labels: .of(value),
            selectableFields: strategy.selectableFields.isEmpty ? [] : SelectableValues(strategy.selectableValues(value)),
            value: hints.keepsTree ? Self.tree(value, revision) : nil)
    }

    /// The tree of the bytes that are handed out: with the resourceVersion, which stands first.
    private static func tree(_ value: Value, _ revision: Int64) -> Value? {
        guard case .object(let metadata) = value["metadata"] else { return nil }
        var entries = [Members.Entry(key: "resourceVersion", value: .string(String(revision)))]
        entries.reserveCapacity(metadata.count + 1)
        for entry in metadata where entry.key != "resourceVersion" { entries.append(entry) }
        var value = value
        value["metadata"] = .object(Members(uniqueEntries: entries))
        return value
    }

    /// The same object at the revision of its deletion.
    func object(_ object: EncodedObject, at revision: Int64) -> EncodedObject {
        EncodedObject(
            key: object.key, namespace: object.namespace, revision: revision,
            json: bytes(of: object, at: revision), typePrefixLength: object.typePrefixLength, labels: object.labels,
            selectableFields: object.selectableFields)
    }

    private func bytes(of object: EncodedObject, at revision: Int64) -> [UInt8] {
        let known = metadataPrefix + Array("\"resourceVersion\":\"\(object.revision)\"".utf8)
        let json = object.json
        guard json.starts(with: known) else {
            let value = object.decodedOnce()
            return splice(encode(value), value, revision)
        }
        return metadataPrefix + Array("\"resourceVersion\":\"\(revision)\"".utf8) + json[known.count...]
    }

    private func splice(_ bytes: [UInt8], _ value: Value, _ revision: Int64) -> [UInt8] {
        var metadataPrefix = metadataPrefix
        if keepsVersions { metadataPrefix = typePrefix(of: value) + Array("\"metadata\":{".utf8) }
        guard bytes.starts(with: metadataPrefix) else {
            // Written by another program, in another order.
            return splice(encode(value), value, revision)
        }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + 44)
        output.append(contentsOf: metadataPrefix)
        output.append(contentsOf: "\"resourceVersion\":\"\(revision)\"".utf8)
        if bytes.count > metadataPrefix.count, bytes[metadataPrefix.count] != UInt8(ascii: "}") {
            output.append(UInt8(ascii: ","))
        }
        output.append(contentsOf: bytes[metadataPrefix.count...])
        return output
    }
}
