import KubernetesTypes
import NIOCore
import Objects
import Schema
import Tables

/// Puts answers into the form that the client accepts.
///
/// The JSON of objects, lists and watch events is the stored bytes themselves; everything else is made on demand.
struct AnswerEncoder: Sendable {
    struct Encoded: Sendable {
        let status: Int
        let contentType: String
        let body: ByteBuffer
    }

    let catalogue: KindCatalogue

    func encode(_ answer: Answer, _ form: Representation, includeObject: String?) -> Encoded {
        switch answer {
        case .object(let status, let object, let kind):
            return encode(object, kind, status, form, includeObject)
        case .value(let status, let value):
            return encode(value, status: status, form)
        case .list(let list):
            return encode(list, form, includeObject)
        case .bytes(let status, let contentType, let body, _):
            return Encoded(status: status, contentType: contentType, body: body)
        case .watch, .failedWatch, .stream:
            return encode(StatusError.internalError("a stream has no single body").status, status: 500, form)
        }
    }

    /// A value that is not stored.
    func encode(_ value: Value, status: Int, _ form: Representation) -> Encoded {
        switch form.encoding {
        case .json:
            return Encoded(
                status: status, contentType: form.encoding.rawValue,
                body: ByteBuffer(bytes: form.isPretty ? PrettyJSON.encode(value) : value.json))
        case .yaml:
            return Encoded(status: status, contentType: form.encoding.rawValue, body: ByteBuffer(string: YAML.print(value)))
        case .protobuf:
            if let bytes = ProtobufBody.encode(value, catalogue: catalogue) {
                return Encoded(status: status, contentType: form.encoding.rawValue, body: ByteBuffer(bytes: bytes))
            }
            return Encoded(status: status, contentType: "application/json", body: ByteBuffer(bytes: value.json))
        case .cbor:
            return Encoded(status: status, contentType: form.encoding.rawValue, body: ByteBuffer(bytes: CBORObject.encode(value, as: type(of: value))))
        }
    }

    /// The type of an object by what it says of itself; nil for custom kinds.
    private func type(of value: Value) -> MessageType? {
        guard let groupVersion = GroupVersion(apiVersion: value["apiVersion"].string ?? ""), let kind = value["kind"].string else { return nil }
        return catalogue.kind(GroupVersionKind(groupVersion: groupVersion, kind: kind))?.type
    }

    private func encode(
        _ object: EncodedObject, _ kind: ServedKind, _ status: Int, _ form: Representation, _ includeObject: String?
    ) -> Encoded {
        switch form.transform {
        case .none:
            if form.encoding == .json, !form.isPretty {
                return Encoded(status: status, contentType: form.encoding.rawValue, body: ByteBuffer(bytes: object.json))
            }
            return encode(object.decodedOnce(), status: status, form)
        case .table(let version):
            let list = ObjectList(objects: [object], revision: object.revision, continuation: nil, remaining: nil, kind: kind)
            return encode(table(list, version, includeObject), status: status, form)
        case .partialMetadata(let version):
            return encode(Self.partial(object.decodedOnce(), version), status: status, form)
        }
    }

