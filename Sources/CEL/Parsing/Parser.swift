/// Reads an expression by recursive descent, binary operators by their precedence.
///
/// The depth and the size of what it takes are bounded, for expressions come from outside.
struct Parser {
    /// How deep expressions may be nested.
    static let maximumDepth = 250
    static let maximumSize = 100_000

    let tokens: [Token]
    var position = 0
    var issues = IssueList()
    var nextID = 1
    private var depth = 0

    /// The names before which calls are macros (`Library.macros`).
    let macros: Set<String>

    private init(_ tokens: [Token], _ macros: Set<String>) {
        self.tokens = tokens
        self.macros = macros
    }

    static func parse(_ source: SourceText, macros: Set<String> = []) throws(CompilationError) -> Expression {
        if source.scalars.count > maximumSize {
            let message = "expression code point size exceeds limit: size: \(source.scalars.count), limit \(maximumSize)"
            throw CompilationError([Issue(message: message, offset: 0)], in: source)
        }
        var issues = IssueList()
        let tokens = Lexer.tokens(source, &issues)
        var parser = Parser(tokens, macros)
        parser.issues = issues
        let expression: Expression?
        do {
            let parsed = try parser.expression()
            if parser.current.kind != .end {
                parser.report(parser.following.kind == .end ? "extraneous" : "mismatched", expecting: "<EOF>")
            }
            expression = parsed
        } catch {
            expression = nil
        }
        guard let expression, parser.issues.isEmpty else { throw CompilationError(parser.issues.issues, in: source) }
        return expression
    }

    // MARK: words

    /// The error was reported already.
    struct Abort: Error {}

    var current: Token { tokens[min(position, tokens.count - 1)] }
    private var following: Token { tokens[min(position + 1, tokens.count - 1)] }

    private func isSymbol(_ text: String) -> Bool { current.kind == .symbol && current.text == text }

    private mutating func take(_ text: String) -> Bool {
        guard isSymbol(text) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ text: String) throws(Abort) {
        if take(text) { return }
        issues.report("Syntax error: missing '\(text)' at '\(current.text)'", at: current.offset)
        throw Abort()
    }

    private mutating func report(_ problem: String, expecting: String) {
        issues.report("Syntax error: \(problem) input '\(current.text)' expecting \(expecting)", at: current.offset)
    }

    mutating func node(_ kind: Expression.Kind, at offset: Int) throws(Abort) -> Expression {
        let node = Expression(id: nextID, kind, offset: offset)
        nextID += 1
        if node.depth > Self.maximumDepth || nextID > Self.maximumSize {
            issues.report("expression recursion limit exceeded: \(Self.maximumDepth)", at: offset)
            throw Abort()
        }
        return node
    }

    // MARK: operators

    mutating func expression() throws(Abort) -> Expression {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.maximumDepth / 2 {
            issues.report("expression recursion limit exceeded: \(Self.maximumDepth)", at: current.offset)
            throw Abort()
        }
        let condition = try logical("||", Operator.or)
        let mark = current.offset
        guard take("?") else { return condition }
        let yes = try logical("||", Operator.or)
        try expect(":")
        let no = try expression()
        return try node(.call(Operator.conditional, target: nil, arguments: [condition, yes, no]), at: mark)
    }

    /// Chains of `||` and of `&&` become balanced trees, so that long ones are not deep.
    private mutating func logical(_ symbol: String, _ function: String) throws(Abort) -> Expression {
        var terms = [try symbol == "||" ? logical("&&", Operator.and) : binary(0)]
        var marks: [Int] = []
        while isSymbol(symbol) {
            marks.append(current.offset)
            position += 1
            terms.append(try symbol == "||" ? logical("&&", Operator.and) : binary(0))
        }
        return try balanced(terms[...], marks[...], function)
    }

