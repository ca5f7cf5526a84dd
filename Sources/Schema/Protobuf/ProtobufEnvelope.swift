package import Objects

/// `runtime.Unknown`: four bytes of magic, then a message that names the kind and holds the object's bytes.
package struct ProtobufEnvelope: Sendable, Hashable {
    package static let magic: [UInt8] = [0x6b, 0x38, 0x73, 0x00]

    package var apiVersion: String
    package var kind: String
    package var raw: [UInt8]
    package var contentEncoding: String
    package var contentType: String

    package init(
        apiVersion: String, kind: String, raw: [UInt8], contentEncoding: String = "", contentType: String = ""
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.raw = raw
        self.contentEncoding = contentEncoding
        self.contentType = contentType
    }

    /// Opens an envelope. Throws `ProtobufError` when there is none or it is damaged.
    package init(_ bytes: UnsafeRawBufferPointer) throws(ProtobufError) {
        guard bytes.count >= 4, bytes.prefix(4).elementsEqual(Self.magic) else {
            throw ProtobufError(.badEnvelope, "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
        }
        self.init(apiVersion: "", kind: "", raw: [])
        var reader = WireReader(UnsafeRawBufferPointer(rebasing: bytes[4...]))
        while !reader.isAtEnd {
            let (number, wire) = try reader.tag()
            guard wire == .delimited else {
                try reader.skip(wire)
                continue
            }
            switch number {
            case 1: try readKind(try reader.delimited())
            case 2: raw = Array(try reader.delimited().rest)
            case 3: contentEncoding = try reader.text()
            case 4: contentType = try reader.text()
            default: try reader.skip(wire)
            }
        }
    }

    package init(_ bytes: [UInt8]) throws(ProtobufError) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(ProtobufError) -> ProtobufEnvelope in try ProtobufEnvelope(buffer) }
        }
        self = try result.get()
    }

    private mutating func readKind(_ reader: WireReader) throws(ProtobufError) {
        var reader = reader
        while !reader.isAtEnd {
            let (number, wire) = try reader.tag()
            switch (number, wire) {
            case (1, .delimited): apiVersion = try reader.text()
            case (2, .delimited): kind = try reader.text()
            default: try reader.skip(wire)
            }
        }
    }

    /// The bytes with magic.
    package var encoded: [UInt8] {
        var writer = WireWriter(capacity: raw.count + 128)
        writer.field(4, contentType)
        writer.field(3, contentEncoding)
        writer.field(2, raw)
        let before = writer.count
        writer.field(2, kind)
        writer.field(1, apiVersion)
        writer.close(1, before)
        writer.raw(Self.magic)
        return writer.bytes
    }

    /// An object with its envelope; `apiVersion` and `kind` are taken from it.
    package static func encode(_ value: Value, as type: MessageType) -> [UInt8] {
        ProtobufEnvelope(
            apiVersion: value["apiVersion"].string ?? "", kind: value["kind"].string ?? "",
            raw: ProtobufEncoder.encode(value, as: type)
        ).encoded
    }

    /// The object inside, with `kind` and `apiVersion` as its first members. Throws `ProtobufError`.
    package func object(as type: MessageType) throws(ProtobufError) -> Value {
        let value = try ProtobufDecoder.decode(raw, as: type)
        var entries: [Members.Entry] = []
        if !kind.isEmpty { entries.append(Members.Entry(key: "kind", value: .string(kind))) }
        if !apiVersion.isEmpty { entries.append(Members.Entry(key: "apiVersion", value: .string(apiVersion))) }
        let own = value.members.entries.filter { entry in !entries.contains { $0.key == entry.key } }
        return .object(Members(uniqueEntries: entries + own))
    }
}
