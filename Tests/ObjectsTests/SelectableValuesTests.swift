import Objects
import Testing

@Suite struct SelectableValuesTests {
    @Test func valuesComeBackByPosition() {
        let values: SelectableValues = ["web-1", "", "ÿ\u{0}ü", "last"]
        #expect((0..<5).map { values[$0] } == ["web-1", "", "ÿ\u{0}ü", "last", nil])
        #expect(SelectableValues([])[0] == nil)
    }
}
