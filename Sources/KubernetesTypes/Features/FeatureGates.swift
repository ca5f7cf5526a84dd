/// Which features are on: the gates of Kubernetes v1.36, as `--feature-gates` changes them.
package struct FeatureGates: Sendable, Hashable {
    package enum Stage: String, Sendable {
        case alpha = "ALPHA"
        case beta = "BETA"
        case stable = ""
        case deprecated = "DEPRECATED"
    }

    package struct Gate: Sendable, Hashable {
        package let stage: Stage
        package let isOnByDefault: Bool
        /// Whether nobody may change it any more.
        package let isLocked: Bool
    }

    package struct Problem: Error, CustomStringConvertible, Hashable {
        package let description: String

        package init(description: String) { self.description = description }
    }

    private var changes: [String: Bool] = [:]

    package init() {}

    /// Whether a feature is on; one that no gate names is off.
    package subscript(_ name: String) -> Bool {
        if let stated = changes[name] { return stated }
        guard let gate = FeatureGateTable.gates[name] else { return false }
        // The gates that stand for many yield to those that are named.
        if gate.stage == .alpha, changes["AllAlpha"] == true { return true }
        if gate.stage == .beta, let all = changes["AllBeta"] { return all }
        return gate.isOnByDefault
    }

    /// Takes `Name=true,Other=false`. Throws for gates that do not exist or cannot be changed; then nothing has changed.
    package mutating func set(_ text: String) throws(Problem) {
        var wanted = changes
        for part in text.split(separator: ",") where !part.allSatisfy(\.isWhitespace) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            var name = String(sides[0].drop(while: \.isWhitespace))
            while name.last?.isWhitespace == true { name.removeLast() }
            // A component may stand before the name; there is but one.
            if name.hasPrefix("kube:") { name = String(name.dropFirst("kube:".count)) }
            guard sides.count == 2 else { throw Problem(description: "missing bool value for \(name)") }
            let value = String(sides[1].filter { !$0.isWhitespace })
            guard let gate = FeatureGateTable.gates[name] ?? FeatureGateTable.groups[name] else {
                throw Problem(description: "unrecognized feature gate: \(name)")
            }
            guard let isOn = Self.truth(value) else {
                throw Problem(
                    description: "invalid value of \(name)=\(value), err: strconv.ParseBool: parsing \"\(value)\": invalid syntax")
            }
            if gate.isLocked, isOn != gate.isOnByDefault {
                throw Problem(description: "cannot set feature gate \(name) to \(isOn), feature is locked to \(gate.isOnByDefault)")
            }
            wanted[name] = isOn
        }
        changes = wanted
    }

    private static func truth(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": return true
        case "0", "f", "F", "false", "FALSE", "False": return false
        default: return nil
        }
    }

    /// Every gate with its stage and whether it is on, by name.
    package var all: [(name: String, stage: Stage, isOn: Bool)] {
        let known = FeatureGateTable.gates.merging(FeatureGateTable.groups) { gate, _ in gate }
        return known.map { ($0.key, $0.value.stage, self[$0.key]) }.sorted { $0.0 < $1.0 }
    }

    /// What was changed, as it was stated: `A=true,B=false`.
    package var text: String { changes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",") }
}
