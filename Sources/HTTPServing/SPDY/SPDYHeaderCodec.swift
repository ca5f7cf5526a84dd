import CZlib
import NIOCore
import Synchronization

/// Headers of a SPDY stream, names in lower case.
package struct SPDYHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    package var entries: [(name: String, value: String)]

    package init(dictionaryLiteral elements: (String, String)...) {
        entries = elements.map { ($0.0.lowercased(), $0.1) }
    }

    init(entries: [(name: String, value: String)]) { self.entries = entries }

    /// The first value, whatever the letter case of `name`.
    package subscript(name: String) -> String? {
        let name = name.lowercased()
        return entries.first { $0.name == name }?.value
    }

    package static func == (left: Self, right: Self) -> Bool { left.entries.elementsEqual(right.entries, by: ==) }
}

/// The preset dictionary of SPDY/3 (a constant of the protocol; its Adler-32 is e3c6a7c2).
enum SPDYDictionary {
    private static let words =
        """
        options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow \
        authorization cache-control connection content-base content-encoding content-language content-length \
        content-location content-md5 content-range content-type date etag expect expires from host if-match \
        if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma \
        proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade \
        user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie \
        keep-alive origin
        """
    private static let text =
        "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
        + "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized"
        + "403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable"
        + "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
        + "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,"
        + "text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0."

    static let bytes: [UInt8] = {
        var bytes: [UInt8] = []
        for word in words.split(separator: " ") {
            let name = word == "200_OK" ? "200 OK" : String(word)
            bytes += [0, 0, 0, UInt8(name.utf8.count)] + Array(name.utf8)
        }
        return bytes + Array(text.utf8)
    }()
}

/// Compresses the header blocks of one direction of a session: one zlib stream, flushed after each block.
///
/// Not Sendable by nature; its session holds it behind a lock.
struct SPDYHeaderDeflater: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        deflateInit_(stream, Z_BEST_COMPRESSION, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        _ = SPDYDictionary.bytes.withUnsafeBufferPointer { deflateSetDictionary(stream, $0.baseAddress, uInt($0.count)) }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    mutating func compress(_ headers: SPDYHeaders) -> ByteBuffer {
        var plain = ByteBuffer(integer: UInt32(headers.entries.count))
        for (name, value) in headers.entries {
            plain.writeInteger(UInt32(name.utf8.count))
            plain.writeString(name)
            plain.writeInteger(UInt32(value.utf8.count))
            plain.writeString(value)
        }
        var output = ByteBuffer()
        var chunk = [UInt8](repeating: 0, count: 4096)
        plain.withUnsafeMutableReadableBytes { input in
            stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_in = uInt(input.count)
            var isFull = true
            while isFull {
                let produced = chunk.withUnsafeMutableBufferPointer { room in
                    stream.pointee.next_out = room.baseAddress
                    stream.pointee.avail_out = uInt(room.count)
                    deflate(stream, Z_SYNC_FLUSH)
                    return room.count - Int(stream.pointee.avail_out)
                }
                output.writeBytes(chunk[..<produced])
                isFull = produced == chunk.count
            }
        }
        return output
    }
}

/// Takes the header blocks of the other direction apart. An error ends the session: the zlib state is lost.
struct SPDYHeaderInflater: ~Copyable {
    /// One block unpacked. Kubernetes' streams have a handful of short headers.
    private static let blockLimit = 256 * 1024
    private let stream: UnsafeMutablePointer<z_stream>

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        inflateInit_(stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    mutating func decompress(_ block: ByteBuffer) throws(SPDYError) -> SPDYHeaders {
        var input = block
        var plain = ByteBuffer()
        var chunk = [UInt8](repeating: 0, count: 8192)
        let isSound = input.withUnsafeMutableReadableBytes { input in
            stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_in = uInt(input.count)
            while plain.readableBytes <= Self.blockLimit {
                let (result, produced) = chunk.withUnsafeMutableBufferPointer { room in
                    stream.pointee.next_out = room.baseAddress
                    stream.pointee.avail_out = uInt(room.count)
                    var result = inflate(stream, Z_SYNC_FLUSH)
                    if result == Z_NEED_DICT {
                        result = SPDYDictionary.bytes.withUnsafeBufferPointer {
                            inflateSetDictionary(stream, $0.baseAddress, uInt($0.count))
                        }
                        if result == Z_OK { result = inflate(stream, Z_SYNC_FLUSH) }
                    }
                    return (result, room.count - Int(stream.pointee.avail_out))
                }
                plain.writeBytes(chunk[..<produced])
                // A buffer error only says that there was nothing to do.
                if result == Z_BUF_ERROR, produced == 0 { return true }
                guard result == Z_OK else { return false }
                if stream.pointee.avail_in == 0, produced < chunk.count { return true }
            }
            return false
        }
        guard isSound else { throw SPDYError("a header block cannot be unpacked") }
        return try Self.parse(&plain)
    }

    private static func parse(_ plain: inout ByteBuffer) throws(SPDYError) -> SPDYHeaders {
        guard let count = plain.readInteger(as: UInt32.self), count <= 1000 else { throw SPDYError("a header block is broken") }
        var entries: [(name: String, value: String)] = []
        for _ in 0..<count {
            guard let nameLength = plain.readInteger(as: UInt32.self), nameLength > 0, nameLength <= 65_536,
                let name = plain.readString(length: Int(nameLength)),
                let valueLength = plain.readInteger(as: UInt32.self), valueLength <= 65_536,
                let value = plain.readString(length: Int(valueLength))
            else { throw SPDYError("a header block is broken") }
            entries.append((name.lowercased(), value))
        }
        guard plain.readableBytes == 0 else { throw SPDYError("a header block is too long") }
        return SPDYHeaders(entries: entries)
    }
}
