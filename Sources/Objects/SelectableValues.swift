/// The values of a kind's selectable fields in the kind's order, in one piece of memory.
package struct SelectableValues: Sendable, Hashable, ExpressibleByArrayLiteral {
    /// Stands behind each value. No text in UTF-8 has it.
    private static let end: UInt8 = 0xFF

    private let bytes: [UInt8]

    package init(_ values: [String]) {
        if values.isEmpty {
            bytes = []
            return
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.reduce(values.count) { $0 + $1.utf8.count })
        for value in values {
            bytes.append(contentsOf: value.utf8)
            bytes.append(Self.end)
        }
        self.bytes = bytes
    }

    package init(arrayLiteral elements: String...) { self.init(elements) }

    /// The value at a position; nil when there are not so many.
    package subscript(position: Int) -> String? {
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0, left = position
            for index in bytes.indices where bytes[index] == Self.end {
                if left == 0 { return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<index]), as: UTF8.self) }
                left -= 1
                start = index + 1
            }
            return nil
        }
    }
}
