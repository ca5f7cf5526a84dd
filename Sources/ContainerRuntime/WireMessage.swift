/// A protobuf message being written: fields in the order of the calls, zero values left out as proto3 does.
struct WireMessage: Sendable {
    private(set) var bytes: [UInt8] = []

    private mutating func varint(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func tag(_ field: Int, _ wire: UInt64) { varint(UInt64(field) << 3 | wire) }

    mutating func set(_ field: Int, _ number: Int64) {
        guard number != 0 else { return }
        tag(field, 0)
        varint(UInt64(bitPattern: number))
    }

    mutating func set(_ field: Int, _ flag: Bool) { set(field, flag ? 1 : 0) }

    mutating func set(_ field: Int, _ text: String) {
        if !text.isEmpty { set(field, Array(text.utf8)) }
    }

    mutating func set(_ field: Int, _ content: [UInt8]) {
        tag(field, 2)
        varint(UInt64(content.count))
        bytes += content
    }

    mutating func set(_ field: Int, _ texts: [String]) {
        for text in texts { set(field, Array(text.utf8)) }
    }

    mutating func set(_ field: Int, _ message: WireMessage) { set(field, message.bytes) }

    mutating func set(_ field: Int, _ map: [String: String]) {
        for (key, value) in map.sorted(by: { $0.key < $1.key }) {
            set(field, WireMessage.build {
                $0.set(1, key)
                $0.set(2, value)
            })
        }
    }

    static func build(_ fill: (inout WireMessage) -> Void) -> WireMessage {
        var message = WireMessage()
        fill(&message)
        return message
    }
}

/// A protobuf message that was read: its fields by number; what nobody asks for is passed over.
struct WireFields: Sendable {
    private var numbers: [Int: UInt64] = [:]
    private var contents: [Int: [[UInt8]]] = [:]

    /// Damaged bytes give the fields before the damage.
    init(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        var offset = 0
        func varint() -> UInt64? {
            var result: UInt64 = 0
            var shift: UInt64 = 0
            while offset < bytes.count, shift < 64 {
                let byte = bytes[offset]
                offset += 1
                result |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return result }
                shift += 7
            }
            return nil
        }
        while offset < bytes.count {
            guard let key = varint(), let field = Int(exactly: key >> 3) else { return }
            switch key & 7 {
            case 0:
                guard let number = varint() else { return }
                numbers[field] = number
            case 1: offset += 8
            case 2:
                guard let length = varint(), let count = Int(exactly: length), count <= bytes.count - offset else { return }
                contents[field, default: []].append(Array(bytes[offset..<offset + count]))
                offset += count
            case 5: offset += 4
            default: return
            }
        }
    }

    func int(_ field: Int) -> Int64 { Int64(bitPattern: numbers[field] ?? 0) }
    func bool(_ field: Int) -> Bool { int(field) != 0 }
    func bytes(_ field: Int) -> [UInt8] { contents[field]?.last ?? [] }
    func text(_ field: Int) -> String { String(decoding: bytes(field), as: UTF8.self) }
    func texts(_ field: Int) -> [String] { (contents[field] ?? []).map { String(decoding: $0, as: UTF8.self) } }
    func message(_ field: Int) -> WireFields { WireFields(bytes(field)) }
    func messages(_ field: Int) -> [WireFields] { (contents[field] ?? []).map { WireFields($0) } }
    func has(_ field: Int) -> Bool { contents[field] != nil || numbers[field] != nil }

    func map(_ field: Int) -> [String: String] {
        Dictionary(messages(field).map { ($0.text(1), $0.text(2)) }, uniquingKeysWith: { $1 })
    }
}
