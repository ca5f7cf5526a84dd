/// JSON over many lines: with two spaces a level as `?pretty=true` gives it, or with one.
package enum PrettyJSON {
    package static func encode(_ value: Value) -> [UInt8] {
        var output: [UInt8] = []
        append(value, indent: 0, width: 2, to: &output)
        output.append(0x0a)
        return output
    }

    /// Without an end of line after it, and `width` spaces a level.
    package static func text(_ value: Value, width: Int) -> String {
        var output: [UInt8] = []
        append(value, indent: 0, width: width, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private static func append(_ value: Value, indent: Int, width: Int, to output: inout [UInt8]) {
        func newline(_ depth: Int) {
            output.append(0x0a)
            output.append(contentsOf: repeatElement(0x20, count: depth * width))
        }
        switch value {
        case .array(let elements) where !elements.isEmpty:
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                newline(indent + 1)
                append(element, indent: indent + 1, width: width, to: &output)
            }
            newline(indent)
            output.append(UInt8(ascii: "]"))
        case .object(let members) where !members.isEmpty:
            output.append(UInt8(ascii: "{"))
            for (index, entry) in members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                newline(indent + 1)
                JSONWriter.append(entry.key, to: &output)
                output.append(contentsOf: [UInt8(ascii: ":"), 0x20])
                append(entry.value, indent: indent + 1, width: width, to: &output)
            }
            newline(indent)
            output.append(UInt8(ascii: "}"))
        default: JSONWriter.append(value, to: &output)
        }
    }
}
