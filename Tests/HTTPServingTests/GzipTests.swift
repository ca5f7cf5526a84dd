import HTTPServing
import NIOCore
import TestSupport
import Testing

@Suite struct GzipTests {
    private static func bytes(_ size: Int) -> [UInt8] { (0..<size).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) } }

    @Test(arguments: [0, 1, 1_000_000]) func zlibReadsItBack(_ size: Int) throws {
        let compressed = try #require(Gzip.compress(ByteBuffer(bytes: Self.bytes(size))))
        #expect(gunzipped(Array(compressed.readableBytesView), atMost: size) == Self.bytes(size))
    }

    @Test(arguments: [0, 1, 300_000]) func partsAreOneBody(_ size: Int) throws {
        let gzip = try #require(GzipStream())
        let part = Self.bytes(size)
        var compressed: [UInt8] = []
        for number in 1...3 {
            compressed += Array(try #require(gzip.compress(ByteBuffer(bytes: part), isLast: number == 3)).readableBytesView)
        }
        #expect(gunzipped(compressed, atMost: 3 * size) == part + part + part)
    }
}
