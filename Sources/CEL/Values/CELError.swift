/// Why an expression has no value.
public struct CELError: Error, Sendable, Hashable {
    public enum Code: Sendable, Hashable {
        /// The expression met a value that it cannot deal with; `||` and `&&` may absorb it.
        case evaluation
        /// The expression cost more than it may.
        case costLimitExceeded
    }

    public let code: Code
    public let message: String

    public init(_ message: String, code: Code = .evaluation) {
        self.code = code
        self.message = message
    }

    static let noSuchOverload = CELError("no such overload")
    static let divisionByZero = CELError("division by zero")
    static let modulusByZero = CELError("modulus by zero")
    static let integerOverflow = CELError("integer overflow")
    static let unsignedOverflow = CELError("unsigned integer overflow")
    static let timestampOverflow = CELError("timestamp overflow")
    static let durationOverflow = CELError("duration overflow")
    static let rangeError = CELError("range error")

    static func noSuchKey(_ key: String) -> CELError { CELError("no such key: \(key)") }
    static func indexOutOfBounds(_ index: Int64) -> CELError { CELError("index out of bounds: \(index)") }
    static func indexOutOfRange(_ index: Int64) -> CELError { CELError("index out of range: \(index)") }
    static func conversion(_ from: CELType, _ to: CELType) -> CELError {
        CELError("type conversion error from '\(from.name)' to '\(to.name)'")
    }

    static let costLimit = CELError("operation cancelled: actual cost limit exceeded", code: .costLimitExceeded)
}
