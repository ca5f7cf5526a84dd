/// Why bytes are not the JSON that they should be.
package struct JSONError: Error, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        case unexpectedEnd, unexpectedByte, badNumber, badString, badUTF8, tooDeep, trailingBytes
    }

    package let code: Code
    /// The offset, in bytes from the start, at which reading stopped.
    package let offset: Int
    package let description: String

    package static func == (left: JSONError, right: JSONError) -> Bool { left.code == right.code }
    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
