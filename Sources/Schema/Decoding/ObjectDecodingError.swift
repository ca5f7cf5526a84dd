package import Objects

/// Why a value does not fit its type. The text is what Go's decoder says, since clients show it.
package struct ObjectDecodingError: Error, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        case wrongType, outOfRange, badQuantity, badTime, badBase64
    }

    package let code: Code
    package let description: String

    /// The same failure of a part that stands at `path` of a larger object.
    package func of(_ value: Value, at path: String) -> ObjectDecodingError {
        ObjectDecodingError(code: code, description: "\(path): Invalid value: \(value.jsonString): \(description)")
    }

    package static func == (left: ObjectDecodingError, right: ObjectDecodingError) -> Bool { left.code == right.code }
    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
