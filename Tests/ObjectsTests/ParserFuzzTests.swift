import Objects
import TestSupport
import Testing

/// What anybody can send gives a value or an error, and what was read is written so that it reads the same.
@Suite struct ParserFuzzTests {
    private static let json = [
        #"{"a":[1,2.5e3,"x\u0041"],"b":{"c":null}}"#, "[true,false,null,-0.1,\"\u{1F600}\"]",
        #"{"metadata":{"name":"a","labels":{"x/y":"z"}},"n":9223372036854775807,"f":1e-300}"#,
    ].map { Array($0.utf8) }

    @Test func json() throws {
        try FuzzRun.rounds(20_000) { random in
            let bytes = random.number(0...9) == 0 ? random.bytes(upTo: 200) : random.damaged(random.pick(Self.json))
            // Compared as text: 2.5e3 is a fraction's number that prints as the integer 2500.
            guard let value = try? Value(json: bytes) else { return }
            let again = try Value(json: value.json)
            #expect(again.json == value.json)
        }
    }

    /// Heads of all kinds of items, with lengths that lie.
    private static let heads: [[UInt8]] = [
        [0x80], [0x81], [0x98, 0x02], [0x9f], [0xa0], [0xa1], [0xb8, 0x01], [0xbf], [0xff], [0x00], [0x18, 0xff], [0x1b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0x20], [0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x40], [0x42, 0x01], [0x5f], [0x58, 0xff], [0x60], [0x61, 0x61], [0x62, 0xc3, 0xa9], [0x7f], [0x78, 0x05],
        [0xc0], [0xc1], [0xd5], [0xd9, 0xd9, 0xf7], [0xf4], [0xf5], [0xf6], [0xf7], [0xf9, 0x3c, 0x00], [0xfa, 0x7f, 0x80, 0, 0], [0xfb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], [0x9b, 0, 0, 0, 1, 0, 0, 0, 0],
    ]

    @Test func cbor() throws {
        func written(_ value: Value) -> [UInt8] {
            var writer = CBORWriter()
            writer.value(value)
            return writer.bytes
        }
        let whole = try Self.json.map { written(try Value(json: $0)) }
        try FuzzRun.rounds(20_000) { random in
            let bytes: [UInt8]
            switch random.number(0...2) {
            case 0: bytes = random.bytes(upTo: 64)
            case 1: bytes = random.damaged(random.pick(whole))
            default: bytes = (0...random.number(0...12)).flatMap { _ in random.pick(Self.heads) }
            }
            guard let value = try? CBORParser.parse(bytes) else { return }
            let again = try CBORParser.parse(written(value))
            #expect(again.json == value.json, "\(bytes)")
        }
    }

    private static let pieces = [
        "a", "b", ": ", ":", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", "'", "\"", "|", ">", "|-", "&x ", "*x", "<<: ", "# c", "1", "0x1f", "1e3", "true", "~", "null",
        "---\n", "...\n", "!!str ", "!!binary ", "\t", "\\", "\u{1F600}", "? ", "%YAML 1.2\n", "2020-01-01", ".inf",
    ]

    @Test func yaml() {
        FuzzRun.rounds(5_000) { random in
            let text = random.text(of: Self.pieces, count: 1...30)
            let bytes = random.number(0...3) == 0 ? random.damaged(Array(text.utf8)) : Array(text.utf8)
            guard let value = try? YAML.parse(bytes) else { return }
            let printed = YAML.print(value)
            let again = Result { YAML.print(try YAML.parse(printed)) }
            #expect((try? again.get()) == printed, "\(text.debugDescription)")
        }
    }

    private static let selectors = [
        "a", "b", "x/y", "=", "==", "!=", "!", " in ", " notin ", "(", ")", ",", " ", "'", "\\", ">", "<", "1", "metadata.name", "\u{E9}", "in", "notin",
    ]

    @Test func selectors() {
        FuzzRun.rounds(20_000) { random in
            let text = random.text(of: Self.selectors, count: 0...12)
            if let selector = try? LabelSelector(parsing: text) { _ = selector.matches(["a": "b", "x/y": "1"]) }
            _ = try? FieldSelector(parsing: text)
        }
    }

    @Test func quantities() {
        let pieces = ["1", "0", "9", ".", "-", "+", "e", "E", "3", "m", "k", "Ki", "Mi", "G", "n", "u", "999999999999999999", " "]
        FuzzRun.rounds(20_000) { random in
            let text = random.text(of: pieces, count: 1...6)
            guard let quantity = Quantity(text) else { return }
            #expect(Quantity(quantity.description) == quantity, "\(text)")
        }
    }

    @Test func timesAndAddresses() {
        let pieces = ["2020-01-01T00:00:00Z", "2020", "-", "01", "T", ":", "Z", "+", ".", "10.0.0.1", "::", "fe80", "/", "24", "%", "255", "a"]
        FuzzRun.rounds(20_000) { random in
            let text = random.number(0...1) == 0 ? random.text(of: pieces, count: 1...8) : String(decoding: random.damaged(Array(random.pick(pieces).utf8)), as: UTF8.self)
            if let time = Timestamp(text) { #expect(Timestamp(time.nanoText) == time, "\(text)") }
            if let address = NetworkAddress(text) { #expect(NetworkAddress(address.description) == address, "\(text)") }
        }
    }
}
