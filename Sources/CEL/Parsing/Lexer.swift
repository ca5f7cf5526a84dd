/// A word of an expression.
struct Token: Sendable {
    enum Kind: Sendable, Equatable {
        case identifier
        /// An identifier in backticks, which may be any field's name.
        case quotedIdentifier(String)
        case int(Int64)
        case uint(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
        case symbol
        case end
    }

    let kind: Kind
    /// As it stands in the source.
    let text: String
    let offset: Int
}

/// Cuts the text of an expression into words.
struct Lexer {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private(set) var issues = IssueList()

    init(_ source: SourceText) { scalars = source.scalars }

    static func tokens(_ source: SourceText, _ issues: inout IssueList) -> [Token] {
        var lexer = Lexer(source)
        var tokens: [Token] = []
        while let token = lexer.next() { tokens.append(token) }
        tokens.append(Token(kind: .end, text: "<EOF>", offset: source.scalars.count))
        for issue in lexer.issues.issues { issues.report(issue.message, at: issue.offset) }
        return tokens
    }

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        scalars.indices.contains(position + ahead) ? scalars[position + ahead] : nil
    }

    private mutating func skipBlanks() {
        while let scalar = peek() {
            if scalar == "/", peek(1) == "/" {
                while let other = peek(), other != "\n" {
                    _ = other
                    position += 1
                }
            } else if scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" || scalar == "\u{c}" {
                position += 1
            } else {
                return
            }
        }
    }

    private mutating func next() -> Token? {
        while true {
            skipBlanks()
            guard let scalar = peek() else { return nil }
            let start = position
            if let token = word(scalar, start) { return token }
            if let symbol = symbol(scalar) {
                position += symbol.unicodeScalars.count
                return Token(kind: .symbol, text: symbol, offset: start)
            }
            // What no word begins with is passed over, as if it were not there.
            position = max(position, start + 1)
            issues.report("Syntax error: token recognition error at: '\(text(start))'", at: start)
        }
    }

    private mutating func word(_ scalar: Unicode.Scalar, _ start: Int) -> Token? {
        if scalar.isDigit || (scalar == "." && peek(1)?.isDigit == true) { return number(start) }
        if scalar == "\"" || scalar == "'" { return string(start, isRaw: false, isBytes: false) }
        if let prefix = stringPrefix() {
            position += prefix.length
            return string(start, isRaw: prefix.isRaw, isBytes: prefix.isBytes)
        }
        if scalar.isIdentifierStart {
            while peek()?.isIdentifierPart == true { position += 1 }
            return Token(kind: .identifier, text: text(start), offset: start)
        }
        if scalar == "`" {
            var end = position + 1
            while scalars.indices.contains(end), scalars[end].isIdentifierPart || "./- ".unicodeScalars.contains(scalars[end]) { end += 1 }
            guard scalars.indices.contains(end), scalars[end] == "`", end > position + 1 else { return nil }
            let name = String(String.UnicodeScalarView(scalars[(position + 1)..<end]))
            position = end + 1
            return Token(kind: .quotedIdentifier(name), text: "`\(name)`", offset: start)
        }
        return nil
    }

    private func text(_ start: Int) -> String { String(String.UnicodeScalarView(scalars[start..<min(position, scalars.count)])) }

    private func symbol(_ scalar: Unicode.Scalar) -> String? {
        if let second = peek(1) {
            let pair = String(scalar) + String(second)
            if ["==", "!=", "<=", ">=", "&&", "||"].contains(pair) { return pair }
        }
        return "[]{}().,:?!-+*/%<>".unicodeScalars.contains(scalar) ? String(scalar) : nil
    }

    // MARK: numbers

    private mutating func number(_ start: Int) -> Token? {
        if peek() == "0", peek(1) == "x" || peek(1) == "X", peek(2)?.isHexDigit == true {
            position += 2
            while peek()?.isHexDigit == true { position += 1 }
            return integer(digits: String(text(start).dropFirst(2)), radix: 16, start)
        }
        while peek()?.isDigit == true { position += 1 }
        var isDouble = false
        if peek() == ".", peek(1)?.isDigit == true {
            isDouble = true
            position += 1
            while peek()?.isDigit == true { position += 1 }
        }
        if peek() == "e" || peek() == "E" {
            let sign = peek(1) == "+" || peek(1) == "-" ? 1 : 0
            if peek(1 + sign)?.isDigit == true {
                isDouble = true
                position += 1 + sign
                while peek()?.isDigit == true { position += 1 }
            }
        }
        guard isDouble else { return integer(digits: text(start), radix: 10, start) }
        let written = text(start)
        guard let number = Double(written.hasPrefix(".") ? "0" + written : written) else {
            issues.report("invalid double literal", at: start)
            return Token(kind: .double(0), text: written, offset: start)
        }
        return Token(kind: .double(number), text: written, offset: start)
    }

    private mutating func integer(digits: String, radix: Int, _ start: Int) -> Token? {
        if peek() == "u" || peek() == "U" {
            position += 1
            guard let number = UInt64(digits, radix: radix) else {
                issues.report("invalid uint literal", at: start)
                return Token(kind: .uint(0), text: text(start), offset: start)
            }
            return Token(kind: .uint(number), text: text(start), offset: start)
        }
        if let number = Int64(digits, radix: radix) { return Token(kind: .int(number), text: text(start), offset: start) }
        // The smallest integer is written as a minus before a number that is one too large.
        if UInt64(digits, radix: radix) == 1 << 63, start > 0, scalars[start - 1] == "-" {
            return Token(kind: .int(.min), text: text(start), offset: start)
        }
        issues.report("invalid int literal", at: start)
        return Token(kind: .int(0), text: text(start), offset: start)
    }

    // MARK: strings

    private func stringPrefix() -> (length: Int, isRaw: Bool, isBytes: Bool)? {
        var isRaw = false, isBytes = false
        var length = 0
        while let scalar = peek(length), length < 3 {
            if (scalar == "r" || scalar == "R") && !isRaw {
                isRaw = true
            } else if (scalar == "b" || scalar == "B") && !isBytes {
                isBytes = true
            } else if scalar == "\"" || scalar == "'" {
                return length > 0 ? (length, isRaw, isBytes) : nil
            } else {
                return nil
            }
            length += 1
        }
        return nil
    }

    private mutating func string(_ start: Int, isRaw: Bool, isBytes: Bool) -> Token? {
        guard let quote = peek() else { return nil }
        let isLong = peek(1) == quote && peek(2) == quote
        let open = isLong ? 3 : 1
        var end = position + open
        while true {
            guard scalars.indices.contains(end) else {
                position = scalars.count
                return nil
            }
            if scalars[end] == "\\", !isRaw {
                end += 2
                continue
            }
            if !isLong, scalars[end] == "\n" || scalars[end] == "\r" {
                position = end
                return nil
            }
            if scalars[end] == quote {
                let closes = !isLong || (scalars.indices.contains(end + 2) && scalars[end + 1] == quote && scalars[end + 2] == quote)
                if closes { break }
            }
            end += 1
        }
        let content = scalars[(position + open)..<end]
        position = end + open
        let kind: Token.Kind
        do {
            let bytes = try StringLiteral.bytes(content, isRaw: isRaw, isBytes: isBytes)
            kind = isBytes ? .bytes(bytes) : .string(String(decoding: bytes, as: UTF8.self))
        } catch {
            issues.report(error.message, at: start)
            kind = isBytes ? .bytes([]) : .string("")
        }
        return Token(kind: kind, text: text(start), offset: start)
    }
}

