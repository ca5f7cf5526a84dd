import ClusterDNS
import Testing

@Suite struct WireTests {
    @Test func anyBytesAreReadOrRefused() {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var readable = 0
        for _ in 0..<20_000 {
            var bytes = Sample.message
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in .random(in: .min ... .max, using: &random) }
            case 1: bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            default:
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: .min ... .max, using: &random)
                }
            }
            if let message = try? ParsedMessage(bytes) {
                readable += 1
                for record in message.answers { _ = message.name(at: record.data.lowerBound) }
                _ = message.negativeTTL
            }
        }
        #expect(readable > 100 && readable < 20_000)
    }

    @Test func compressionLoopsAreRefused() {
        let header: [UInt8] = [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        let question: [UInt8] = [0, 1, 0, 1]
        // To itself, to what comes later, into the header, and back and forth.
        for name: [UInt8] in [[0xc0, 12], [0xc0, 40], [0xc0, 2], [1, 0x61, 0xc0, 12]] {
            #expect(throws: MessageError.self) { _ = try ParsedMessage(header + name + question) }
        }
    }

    @Test func namesKeepTheirBounds() {
        #expect(DomainName("a..b") == nil)
        #expect(DomainName(String(repeating: "a", count: 64)) == nil)
        #expect(DomainName(Array(repeating: "abcdefg", count: 32).joined(separator: ".")) == nil)
        #expect(DomainName("Kubernetes.Default.")?.description == "Kubernetes.Default.")
        #expect(DomainName("")?.description == ".")
    }

    @Test func bytesBehindTheMessageAreRefused() throws {
        #expect(try ParsedMessage(Sample.message).answers.count == 2)
        #expect(throws: MessageError.self) { _ = try ParsedMessage(Sample.message + [0]) }
    }
}

enum Sample {
    /// An answer with a compressed alias and its address.
    static let message: [UInt8] =
        [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0, 3, 0x77, 0x77, 0x77, 7, 0x65, 0x78, 0x61, 0x6d, 0x70, 0x6c, 0x65, 0, 0, 1, 0, 1]
        + [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, 0x61, 0xc0, 16]
        + [0xc0, 41, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
