/// Why bytes are no CBOR that Kubernetes takes.
package struct CBORError: Error, Hashable, CustomStringConvertible {
    package let offset: Int
    package let reason: String

    package var description: String { "cbor: \(reason) at offset \(offset)" }
}

/// Reads CBOR (RFC 8949), as strictly as Kubernetes: what JSON cannot say is refused.
///
/// Byte strings are texts; one that is tagged for a later encoding becomes that encoding's text.
package struct CBORParser {
    private static let depthLimit = 64

    private let bytes: [UInt8]
    private var offset = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// One document. Throws for what follows it.
    package static func parse(_ bytes: [UInt8]) throws(CBORError) -> Value {
        var parser = CBORParser(bytes)
        if bytes.isEmpty { throw parser.error("unexpected end of input") }
        let value = try parser.value(0)
        if parser.offset != bytes.count { throw parser.error("extraneous data") }
        return value
    }

    private func error(_ reason: String) -> CBORError { CBORError(offset: offset, reason: reason) }

    private mutating func byte() throws(CBORError) -> UInt8 {
        guard offset < bytes.count else { throw error("unexpected end of input") }
        defer { offset += 1 }
        return bytes[offset]
    }

    private mutating func number(_ count: Int) throws(CBORError) -> UInt64 {
        guard bytes.count - offset >= count else { throw error("unexpected end of input") }
        var number: UInt64 = 0
        for _ in 0..<count {
            number = number << 8 | UInt64(bytes[offset])
            offset += 1
        }
        return number
    }

    private mutating func argument(_ info: UInt8) throws(CBORError) -> UInt64 {
        switch info {
        case 0..<24: return UInt64(info)
        case 24: return try number(1)
        case 25: return try number(2)
        case 26: return try number(4)
        case 27: return try number(8)
        case 31: throw error("indefinite-length items are not allowed")
        default: throw error("invalid additional information \(info)")
        }
    }

    /// A number of elements; each takes a byte at least, so that a wrong count takes no memory.
    private mutating func count(_ info: UInt8, each size: Int = 1) throws(CBORError) -> Int {
        let wanted = try argument(info)
        guard wanted <= UInt64((bytes.count - offset) / size) else { throw error("unexpected end of input") }
        return Int(wanted)
    }

    private mutating func value(_ depth: Int) throws(CBORError) -> Value {
        if depth > Self.depthLimit { throw error("exceeded max nested level \(Self.depthLimit)") }
        let first = try byte()
        let info = first & 0x1f
        switch first >> 5 {
        case 0:
            guard let number = Int64(exactly: try argument(info)) else { throw error("integer overflows int64") }
            return .int(number)
        case 1:
            guard let number = Int64(exactly: try argument(info)) else { throw error("integer overflows int64") }
            return .int(-1 - number)
        case 2: return .string(try text(try string(info)))
        case 3: return .string(try text(try string(info)))
        case 4:
            var elements: [Value] = []
            for _ in 0..<(try count(info)) { elements.append(try value(depth + 1)) }
            return .array(elements)
        case 5: return try map(info, depth)
        case 6: return try tagged(try argument(info), depth)
        default: return try simple(info)
        }
    }

    private mutating func string(_ info: UInt8) throws(CBORError) -> ArraySlice<UInt8> {
        let length = try count(info)
        defer { offset += length }
        return bytes[offset..<(offset + length)]
    }

    private func text(_ slice: ArraySlice<UInt8>) throws(CBORError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else { throw error("invalid UTF-8 string") }
        return text
    }

    private mutating func map(_ info: UInt8, _ depth: Int) throws(CBORError) -> Value {
        let pairs = try count(info, each: 2)
        var members = Members()
        for _ in 0..<pairs {
            let first = try byte()
            guard first >> 5 == 2 || first >> 5 == 3 else { throw error("map keys must be strings") }
            let key = try text(try string(first & 0x1f))
            let before = members.count
            let position = members.position(insertingIfAbsent: key)
            if members.count == before { throw error("found duplicate map key \"\(key)\"") }
            members.entries[position].value = try value(depth + 1)
        }
        return .object(members)
    }

    private mutating func tagged(_ tag: UInt64, _ depth: Int) throws(CBORError) -> Value {
        switch tag {
        case 21, 22, 23:
            let first = try byte()
            guard first >> 5 == 2 else { throw error("tag \(tag) must enclose a byte string") }
            let data = Array(try string(first & 0x1f))
            if tag == 23 { return .string(data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()) }
            return .string(Base64.encode(data, urlSafe: tag == 21))
        case 0:
            guard case .string(let text) = try value(depth + 1) else { throw error("tag 0 must enclose a text") }
            return .string(text)
        case 1:
            guard case .int(let seconds) = try value(depth + 1) else { throw error("tag 1 must enclose a number of seconds") }
            return .string(Timestamp(seconds: seconds).text)
        case 2, 3: throw error("big numbers are not allowed")
        default: return try value(depth + 1)
        }
    }

    private mutating func simple(_ info: UInt8) throws(CBORError) -> Value {
        switch info {
        case 20: return .bool(false)
        case 21: return .bool(true)
        case 22: return .null
        case 25: return try float(Self.half(UInt16(truncatingIfNeeded: try number(2))))
        case 26: return try float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: try number(4)))))
        case 27: return try float(Double(bitPattern: try number(8)))
        default: throw error("simple value \(info) is not allowed")
        }
    }

    private func float(_ number: Double) throws(CBORError) -> Value {
        guard number.isFinite else { throw error("floating-point NaN and infinity are not allowed") }
        return .double(number)
    }

    private static func half(_ bits: UInt16) -> Double {
        let exponent = Int(bits >> 10 & 0x1f), fraction = Double(bits & 0x3ff)
        let magnitude: Double
        switch exponent {
        case 0: magnitude = fraction * 0x1p-24
        case 31: magnitude = fraction == 0 ? .infinity : .nan
        default: magnitude = (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
        }
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }
}
