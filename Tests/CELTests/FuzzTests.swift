@testable import CEL
import Objects
import TestSupport
import Testing

/// Texts of all kinds: nothing may crash, and what compiles may run.
@Suite struct FuzzTests {
    private static let pieces = [
        "1", "2u", "1.5", "'a'", "b'a'", "true", "false", "null", "x", "n", "text", "words", "table", "object", "[", "]", "{", "}", "(", ")", ",", ":", ".", "?", "!", "-",
        "+", "*", "/", "%", "<", "<=", "==", "!=", "&&", "||", " in ", ".size()", ".map(i, i)", ".all(i, i == 1)", ".exists(k, v, k == v)", "has(object.a)", ".metadata", "[0]", "[?0]",
        ".?a", ".orValue(1)", "duration('1s')", "timestamp('2024-01-01T00:00:00Z')", "size(", "int(", "string(", ".matches('a+')", ".format([1])", "quantity('1')", "\\", "'", "\"", "\u{1F600}",
        "9223372036854775807", ".filter(i, true)", ".sum()", ".sort()", "type(", "optional.of(", "ip('::1')", "\n", "//", "Object{", "a: 1", ".join()", ".split('')", "lists.range(3)",
    ]

    @Test func whateverIsWrittenIsAnswered() {
        FuzzRun.rounds(3_000) { random in
            let text = random.text(of: Self.pieces, count: 1...14)
            guard let checked = try? Subject.environment.compile(text) else { return }
            _ = CostEstimator.cost(of: checked, declared: [:])
            _ = Program(checked).checked
            _ = try? Program(checked).run(named: Subject.values, costLimit: 100_000)
        }
    }

    /// Expressions that are well formed, made of terms of any type.
    @Test func wellFormedExpressionsRun() {
        var compiled = 0
        FuzzRun.rounds(2_000) { random in
            let text = Self.term(4, &random)
            guard let checked = try? Subject.environment.compile(text) else { return }
            compiled += 1
            _ = CostEstimator.cost(of: checked, declared: [:])
            let outcome = Program(checked).measuredRun(Subject.environment.variables.map { Subject.values[$0.name] ?? .null }, costLimit: 100_000)
            if case .success(let value) = outcome.value { #expect(value.equals(value) || Subject.text(value).contains("NaN"), "\(text)") }
        }
        #expect(compiled > 100)
    }

    private static func term(_ depth: Int, _ random: inout SeededGenerator) -> String {
        let leaves = ["1", "2", "0", "-3", "1u", "1.5", "'a'", "''", "true", "false", "null", "x", "n", "text", "words", "table", "object", "[1, 2]", "{'a': 1}", "duration('5s')", "optional.of(1)"]
        if depth == 0 { return leaves.randomElement(using: &random) ?? "1" }
        func next() -> String { term(depth - 1, &random) }
        switch Int.random(in: 0..<14, using: &random) {
        case 0: return "(\(next()) + \(next()))"
        case 1: return "(\(next()) == \(next()))"
        case 2: return "(\(next()) && \(next()))"
        case 3: return "(\(next()) ? \(next()) : \(next()))"
        case 4: return "[\(next())]"
        case 5: return "dyn(\(next()))"
        case 6: return "\(next())[\(next())]"
        case 7: return "[\(next())].map(i, \(next()))"
        case 8: return "(\(next()) in \(next()))"
        case 9: return "size(\(next()))"
        case 10: return "string(\(next()))"
        case 11: return "(\(next()) < \(next()))"
        case 12: return "(\(next()) || \(next()))"
        default: return leaves.randomElement(using: &random) ?? "1"
        }
    }

    @Test func patternsOfAnyKindEnd() {
        let pieces = ["a", "b", "(", ")", "[", "]", "*", "+", "?", "|", "{2}", "{1,3}", "^", "$", ".", "\\d", "\\b", "[^a]", "(?i)", "\\pL", "-", "\\", "[[:alpha:]]"]
        FuzzRun.rounds(2_000) { random in
            let pattern = random.text(of: pieces, count: 1...10)
            guard let expression = try? RegularExpression(pattern) else { return }
            for text in ["", "ab", "aaaaaaaaaaaaaaaa", "b1 a\nA"] {
                #expect(expression.matches(text) == (expression.firstMatch(text) != nil), "\(pattern) \(text)")
                _ = expression.allMatches(text, limit: 5)
            }
        }
    }
}
