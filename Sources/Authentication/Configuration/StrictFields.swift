package import Objects

/// Reads a configuration and remembers what nobody asked for, so that a misspelt name is an error and no silent default.
package struct StrictFields: Sendable {
    package private(set) var unknown: [String] = []

    package init() {}

    /// Notes the members of an object that are none of `known`.
    package mutating func check(_ value: Value, _ path: String, _ known: [String]) {
        for entry in value.members where !known.contains(entry.key) {
            unknown.append("unknown field \"\(path.isEmpty ? entry.key : path + "." + entry.key)\"")
        }
    }

    /// Throws when something was unknown.
    package func finish() throws(ConfigurationProblem) {
        if unknown.isEmpty { return }
        throw ConfigurationProblem("strict decoding error: " + unknown.joined(separator: ", "))
    }
}
