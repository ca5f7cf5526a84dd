/// What a plain scalar of YAML 1.1 means.
enum YAMLScalar {
    static func resolve(_ text: String, isPlain: Bool, tag: String?) -> Value {
        if tag == "tag:yaml.org,2002:str" || tag == "!" { return .string(text) }
        if tag == "tag:yaml.org,2002:binary" { return .string(text.filter { !$0.isWhitespace }) }
        guard isPlain else { return .string(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON": return .bool(true)
        case "false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first,
            first &- UInt8(ascii: "0") <= 9 || first == UInt8(ascii: "-") || first == UInt8(ascii: "+") || first == UInt8(ascii: ".")
        else { return .string(text) }
        return number(text) ?? .string(text)
    }

    private static func number(_ text: String) -> Value? {
        let plain = text.contains("_") ? text.replacingUnderscores : text
        var digits = plain[...]
        let isNegative = digits.first == "-"
        if isNegative || digits.first == "+" { digits = digits.dropFirst() }
        let sign = isNegative ? "-" : ""
        if let whole = Int64(sign + digits), digits.first?.isNumber == true {
            if digits.count > 1, digits.first == "0" { return Int64(sign + digits, radix: 8).map(Value.int) ?? .double(Double(whole)) }
            return .int(whole)
        }
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
            return Int64(sign + digits.dropFirst(2), radix: radix).map(Value.int)
        }
        guard plain.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 || [0x2e, 0x2b, 0x2d, 0x65, 0x45].contains($0) }),
            digits.contains(where: \.isNumber), !digits.hasSuffix("e"), let number = Double(plain), number.isFinite
        else { return nil }
        return .double(number)
    }
}

extension String {
    fileprivate var replacingUnderscores: String { String(filter { $0 != "_" }) }
}
