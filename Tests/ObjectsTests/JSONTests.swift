import Objects
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", "1.5", "\"\"", "\"a\\\"b\\\\c\\n\"", "[]", "{}",
        "[1,[2,[3]]]", "{\"b\":1,\"a\":{\"c\":null}}", "\"\u{e9}\u{1F600}\"",
    ])
    func printsWhatItReads(text: String) throws {
        #expect(try Value(json: text).jsonString == text)
    }

    @Test(arguments: [
        "", "{", "[1,", "{\"a\"}", "{\"a\":}", "01", "1.", "-", "+1", "nul", "\"", "\"\\x\"", "\"\\u12\"", "[1 2]", "{\"a\":1,}", "1 2", "\u{1}", "\"\u{1}\"",
        "NaN", "1e999",
    ])
    func refusesWhatIsNoJSON(text: String) {
        #expect(throws: JSONError.self) { try Value(json: text) }
    }

    @Test func refusesBadUTF8() {
        for bytes: [UInt8] in [[0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xf5, 0x80, 0x80, 0x80, 0x22]] {
            #expect(throws: JSONError.self) { try Value(json: bytes) }
        }
    }

    @Test func refusesBottomlessNesting() {
        #expect(throws: JSONError.self) { try Value(json: String(repeating: "[", count: 1_000_000)) }
    }

    @Test func readsSurrogatePairs() throws {
        #expect(try Value(json: "\"\\ud83d\\ude00\"").string == "\u{1F600}")
    }
}
