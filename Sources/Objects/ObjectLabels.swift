/// The labels of an object as pairs; few, so a scan finds one. Objects that have the same ones share them: the pods of a template, its events.
package struct ObjectLabels: Sendable, Hashable, ExpressibleByArrayLiteral {
    package let pairs: [(key: String, value: String)]

    private static let known = SharedValues<ObjectLabels, ObjectLabels>(limit: 8192)

    package init(_ pairs: [(key: String, value: String)]) { self.pairs = pairs }

    package init(arrayLiteral elements: (key: String, value: String)...) { self.init(elements) }

    /// Those of `metadata.labels`.
    package static func of(_ value: Value) -> ObjectLabels {
        let labels = ObjectLabels(value["metadata"]["labels"].members.compactMap { entry in entry.value.string.map { (entry.key, $0) } })
        return labels.pairs.isEmpty ? labels : known.item(labels) { labels }
    }

    package subscript(key: String) -> String? { pairs.first { $0.key == key }?.value }

    package static func == (left: ObjectLabels, right: ObjectLabels) -> Bool {
        left.pairs.elementsEqual(right.pairs) { $0.key == $1.key && $0.value == $1.value }
    }

    package func hash(into hasher: inout Hasher) {
        for pair in pairs {
            hasher.combine(pair.key)
            hasher.combine(pair.value)
        }
    }

    /// Whether both are the same ones in memory; those that are not may still be equal.
    fileprivate func isShared(with other: ObjectLabels) -> Bool {
        pairs.withUnsafeBufferPointer { mine in other.pairs.withUnsafeBufferPointer { mine.baseAddress == $0.baseAddress } }
    }
}

/// Asks a selector about many objects. Most of an owner's objects share their labels, so that it is asked once for all of them.
package struct LabelMatcher {
    private let selector: LabelSelector
    private var last: (labels: ObjectLabels, matches: Bool)?

    package init(_ selector: LabelSelector) { self.selector = selector }

    package mutating func matches(_ object: EncodedObject) -> Bool {
        if let last, last.labels.isShared(with: object.labels) { return last.matches }
        let matches = selector.matches { object.label($0) }
        last = (object.labels, matches)
        return matches
    }
}
