@testable import CEL
import Objects
import Testing

/// Texts of all kinds: nothing may crash, and what compiles may run.
@Suite struct FuzzTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    private static let pieces = [
        "1", "2u", "1.5", "'a'", "b'a'", "true", "false", "null", "x", "n", "text", "words", "table", "object", "[", "]", "{", "}", "(", ")", ",", ":", ".", "?", "!", "-",
        "+", "*", "/", "%", "<", "<=", "==", "!=", "&&", "||", " in ", ".size()", ".map(i, i)", ".all(i, i == 1)", ".exists(k, v, k == v)", "has(object.a)", ".metadata", "[0]", "[?0]",
        ".?a", ".orValue(1)", "duration('1s')", "timestamp('2024-01-01T00:00:00Z')", "size(", "int(", "string(", ".matches('a+')", ".format([1])", "quantity('1')", "\\", "'", "\"", "\u{1F600}",
        "9223372036854775807", ".filter(i, true)", ".sum()", ".sort()", "type(", "optional.of(", "ip('::1')", "\n", "//", "Object{", "a: 1", ".join()", ".split('')", "lists.range(3)",
    ]

    private static func seed() -> UInt64 {
        let seed = UInt64.random(in: 1...UInt64.max)
        print("seed: \(seed)")
        return seed
    }

    @Test func whateverIsWrittenIsAnswered() {
        var random = Generator(state: Self.seed())
        for _ in 0..<3_000 {
            let count = Int.random(in: 1...14, using: &random)
            let text = (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
            guard let checked = try? Subject.environment.compile(text) else { continue }
            _ = CostEstimator.cost(of: checked, declared: [:])
            _ = Program(checked).checked
            _ = try? Program(checked).run(named: Subject.values, costLimit: 100_000)
        }
    }

    /// Expressions that are well formed, made of terms of any type.
    @Test func wellFormedExpressionsRun() {
        var random = Generator(state: Self.seed())
        var compiled = 0
        for _ in 0..<2_000 {
            let text = Self.term(4, &random)
            guard let checked = try? Subject.environment.compile(text) else { continue }
            compiled += 1
            _ = CostEstimator.cost(of: checked, declared: [:])
            let outcome = Program(checked).measuredRun(Subject.environment.variables.map { Subject.values[$0.name] ?? .null }, costLimit: 100_000)
            if case .success(let value) = outcome.value { #expect(value.equals(value) || Subject.text(value).contains("NaN"), "\(text)") }
        }
        #expect(compiled > 100)
    }

    private static func term(_ depth: Int, _ random: inout Generator) -> String {
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
        var random = Generator(state: Self.seed())
        let pieces = ["a", "b", "(", ")", "[", "]", "*", "+", "?", "|", "{2}", "{1,3}", "^", "$", ".", "\\d", "\\b", "[^a]", "(?i)", "\\pL", "-", "\\", "[[:alpha:]]"]
        for _ in 0..<2_000 {
            let count = Int.random(in: 1...10, using: &random)
            let pattern = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            guard let expression = try? RegularExpression(pattern) else { continue }
            for text in ["", "ab", "aaaaaaaaaaaaaaaa", "b1 a\nA"] {
                #expect(expression.matches(text) == (expression.firstMatch(text) != nil), "\(pattern) \(text)")
                _ = expression.allMatches(text, limit: 5)
            }
        }
    }
}
