import CZlib
import HTTPServing
import NIOCore
import Testing

@Suite struct GzipTests {
    @Test(arguments: [0, 1, 1_000_000]) func zlibReadsItBack(_ size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        let compressed = try #require(Gzip.compress(ByteBuffer(bytes: bytes)))
        var input = Array(compressed.readableBytesView)
        var output = [UInt8](repeating: 0, count: size + 1)
        var stream = z_stream()
        #expect(inflateInit2_(&stream, 15 + 16, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK)
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
        #expect(result == Z_STREAM_END)
        #expect(Array(output.prefix(Int(stream.total_out))) == bytes)
    }
}
