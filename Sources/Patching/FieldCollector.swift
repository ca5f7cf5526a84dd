import Objects
import Schema

/// The paths that an apply configuration states, and what is wrong with it.
struct FieldCollector {
    private(set) var problems: [String] = []
    private var path: [String] = []

    /// Walks a configuration. Throws `ApplyError` when it does not fit its type.
    static func collect(_ configuration: Value, _ type: MessageType) throws(ApplyError) -> FieldSet {
        var collector = FieldCollector()
        let nodes = collector.members(configuration.members, .structure(type))
        if let first = collector.problems.first {
            let text = collector.problems.count == 1
                ? first : "errors:\n" + collector.problems.map { "  " + $0 }.joined(separator: "\n")
            let metadata = configuration["metadata"]
            let groupVersion = configuration["apiVersion"].string ?? ""
            throw .invalidConfiguration(
                "failed to create typed patch object (\(metadata["namespace"].string ?? "")/\(metadata["name"].string ?? ""); "
                    + "\(groupVersion.contains("/") ? groupVersion : "/" + groupVersion), Kind=\(configuration["kind"].string ?? "")): \(text)")
        }
        return FieldSet(nodes)
    }

    private mutating func report(_ problem: String) { problems.append("\(PathElement.text(path)): \(problem)") }

    private mutating func members(_ members: Members, _ shape: FieldShape) -> [FieldSet.Node] {
        var nodes: [FieldSet.Node] = []
        for entry in members {
            path.append(PathElement.field(entry.key))
            defer { path.removeLast() }
            guard let inner = shape.member(entry.key) else {
                report("field not declared in schema")
                continue
            }
            let type: FieldType? = if case .structure(let message) = shape { message.field(entry.key)?.type } else { nil }
            let mapType: FieldType? = if case .map(let value) = shape { value } else { nil }
            let below = value(entry.value, inner, type ?? mapType)
            let isEmpty = entry.value.isNull || (entry.value.isObject && entry.value.members.isEmpty)
            let isMember = below == nil || isEmpty || !shape.declares(entry.key)
            nodes.append(FieldSet.Node(PathElement.field(entry.key), isMember: isMember, children: FieldSet(below ?? [])))
        }
        return nodes
    }

    /// The nodes below a value; nil when it is owned as a whole.
    private mutating func value(_ value: Value, _ shape: FieldShape, _ type: FieldType?) -> [FieldSet.Node]? {
        if value.isNull {
            if case .leaf = shape { return nil }
            return []
        }
        switch shape {
        case .leaf:
            check(value, type)
            return nil
        case .structure, .map:
            guard case .object(let inner) = value else {
                report("expected map, got \(Self.shown(value))")
                return []
            }
            return members(inner, shape)
        case .deduced:
            guard case .object(let inner) = value else { return nil }
            return members(inner, shape)
        case .list(let list):
            guard case .array(let elements) = value else {
                report("expected list, got \(Self.shown(value))")
                return []
            }
            return items(elements, list)
        }
    }

    private mutating func items(_ elements: [Value], _ list: ListType) -> [FieldSet.Node] {
        var nodes: [FieldSet.Node] = []
        var seen: Set<String> = []
        for (index, item) in elements.enumerated() {
            guard let element = PathElement.item(item, list) else {
                let isKeyed = list.topology != .set
                let problem = isKeyed
                    ? "associative list with keys may not have \(item.isNull ? "a null" : "non-map") element"
                    : "associative list without keys has an element that's not a scalar"
                report("element \(index): \(problem)")
                continue
            }
            guard seen.insert(element).inserted else {
                report("duplicate entries for key \(PathElement.text(element))")
                continue
            }
            path.append(element)
            let below = value(item, FieldShape(list.element), list.element) ?? []
            path.removeLast()
            nodes.append(FieldSet.Node(element, isMember: true, children: FieldSet(below)))
        }
        return nodes
    }

    /// Checks the kind of JSON of a leaf; finer rules (formats, ranges) are decoding's.
    private mutating func check(_ value: Value, _ type: FieldType?) {
        let expected: String
        switch type {
        case .scalar(let scalar)?:
            switch (scalar, value) {
            case (.string, .string), (.bytes, .string), (.duration, .string), (.time, .string), (.microTime, .string), (.bool, .bool),
                (.int32, .int), (.int32, .double), (.int64, .int), (.int64, .double), (.double, .int), (.double, .double),
                (.quantity, .string), (.quantity, .int), (.quantity, .double), (.intOrString, .string), (.intOrString, .int):
                return
            case (.bool, _): expected = "boolean"
            case (.int32, _), (.int64, _), (.double, _): expected = "numeric (int or float)"
            case (.quantity, _), (.intOrString, _): expected = "scalar"
            default: expected = "string"
            }
        case .list?:
            if value.isArray { return }
            expected = "list"
        case .map?:
            if value.isObject { return }
            expected = "map"
        case .message(let message)?:
            if value.isObject {
                // Owned as a whole, yet made of declared fields.
                if message.union == nil { _ = members(value.members, .structure(message)) }
                return
            }
            if message.union != nil { return }
            expected = "map"
        case .any?, nil: return
        }
        let isNumber = expected.hasPrefix("numeric")
        let shown = isNumber ? value.goTypeName : expected == "string" ? "&value.valueUnstructured{Value:\(Self.syntax(value))}" : Self.shown(value)
        report("expected \(expected), got \(shown)")
    }

    private static func shown(_ value: Value) -> String { "&{\(value.goText)}" }

    /// As Go's `%#v` prints it.
    private static func syntax(_ value: Value) -> String {
        switch value {
        case .string(let text): return Value.string(text).jsonString
        case .array, .object: return value.goTypeName + value.jsonString
        default: return value.goText
        }
    }

    /// The first problem of an object that came from another version of its kind; nil when it fits its type.
    static func problem(of converted: Value, _ type: MessageType) -> String? {
        var collector = FieldCollector()
        var members = converted.members
        // Metadata is the same in all versions.
        members["metadata"] = nil
        _ = collector.members(members, .structure(type))
        guard let first = collector.problems.first else { return nil }
        return collector.problems.count == 1
            ? first : "errors:\n" + collector.problems.map { "  " + $0 }.joined(separator: "\n")
    }
}
