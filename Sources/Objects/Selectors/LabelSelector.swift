/// A condition over labels: all requirements have to hold.
package struct LabelSelector: Sendable, Hashable {
    package enum Operator: String, Sendable, Hashable {
        case `in` = "In"
        case notIn = "NotIn"
        case exists = "Exists"
        case doesNotExist = "DoesNotExist"
        case greaterThan = "Gt"
        case lessThan = "Lt"
    }

    package struct Requirement: Sendable, Hashable {
        package let key: String
        package let `operator`: Operator
        package let values: Set<String>

        package init(key: String, operator: Operator, values: Set<String> = []) {
            self.key = key
            self.operator = `operator`
            self.values = values
        }

        /// `look(key)` gives the label's value, nil when there is no such label.
        package func matches(_ look: (String) -> String?) -> Bool {
            let actual = look(key)
            switch `operator` {
            case .in: return actual.map(values.contains) ?? false
            case .notIn: return actual.map { !values.contains($0) } ?? true
            case .exists: return actual != nil
            case .doesNotExist: return actual == nil
            case .greaterThan, .lessThan:
                guard let actual, let number = Int64(actual), let bound = values.first.flatMap({ Int64($0) }) else { return false }
                return `operator` == .greaterThan ? number > bound : number < bound
            }
        }
    }

    package let requirements: [Requirement]
    /// Matches no object at all, as a nil selector of the API does.
    package let matchesNothing: Bool

    package static let everything = LabelSelector([])
    package static let nothing = LabelSelector([], matchesNothing: true)

    package init(_ requirements: [Requirement], matchesNothing: Bool = false) {
        self.requirements = requirements
        self.matchesNothing = matchesNothing
    }

    /// All of `labels` have to be there.
    package init(labels: [String: String]) {
        self.init(labels.sorted { $0.key < $1.key }.map { Requirement(key: $0.key, operator: .in, values: [$0.value]) })
    }

    /// From the API's `LabelSelector`: an absent one matches nothing, an empty one everything.
    package init(_ selector: Value) {
        guard selector.isObject else {
            self = .nothing
            return
        }
        var requirements = LabelSelector(labels: selector["matchLabels"].stringMap).requirements
        for expression in selector["matchExpressions"].array {
            guard let `operator` = expression["operator"].string.flatMap(Operator.init(rawValue:)) else {
                self = .nothing
                return
            }
            requirements.append(
                Requirement(
                    key: expression["key"].string ?? "", operator: `operator`, values: Set(expression["values"].strings)))
        }
        self.init(requirements)
    }

    package var isEverything: Bool { requirements.isEmpty && !matchesNothing }

    package func matches(_ look: (String) -> String?) -> Bool {
        !matchesNothing && requirements.allSatisfy { $0.matches(look) }
    }

    package func matches(_ labels: [String: String]) -> Bool { matches { labels[$0] } }
}