    private mutating func balanced(_ terms: ArraySlice<Expression>, _ marks: ArraySlice<Int>, _ function: String) throws(Abort) -> Expression {
        guard let first = terms.first else { throw Abort() }
        if terms.count == 1 { return first }
        let middle = marks.startIndex + marks.count / 2
        let cut = terms.startIndex + marks.count / 2 + 1
        let left = try balanced(terms[..<cut], marks[..<middle], function)
        let right = try balanced(terms[cut...], marks[(middle + 1)...], function)
        return try node(.call(function, target: nil, arguments: [left, right]), at: marks[middle])
    }

    private static let levels: [[String: String]] = [
        [
            "<": Operator.less, "<=": Operator.lessOrEqual, ">": Operator.greater, ">=": Operator.greaterOrEqual,
            "==": Operator.equals, "!=": Operator.notEquals, "in": Operator.contains,
        ],
        ["+": Operator.add, "-": Operator.subtract],
        ["*": Operator.multiply, "/": Operator.divide, "%": Operator.modulo],
    ]

    private mutating func binary(_ level: Int) throws(Abort) -> Expression {
        guard level < Self.levels.count else { return try unary() }
        var left = try binary(level + 1)
        while current.kind == .symbol || current.kind == .identifier, let function = Self.levels[level][current.text] {
            let mark = current.offset
            position += 1
            let right = try binary(level + 1)
            left = try node(.call(function, target: nil, arguments: [left, right]), at: mark)
        }
        return left
    }

    private mutating func unary() throws(Abort) -> Expression {
        let mark = current.offset
        for (symbol, function) in [("!", Operator.not), ("-", Operator.negate)] where isSymbol(symbol) {
            if symbol == "-", let literal = try negativeLiteral(mark) { return try member(literal) }
            var count = 0
            while take(symbol) { count += 1 }
            // After signs of one kind no sign of the other kind may follow.
            let operand = try member(try primary())
            if count % 2 == 0 { return operand }
            return try node(.call(function, target: nil, arguments: [operand]), at: mark)
        }
        return try member(try primary())
    }

    /// A minus directly before a number is part of it.
    private mutating func negativeLiteral(_ mark: Int) throws(Abort) -> Expression? {
        switch following.kind {
        case .int(let number):
            position += 2
            return try node(.literal(.int(number == .min ? .min : -number)), at: mark)
        case .double(let number):
            position += 2
            return try node(.literal(.double(-number)), at: mark)
        default: return nil
        }
    }

    // MARK: members

    private mutating func member(_ start: Expression) throws(Abort) -> Expression {
        var operand = start
        while true {
            let mark = current.offset
            if take(".") {
                operand = try selection(operand, mark)
            } else if take("[") {
                let isOptional = take("?")
                let index = try expression()
                try expect("]")
                operand = try node(
                    .call(isOptional ? Operator.optionalIndex : Operator.index, target: nil, arguments: [operand, index]), at: mark)
            } else {
                return operand
            }
        }
    }

    private mutating func selection(_ operand: Expression, _ mark: Int) throws(Abort) -> Expression {
        let isOptional = take("?")
        let field: String
        switch current.kind {
        case .identifier where !Self.words.contains(current.text): field = current.text
        case .quotedIdentifier(let name): field = PropertyName.escaped(name) ?? name
        default:
            report("mismatched", expecting: "IDENTIFIER")
            throw Abort()
        }
        position += 1
        let open = current.offset
        if !isOptional, take("(") {
            let arguments = try self.arguments(until: ")")
            return try call(field, target: operand, arguments, at: open)
        }
        if isOptional {
            let name = try node(.literal(.string(field)), at: mark)
            return try node(.call(Operator.optionalSelect, target: nil, arguments: [operand, name]), at: mark)
        }
        return try node(.select(operand, field: field, isTest: false), at: mark)
    }

    private mutating func arguments(until close: String) throws(Abort) -> [Expression] {
        var arguments: [Expression] = []
        if take(close) { return arguments }
        repeat { arguments.append(try expression()) } while take(",")
        try expect(close)
        return arguments
    }

    private mutating func call(_ name: String, target: Expression?, _ arguments: [Expression], at mark: Int) throws(Abort) -> Expression {
        if let expansion = try expandMacro(name, target, arguments, at: mark) { return expansion }
        return try node(.call(name, target: target, arguments: arguments), at: mark)
    }

