/// Writes CBOR (RFC 8949) as Kubernetes does: texts as byte strings, which need no check, and nothing of indefinite length.
package struct CBORWriter: Sendable {
    /// Says of a document that it is CBOR.
    package static let mark: [UInt8] = [0xd9, 0xd9, 0xf7]

    package private(set) var bytes: [UInt8] = []

    package init() {}

    private mutating func head(_ major: UInt8, _ argument: UInt64) {
        let type = major << 5
        switch argument {
        case 0..<24: bytes.append(type | UInt8(argument))
        case 24...0xff: bytes += [type | 24, UInt8(argument)]
        case 0x100...0xffff: big(type | 25, argument, 2)
        case 0x1_0000...0xffff_ffff: big(type | 26, argument, 4)
        default: big(type | 27, argument, 8)
        }
    }

    private mutating func big(_ first: UInt8, _ number: UInt64, _ count: Int) {
        bytes.append(first)
        for shift in stride(from: (count - 1) * 8, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
    }

    package mutating func raw(_ more: [UInt8]) { bytes += more }

    package mutating func null() { bytes.append(0xf6) }

    package mutating func bool(_ flag: Bool) { bytes.append(flag ? 0xf5 : 0xf4) }

    package mutating func int(_ number: Int64) {
        if number >= 0 { head(0, UInt64(number)) } else { head(1, UInt64(bitPattern: ~number)) }
    }

    package mutating func double(_ number: Double) { big(0xfb, number.bitPattern, 8) }

    package mutating func text(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            head(2, UInt64(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    /// Bytes that JSON shows as base64.
    package mutating func data(_ data: [UInt8]) {
        head(6, 22)
        head(2, UInt64(data.count))
        bytes += data
    }

    package mutating func array(count: Int) { head(4, UInt64(count)) }

    package mutating func map(count: Int) { head(5, UInt64(count)) }

    /// A value of which nothing is known but itself.
    package mutating func value(_ value: Value) {
        switch value {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .int(let number): int(number)
        case .double(let number): double(number)
        case .string(let text): self.text(text)
        case .array(let elements):
            array(count: elements.count)
            for element in elements { self.value(element) }
        case .object(let members):
            map(count: members.count)
            for entry in members {
                text(entry.key)
                self.value(entry.value)
            }
        }
    }
}
