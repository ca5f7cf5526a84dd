/// Writes protobuf from its end to its beginning, so that the length of a message is known when it is needed.
struct WireWriter {
    private var buffer: [UInt8]
    private var start: Int

    init(capacity: Int) {
        buffer = [UInt8](repeating: 0, count: max(capacity, 64))
        start = buffer.count
    }

    /// How much has been written.
    var count: Int { buffer.count - start }

    /// What has been written.
    var bytes: [UInt8] { Array(buffer[start...]) }

    private mutating func reserve(_ length: Int) {
        guard start < length else { return }
        let used = count
        var larger = [UInt8](repeating: 0, count: max(buffer.count * 2, used + length))
        let moved = larger.count - used
        larger.withUnsafeMutableBufferPointer { target in
            for index in 0..<used { target[moved + index] = buffer[start + index] }
        }
        buffer = larger
        start = moved
    }

    mutating func varint(_ value: UInt64) {
        if value < 0x80 {
            reserve(1)
            start -= 1
            buffer[start] = UInt8(truncatingIfNeeded: value)
            return
        }
        var length = 1
        var rest = value >> 7
        while rest > 0 {
            length += 1
            rest >>= 7
        }
        reserve(length)
        start -= length
        rest = value
        for index in 0..<length {
            let more: UInt8 = index < length - 1 ? 0x80 : 0
            buffer[start + index] = UInt8(truncatingIfNeeded: rest & 0x7f) | more
            rest >>= 7
        }
    }

    mutating func raw(_ bytes: some Collection<UInt8>) {
        let length = bytes.count
        reserve(length)
        start -= length
        var position = start
        for byte in bytes {
            buffer[position] = byte
            position += 1
        }
    }

    mutating func raw(_ text: String) {
        let done: Void? = text.utf8.withContiguousStorageIfAvailable { raw($0) }
        if done == nil { raw(text.utf8) }
    }

    mutating func tag(_ number: Int, _ type: WireType) {
        varint(UInt64(number) << 3 | UInt64(type.rawValue))
    }

    /// A field of bytes or text, all of it.
    mutating func field(_ number: Int, _ text: String) {
        let before = count
        raw(text)
        close(number, before)
    }

    mutating func field(_ number: Int, _ bytes: [UInt8]) {
        raw(bytes)
        varint(UInt64(bytes.count))
        tag(number, .delimited)
    }

    mutating func field(_ number: Int, varint value: Int64) {
        varint(UInt64(bitPattern: value))
        tag(number, .varint)
    }

    mutating func field(_ number: Int, fixed64 value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { raw($0) }
        tag(number, .fixed64)
    }

    /// Puts length and tag before all that was written since `count` was `before`.
    mutating func close(_ number: Int, _ before: Int) {
        varint(UInt64(count - before))
        tag(number, .delimited)
    }
}

enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case delimited = 2
    case fixed32 = 5
}
