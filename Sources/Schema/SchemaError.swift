/// Why a schema text cannot be read.
package struct SchemaError: Error, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        case badLine, badNumber, badType, unknownType, badDefault, duplicate, misplaced
    }

    package let code: Code
    /// The line, counted from 1 in the whole text.
    package let line: Int
    package let reason: String

    package var description: String { "schema line \(line): \(reason)" }

    package static func == (left: SchemaError, right: SchemaError) -> Bool { left.code == right.code }
    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
