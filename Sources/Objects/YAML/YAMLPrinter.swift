extension YAML {
    /// The value as block-style YAML, members sorted by name as Kubernetes prints them.
    package static func print(_ value: Value) -> String {
        var output = ""
        append(value, indent: 0, to: &output)
        if !output.hasSuffix("\n") { output += "\n" }
        return output
    }

    private static func append(_ value: Value, indent: Int, to output: inout String) {
        switch value {
        case .object(let members) where !members.isEmpty:
            for entry in members.sorted(by: { $0.key < $1.key }) {
                output += String(repeating: " ", count: indent) + scalar(entry.key, indent: indent, isKey: true) + ":"
                child(entry.value, indent: indent, to: &output)
            }
        case .array(let elements) where !elements.isEmpty:
            for element in elements {
                output += String(repeating: " ", count: indent) + "-"
                if element.members.isEmpty, element.array.isEmpty {
                    child(element, indent: indent, to: &output)
                } else {
                    var block = ""
                    append(element, indent: indent + 2, to: &block)
                    output += " " + block.dropFirst(indent + 2)
                }
            }
        // Only a document that is nothing else comes here; its lines are indented so that none looks like a marker.
        default: output += leaf(value, indent: indent + 2) + "\n"
        }
    }

    private static func child(_ value: Value, indent: Int, to output: inout String) {
        switch value {
        case .object(let members) where !members.isEmpty:
            output += "\n"
            append(value, indent: indent + 2, to: &output)
        case .array(let elements) where !elements.isEmpty:
            output += "\n"
            append(value, indent: indent, to: &output)
        default: output += " " + leaf(value, indent: indent + 2) + "\n"
        }
    }

    private static func leaf(_ value: Value, indent: Int) -> String {
        switch value {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .string(let text): return scalar(text, indent: indent, isKey: false)
        case .array: return "[]"
        case .object: return "{}"
        case .int, .double: return value.jsonString
        }
    }

    /// Plain where that reads back as the same string, a literal block for lines, else double quotes.
    private static func scalar(_ text: String, indent: Int, isKey: Bool) -> String {
        if !isKey, text.contains("\n"), isBlockSafe(text) {
            let chomp = text.hasSuffix("\n") ? (text.hasSuffix("\n\n") ? "+" : "") : "-"
            let pad = String(repeating: " ", count: indent)
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            if text.hasSuffix("\n") { lines.removeLast() }
            return "|\(chomp)\n" + lines.map { $0.isEmpty ? "" : pad + $0 }.joined(separator: "\n")
        }
        if isPlainSafe(text) { return text }
        return Value.string(text).jsonString
    }

    private static func isBlockSafe(_ text: String) -> Bool {
        text.first != " " && text.first != "\n" && text.first != "\t"
            && text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7f) }
    }

    private static func isPlainSafe(_ text: String) -> Bool {
        guard case .string = YAMLScalar.resolve(text, isPlain: true, tag: nil), let first = text.unicodeScalars.first,
            let last = text.unicodeScalars.last
        else { return false }
        if "-?:,[]{}#&*!|>'\"%@` =<".unicodeScalars.contains(first) || last == " " || last == ":" { return false }
        if ["y", "Y", "n", "N"].contains(text) { return false }
        if text.contains(": ") || text.contains(" #") || text.hasPrefix("...") { return false }
        return text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    }
}
