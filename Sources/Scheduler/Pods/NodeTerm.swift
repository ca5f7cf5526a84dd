import Objects

/// A term of node affinity.
struct NodeTerm: Sendable {
    private let labels: [Objects.LabelSelector.Requirement]
    private let fields: [Objects.LabelSelector.Requirement]
    private let isBroken: Bool

    init(_ term: Value) {
        func requirements(_ list: [Value]) -> [Objects.LabelSelector.Requirement] {
            list.compactMap { expression in
                guard let rule = Objects.LabelSelector.Operator(rawValue: expression["operator"].string ?? "") else { return nil }
                return .init(key: expression["key"].string ?? "", operator: rule, values: Set(expression["values"].strings))
            }
        }
        let (expressions, matchFields) = (term["matchExpressions"].array, term["matchFields"].array)
        labels = requirements(expressions)
        fields = requirements(matchFields)
        // A term without conditions matches nothing.
        isBroken = expressions.isEmpty && matchFields.isEmpty || labels.count != expressions.count || fields.count != matchFields.count
    }

    func matches(_ node: NodeInfo) -> Bool {
        !isBroken && labels.allSatisfy { $0.matches { node.labels[$0] } }
            && fields.allSatisfy { $0.matches { $0 == "metadata.name" ? node.name : nil } }
    }

    /// The nodes that the term names, when it names them.
    var names: Set<String>? { fields.first { $0.key == "metadata.name" && $0.operator == .in }?.values }
}

/// Which nodes a pod wants: its selector, and the terms of which one has to match.
struct NodeDemand: Sendable {
    let selector: [String: String]
    /// Nil without required node affinity.
    let terms: [NodeTerm]?

    func accepts(_ node: NodeInfo) -> Bool {
        for (key, value) in selector where node.labels[key] != value { return false }
        guard let terms else { return true }
        return terms.contains { $0.matches(node) }
    }

    /// The nodes that each term names, as that of daemons does; nil when some other may do as well.
    var names: Set<String>? {
        guard let terms else { return nil }
        var names: Set<String> = []
        for term in terms {
            guard let own = term.names else { return nil }
            names.formUnion(own)
        }
        return names
    }
}
