/// A protobuf message that was read: its fields by number; what nobody asks for is passed over.
///
/// Inner messages share the bytes of the outer one.
package struct WireFields: Sendable {
    private var numbers: [Int: UInt64] = [:]
    private var contents: [Int: [ArraySlice<UInt8>]] = [:]

    package init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    /// Damaged bytes give the fields before the damage.
    package init(_ bytes: ArraySlice<UInt8>) {
        var offset = bytes.startIndex
        let end = bytes.endIndex
        func varint() -> UInt64? {
            var result: UInt64 = 0
            var shift: UInt64 = 0
            while offset < end, shift < 64 {
                let byte = bytes[offset]
                offset += 1
                result |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return result }
                shift += 7
            }
            return nil
        }
        while offset < end {
            guard let key = varint(), let field = Int(exactly: key >> 3) else { return }
            switch key & 7 {
            case 0:
                guard let number = varint() else { return }
                numbers[field] = number
            case 1: offset += 8
            case 2:
                guard let length = varint(), let count = Int(exactly: length), count <= end - offset else { return }
                contents[field, default: []].append(bytes[offset..<offset + count])
                offset += count
            case 5: offset += 4
            default: return
            }
        }
    }

    package func int(_ field: Int) -> Int64 { Int64(bitPattern: numbers[field] ?? 0) }
    package func bool(_ field: Int) -> Bool { int(field) != 0 }
    package func bytes(_ field: Int) -> [UInt8] { contents[field]?.last.map { Array($0) } ?? [] }
    package func text(_ field: Int) -> String { contents[field]?.last.map { String(decoding: $0, as: UTF8.self) } ?? "" }
    package func texts(_ field: Int) -> [String] { (contents[field] ?? []).map { String(decoding: $0, as: UTF8.self) } }
    package func message(_ field: Int) -> WireFields { WireFields(contents[field]?.last ?? []) }
    package func messages(_ field: Int) -> [WireFields] { (contents[field] ?? []).map { WireFields($0) } }
    package func has(_ field: Int) -> Bool { contents[field] != nil || numbers[field] != nil }

    package func map(_ field: Int) -> [String: String] {
        Dictionary(messages(field).map { ($0.text(1), $0.text(2)) }, uniquingKeysWith: { $1 })
    }
}
