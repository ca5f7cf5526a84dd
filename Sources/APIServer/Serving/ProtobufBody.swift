import Objects
import Schema

/// Protobuf bodies and watch frames of the kinds of a catalogue.
enum ProtobufBody {
    /// The object in an envelope. Throws `ProtobufError` when the bytes or the kind are unknown.
    static func decode(_ bytes: [UInt8], catalogue: KindCatalogue) throws(ProtobufError) -> Value {
        let envelope = try ProtobufEnvelope(bytes)
        guard let type = type(envelope.apiVersion, envelope.kind, catalogue) else {
            throw ProtobufError(.badEnvelope, "no kind \"\(envelope.kind)\" is registered for version \"\(envelope.apiVersion)\"")
        }
        return try envelope.object(as: type)
    }

    /// The bytes with their envelope; nil for kinds that have no protobuf form.
    static func encode(_ value: Value, catalogue: KindCatalogue) -> [UInt8]? {
        guard let type = type(value["apiVersion"].string ?? "", value["kind"].string ?? "", catalogue) else { return nil }
        return ProtobufEnvelope.encode(value, as: type)
    }

    private static func type(_ apiVersion: String, _ kind: String, _ catalogue: KindCatalogue) -> MessageType? {
        if apiVersion.isEmpty { return catalogue.message(named: "k8s.io.apimachinery.pkg.apis.meta.v1.\(kind)") }
        guard let groupVersion = GroupVersion(apiVersion: apiVersion) else { return nil }
        if let known = catalogue.kind(GroupVersionKind(groupVersion: groupVersion, kind: kind)) { return known.type }
        // Options and Status belong to every group; on the wire they carry the group of the request.
        return catalogue.message(named: "k8s.io.apimachinery.pkg.apis.meta.v1.\(kind)")
    }

    /// `WatchEvent` around an object that is encoded already.
    static func watchEvent(type: String, object: [UInt8]) -> [UInt8] {
        var inner: [UInt8] = []
        appendField(1, object, to: &inner)
        var event: [UInt8] = []
        appendField(1, Array(type.utf8), to: &event)
        appendField(2, inner, to: &event)
        return event
    }

    private static func appendField(_ number: UInt8, _ bytes: [UInt8], to output: inout [UInt8]) {
        output.append(number << 3 | 2)
        var length = UInt64(bytes.count)
        while length >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        output.append(UInt8(length))
        output += bytes
    }
}
