package import Objects

/// A set of field paths, as `managedFields` holds them: a tree whose nodes are path elements.
///
/// A path element is kept as the text that FieldsV1 writes (`f:name`, `k:{"name":"a"}`, `v:"x"`), so that two
/// elements are the same exactly when their texts are. Nodes are sorted; every operation is one merge of two
/// sorted lists a level.
package struct FieldSet: Sendable, Hashable {
    package struct Node: Sendable, Hashable {
        package let element: String
        /// Whether the path that ends here is in the set; those below it are, whether or not it is.
        package var isMember: Bool
        package var children: FieldSet

        package init(_ element: String, isMember: Bool, children: FieldSet = FieldSet()) {
            self.element = element
            self.isMember = isMember
            self.children = children
        }

        var isEmpty: Bool { !isMember && children.isEmpty }
    }

    package private(set) var nodes: [Node]

    package init() { nodes = [] }

    /// Takes nodes in any order whose elements differ; empty ones are left out.
    package init(_ nodes: [Node]) {
        self.nodes = nodes.filter { !$0.isEmpty }
        if !self.nodes.isSorted { self.nodes.sort { Self.precedes($0.element, $1.element) } }
    }

    private init(sorted: [Node]) { nodes = sorted }

    /// The set of these paths, each a list of field names (not path elements).
    package init(fields paths: [[String]]) {
        self.init()
        for path in paths { insert(path.map { "f:" + $0 }) }
    }

    package var isEmpty: Bool { nodes.isEmpty }

    static func precedes(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }

    package mutating func insert(_ path: [String]) { insert(path[...]) }

    private mutating func insert(_ path: ArraySlice<String>) {
        guard let element = path.first else { return }
        let position = position(of: element)
        if position == nodes.count || nodes[position].element != element {
            nodes.insert(Node(element, isMember: false), at: position)
        }
        if path.count == 1 {
            nodes[position].isMember = true
        } else {
            nodes[position].children.insert(path.dropFirst())
        }
    }

    /// Where the element is or would be.
    private func position(of element: String) -> Int {
        var low = 0
        var high = nodes.count
        while low < high {
            let middle = (low + high) / 2
            if Self.precedes(nodes[middle].element, element) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    package func node(_ element: String) -> Node? {
        let position = position(of: element)
        return position < nodes.count && nodes[position].element == element ? nodes[position] : nil
    }

    // MARK: Algebra

    package func union(_ other: FieldSet) -> FieldSet {
        if isEmpty { return other }
        if other.isEmpty { return self }
        return merge(other, keepsLeft: true, keepsRight: true) { left, right in
            Node(left.element, isMember: left.isMember || right.isMember, children: left.children.union(right.children))
        }
    }

    /// The paths that are in this set and not in `other`.
    package func subtracting(_ other: FieldSet) -> FieldSet {
        if isEmpty || other.isEmpty { return self }
        return merge(other, keepsLeft: true, keepsRight: false) { left, right in
            Node(
                left.element, isMember: left.isMember && !right.isMember, children: left.children.subtracting(right.children))
        }
    }

    /// The paths of this set that neither are in `other` nor lie below one that is.
    package func subtractingAll(below other: FieldSet) -> FieldSet {
        if isEmpty || other.isEmpty { return self }
        return merge(other, keepsLeft: true, keepsRight: false) { left, right in
            right.isMember
                ? Node(left.element, isMember: false)
                : Node(left.element, isMember: left.isMember, children: left.children.subtractingAll(below: right.children))
        }
    }

    package func intersection(_ other: FieldSet) -> FieldSet {
        if isEmpty || other.isEmpty { return FieldSet() }
        return merge(other, keepsLeft: false, keepsRight: false) { left, right in
            Node(
                left.element, isMember: left.isMember && right.isMember, children: left.children.intersection(right.children))
        }
    }

    private func merge(
        _ other: FieldSet, keepsLeft: Bool, keepsRight: Bool, _ combine: (Node, Node) -> Node
    ) -> FieldSet {
        var result: [Node] = []
        result.reserveCapacity(nodes.count + (keepsRight ? other.nodes.count : 0))
        var right = 0
        for node in nodes {
            while right < other.nodes.count, Self.precedes(other.nodes[right].element, node.element) {
                if keepsRight { result.append(other.nodes[right]) }
                right += 1
            }
            if right < other.nodes.count, other.nodes[right].element == node.element {
                let combined = combine(node, other.nodes[right])
                if !combined.isEmpty { result.append(combined) }
                right += 1
            } else if keepsLeft {
                result.append(node)
            }
        }
        if keepsRight { result.append(contentsOf: other.nodes[right...]) }
        return FieldSet(sorted: result)
    }

    /// Calls `body` with every path of the set.
    package func forEach(_ body: ([String]) -> Void) {
        var path: [String] = []
        visit(&path, body)
    }

    private func visit(_ path: inout [String], _ body: ([String]) -> Void) {
        // The members of a level come before what lies below them.
        for node in nodes where node.isMember { body(path + [node.element]) }
        for node in nodes where !node.children.isEmpty {
            path.append(node.element)
            node.children.visit(&path, body)
            path.removeLast()
        }
    }
}

extension [FieldSet.Node] {
    fileprivate var isSorted: Bool {
        zip(self, dropFirst()).allSatisfy { FieldSet.precedes($0.element, $1.element) }
    }
}

// MARK: FieldsV1

extension FieldSet {
    /// Reads FieldsV1; nil when it is something else.
    package init?(fieldsV1 value: Value) {
        guard case .object(let members) = value else { return nil }
        var nodes: [Node] = []
        nodes.reserveCapacity(members.count)
        for entry in members where entry.key != "." {
            guard PathElement.isWellFormed(entry.key), let children = FieldSet(fieldsV1: entry.value) else { return nil }
            nodes.append(Node(entry.key, isMember: entry.value.members.isEmpty || entry.value.contains("."), children: children))
        }
        self.init(nodes)
    }

    package var fieldsV1: Value { Self.value(self, isMember: false) }

    private static func value(_ set: FieldSet, isMember: Bool) -> Value {
        var entries: [Members.Entry] = []
        entries.reserveCapacity(set.nodes.count + 1)
        // A member without children is just empty.
        if isMember, !set.isEmpty { entries.append(Members.Entry(key: ".", value: .emptyObject)) }
        for node in set.nodes {
            entries.append(Members.Entry(key: node.element, value: value(node.children, isMember: node.isMember)))
        }
        return .object(Members(uniqueEntries: entries))
    }

    /// Whether FieldsV1 that is not decoded yet has a path of this set.
    func intersects(fieldsV1 value: Value) -> Bool {
        guard case .object(let members) = value else { return false }
        for node in nodes {
            guard let inner = members[node.element] else { continue }
            if node.isMember, inner.members.isEmpty || inner.contains(".") { return true }
            if node.children.intersects(fieldsV1: inner) { return true }
        }
        return false
    }
}
