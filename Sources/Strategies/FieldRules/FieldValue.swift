package import Objects

/// One step of a path: a member, an element, or a key of a map.
package enum FieldStep: Sendable {
    case member(String)
    case index(Int)
    case key(String)
}

/// Where a value stands inside its object. Printed only when something is wrong with the value.
package final class FieldPath: Sendable {
    private let parent: FieldPath?
    private let step: FieldStep

    package init(_ parent: FieldPath?, _ step: FieldStep) {
        self.parent = parent
        self.step = step
    }

    /// Such as `spec.containers[0].resources.limits[cpu]`.
    package var text: String { Self.text(parent, step) }

    static func text(_ parent: FieldPath?, _ step: FieldStep?) -> String {
        var steps: [FieldStep] = []
        if let step { steps.append(step) }
        var current = parent
        while let node = current {
            steps.append(node.step)
            current = node.parent
        }
        var text = ""
        for step in steps.reversed() {
            switch step {
            case .member(let name): text += text.isEmpty ? name : "." + name
            case .index(let position): text += "[\(position)]"
            case .key(let key): text += "[\(key)]"
            }
        }
        return text
    }
}

/// A value together with where it stands. Scalars cost no allocation; what has things below it costs one.
///
/// Reading what is absent gives the zero of Go's types, as rules are written against them.
package struct FieldValue: Sendable {
    package let value: Value
    private let parent: FieldPath?
    private let step: FieldStep?
    private let own: FieldPath?

    /// The root: an object, or what stands at `path` when that is given.
    package init(_ value: Value, at path: String? = nil) {
        self.value = value
        parent = nil
        step = path.map(FieldStep.member)
        own = path.map { FieldPath(nil, .member($0)) }
    }

    private init(_ value: Value, _ parent: FieldPath?, _ step: FieldStep) {
        self.value = value
        self.parent = parent
        self.step = step
        switch value {
        case .object, .array: own = FieldPath(parent, step)
        default: own = nil
        }
    }

    private var below: FieldPath? { own ?? step.map { FieldPath(parent, $0) } }

    package var path: String { FieldPath.text(parent, step) }

    package subscript(_ name: String) -> FieldValue { FieldValue(value[name], below, .member(name)) }

    package subscript(_ index: Int) -> FieldValue { FieldValue(value[index], below, .index(index)) }

    /// A value that Kubernetes reports under another name than the one that it has, or that is not there.
    package func showing(_ value: Value, as name: String) -> FieldValue { FieldValue(value, below, .member(name)) }

    package func showing(_ value: Value, at index: Int) -> FieldValue { FieldValue(value, below, .index(index)) }

    /// The entry `key` of a map.
    package func entry(_ key: String) -> FieldValue { FieldValue(value[key], below, .key(key)) }

    /// Another value at this place.
    package func replaced(by value: Value) -> FieldValue {
        if let step { return FieldValue(value, parent, step) }
        return FieldValue(value)
    }

    /// The elements of an array.
    package var items: [FieldValue] {
        guard case .array(let elements) = value else { return [] }
        let below = self.below
        return elements.indices.map { FieldValue(elements[$0], below, .index($0)) }
    }

    /// The entries of a map, with their keys.
    package var entries: [(key: String, field: FieldValue)] {
        guard case .object(let members) = value else { return [] }
        let below = self.below
        return members.map { ($0.key, FieldValue($0.value, below, .key($0.key))) }
    }

    package var isPresent: Bool { !value.isNull }
    package var isAbsent: Bool { value.isNull }
    /// Absent, `""`, `0`, `false`, `[]` or `{}`.
    package var isEmpty: Bool { value.isEmptyForJSON }
    package var text: String { value.string ?? "" }
    package var flag: Bool { value.bool ?? false }
    package var int: Int64? { value.int }
    package var number: Int64 { value.int ?? 0 }
    package var count: Int {
        switch value {
        case .array(let elements): return elements.count
        case .object(let members): return members.count
        default: return 0
        }
    }
    package var strings: [String] { value.strings }
}
