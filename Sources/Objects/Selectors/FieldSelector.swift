/// A condition over fields by exact value: `metadata.name=a,status.phase!=Running`.
package struct FieldSelector: Sendable, Hashable {
    package struct Term: Sendable, Hashable {
        package let field: String
        package let value: String
        package let isEqual: Bool

        package init(field: String, value: String, isEqual: Bool) {
            self.field = field
            self.value = value
            self.isEqual = isEqual
        }
    }

    package let terms: [Term]

    package static let everything = FieldSelector([])

    package init(_ terms: [Term]) { self.terms = terms }

    package var isEverything: Bool { terms.isEmpty }

    /// Reads a `fieldSelector` parameter; `\\`, `\,` and `\=` stand for themselves. Throws `SelectorError`.
    package init(parsing text: String) throws(SelectorError) {
        var terms: [Term] = []
        for part in Self.split(text) where !part.isEmpty {
            let bytes = Array(part.utf8)
            guard let position = Self.operatorPosition(bytes) else {
                throw SelectorError("invalid selector: '\(text)'; can't understand '\(part)'")
            }
            let isEqual = bytes[position] != UInt8(ascii: "!")
            let double = position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "=")
            let field = String(decoding: bytes[..<position], as: UTF8.self)
            let raw = String(decoding: bytes[(position + (double ? 2 : 1))...], as: UTF8.self)
            terms.append(Term(field: field, value: try Self.unescape(raw), isEqual: isEqual))
        }
        self.init(terms)
    }

    /// The same conditions over fields of other names.
    package func renamed(_ name: (String) -> String) -> FieldSelector {
        FieldSelector(terms.map { Term(field: name($0.field), value: $0.value, isEqual: $0.isEqual) })
    }

    /// The value that `field` has to have, when a term says so.
    package func required(_ field: String) -> String? { terms.first { $0.field == field && $0.isEqual }?.value }

    package func matches(_ look: (String) -> String?) -> Bool {
        terms.allSatisfy { (look($0.field) ?? "" == $0.value) == $0.isEqual }
    }

    private static func split(_ text: String) -> [String] {
        var parts: [String] = []
        var current: [UInt8] = []
        var escaped = false
        for byte in text.utf8 {
            if escaped {
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: ",") {
                parts.append(String(decoding: current, as: UTF8.self))
                current = []
                continue
            }
            current.append(byte)
        }
        parts.append(String(decoding: current, as: UTF8.self))
        return parts
    }

    private static func operatorPosition(_ bytes: [UInt8]) -> Int? {
        for position in bytes.indices {
            if bytes[position] == UInt8(ascii: "=") { return position }
            if bytes[position] == UInt8(ascii: "!"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "=") {
                return position
            }
        }
        return nil
    }

    private static func unescape(_ text: String) throws(SelectorError) -> String {
        var output: [UInt8] = []
        var escaped = false
        for byte in text.utf8 {
            if escaped {
                guard [UInt8(ascii: "\\"), UInt8(ascii: ","), UInt8(ascii: "=")].contains(byte) else {
                    throw SelectorError("invalid field selector: invalid escape sequence: \\\(Character(Unicode.Scalar(byte)))")
                }
                output.append(byte)
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "=") || byte == UInt8(ascii: ",") {
                throw SelectorError("invalid field selector: unescaped character in value: \(text)")
            } else {
                output.append(byte)
            }
        }
        if escaped { throw SelectorError("invalid field selector: invalid escape sequence in value: \(text)") }
        return String(decoding: output, as: UTF8.self)
    }
}
