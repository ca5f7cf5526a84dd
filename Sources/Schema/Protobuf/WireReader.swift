/// Reads protobuf's wire format within bounds.
struct WireReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset: Int
    private let end: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        offset = 0
        end = bytes.count
    }

    private init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { offset >= end }

    /// The field's number and wire type.
    mutating func tag() throws(ProtobufError) -> (number: Int, type: WireType) {
        let tag = try varint()
        guard let number = Int(exactly: tag >> 3), number > 0, number < 1 << 29,
            let type = WireType(rawValue: UInt8(tag & 7))
        else { throw ProtobufError(.badTag, "illegal tag \(tag)") }
        return (number, type)
    }

    mutating func varint() throws(ProtobufError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard offset < end else { throw ProtobufError(.truncated, "unexpected EOF") }
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
            if shift > 63 { throw ProtobufError(.badVarint, "proto: integer overflow") }
        }
    }

    mutating func fixed64() throws(ProtobufError) -> UInt64 {
        guard end - offset >= 8 else { throw ProtobufError(.truncated, "unexpected EOF") }
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        offset += 8
        return value
    }

    /// A reader of the bytes that come with their length, which it passes over.
    mutating func delimited() throws(ProtobufError) -> WireReader {
        let length = try varint()
        guard let count = Int(exactly: length), count <= end - offset else {
            throw ProtobufError(.truncated, "unexpected EOF")
        }
        let inner = WireReader(bytes, offset..<(offset + count))
        offset += count
        return inner
    }

    mutating func text() throws(ProtobufError) -> String {
        String(decoding: try delimited().rest, as: UTF8.self)
    }

    /// What has not been read.
    var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[offset..<end]) }

    mutating func skip(_ type: WireType) throws(ProtobufError) {
        switch type {
        case .varint: _ = try varint()
        case .fixed64: _ = try fixed64()
        case .delimited: _ = try delimited()
        case .fixed32:
            guard end - offset >= 4 else { throw ProtobufError(.truncated, "unexpected EOF") }
            offset += 4
        }
    }
}
