/// JSON with two spaces a level, as `?pretty=true` gives it.
package enum PrettyJSON {
    package static func encode(_ value: Value) -> [UInt8] {
        var output: [UInt8] = []
        append(value, indent: 0, to: &output)
        output.append(0x0a)
        return output
    }

    private static func append(_ value: Value, indent: Int, to output: inout [UInt8]) {
        func newline(_ depth: Int) {
            output.append(0x0a)
            output.append(contentsOf: repeatElement(0x20, count: depth * 2))
        }
        switch value {
        case .array(let elements) where !elements.isEmpty:
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                newline(indent + 1)
                append(element, indent: indent + 1, to: &output)
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
                append(entry.value, indent: indent + 1, to: &output)
            }
            newline(indent)
            output.append(UInt8(ascii: "}"))
        default: JSONWriter.append(value, to: &output)
        }
    }
}