extension Unicode.Scalar {
    var isDigit: Bool { ("0"..."9").contains(self) }
    var isHexDigit: Bool { isDigit || ("a"..."f").contains(self) || ("A"..."F").contains(self) }
    var isIdentifierStart: Bool { self == "_" || ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
    var isIdentifierPart: Bool { isIdentifierStart || isDigit }
}

/// What stands between quotes.
enum StringLiteral {
    static func bytes(_ content: ArraySlice<Unicode.Scalar>, isRaw: Bool, isBytes: Bool) throws(CELError) -> [UInt8] {
        var output: [UInt8] = []
        var rest = content
        while let scalar = rest.first {
            rest = rest.dropFirst()
            if scalar == "\r" {
                // Line ends are the same everywhere.
                if rest.first == "\n" { rest = rest.dropFirst() }
                output.append(0x0a)
            } else if scalar == "\\", !isRaw {
                try escape(&rest, isBytes, &output)
            } else {
                output += Array(String(scalar).utf8)
            }
        }
        return output
    }

    private static let simple: [Unicode.Scalar: UInt8] = [
        "a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 0x5c, "'": 0x27, "\"": 0x22, "`": 0x60, "?": 0x3f,
    ]

    private static func escape(_ rest: inout ArraySlice<Unicode.Scalar>, _ isBytes: Bool, _ output: inout [UInt8]) throws(CELError) {
        guard let kind = rest.popFirst() else { throw CELError("unable to unescape string, found '\\' as last character") }
        if let byte = simple[kind] {
            output.append(byte)
            return
        }
        switch kind {
        case "x", "X": try code(&rest, digits: 2, radix: 16, isByte: isBytes, "", &output)
        case "u" where !isBytes: try code(&rest, digits: 4, radix: 16, isByte: false, "", &output)
        case "U" where !isBytes: try code(&rest, digits: 8, radix: 16, isByte: false, "", &output)
        case "0", "1", "2", "3": try code(&rest, digits: 2, radix: 8, isByte: isBytes, String(kind), &output)
        default: throw CELError("unable to unescape string")
        }
    }

    private static func code(
        _ rest: inout ArraySlice<Unicode.Scalar>, digits: Int, radix: Int, isByte: Bool, _ first: String, _ output: inout [UInt8]
    ) throws(CELError) {
        let text = first + String(String.UnicodeScalarView(rest.prefix(digits)))
        guard rest.count >= digits, let number = UInt32(text, radix: radix) else { throw CELError("unable to unescape string") }
        rest = rest.dropFirst(digits)
        if isByte {
            output.append(UInt8(truncatingIfNeeded: number))
        } else if let scalar = Unicode.Scalar(number) {
            output += Array(String(scalar).utf8)
        } else {
            throw CELError("invalid unicode code point")
        }
    }
}
