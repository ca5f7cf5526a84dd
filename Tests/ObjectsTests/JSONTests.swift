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

    @Test func anyBytesGiveAValueOrAnError() throws {
        let seed = UInt64.random(in: 0..<1_000_000)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let samples = ["{\"a\":[1,2.5e3,\"x\\u0041\"],\"b\":{\"c\":null}}", "[true,false,null,-0.1,\"\u{1F600}\"]"].map { Array($0.utf8) }
        for _ in 0..<20_000 {
            var bytes = samples.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: position)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: position)
                }
                if bytes.isEmpty { break }
            }
            // Compared as text: 2.5e3 is a fraction's number that prints as the integer 2500.
            if let value = try? Value(json: bytes) { #expect(try Value(json: value.json).json == value.json) }
        }
    }
}

/// A generator with a seed, so that a failure can be repeated.
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
