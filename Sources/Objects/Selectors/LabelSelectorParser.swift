/// Why a selector's text could not be read.
package struct SelectorError: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

extension LabelSelector {
    /// Reads a `labelSelector` parameter: `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1`. Throws `SelectorError`.
    package init(parsing text: String) throws(SelectorError) {
        var parser = LabelSelectorParser(text)
        self.init(try parser.requirements())
    }
}

/// A scanner over the selector's bytes; each look goes forward, so the cost is linear.
private struct LabelSelectorParser {
    private let bytes: [UInt8]
    private let text: String
    private var offset = 0

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    mutating func requirements() throws(SelectorError) -> [LabelSelector.Requirement] {
        var requirements: [LabelSelector.Requirement] = []
        skipSpace()
        while offset < bytes.count {
            requirements.append(try requirement())
            skipSpace()
            if offset == bytes.count { break }
            guard bytes[offset] == UInt8(ascii: ",") else { throw SelectorError("found '\(token)', expected: ',' or 'end of string'") }
            offset += 1
            skipSpace()
            if offset == bytes.count { throw SelectorError("found '', expected: identifier after ','") }
        }
        return requirements
    }

    /// What stands at this place: a word, or one sign.
    private var token: String {
        var ahead = self
        let word = ahead.word()
        if !word.isEmpty { return word }
        return offset < bytes.count ? String(decoding: bytes[offset...offset], as: UTF8.self) : ""
    }

    private func error(_ what: String) -> SelectorError { SelectorError("unable to parse requirement: \(what)") }

    private mutating func skipSpace() {
        while offset < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[offset]) { offset += 1 }
    }

    private mutating func word() -> String {
        let start = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0a, 0x0d, UInt8(ascii: ","), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "="),
                UInt8(ascii: "!"), UInt8(ascii: "<"), UInt8(ascii: ">"):
                return String(decoding: bytes[start..<offset], as: UTF8.self)
            default: offset += 1
            }
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private mutating func requirement() throws(SelectorError) -> LabelSelector.Requirement {
        if bytes[offset] == UInt8(ascii: "!") {
            offset += 1
            skipSpace()
            return LabelSelector.Requirement(key: try key(), operator: .doesNotExist)
        }
        let key = try key()
        skipSpace()
        guard offset < bytes.count, bytes[offset] != UInt8(ascii: ",") else {
            return LabelSelector.Requirement(key: key, operator: .exists)
        }
        switch bytes[offset] {
        case UInt8(ascii: "="):
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "=") { offset += 1 }
            return LabelSelector.Requirement(key: key, operator: .in, values: [try exactValue(key)])
        case UInt8(ascii: "!"):
            offset += 1
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "=") else { throw error("found '!', expected: '!='") }
            offset += 1
            return LabelSelector.Requirement(key: key, operator: .notIn, values: [try exactValue(key)])
        case UInt8(ascii: "<"), UInt8(ascii: ">"):
            let `operator`: LabelSelector.Operator = bytes[offset] == UInt8(ascii: "<") ? .lessThan : .greaterThan
            offset += 1
            let value = try exactValue(key)
            guard Int64(value) != nil else {
                throw error("values[0]: Invalid value: \"\(value)\": for 'Gt', 'Lt' operators, the value must be an integer")
            }
            return LabelSelector.Requirement(key: key, operator: `operator`, values: [value])
        default: break
        }
        let name = word()
        guard name == "in" || name == "notin" else {
            throw error("found '\(name)', expected: in, notin, =, ==, !=, gt, lt")
        }
        return LabelSelector.Requirement(key: key, operator: name == "in" ? .in : .notIn, values: try valueSet(key))
    }

    private mutating func key() throws(SelectorError) -> String {
        let key = word()
        if key.isEmpty { throw SelectorError("found '\(token)', expected: !, identifier, or 'end of string'") }
        if let problem = NameRules.qualifiedName(key).first {
            throw error("<nil>: Invalid value: \"\(key)\": \(problem)")
        }
        return key
    }

    private mutating func exactValue(_ key: String) throws(SelectorError) -> String {
        skipSpace()
        let value = word()
        if value.isEmpty, offset < bytes.count, bytes[offset] != UInt8(ascii: ",") { throw error("found '\(token)', expected: identifier") }
        if offset < bytes.count, bytes[offset] != UInt8(ascii: ","), bytes[offset] != 0x20 {
            throw SelectorError("found '\(token)', expected: ',' or 'end of string'")
        }
        return try checked(value, key)
    }

    private func checked(_ value: String, _ key: String) throws(SelectorError) -> String {
        if let problem = NameRules.labelValue(value).first {
            throw error("values[0][\(key)]: Invalid value: \"\(value)\": \(problem)")
        }
        return value
    }

    private mutating func valueSet(_ key: String) throws(SelectorError) -> Set<String> {
        skipSpace()
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "(") else { throw error("found '\(token)' expected: '('") }
        offset += 1
        var values: Set<String> = []
        while true {
            skipSpace()
            values.insert(try checked(word(), key))
            skipSpace()
            guard offset < bytes.count else { throw error("found '', expected: ',' or ')'") }
            offset += 1
            if bytes[offset - 1] == UInt8(ascii: ")") { return values }
            if bytes[offset - 1] != UInt8(ascii: ",") { throw error("found '\(token)', expected: ',' or ')'") }
        }
    }
}
