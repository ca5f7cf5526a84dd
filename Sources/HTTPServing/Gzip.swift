import CZlib
package import NIOCore

/// Compression of answers, at the fastest level: the time of an answer counts, not its last byte.
package enum Gzip {
    /// A whole answer. Nil when zlib refuses.
    package static func compress(_ buffer: ByteBuffer) -> ByteBuffer? {
        GzipStream()?.compress(buffer, isLast: true)
    }
}

/// Compresses a body part by part. Not for use by two at once.
package final class GzipStream {
    /// What has the header of gzip and zlib's largest window.
    private static let window: Int32 = 15 + 16

    /// zlib keeps a pointer to it.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Nil when zlib refuses.
    package init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        guard deflateInit2_(stream, Z_BEST_SPEED, Z_DEFLATED, Self.window, 8, Z_DEFAULT_STRATEGY, zlibVersion(), size) == Z_OK else {
            // The instance never lives, so `deinit` does not run.
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// What the part adds to the compressed body; it may be empty while zlib gathers. Nil when zlib fails.
    package func compress(_ part: ByteBuffer, isLast: Bool) -> ByteBuffer? {
        var output = ByteBuffer()
        let bound = Int(deflateBound(stream, UInt(part.readableBytes))) + 64
        var result = Z_OK
        part.withUnsafeReadableBytes { source in
            // zlib reads from here only; its declaration lacks the const.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
            stream.pointee.avail_in = UInt32(source.count)
            repeat {
                output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
                    stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
                    stream.pointee.avail_out = UInt32(target.count)
                    result = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                    return target.count - Int(stream.pointee.avail_out)
                }
            } while result == Z_OK && stream.pointee.avail_out == 0
        }
        return result == (isLast ? Z_STREAM_END : Z_OK) || !isLast && result == Z_BUF_ERROR ? output : nil
    }
}
