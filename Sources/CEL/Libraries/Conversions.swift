/// The functions that make one type of another.
enum Conversions {
    static let all: [Function] = [
        conversion("int", .int, [.int, .uint, .double, .string, .timestamp], int),
        conversion("uint", .uint, [.uint, .int, .double, .string], uint),
        conversion("double", .double, [.double, .int, .uint, .string], double),
        conversion("string", .string, [.string, .int, .uint, .double, .bool, .bytes, .timestamp, .duration], string),
        conversion("bytes", .bytes, [.bytes, .string], bytes),
        conversion("bool", .bool, [.bool, .string], bool),
        conversion("timestamp", .timestamp, [.timestamp, .string, .int], timestamp),
        conversion("duration", .duration, [.duration, .string, .int], duration),
        Function("dyn", [Overload("to_dyn", [.parameter("A")], .dyn)]) { $0[0] },
        Function("type", [Overload("type", [.parameter("A")], .type(.parameter("A")))]) { .type($0[0].type) },
    ]

    private static func conversion(
        _ name: String, _ result: CELType, _ types: [CELType], _ convert: @escaping @Sendable (CELValue) throws(CELError) -> CELValue?
    ) -> Function {
        let overloads = types.map { type in
            let from = type == .timestamp ? "timestamp" : type == .duration ? "duration" : type.name
            return Overload(type == result ? "\(name)_to_\(name)" : "\(from)_to_\(name)", [type], result)
        }
        return Function(name, overloads) { arguments throws(CELError) in
            guard let converted = try convert(arguments[0]) else { throw .conversion(arguments[0].type, result) }
            return converted
        }
    }

    @Sendable private static func int(_ value: CELValue) throws(CELError) -> CELValue? {
        switch value {
        case .int: return value
        case .uint(let number):
            guard let exact = Int64(exactly: number) else { throw .integerOverflow }
            return .int(exact)
        case .double(let number):
            // The very ends of the range are no doubles, so they are left out.
            guard number > -9.223372036854775808e18, number < 9.223372036854775808e18 else { throw .integerOverflow }
            return .int(Int64(number.rounded(.towardZero)))
        case .string(let text): return goInteger(text).map { .int($0) }
        case .timestamp(let time): return .int(time.seconds)
        case .duration(let duration): return .int(duration.nanoseconds)
        default: return nil
        }
    }

    /// Digits with a sign, nothing else.
    private static func goInteger(_ text: String) -> Int64? {
        text.utf8.allSatisfy { $0 &- 48 <= 9 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } ? Int64(text) : nil
    }

    @Sendable private static func uint(_ value: CELValue) throws(CELError) -> CELValue? {
        switch value {
        case .uint: return value
        case .int(let number):
            guard let exact = UInt64(exactly: number) else { throw .unsignedOverflow }
            return .uint(exact)
        case .double(let number):
            guard number >= 0, number < 18_446_744_073_709_551_616 else { throw .unsignedOverflow }
            return .uint(UInt64(number.rounded(.towardZero)))
        case .string(let text): return text.utf8.allSatisfy { $0 &- 48 <= 9 } ? UInt64(text).map { .uint($0) } : nil
        default: return nil
        }
    }

    @Sendable private static func double(_ value: CELValue) throws(CELError) -> CELValue? {
        switch value {
        case .double: return value
        case .int(let number): return .double(Double(number))
        case .uint(let number): return .double(Double(number))
        case .string(let text):
            if let special = ["NaN": Double.nan, "Inf": .infinity, "+Inf": .infinity, "-Inf": -.infinity, "Infinity": .infinity, "-Infinity": -.infinity][text] {
                return .double(special)
            }
            return Double(text).map { .double($0) }
        default: return nil
        }
    }

    @Sendable private static func string(_ value: CELValue) throws(CELError) -> CELValue? {
        switch value {
        case .string: return value
        case .double(let number): return .string(NumberText.shortest(number))
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else { throw CELError("invalid UTF-8 in bytes, cannot convert to string") }
            return .string(text)
        case .int, .uint, .bool, .timestamp, .duration, .type: return .string(try Formatting.text(value))
        case .opaque(let opaque): return opaque.text.map { .string($0) }
        case .null, .list, .map, .optional, .object: return nil
        }
    }

    @Sendable private static func bytes(_ value: CELValue) throws(CELError) -> CELValue? {
        switch value {
        case .bytes: value
        case .string(let text): .bytes(Array(text.utf8))
        default: nil
        }
    }

    @Sendable private static func bool(_ value: CELValue) throws(CELError) -> CELValue? {
        switch value {
        case .bool: return value
        case .string(let text):
            if ["1", "t", "T", "TRUE", "true", "True"].contains(text) { return .bool(true) }
            return ["0", "f", "F", "FALSE", "false", "False"].contains(text) ? .bool(false) : nil
        default: return nil
        }
    }

    @Sendable private static func timestamp(_ value: CELValue) throws(CELError) -> CELValue? {
        switch value {
        case .timestamp: return value
        case .string(let text): return CELTimestamp(text).map { .timestamp($0) }
        case .int(let seconds):
            guard let time = CELTimestamp(seconds: seconds) else { throw .timestampOverflow }
            return .timestamp(time)
        default: return nil
        }
    }

    @Sendable private static func duration(_ value: CELValue) throws(CELError) -> CELValue? {
        switch value {
        case .duration: value
        case .string(let text): CELDuration(text).map { .duration($0) }
        case .int(let nanoseconds): .duration(CELDuration(nanoseconds: nanoseconds))
        default: nil
        }
    }
}
