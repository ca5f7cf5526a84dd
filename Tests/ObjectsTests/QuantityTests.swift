import Objects
import Testing

@Suite struct QuantityTests {
    @Test(arguments: [
        ("0", "0"), ("1", "1"), ("1000m", "1"), ("1500m", "1500m"), ("1.5", "1500m"), ("1024Ki", "1Mi"), ("1Gi", "1Gi"), ("1e3", "1e3"),
        ("1000", "1k"), ("100n", "100n"), ("0.5Gi", "512Mi"), ("-1", "-1"),
    ])
    func isPrintedCanonically(text: String, canonical: String) {
        #expect(Quantity(text)?.text == canonical)
    }

    @Test(arguments: ["", "abc", "1 Gi", "1.2.3", "Gi", "1ki", "--1", "1e", "0x1"])
    func refusesWhatIsNoQuantity(text: String) {
        #expect(Quantity(text) == nil)
    }

    @Test func compares() throws {
        let small = try #require(Quantity("999m"))
        let one = try #require(Quantity("1"))
        #expect(small < one)
        #expect(Quantity("1024Mi") == Quantity("1Gi"))
        #expect((small + one).milli == 1999)
    }
}

@Suite struct TimestampTests {
    @Test(arguments: ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2026-11-25T01:20:26Z", "1969-12-31T23:59:59Z"])
    func printsWhatItReads(text: String) {
        #expect(Timestamp(text)?.text == text)
    }

    @Test(arguments: ["", "2024-02-30T00:00:00Z", "2024-01-01", "2024-01-01T25:00:00Z", "2024-01-01T00:00:00", "x"])
    func refusesWhatIsNoTime(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func takesOffsetsAndFractions() {
        #expect(Timestamp("2024-01-01T02:00:00+02:00")?.text == "2024-01-01T00:00:00Z")
        #expect(Timestamp("2024-01-01T00:00:00.123456Z")?.microText == "2024-01-01T00:00:00.123456Z")
    }
}

@Suite struct SelectorTests {
    @Test(arguments: [
        ("a=b", ["a": "b"], true), ("a=b", ["a": "c"], false), ("a!=b", [:], true), ("a in (b,c)", ["a": "c"], true),
        ("a notin (b,c)", ["a": "d"], true), ("a", ["a": ""], true), ("!a", ["a": ""], false), ("a=b,c=d", ["a": "b", "c": "d"], true), ("", [:], true),
    ])
    func matches(text: String, labels: [String: String], expected: Bool) throws {
        #expect(try LabelSelector(parsing: text).matches { labels[$0] } == expected)
    }

    @Test(arguments: ["a in", "a in (", "=b", "a b", "a in ()x", "!", "a,,b"])
    func refusesWhatIsNoSelector(text: String) {
        #expect(throws: SelectorError.self) { try LabelSelector(parsing: text) }
    }
}
