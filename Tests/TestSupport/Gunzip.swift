import CZlib

/// What was compressed, when it is not longer than the limit; nil when it is damaged.
package func gunzipped(_ compressed: [UInt8], atMost limit: Int) -> [UInt8]? {
    var input = compressed
    var output = [UInt8](repeating: 0, count: limit + 1)
    var stream = z_stream()
    guard inflateInit2_(&stream, 15 + 16, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    let result = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            return inflate(&stream, Z_FINISH)
        }
    }
    return result == Z_STREAM_END ? Array(output.prefix(Int(stream.total_out))) : nil
}
