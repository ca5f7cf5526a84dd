/// Why a patch cannot be applied.
package struct PatchError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: Sendable, Equatable {
        /// The patch itself makes no sense: 400.
        case malformed
        /// It is a patch, but no list or map can be merged as it says: Kubernetes answers 500.
        case inapplicable
        /// It does not fit the object: 422.
        case unprocessable
        /// It is larger than what is taken: 413.
        case tooLarge
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    package static func == (left: PatchError, right: PatchError) -> Bool { left.code == right.code }
}
