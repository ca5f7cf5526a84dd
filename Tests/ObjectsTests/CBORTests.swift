import Objects
import Testing

@Suite struct CBORTests {
    private static func bytes(_ value: Value) -> [UInt8] {
        var writer = CBORWriter()
        writer.value(value)
        return writer.bytes
    }

    @Test func valuesSurvive() throws {
        let value: Value = [
            "a": [1, -1, 23, 24, 255, 256, 65_536, 4_294_967_296, .int(.max), .int(.min)], "b": .null, "c": [true, false], "d": "é", "e": .double(-0.5),
            "f": .emptyObject, "g": [],
        ]
        #expect(try CBORParser.parse(CBORWriter.mark + Self.bytes(value)) == value)
    }

    @Test func readsWhatOthersWrite() throws {
        let cases: [([UInt8], Value)] = [
            ([0x63, 0x61, 0x62, 0x63], "abc"), ([0xd6, 0x43, 1, 2, 3], "AQID"), ([0xd7, 0x42, 0x0a, 0xff], "0aff"), ([0xf9, 0x3c, 0x00], .double(1)),
            ([0xfa, 0x40, 0x20, 0, 0], .double(2.5)), ([0xc1, 0x00], "1970-01-01T00:00:00Z"), ([0xa1, 0x61, 0x61, 0x01], ["a": 1]),
            ([0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], .int(.min)),
        ]
        for (bytes, value) in cases { #expect(try CBORParser.parse(bytes) == value) }
    }

    @Test func refusesWhatJSONCannotSay() {
        let cases: [[UInt8]] = [
            [], [0x1b, 0x80, 0, 0, 0, 0, 0, 0, 0], [0x9f, 0xff], [0xf7], [0xf9, 0x7e, 0], [0x61, 0xff], [0x41, 0xff], [0xa2, 0x61, 0x61, 1, 0x61, 0x61, 2],
            [0xa1, 0x01, 0x01], [0x01, 0x01], [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x5a, 0xff, 0xff, 0xff, 0xff], [0xc2, 0x41, 1],
            [UInt8](repeating: 0x81, count: 100) + [0x01], [0xd6, 0x01], [0x1c],
        ]
        for bytes in cases { #expect(throws: CBORError.self) { try CBORParser.parse(bytes) } }
    }
}
