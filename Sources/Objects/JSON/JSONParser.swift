/// A single-pass parser from bytes to `Value`.
///
/// It takes exactly RFC 8259: no comments, no trailing commas, no bare control characters, valid UTF-8
/// only. Nesting is bounded, since the recursion uses the thread's stack.
package struct JSONParser {
    /// The deepest nesting that is accepted when nothing else is said.
    package static let defaultDepth = 512

    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private let maximumDepth: Int
    /// Whether some object named a member twice (the last one counts).
    private var sawDuplicate = false

    private init(_ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// What a document holds, and whether one of its objects names a member twice.
    package struct Document {
        package let value: Value
        package let hasDuplicates: Bool
    }

    /// Parses a whole document. Throws `JSONError`.
    package static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int = defaultDepth
    ) throws(JSONError) -> Document {
        var parser = JSONParser(bytes, maximumDepth: maximumDepth)
        parser.skipSpace()
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        if parser.offset != bytes.count { throw parser.error(.trailingBytes) }
        return Document(value: value, hasDuplicates: parser.sawDuplicate)
    }

    private func error(_ code: JSONError.Code) -> JSONError {
        let description: String
        switch code {
        case .unexpectedEnd: description = "unexpected end of JSON input"
        case .trailingBytes: description = "invalid character \(quoted(offset)) after top-level value"
        case .tooDeep: description = "exceeded max depth"
        case .badUTF8: description = "invalid UTF-8 at offset \(offset)"
        case .badNumber where offset >= bytes.count: description = "unexpected end of JSON input"
        case .badNumber: description = "invalid character \(quoted(offset)) in numeric literal"
        case .badString: description = "invalid character \(quoted(offset)) in string literal"
        case .unexpectedByte: description = "invalid character \(quoted(offset)) looking for beginning of value"
        }
        return JSONError(code: code, offset: offset, description: description)
    }

    /// A byte that does not go on with what has begun.
    private func unexpected(_ place: String) -> JSONError {
        JSONError(code: .unexpectedByte, offset: offset, description: "invalid character \(quoted(offset)) \(place)")
    }

    private func quoted(_ at: Int) -> String {
        guard at < bytes.count else { return "''" }
        let byte = bytes[at]
        switch byte {
        case UInt8(ascii: "'"): return "'\\''"
        case 0x0a: return "'\\n'"
        case 0x0d: return "'\\r'"
        case 0x09: return "'\\t'"
        case 0x20..<0x7f, 0xa1...0xff: return "'\(Character(Unicode.Scalar(byte)))'"
        case 0x80...0xa0: return "'\\u00\(String(byte, radix: 16))'"
        default: return "'\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))'"
        }
    }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0a, 0x0d, 0x09: offset += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONError) -> Value {
        guard offset < bytes.count else { throw error(.unexpectedEnd) }
        switch bytes[offset] {
        case UInt8(ascii: "\""):
            return .string(try string())
        case UInt8(ascii: "{"):
            return try object(depth: depth + 1)
        case UInt8(ascii: "["):
            return try array(depth: depth + 1)
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try number()
        default:
            throw error(.unexpectedByte)
        }
    }

    private mutating func literal(_ text: StaticString) throws(JSONError) {
        let length = text.utf8CodeUnitCount
        let start = offset
        for position in 0..<length {
            offset = start + position
            guard offset < bytes.count else { throw error(.unexpectedEnd) }
            let expected = text.utf8Start[position]
            if bytes[offset] != expected {
                throw unexpected("in literal \(text) (expecting '\(Character(Unicode.Scalar(expected)))')")
            }
        }
        offset = start + length
    }

    private mutating func object(depth: Int) throws(JSONError) -> Value {
        if depth > maximumDepth { throw error(.tooDeep) }
        offset += 1
        skipSpace()
        var members = Members()
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "}") {
            offset += 1
            return .object(members)
        }
        members.entries.reserveCapacity(8)
        while true {
            guard offset < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[offset] == UInt8(ascii: "\"") else { throw unexpected("looking for beginning of object key string") }
            let key = try string()
            skipSpace()
            guard offset < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[offset] == UInt8(ascii: ":") else { throw unexpected("after object key") }
            offset += 1
            skipSpace()
            let value = try value(depth: depth)
            let before = members.count
            let position = members.position(insertingIfAbsent: key)
            if members.count == before { sawDuplicate = true }
            members.entries[position].value = value
            skipSpace()
            guard offset < bytes.count else { throw error(.unexpectedEnd) }
            let next = bytes[offset]
            offset += 1
            if next == UInt8(ascii: "}") { return .object(members) }
            if next != UInt8(ascii: ",") {
                offset -= 1
                throw unexpected("after object key:value pair")
            }
            skipSpace()
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> Value {
        if depth > maximumDepth { throw error(.tooDeep) }
        offset += 1
        skipSpace()
        var elements: [Value] = []
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "]") {
            offset += 1
            return .array(elements)
        }
        while true {
            elements.append(try value(depth: depth))
            skipSpace()
            guard offset < bytes.count else { throw error(.unexpectedEnd) }
            let next = bytes[offset]
            offset += 1
            if next == UInt8(ascii: "]") { return .array(elements) }
            if next != UInt8(ascii: ",") {
                offset -= 1
                throw unexpected("after array element")
            }
            skipSpace()
        }
    }

    private mutating func number() throws(JSONError) -> Value {
        let start = offset
        let negative = bytes[offset] == UInt8(ascii: "-")
        if negative { offset += 1 }
        let digitsStart = offset
        var magnitude: UInt64 = 0
        var overflow = false
        while offset < bytes.count, let digit = digit(at: offset) {
            let (scaled, first) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, second) = scaled.addingReportingOverflow(UInt64(digit))
            overflow = overflow || first || second
            magnitude = sum
            offset += 1
        }
        let digits = offset - digitsStart
        if digits == 0 || (digits > 1 && bytes[digitsStart] == UInt8(ascii: "0")) { throw error(.badNumber) }
        var integral = true
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            integral = false
            offset += 1
            try requireDigits()
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            integral = false
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") {
                offset += 1
            }
            try requireDigits()
        }
        if integral, !overflow {
            if !negative, let exact = Int64(exactly: magnitude) { return .int(exact) }
            if negative, magnitude <= UInt64(Int64.max) + 1 { return .int(Int64(truncatingIfNeeded: 0 &- magnitude)) }
        }
        guard let parsed = Double(String(decoding: bytes[start..<offset], as: UTF8.self)), parsed.isFinite else {
            throw error(.badNumber)
        }
        return .double(parsed)
    }

    private func digit(at position: Int) -> UInt8? {
        let digit = bytes[position] &- UInt8(ascii: "0")
        return digit <= 9 ? digit : nil
    }

    private mutating func requireDigits() throws(JSONError) {
        let start = offset
        while offset < bytes.count, digit(at: offset) != nil { offset += 1 }
        if offset == start { throw error(.badNumber) }
    }

    private mutating func string() throws(JSONError) -> String {
        offset += 1
        let start = offset
        // The highest bit is set when one of the bytes is none of ASCII.
        var seen: UInt8 = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") {
                let text = try text(start..<offset, isASCII: seen < 0x80)
                offset += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            if byte < 0x20 { throw error(.badString) }
            seen |= byte
            offset += 1
        }
        throw error(.unexpectedEnd)
    }

    private func text(_ range: Range<Int>, isASCII: Bool) throws(JSONError) -> String {
        // Nothing to repair: this way asks for no metadata at run time, as the one that validates does.
        if isASCII { return String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self) }
        guard let text = String(validating: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self) else {
            throw error(.badUTF8)
        }
        return text
    }

    /// The slow path of a string that holds an escape; `start` is its first byte.
    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var decoded = Array(bytes[start..<offset])
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: decoded, as: UTF8.self) else { throw error(.badUTF8) }
                return text
            case UInt8(ascii: "\\"):
                guard offset < bytes.count else { throw error(.unexpectedEnd) }
                let escape = bytes[offset]
                offset += 1
                switch escape {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(escape)
                case UInt8(ascii: "b"): decoded.append(0x08)
                case UInt8(ascii: "f"): decoded.append(0x0c)
                case UInt8(ascii: "n"): decoded.append(0x0a)
                case UInt8(ascii: "r"): decoded.append(0x0d)
                case UInt8(ascii: "t"): decoded.append(0x09)
                case UInt8(ascii: "u"): decoded.append(contentsOf: try unicodeEscape())
                default:
                    offset -= 1
                    throw error(.badString)
                }
            case 0..<0x20:
                offset -= 1
                throw error(.badString)
            default:
                decoded.append(byte)
            }
        }
        throw error(.unexpectedEnd)
    }

    /// The UTF-8 of `\uXXXX`; a lone surrogate becomes U+FFFD, as Go reads it.
    private mutating func unicodeEscape() throws(JSONError) -> [UInt8] {
        let first = try hexUnit()
        if first & 0xfc00 == 0xd800, offset + 1 < bytes.count,
            bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
        {
            let mark = offset
            offset += 2
            let second = try hexUnit()
            if second & 0xfc00 == 0xdc00 {
                let scalar = 0x10000 + ((UInt32(first) - 0xd800) << 10) + (UInt32(second) - 0xdc00)
                return Array(String(Unicode.Scalar(scalar) ?? "\u{fffd}").utf8)
            }
            offset = mark
        }
        return Array(String(Unicode.Scalar(UInt32(first)) ?? "\u{fffd}").utf8)
    }

    private mutating func hexUnit() throws(JSONError) -> UInt16 {
        guard offset + 4 <= bytes.count else { throw error(.unexpectedEnd) }
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let byte = bytes[offset]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw error(.badString)
            }
            unit = unit << 4 | UInt16(digit)
            offset += 1
        }
        return unit
    }
}

extension Value {
    /// Parses JSON text. Throws `JSONError`.
    package init(json text: String) throws(JSONError) {
        self = try Value(json: Array(text.utf8))
    }

    /// Parses JSON bytes. Throws `JSONError`.
    package init(json bytes: [UInt8]) throws(JSONError) {
        let result = bytes.withUnsafeBufferPointer { buffer in
            Result { () throws(JSONError) -> Value in try JSONParser.parse(buffer).value }
        }
        self = try result.get()
    }

    /// Parses JSON bytes in place. Throws `JSONError`.
    package init(json bytes: UnsafeRawBufferPointer) throws(JSONError) {
        self = try JSONParser.parse(bytes.bindMemory(to: UInt8.self)).value
    }
}
