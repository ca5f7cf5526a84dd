package import KubernetesTypes

/// Why a configuration file is not taken.
package struct ConfigurationProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    /// All that is wrong with it, one after the other.
    package init(_ errors: [FieldError]) {
        let texts = errors.map { "\($0.field): \($0.message)" }
        description = texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
    }
}
