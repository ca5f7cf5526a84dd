extension Library {
    /// The operators and functions of the language itself.
    public static let standard = Library(
        Operators.logic + Operators.order + Operators.arithmetic + Operators.containers + StandardFunctions.sizes + StandardFunctions.texts
            + Conversions.all + TimeFunctions.all)
}

private let A = CELType.parameter("A")
private let B = CELType.parameter("B")

/// The operators as functions. Those that the evaluation itself knows have a body all the same: `dyn` values may reach it.
enum Operators {
    private static let unreachable: Function.Body = { _ throws(CELError) in throw .noSuchOverload }

    static let logic: [Function] = [
        Function(Operator.conditional, [Overload("conditional", [.bool, A, A], A)], unreachable),
        Function(Operator.or, [Overload("logical_or", [.bool, .bool], .bool)], unreachable),
        Function(Operator.and, [Overload("logical_and", [.bool, .bool], .bool)], unreachable),
        Function(Operator.not, [Overload("logical_not", [.bool], .bool)], unreachable),
        Function(Operator.notStrictlyFalse, [Overload("not_strictly_false", [.bool], .bool)], unreachable),
        Function(Operator.equals, [Overload("equals", [A, A], .bool)]) { .bool($0[0].equals($0[1])) },
        Function(Operator.notEquals, [Overload("not_equals", [A, A], .bool)]) { .bool(!$0[0].equals($0[1])) },
    ]

    private static let numbers: [CELType] = [.int, .uint, .double]

    private static func ordered(_ name: String, _ prefix: String, _ holds: @escaping @Sendable (CELValue.Order) -> Bool) -> Function {
        var overloads: [Overload] = []
        for type: CELType in [.bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration] {
            let short = type == .timestamp ? "timestamp" : type == .duration ? "duration" : type.name
            overloads.append(Overload("\(prefix)_\(short)", [type, type], .bool))
        }
        for left in numbers {
            for right in numbers where left != right { overloads.append(Overload("\(prefix)_\(left.name)_\(right.name)", [left, right], .bool)) }
        }
        return Function(name, overloads) { arguments throws(CELError) in
            .bool(try arguments[0].compare(arguments[1]).map(holds) ?? false)
        }
    }

    static let order: [Function] = [
        ordered(Operator.less, "less") { $0 == .less },
        ordered(Operator.lessOrEqual, "less_equals") { $0 != .greater },
        ordered(Operator.greater, "greater") { $0 == .greater },
        ordered(Operator.greaterOrEqual, "greater_equals") { $0 != .less },
    ]

    static let containers: [Function] = [
        Function(Operator.contains, [Overload("in_list", [A, .list(A)], .bool), Overload("in_map", [A, .map(A, B)], .bool)]) {
            arguments throws(CELError) in
            switch arguments[1] {
            case .list(let list): return .bool(list.contains(arguments[0]))
            case .map(let map): return .bool(MapKey(arguments[0]).map { map[$0] != nil } ?? false)
            case .object(let object):
                guard case .string(let name) = arguments[0] else { return .bool(false) }
                return .bool(try object.field(PropertyName.escaped(name) ?? name) != nil)
            default: throw .noSuchOverload
            }
        },
        Function(
            Operator.index,
            [
                Overload("index_list", [.list(A), .int], A), Overload("index_map", [.map(A, B), A], B),
                Overload("optional_list_index_int", [.optional(.list(A)), .int], .optional(A)),
                Overload("optional_map_index_value", [.optional(.map(A, B)), A], .optional(B)),
            ]
        ) { arguments throws(CELError) in try Evaluation.index(arguments[0], arguments[1], isOptional: false) },
        Function(
            Operator.optionalIndex,
            [
                Overload("list_optindex_optional_int", [.list(A), .int], .optional(A)),
                Overload("optional_list_optindex_optional_int", [.optional(.list(A)), .int], .optional(A)),
                Overload("map_optindex_optional_value", [.map(A, B), A], .optional(B)),
                Overload("optional_map_optindex_optional_value", [.optional(.map(A, B)), A], .optional(B)),
            ]
        ) { arguments throws(CELError) in try Evaluation.index(arguments[0], arguments[1], isOptional: true) },
        Function("cel.@mapInsert", [Overload("@mapInsert_map_map", [.map(A, B), .map(A, B)], .map(A, B)), Overload("@mapInsert_map_key_value", [.map(A, B), A, B], .map(A, B))]) {
            arguments throws(CELError) in
            guard case .map(var map) = arguments[0] else { throw .noSuchOverload }
            var added: [(key: CELValue, value: CELValue)] = [(arguments[1], arguments[2])]
            if arguments.count == 2 {
                guard case .map(let other) = arguments[1] else { throw .noSuchOverload }
                added = other.entries
            }
            for (key, value) in added where !map.insert(key, value) { throw CELError("insert failed: key \(try Formatting.text(key)) already exists") }
            return .map(map)
        },
    ]
}
