extension Library {
    /// What Kubernetes adds to lists, and the language's own extension of them.
    public static let lists = Library(ListFunctions.aggregates + ListFunctions.search + ListFunctions.shape + ListFunctions.order)

    /// `sets.contains`, `sets.equivalent`, `sets.intersects`.
    public static let sets = Library([
        ListFunctions.pair("sets.contains", "list_sets_contains_list") { mine, others in others.allSatisfy { mine.contains($0) } },
        ListFunctions.pair("sets.equivalent", "list_sets_equivalent_list") { mine, others in
            others.allSatisfy { mine.contains($0) } && mine.allSatisfy { others.contains($0) }
        },
        ListFunctions.pair("sets.intersects", "list_sets_intersects_list") { mine, others in others.contains { mine.contains($0) } },
    ])
}

/// The elements of a list, with a fast look-up.
struct SearchableElements {
    let elements: [CELValue]
    private let index: ValueIndex

    init(_ list: CELList) {
        elements = list.elements
        index = ValueIndex(elements)
    }

    func contains(_ value: CELValue) -> Bool { index.contains(value, elements) }
    func allSatisfy(_ holds: (CELValue) -> Bool) -> Bool { elements.allSatisfy(holds) }
    func contains(where holds: (CELValue) -> Bool) -> Bool { elements.contains(where: holds) }
}

enum ListFunctions {
    private static let T = CELType.parameter("T")

    static func pair(_ name: String, _ id: String, _ holds: @escaping @Sendable (SearchableElements, SearchableElements) -> Bool) -> Function {
        Function(name, [Overload(id, [.list(T), .list(T)], .bool)]) { arguments throws(CELError) in
            .bool(holds(SearchableElements(try list(arguments[0])), SearchableElements(try list(arguments[1]))))
        }
    }

    private static func list(_ value: CELValue) throws(CELError) -> CELList {
        guard case .list(let list) = value else { throw .noSuchOverload }
        return list
    }

    private static let ordered: [CELType] = [.int, .uint, .double, .bool, .duration, .timestamp, .string, .bytes]

    private static func overloads(_ name: String, _ types: [CELType], _ result: (CELType) -> CELType) -> [Overload] {
        types.map { Overload("list_\($0.name)_\(name)", isMember: true, [.list($0)], result($0)) }
    }

    static let aggregates: [Function] = [
        Function("isSorted", overloads("is_sorted", ordered) { _ in .bool }) { arguments throws(CELError) in
            let elements = try list(arguments[0]).elements
            for (left, right) in zip(elements, elements.dropFirst()) where try left.compare(right) == .greater { return .bool(false) }
            return .bool(true)
        },
        sum(.int, .int(0)), sum(.uint, .uint(0)), sum(.double, .double(0)), sum(.duration, .duration(CELDuration(nanoseconds: 0))),
        Function("min", overloads("min", ordered) { $0 }) { arguments throws(CELError) in
            try extreme(list(arguments[0]), "min", .less)
        },
        Function("max", overloads("max", ordered) { $0 }) { arguments throws(CELError) in
            try extreme(list(arguments[0]), "max", .greater)
        },
    ]

    private static func sum(_ type: CELType, _ nothing: CELValue) -> Function {
        Function("sum", overloads("sum", [type]) { $0 }) { arguments throws(CELError) in
            let elements = try list(arguments[0]).elements
            guard var total = elements.first else { return nothing }
            for element in elements.dropFirst() { total = try Operators.add(Arguments([total, element])) }
            return total
        }
    }

    private static func extreme(_ list: CELList, _ name: String, _ wanted: CELValue.Order) throws(CELError) -> CELValue {
        guard list.count > 0 else { throw CELError("\(name) called on empty list") }
        var best = list[0]
        for element in list.elements.dropFirst() where try element.compare(best) == wanted { best = element }
        return best
    }