    // MARK: primaries

    /// Words that are no identifiers anywhere.
    private static let words: Set<String> = ["true", "false", "null", "in"]

    private static let primaries =
        "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

    private mutating func primary() throws(Abort) -> Expression {
        let token = current
        if let value = Self.literal(token) {
            position += 1
            return try node(.literal(value), at: token.offset)
        }
        switch token.text {
        case "(" where token.kind == .symbol:
            position += 1
            let inner = try expression()
            try expect(")")
            return inner
        case "[" where token.kind == .symbol: return try list()
        case "{" where token.kind == .symbol: return try map()
        default: return try name()
        }
    }

    private static func literal(_ token: Token) -> CELValue? {
        switch token.kind {
        case .int(let number): return .int(number)
        case .uint(let number): return .uint(number)
        case .double(let number): return .double(number)
        case .string(let text): return .string(text)
        case .bytes(let bytes): return .bytes(bytes)
        case .identifier:
            switch token.text {
            case "true": return .bool(true)
            case "false": return .bool(false)
            case "null": return .null
            default: return nil
            }
        case .quotedIdentifier, .symbol, .end: return nil
        }
    }

    private mutating func name() throws(Abort) -> Expression {
        let start = current.offset
        let isRooted = take(".")
        let token = current
        guard token.kind == .identifier, token.text != "in" else {
            let isExtra = token.kind != .end && (following.kind == .identifier || Self.literal(following) != nil)
            report(isExtra ? "extraneous" : "mismatched", expecting: Self.primaries)
            throw Abort()
        }
        position += 1
        if PropertyName.reserved.contains(token.text) { issues.report("reserved identifier: \(token.text)", at: start) }
        let open = current.offset
        if take("(") { return try call((isRooted ? "." : "") + token.text, target: nil, try arguments(until: ")"), at: open) }
        if let message = try message(token, isRooted) { return message }
        return try node(.identifier((isRooted ? "." : "") + token.text), at: start)
    }

    /// `a.b.C{field: value}`; nil when no brace follows the name.
    private mutating func message(_ first: Token, _ isRooted: Bool) throws(Abort) -> Expression? {
        let start = position
        var name = first.text
        while isSymbol("."), following.kind == .identifier {
            position += 1
            name += "." + current.text
            position += 1
        }
        guard isSymbol("{") else {
            position = start
            return nil
        }
        let mark = current.offset
        position += 1
        var fields: [Expression.Field] = []
        while !take("}") {
            let isOptional = take("?")
            let field: String
            switch current.kind {
            case .identifier: field = current.text
            case .quotedIdentifier(let quoted): field = PropertyName.escaped(quoted) ?? quoted
            default:
                report("mismatched", expecting: "{'}', IDENTIFIER}")
                throw Abort()
            }
            position += 1
            let colon = current.offset
            try expect(":")
            fields.append(Expression.Field(name: field, value: try expression(), isOptional: isOptional, offset: colon))
            if !take(",") {
                try expect("}")
                break
            }
        }
        return try node(.message((isRooted ? "." : "") + name, fields), at: mark)
    }

    private mutating func list() throws(Abort) -> Expression {
        let mark = current.offset
        position += 1
        var elements: [Expression] = []
        var optional: Set<Int> = []
        while !take("]") {
            if take("?") { optional.insert(elements.count) }
            elements.append(try expression())
            if !take(",") {
                try expect("]")
                break
            }
        }
        return try node(.list(elements, optional: optional), at: mark)
    }

    private mutating func map() throws(Abort) -> Expression {
        let mark = current.offset
        position += 1
        var entries: [Expression.Entry] = []
        while !take("}") {
            let isOptional = take("?")
            let key = try expression()
            let colon = current.offset
            try expect(":")
            entries.append(Expression.Entry(key: key, value: try expression(), isOptional: isOptional, offset: colon))
            if !take(",") {
                try expect("}")
                break
            }
        }
        return try node(.map(entries), at: mark)
    }
}
