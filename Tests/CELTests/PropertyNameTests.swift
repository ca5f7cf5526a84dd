@testable import CEL
import Testing

@Suite struct PropertyNameTests {
    @Test(arguments: [
        ("a", "a"), ("a-b", "a__dash__b"), ("c.d", "c__dot__d"), ("e/f", "e__slash__f"), ("g__h", "g__underscores__h"),
        ("in", "__in__"), ("namespace", "__namespace__"), ("_", "_"), ("a_b", "a_b"),
    ])
    func namesAreEscaped(_ name: String, _ escaped: String) {
        #expect(PropertyName.escaped(name) == escaped)
        #expect(PropertyName.unescaped(escaped) == name)
    }

    @Test func namesThatNoExpressionCanName() {
        for name in ["1a", "a b", "ü", ""] { #expect(PropertyName.escaped(name) == nil) }
    }
}
