/// A pattern as a tree.
indirect enum RegexNode: Sendable {
    case empty
    case set(ScalarSet)
    case assertion(RegexAssertion)
    case sequence([RegexNode])
    case alternatives([RegexNode])
    case repetition(RegexNode, least: Int, most: Int?, isGreedy: Bool)

    /// Whether counted repetitions, those inside of others multiplied, stay within a bound.
    func fits(_ bound: Int) -> Bool {
        switch self {
        case .empty, .set, .assertion: return true
        case .sequence(let parts), .alternatives(let parts): return parts.allSatisfy { $0.fits(bound) }
        case .repetition(let inner, let least, let most, _):
            let count = most ?? least
            if count > bound { return false }
            return inner.fits(count > 1 ? bound / count : bound)
        }
    }

    /// Whether every match begins where the text begins.
    var isAnchored: Bool {
        switch self {
        case .assertion(.beginText): true
        case .sequence(let parts): parts.first?.isAnchored ?? false
        case .alternatives(let parts): parts.allSatisfy(\.isAnchored)
        default: false
        }
    }
}

/// Reads RE2's syntax.
struct RegexParser {
    private struct Flags {
        var foldsCase = false
        var isMultiline = false
        var dotTakesNewline = false
        var isUngreedy = false
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var flags = Flags()
    private var depth = 0

    private init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

    static func parse(_ pattern: String) throws(RegularExpression.SyntaxError) -> RegexNode {
        var parser = RegexParser(pattern)
        let node = try parser.alternatives()
        if parser.peek() != nil { throw parser.problem("unexpected )", pattern) }
        return node
    }

    // MARK: reading

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        scalars.indices.contains(position + ahead) ? scalars[position + ahead] : nil
    }

    private mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard scalars.dropFirst(position).starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private func problem(_ what: String, _ part: String) -> RegularExpression.SyntaxError {
        RegularExpression.SyntaxError(message: "error parsing regexp: \(what): `\(part)`")
    }

    private func text(from start: Int) -> String { String(String.UnicodeScalarView(scalars[start..<min(position, scalars.count)])) }
    private var whole: String { String(String.UnicodeScalarView(scalars)) }

    // MARK: structure

