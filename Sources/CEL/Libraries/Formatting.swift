/// `format` of strings, and the text that values have in it.
enum Formatting {
    static func format(_ format: String, _ arguments: [CELValue]) throws(CELError) -> String {
        var output = ""
        var rest = format.unicodeScalars[...]
        var used = 0
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                output.unicodeScalars.append(scalar)
                continue
            }
            guard let first = rest.first else { throw CELError("unexpected end of string") }
            if first == "%" {
                rest = rest.dropFirst()
                output += "%"
                continue
            }
            let decimals = try precision(&rest)
            guard let verb = rest.popFirst() else { throw CELError("could not parse formatting clause: unexpected end of format string") }
            guard arguments.indices.contains(used) else { throw CELError("index \(used) out of range") }
            output += try clause(verb, decimals, arguments[used])
            used += 1
        }
        return output
    }

    private static func precision(_ rest: inout Substring.UnicodeScalarView) throws(CELError) -> Int? {
        guard rest.first == "." else { return nil }
        rest = rest.dropFirst()
        var digits = ""
        while let scalar = rest.first, scalar.isDigit {
            digits.unicodeScalars.append(scalar)
            rest = rest.dropFirst()
        }
        guard let decimals = Int(digits), decimals <= 100 else { throw CELError("could not parse formatting clause: error while parsing precision") }
        return decimals
    }

    private static func clause(_ verb: Unicode.Scalar, _ decimals: Int?, _ value: CELValue) throws(CELError) -> String {
        switch verb {
        case "s": return try text(value)
        case "d":
            switch value {
            case .int, .uint: return try text(value)
            default: throw mismatch("decimal clause can only be used on integers", value)
            }
        case "f", "e":
            guard let number = double(value) else {
                throw mismatch(verb == "f" ? "fixed-point clause can only be used on doubles" : "scientific clause can only be used on doubles", value)
            }
            return verb == "f" ? fixed(number, decimals ?? 6) : scientific(number)
        case "b":
            switch value {
            case .int(let number): return String(number, radix: 2)
            case .uint(let number): return String(number, radix: 2)
            case .bool(let flag): return flag ? "1" : "0"
            default: throw mismatch("only integers and bools can be formatted as binary", value)
            }
        case "o":
            switch value {
            case .int(let number): return String(number, radix: 8)
            case .uint(let number): return String(number, radix: 8)
            default: throw mismatch("octal clause can only be used on integers", value)
            }
        case "x", "X": return try hex(value, isUpper: verb == "X")
        default: throw CELError("could not parse formatting clause: unrecognized formatting clause \"\(verb)\"")
        }
    }

    /// The clauses of a format, by their last letters.
    static func verbs(_ format: String) -> [Unicode.Scalar] {
        var verbs: [Unicode.Scalar] = []
        var rest = format.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "%" else { continue }
            while let next = rest.first, next == "." || next.isDigit { rest = rest.dropFirst() }
            guard let verb = rest.popFirst() else { break }
            if verb != "%" { verbs.append(verb) }
        }
        return verbs
    }

    /// What a clause says to values of a type that it does not take; nil when it takes them.
    static func rule(of verb: Unicode.Scalar, against type: CELType) -> String? {
        if type == .dyn { return nil }
        switch verb {
        case "d": return type == .int || type == .uint ? nil : "decimal clause can only be used on integers"
        case "o": return type == .int || type == .uint ? nil : "octal clause can only be used on integers"
        case "f": return type == .double || type == .string ? nil : "fixed-point clause can only be used on doubles"
        case "e": return type == .double || type == .string ? nil : "scientific clause can only be used on doubles"
        case "b": return type == .int || type == .uint || type == .bool ? nil : "only integers and bools can be formatted as binary"
        case "x", "X":
            return [.int, .uint, .string, .bytes].contains(type) ? nil : "only integers, byte buffers, and strings can be formatted as hex"
        default: return nil
        }
    }

    private static func mismatch(_ rule: String, _ value: CELValue) -> CELError {
        CELError("error during formatting: \(rule), was given \(value.type.name)")
    }

    /// Doubles, and the texts of those that have no digits.
    private static func double(_ value: CELValue) -> Double? {
        switch value {
        case .double(let number): number
        case .string("NaN"): .nan
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        default: nil
        }
    }

    /// With commas between the thousands.
    private static func fixed(_ number: Double, _ decimals: Int) -> String {
        if !number.isFinite { return number.isNaN ? "NaN" : number < 0 ? "-\u{221e}" : "\u{221e}" }
        let text = NumberText.fixed(number.magnitude, decimals: decimals)
        let whole = text.prefix { $0 != "." }
        var grouped = ""
        for (position, digit) in whole.enumerated() {
            if position > 0, (whole.count - position) % 3 == 0 { grouped += "," }
            grouped.append(digit)
        }
        return (number < 0 ? "-" : "") + grouped + text.dropFirst(whole.count)
    }

    /// `1.234500 × 10⁰³`, as printers that know a language write it; the precision does not count.
    private static func scientific(_ number: Double) -> String {
        if !number.isFinite { return fixed(number, 0) }
        let text = NumberText.scientific(number, decimals: 6)
        let parts = text.split(separator: "e")
        guard parts.count == 2 else { return text }
        let raised: [Character: Character] = [
            "0": "\u{2070}", "1": "\u{b9}", "2": "\u{b2}", "3": "\u{b3}", "4": "\u{2074}", "5": "\u{2075}", "6": "\u{2076}", "7": "\u{2077}",
            "8": "\u{2078}", "9": "\u{2079}", "-": "\u{207b}",
        ]
        return parts[0] + "\u{202f}\u{d7}\u{202f}10" + String(parts[1].compactMap { raised[$0] })
    }

    private static func hex(_ value: CELValue, isUpper: Bool) throws(CELError) -> String {
        func bytes(_ bytes: some Sequence<UInt8>) -> String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: isUpper) }.joined()
        }
        switch value {
        case .int(let number): return String(number, radix: 16, uppercase: isUpper)
        case .uint(let number): return String(number, radix: 16, uppercase: isUpper)
        case .string(let text): return bytes(text.utf8)
        case .bytes(let content): return bytes(content)
        default: throw mismatch("only integers, byte buffers, and strings can be formatted as hex", value)
        }
    }

    /// A value as `%s` prints it.
    static func text(_ value: CELValue) throws(CELError) -> String {
        switch value {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return NumberText.shortest(number)
        case .string(let text): return text
        case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .timestamp(let time): return time.text
        case .duration(let duration): return duration.text
        case .type(let type): return type.name
        case .list(let list):
            var parts: [String] = []
            for element in list.elements { parts.append(try literal(element)) }
            return "[" + parts.joined(separator: ", ") + "]"
        case .map(let map):
            var parts: [String] = []
            for entry in map.entries { parts.append("\(try literal(entry.key)):\(try literal(entry.value))") }
            return "{" + parts.sorted().joined(separator: ", ") + "}"
        case .optional, .object: throw CELError("error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given \(value.type.name)")
        case .opaque(let opaque):
            guard let text = opaque.text else { throw CELError("error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given \(opaque.typeName)") }
            return text
        }
    }

    /// A value inside of a list or a map: as a literal of the language has it.
    private static func literal(_ value: CELValue) throws(CELError) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .bytes(let bytes): "b" + quoted(String(decoding: bytes, as: UTF8.self))
        case .double(let number): number.isFinite ? NumberText.fixed(number, decimals: 6) : quoted(NumberText.shortest(number))
        case .timestamp, .duration: "\(value.type == .timestamp ? "timestamp" : "duration")(\(quoted(try text(value))))"
        default: try text(value)
        }
    }

    /// The text in double quotes, what cannot stand there escaped.
    static func quoted(_ text: String) -> String {
        let escapes: [Unicode.Scalar: String] = [
            "\u{7}": "\\a", "\u{8}": "\\b", "\u{c}": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u{b}": "\\v", "\\": "\\\\", "\"": "\\\"",
        ]
        var output = "\""
        for scalar in text.unicodeScalars {
            if let escape = escapes[scalar] { output += escape } else { output.unicodeScalars.append(scalar) }
        }
        return output + "\""
    }
}