    static let search: [Function] = [
        Function("indexOf", [Overload("list_a_index_of_int", isMember: true, [.list(T), T], .int)]) { arguments throws(CELError) in
            .int(Int64(try list(arguments[0]).elements.firstIndex { $0.equals(arguments[1]) } ?? -1))
        },
        Function("lastIndexOf", [Overload("list_a_last_index_of_int", isMember: true, [.list(T), T], .int)]) { arguments throws(CELError) in
            .int(Int64(try list(arguments[0]).elements.lastIndex { $0.equals(arguments[1]) } ?? -1))
        },
        Function("first", [Overload("list_first", isMember: true, [.list(T)], .optional(T))]) { arguments throws(CELError) in
            .optional(try list(arguments[0]).elements.first)
        },
        Function("last", [Overload("list_last", isMember: true, [.list(T)], .optional(T))]) { arguments throws(CELError) in
            .optional(try list(arguments[0]).elements.last)
        },
    ]

    static let shape: [Function] = [
        Function("slice", [Overload("list_slice", isMember: true, [.list(T), .int, .int], .list(T))]) { arguments throws(CELError) in
            let elements = try list(arguments[0]).elements
            guard case .int(let start) = arguments[1], case .int(let end) = arguments[2] else { throw .noSuchOverload }
            guard start >= 0, end >= 0 else { throw CELError("cannot slice(\(start), \(end)), negative indexes not supported") }
            guard start <= end else { throw CELError("cannot slice(\(start), \(end)), start index must be less than or equal to end index") }
            guard end <= elements.count else { throw CELError("cannot slice(\(start), \(end)), list is length \(elements.count)") }
            return .list(Array(elements[Int(start)..<Int(end)]))
        },
        Function(
            "flatten",
            [
                Overload("list_flatten", isMember: true, [.list(.list(T))], .list(T)),
                Overload("list_flatten_int", isMember: true, [.list(.dyn), .int], .list(.dyn)),
            ]
        ) { arguments throws(CELError) in
            var depth: Int64 = 1
            if case .int(let stated) = arguments[1] { depth = stated }
            guard depth >= 0 else { throw CELError("level must be non-negative") }
            return .list(flattened(try list(arguments[0]).elements, depth))
        },
        Function("lists.range", [Overload("lists_range", [.int], .list(.int))]) { arguments throws(CELError) in
            guard case .int(let count) = arguments[0] else { throw .noSuchOverload }
            // A million numbers are more than any expression can afford to look at.
            guard count <= 1_000_000 else { throw CELError("lists.range: \(count) elements are too many") }
            return .list((0..<max(count, 0)).map { .int($0) })
        },
        Function("reverse", [Overload("list_reverse", isMember: true, [.list(T)], .list(T))]) { arguments throws(CELError) in
            .list(try list(arguments[0]).elements.reversed())
        },
        Function("distinct", [Overload("list_distinct", isMember: true, [.list(T)], .list(T))]) { arguments throws(CELError) in
            var kept: [CELValue] = []
            var seen = ValueIndex([])
            for element in try list(arguments[0]).elements where seen.insert(element, kept) { kept.append(element) }
            return .list(kept)
        },
    ]

    private static func flattened(_ elements: [CELValue], _ depth: Int64) -> [CELValue] {
        if depth == 0 { return elements }
        return elements.flatMap { element -> [CELValue] in
            if case .list(let inner) = element { return flattened(inner.elements, depth - 1) }
            return [element]
        }
    }

    static let order: [Function] = [
        Function("sort", overloads("sort", ordered) { .list($0) }) { arguments throws(CELError) in
            let elements = try list(arguments[0]).elements
            return .list(try sorted(elements, by: elements, "sort"))
        },
        Function(
            "@sortByAssociatedKeys",
            ordered.map { Overload("list_\($0.name)_sortByAssociatedKeys", isMember: true, [.list(T), .list($0)], .list(T)) }
        ) { arguments throws(CELError) in
            .list(try sorted(try list(arguments[0]).elements, by: try list(arguments[1]).elements, "sortBy"))
        },
    ]

    /// Sorts by keys; equal ones keep their order.
    private static func sorted(_ elements: [CELValue], by keys: [CELValue], _ name: String) throws(CELError) -> [CELValue] {
        guard elements.count == keys.count else { throw .noSuchOverload }
        if let first = keys.first {
            for key in keys where key.type != first.type { throw CELError("list elements must have the same type") }
            _ = try first.compare(first)
        }
        let order = keys.indices.sorted { left, right in
            switch try? keys[left].compare(keys[right]) {
            case .less: true
            case .greater: false
            default: left < right
            }
        }
        return order.map { elements[$0] }
    }
}
