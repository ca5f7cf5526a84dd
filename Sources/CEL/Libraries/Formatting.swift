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
            guard let first = rest.first else { throw CELError("unexpected end of format string") }
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
            case .double(let number) where !number.isFinite: return try text(value)
            default: throw mismatch("decimal clause can only be used on integers", value)
            }
        case "f", "e":
            let number: Double
            switch value {
            case .double(let double): number = double
            case .int(let int): number = Double(int)
            case .uint(let uint): number = Double(uint)
            default:
                throw mismatch(verb == "f" ? "fixed-point clause can only be used on doubles" : "scientific clause can only be used on doubles", value)
            }
            return verb == "f" ? NumberText.fixed(number, decimals: decimals ?? 6) : NumberText.scientific(number, decimals: decimals ?? 6)
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

    private static func mismatch(_ rule: String, _ value: CELValue) -> CELError {
        CELError("error during formatting: \(rule), was given \(value.type.name)")
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
        case .double(let number):
            if number.isNaN { return "NaN" }
            return number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : NumberText.shortest(number)
        case .string(let text): return text
        case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .timestamp(let time): return time.text
        case .duration(let duration): return duration.text
        case .type(let type): return type.name
        case .list(let list):
            var parts: [String] = []
            for element in list.elements { parts.append(try text(element)) }
            return "[" + parts.joined(separator: ", ") + "]"
        case .map(let map):
            var parts: [String] = []
            for entry in map.entries { parts.append("\(try text(entry.key)): \(try text(entry.value))") }
            return "{" + parts.sorted().joined(separator: ", ") + "}"
        case .optional, .object: throw CELError("error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given \(value.type.name)")
        case .opaque(let opaque):
            guard let text = opaque.text else { throw CELError("error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given \(opaque.typeName)") }
            return text
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
