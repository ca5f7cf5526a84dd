/// The lines of a schema text and the words of each. Lines that are empty or begin with `#` are passed over.
struct SchemaLines {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private var end = 0
    /// Where the line after the current one begins.
    private(set) var nextStart = 0
    /// The current line's number, from 1.
    private(set) var number = 0
    private(set) var isIndented = false

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Continues with the line that begins at `start`, after line `line`.
    mutating func move(to start: Int, line: Int) {
        nextStart = start
        number = line
    }

    /// Goes to the next line that holds something.
    mutating func next() -> Bool {
        while nextStart < bytes.count {
            let start = nextStart
            end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
            nextStart = end + 1
            number += 1
            offset = start
            skipSpace()
            if offset < end, bytes[offset] != UInt8(ascii: "#") {
                isIndented = offset > start
                return true
            }
        }
        return false
    }

    /// Whether the line's first word begins as `subresource` does: fields begin with a number or a dash.
    var startsWithSubresource: Bool { offset < end && bytes[offset] == UInt8(ascii: "s") }

    private mutating func skipSpace() {
        while offset < end, bytes[offset] == UInt8(ascii: " ") { offset += 1 }
    }

    /// The next word of the line, nil at its end.
    mutating func word() -> String? {
        skipSpace()
        let start = offset
        while offset < end, bytes[offset] != UInt8(ascii: " ") { offset += 1 }
        return offset > start ? String(decoding: bytes[start..<offset], as: UTF8.self) : nil
    }

    /// The next word without the colon that must end it.
    mutating func fieldName() -> String? {
        skipSpace()
        let start = offset
        while offset < end, bytes[offset] != UInt8(ascii: " ") { offset += 1 }
        guard offset > start + 1, bytes[offset - 1] == UInt8(ascii: ":") else { return nil }
        return String(decoding: bytes[start..<(offset - 1)], as: UTF8.self)
    }

    /// What is left of the line.
    mutating func rest() -> UnsafeBufferPointer<UInt8> {
        let left = UnsafeBufferPointer(rebasing: bytes[offset..<end])
        offset = end
        return left
    }
}
