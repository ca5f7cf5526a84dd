import CZlib
package import NIOCore

/// Compression of whole answers.
package enum Gzip {
    /// What has the header of gzip and zlib's largest window.
    private static let window: Int32 = 15 + 16

    /// At the fastest level: the time of an answer counts, not its last byte. Nil when zlib refuses.
    package static func compress(_ buffer: ByteBuffer) -> ByteBuffer? {
        var stream = z_stream()
        let version = zlibVersion()
        guard
            deflateInit2_(
                &stream, Z_BEST_SPEED, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY, version, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(buffer.readableBytes)))
        var output = ByteBuffer()
        var isDone = false
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
            buffer.withUnsafeReadableBytes { source in
                // zlib reads from here only; its declaration lacks the const.
                stream.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
                stream.avail_out = UInt32(target.count)
                isDone = deflate(&stream, Z_FINISH) == Z_STREAM_END
                return target.count - Int(stream.avail_out)
            }
        }
        return isDone ? output : nil
    }
}
