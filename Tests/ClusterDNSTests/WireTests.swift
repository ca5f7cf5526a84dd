import ClusterDNS
import TestSupport
import Testing

@Suite struct WireFuzzTests {
    @Test func anyBytesAreReadOrRefused() {
        var (readable, refused) = (0, 0)
        FuzzRun.rounds(20_000) { random in
            let bytes = random.number(0...3) == 0 ? random.bytes(upTo: 80) : random.damaged(Sample.message)
            if let message = try? ParsedMessage(bytes) {
                readable += 1
                for record in message.answers { _ = message.name(at: record.data.lowerBound) }
                _ = message.negativeTTL
            } else {
                refused += 1
            }
        }
        #expect(readable > 100 && refused > 100)
    }

}

@Suite struct WireTests {
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
