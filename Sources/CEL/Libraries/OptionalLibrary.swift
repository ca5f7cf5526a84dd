extension Library {
    /// Values that may be absent: `optional.of`, `?.`, `[?]`, `orValue`.
    public static let optionals = Library(
        [
            Function("optional.of", [Overload("optional_of", [V], .optional(V))]) { .optional($0[0]) },
            Function("optional.none", [Overload("optional_none", [], .optional(V))]) { _ in .optional(nil) },
            Function("optional.ofNonZeroValue", [Overload("optional_ofNonZeroValue", [V], .optional(V))]) {
                .optional($0[0].isZero ? nil : $0[0])
            },
            Function("hasValue", [Overload("optional_hasValue", isMember: true, [.optional(V)], .bool)]) { arguments throws(CELError) in
                .bool(try inner(arguments[0]) != nil)
            },
            Function("value", [Overload("optional_value", isMember: true, [.optional(V)], V)]) { arguments throws(CELError) in
                guard let value = try inner(arguments[0]) else { throw CELError("optional.none() dereference") }
                return value
            },
            Function("or", [Overload("optional_or_optional", isMember: true, [.optional(V), .optional(V)], .optional(V))]) {
                arguments throws(CELError) in try inner(arguments[0]) != nil ? arguments[0] : arguments[1]
            },
            Function("orValue", [Overload("optional_orValue_value", isMember: true, [.optional(V), V], V)]) { arguments throws(CELError) in
                try inner(arguments[0]) ?? arguments[1]
            },
            Function("optional.unwrap", [Overload("optional_unwrap", [.list(.optional(V))], .list(V))]) { arguments throws(CELError) in
                try unwrapped(arguments[0])
            },
            Function("unwrapOpt", [Overload("optional_unwrapOpt", isMember: true, [.list(.optional(V))], .list(V))]) {
                arguments throws(CELError) in try unwrapped(arguments[0])
            },
        ], types: [.optional(.dyn)])

    private static let V = CELType.parameter("V")

    /// The values of a list that are there.
    private static func unwrapped(_ value: CELValue) throws(CELError) -> CELValue {
        guard case .list(let list) = value else { throw .noSuchOverload }
        var values: [CELValue] = []
        for element in list.elements { if let value = try inner(element) { values.append(value) } }
        return .list(values)
    }

    private static func inner(_ value: CELValue) throws(CELError) -> CELValue? {
        guard case .optional(let inner) = value else { throw .noSuchOverload }
        return inner
    }
}