    private mutating func alternatives() throws(RegularExpression.SyntaxError) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        if depth > 100 { throw problem("expression nests too deeply", whole) }
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .alternatives(parts)
    }

    private mutating func sequence() throws(RegularExpression.SyntaxError) -> RegexNode {
        var parts: [RegexNode] = []
        while let scalar = peek(), scalar != "|", scalar != ")" {
            let start = position
            var part = try atom()
            var wasRepeated = false
            while let repeated = try repetition(of: part, from: start) {
                if wasRepeated { throw problem("invalid nested repetition operator", text(from: start)) }
                part = repeated
                wasRepeated = true
            }
            parts.append(part)
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func repetition(of inner: RegexNode, from start: Int) throws(RegularExpression.SyntaxError) -> RegexNode? {
        let least: Int, most: Int?
        switch peek() {
        case "*": (least, most) = (0, nil)
        case "+": (least, most) = (1, nil)
        case "?": (least, most) = (0, 1)
        case "{":
            let mark = position
            guard let bounds = bounds() else {
                position = mark
                return nil
            }
            (least, most) = bounds
            if least > 1000 || (most ?? 0) > 1000 || (most.map { $0 < least } ?? false) {
                throw problem("invalid repeat count", text(from: mark))
            }
            position -= 1
        default: return nil
        }
        position += 1
        let isGreedy = take("?") == flags.isUngreedy
        let repeated = RegexNode.repetition(inner, least: least, most: most, isGreedy: isGreedy)
        if !repeated.fits(1000) { throw problem("invalid repeat count", text(from: start)) }
        return repeated
    }

    /// `{2}`, `{2,}` or `{2,5}`; nil when the brace means itself.
    private mutating func bounds() -> (Int, Int?)? {
        guard take("{"), let least = number() else { return nil }
        if take("}") { return (least, least) }
        guard take(",") else { return nil }
        if take("}") { return (least, nil) }
        guard let most = number(), take("}") else { return nil }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let scalar = peek(), scalar.isDigit, digits.count < 6 {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        return Int(digits)
    }

    // MARK: atoms

    private mutating func atom() throws(RegularExpression.SyntaxError) -> RegexNode {
        guard let scalar = peek() else { return .empty }
        switch scalar {
        case "(": return try group()
        case "[": return .set(try bracket())
        case ".":
            position += 1
            return .set(flags.dotTakesNewline ? ScalarSet([0...0x10ffff]) : ScalarSet([10...10]).inverted)
        case "^":
            position += 1
            return .assertion(flags.isMultiline ? .beginLine : .beginText)
        case "$":
            position += 1
            return .assertion(flags.isMultiline ? .endLine : .endText)
        case "*", "+", "?": throw problem("missing argument to repetition operator", String(scalar))
        case "\\": return try escape()
        default:
            position += 1
            return literal(scalar)
        }
    }

    private func literal(_ scalar: Unicode.Scalar) -> RegexNode {
        var set = ScalarSet(scalar)
        set.foldsCase = flags.foldsCase
        return .set(set)
    }

    private mutating func group() throws(RegularExpression.SyntaxError) -> RegexNode {
        let start = position
        position += 1
        let outer = flags
        if take("?") {
            if take("P<") || take("<") {
                while let scalar = peek(), scalar.isIdentifierPart { position += scalar.isIdentifierPart ? 1 : 0 }
                guard take(">"), position > start + 4 else { throw problem("invalid named capture", text(from: start)) }
            } else if try readFlags(start) {
                return .empty
            }
        }
        let inner = try alternatives()
        guard take(")") else { throw problem("missing closing )", whole) }
        flags = outer
        return inner
    }

    /// Reads flags behind `(?`; true when they hold for the rest of the group that they stand in.
    private mutating func readFlags(_ start: Int) throws(RegularExpression.SyntaxError) -> Bool {
        var isOn = true
        while let scalar = peek() {
            position += 1
            switch scalar {
            case "i": flags.foldsCase = isOn
            case "m": flags.isMultiline = isOn
            case "s": flags.dotTakesNewline = isOn
            case "U": flags.isUngreedy = isOn
            case "-" where isOn: isOn = false
            case ":": return false
            case ")": return true
            default: throw problem("invalid or unsupported Perl syntax", text(from: start))
            }
        }
        throw problem("missing closing )", whole)
    }

    // MARK: escapes

    private mutating func escape() throws(RegularExpression.SyntaxError) -> RegexNode {
        guard let kind = peek(1) else { throw RegularExpression.SyntaxError(message: "error parsing regexp: trailing backslash at end of expression: ``") }
        switch kind {
        case "A":
            position += 2
            return .assertion(.beginText)
        case "z":
            position += 2
            return .assertion(.endText)
        case "b":
            position += 2
            return .assertion(.wordBoundary)
        case "B":
            position += 2
            return .assertion(.noWordBoundary)
        case "Q":
            position += 2
            var parts: [RegexNode] = []
            while peek() != nil, !take("\\E") {
                if let scalar = peek() { parts.append(literal(scalar)) }
                position += 1
            }
            return parts.isEmpty ? .empty : .sequence(parts)
        default:
            if let set = try classEscape() { return .set(set) }
            return literal(try scalarEscape())
        }
    }

    /// `\d`, `\pL` and their kind; nil when the escape is of one scalar.
    private mutating func classEscape() throws(RegularExpression.SyntaxError) -> ScalarSet? {
        let start = position
        guard peek() == "\\", let kind = peek(1) else { return nil }
        if let set = RegexClasses.perl[kind] {
            position += 2
            return set
        }
        guard kind == "p" || kind == "P" else { return nil }
        position += 2
        var isInverted = kind == "P"
        var name = ""
        if take("{") {
            if take("^") { isInverted.toggle() }
            while let scalar = peek(), scalar != "}" {
                name.unicodeScalars.append(scalar)
                position += 1
            }
            guard take("}") else { throw problem("invalid character class range", text(from: start)) }
        } else if let scalar = peek() {
            name = String(scalar)
            position += 1
        }
        guard let set = RegexClasses.unicode(name) else { throw problem("invalid character class range", text(from: start)) }
        return isInverted ? set.inverted : set
    }

    private mutating func scalarEscape() throws(RegularExpression.SyntaxError) -> Unicode.Scalar {
        let start = position
        position += 1
        guard let kind = peek() else { throw problem("trailing backslash at end of expression", "") }
        position += 1
        let simple: [Unicode.Scalar: Unicode.Scalar] = ["a": "\u{7}", "f": "\u{c}", "t": "\t", "n": "\n", "r": "\r", "v": "\u{b}"]
        if let scalar = simple[kind] { return scalar }
        if kind == "x" {
            var digits = ""
            let isBraced = take("{")
            while let scalar = peek(), scalar.isHexDigit, digits.count < (isBraced ? 8 : 2) {
                digits.unicodeScalars.append(scalar)
                position += 1
            }
            guard !isBraced || take("}"), isBraced || digits.count == 2, let number = UInt32(digits, radix: 16),
                let scalar = Unicode.Scalar(number)
            else { throw problem("invalid escape sequence", text(from: start)) }
            return scalar
        }
        if kind == "0" {
            var digits = "0"
            while let scalar = peek(), ("0"..."7").contains(scalar), digits.count < 3 {
                digits.unicodeScalars.append(scalar)
                position += 1
            }
            if let scalar = UInt32(digits, radix: 8).flatMap({ Unicode.Scalar($0) }) { return scalar }
        }
        guard kind.isASCII, !kind.isIdentifierPart || kind == "_" else { throw problem("invalid escape sequence", text(from: start)) }
        return kind
    }

    // MARK: brackets

    private mutating func bracket() throws(RegularExpression.SyntaxError) -> ScalarSet {
        let start = position
        position += 1
        let isInverted = take("^")
        var set = ScalarSet()
        var isFirst = true
        while isFirst || peek() != "]" {
            isFirst = false
            guard peek() != nil else { throw problem("missing closing ]", String(String.UnicodeScalarView(scalars[start...]))) }
            set = set.union(try bracketPart(start))
        }
        position += 1
        set.foldsCase = flags.foldsCase
        if !isInverted { return set }
        if flags.foldsCase {
            // What is left out is left out in both cases.
            let folded = set.ranges.flatMap { range in range.count > 512 ? [range] : range.flatMap(Self.cases) + [range] }
            return ScalarSet(folded).inverted
        }
        return set.inverted
    }

    private static func cases(_ number: UInt32) -> [ClosedRange<UInt32>] {
        guard let properties = Unicode.Scalar(number)?.properties else { return [] }
        return [properties.lowercaseMapping, properties.uppercaseMapping].compactMap { mapping in
            guard mapping.unicodeScalars.count == 1, let scalar = mapping.unicodeScalars.first else { return nil }
            return scalar.value...scalar.value
        }
    }

    private mutating func bracketPart(_ start: Int) throws(RegularExpression.SyntaxError) -> ScalarSet {
        if peek() == "[", peek(1) == ":" {
            let mark = position
            position += 2
            let isInverted = take("^")
            var name = ""
            while let scalar = peek(), scalar != ":", scalar != "]" {
                name.unicodeScalars.append(scalar)
                position += 1
            }
            if take(":]") {
                guard let named = RegexClasses.posix[name] else { throw problem("invalid character class range", text(from: mark)) }
                return isInverted ? named.inverted : named
            }
            position = mark
        }
        if let set = try classEscape() { return set }
        let low = try bracketScalar()
        guard peek() == "-", let after = peek(1), after != "]" else { return ScalarSet(low) }
        let mark = position
        position += 1
        let high = try bracketScalar()
        guard low.value <= high.value else {
            throw problem("invalid character class range", String(String.UnicodeScalarView(scalars[(mark - 1)..<position])))
        }
        return ScalarSet([low.value...high.value])
    }

    private mutating func bracketScalar() throws(RegularExpression.SyntaxError) -> Unicode.Scalar {
        guard let scalar = peek() else { throw problem("missing closing ]", whole) }
        if scalar == "\\" { return try scalarEscape() }
        position += 1
        return scalar
    }
}