    private func encode(_ list: ObjectList, _ form: Representation, _ includeObject: String?) -> Encoded {
        switch form.transform {
        case .none:
            if form.isPlainJSON {
                var parts = ListParts(list)
                return Encoded(status: 200, contentType: form.encoding.rawValue, body: parts.next(isWhole: true) ?? ByteBuffer())
            }
            let items = list.objects.map { item($0, list.kind) }
            return encode(
                envelope(list, kind: list.kind.description.listKind, apiVersion: list.kind.groupVersion.description, items),
                status: 200, form)
        case .table(let version):
            return encode(table(list, version, includeObject), status: 200, form)
        case .partialMetadata(let version):
            let items = list.objects.map { Self.partial($0.decodedOnce(), version) }
            return encode(
                envelope(list, kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/\(version)", items, isOwnKind: false),
                status: 200, form)
        }
    }

    private func item(_ object: EncodedObject, _ kind: ServedKind) -> Value {
        var value = object.decodedOnce()
        if kind.isBuiltIn {
            value.remove("kind")
            value.remove("apiVersion")
        }
        return value
    }

    static func listMetadata(_ list: ObjectList, isMade: Bool = false) -> Value {
        // What a dry run made has no revision.
        var metadata: Value = list.revision > 0 ? ["resourceVersion": .string(String(list.revision))] : .emptyObject
        if let continuation = list.continuation ?? (list.kind.isBuiltIn || isMade ? nil : "") { metadata["continue"] = .string(continuation) }
        if let remaining = list.remaining { metadata["remainingItemCount"] = .int(remaining) }
        return metadata
    }

    private func envelope(
        _ list: ObjectList, kind: String, apiVersion: String, _ items: [Value], isOwnKind: Bool = true
    ) -> Value {
        [
            "kind": .string(kind), "apiVersion": .string(apiVersion), "metadata": Self.listMetadata(list, isMade: !isOwnKind), "items": .array(items),
        ]
    }

    // MARK: tables and metadata

    func table(_ list: ObjectList, _ version: String, _ includeObject: String?) -> Value {
        let now = Timestamp.now()
        let printer = list.kind.printer
        let rows: [Value] = list.objects.map { object in
            let value = object.decodedOnce()
            var row: Value = ["cells": .array(printer.cells(value, now))]
            let conditions = printer.conditions(value)
            if !conditions.isEmpty { row["conditions"] = .array(conditions) }
            switch includeObject ?? "Metadata" {
            case "None": row["object"] = .null
            case "Object": row["object"] = value
            default: row["object"] = Self.partial(value, version)
            }
            return row
        }
        return [
            "kind": "Table", "apiVersion": .string("meta.k8s.io/\(version)"), "metadata": Self.listMetadata(list, isMade: true),
            "columnDefinitions": .array(printer.columns.map(\.value)), "rows": .array(rows),
        ]
    }

    /// The metadata of an object alone.
    ///
    /// Kubernetes takes it from its internal form, which lacks the annotation that a DaemonSet's served form carries.
    static func partial(_ value: Value, _ version: String) -> Value {
        var metadata = value["metadata"]
        if value["kind"].string == "DaemonSet", value["apiVersion"].string == "apps/v1" {
            metadata["annotations"].remove("deprecated.daemonset.template.generation")
            if metadata["annotations"].isEmptyForJSON { metadata.remove("annotations") }
        }
        return ["kind": "PartialObjectMetadata", "apiVersion": .string("meta.k8s.io/\(version)"), "metadata": metadata]
    }

    // MARK: watch events

    /// The bytes of one event of a watch.
    func frame(_ kind: EventFrame.Kind, _ object: EncodedObject, shared: CacheEvent?, _ served: ServedKind, _ form: Representation, _ includeObject: String?, isFirst: Bool) -> ByteBuffer {
        if form.encoding == .json, form.transform == .none {
            if let shared, served.conversion == nil, !served.needsPreparation, kind != .deleted || shared.kind == .deleted { return shared.jsonFrame(kind) }
            return EventFrame.json(kind, served.served(object).json)
        }
        let value: Value
        switch form.transform {
        case .none: value = served.served(object).decodedOnce()
        case .table(let version):
            let list = ObjectList(
                objects: [served.served(object)], revision: object.revision, continuation: nil, remaining: nil, kind: served)
            var table = table(list, version, includeObject)
            if !isFirst { table["columnDefinitions"] = .null }
            value = table
        case .partialMetadata(let version): value = Self.partial(object.decodedOnce(), version)
        }
        return frame(kind, value, form)
    }

    func frame(_ kind: EventFrame.Kind, _ value: Value, _ form: Representation) -> ByteBuffer {
        if form.encoding == .cbor {
            var writer = CBORWriter()
            writer.raw(CBORWriter.mark)
            writer.map(count: 2)
            writer.text("type")
            writer.text(kind.rawValue)
            writer.text("object")
            // An event holds its object as it is, without a mark of its own.
            writer.raw(Array(CBORObject.encode(value, as: type(of: value)).dropFirst(CBORWriter.mark.count)))
            return ByteBuffer(bytes: writer.bytes)
        }
        guard form.encoding == .protobuf, let object = ProtobufBody.encode(value, catalogue: catalogue) else {
            return EventFrame.json(kind, value.json)
        }
        let event = ProtobufBody.watchEvent(type: kind.rawValue, object: object)
        var buffer = ByteBufferAllocator().buffer(capacity: event.count + 4)
        buffer.writeInteger(UInt32(event.count))
        buffer.writeBytes(event)
        return buffer
    }

    /// A bookmark: an object of the kind with nothing but its revision.
    func bookmark(_ revision: Int64, endsInitial: Bool, _ kind: ServedKind, _ form: Representation) -> ByteBuffer {
        var metadata: Value = ["resourceVersion": .string(String(revision))]
        if endsInitial { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        var value: Value = [
            "kind": .string(kind.description.id.kind), "apiVersion": .string(kind.groupVersion.description), "metadata": metadata,
        ]
        switch form.transform {
        case .partialMetadata(let version): value = Self.partial(value, version)
        case .none: if kind.isBuiltIn { _ = try? ObjectDecoder.normalise(&value, as: kind.description.type) }
        case .table(let version):
            let empty = EncodedObject(value: value)
            let list = ObjectList(objects: [empty], revision: revision, continuation: nil, remaining: nil, kind: kind)
            value = table(list, version, nil)
            value["columnDefinitions"] = .null
            if value["rows"][0]["cells"][0].isNull { value["rows"][0]["cells"][0] = "" }
        }
        return frame(.bookmark, value, form)
    }
}
