/// Sizes and the tests of texts.
enum StandardFunctions {
    private static let A = CELType.parameter("A")
    private static let B = CELType.parameter("B")

    static let sizes: [Function] = [
        Function(
            "size",
            [false, true].flatMap { isMember in
                [
                    Overload(isMember ? "string_size" : "size_string", isMember: isMember, [.string], .int),
                    Overload(isMember ? "bytes_size" : "size_bytes", isMember: isMember, [.bytes], .int),
                    Overload(isMember ? "list_size" : "size_list", isMember: isMember, [.list(A)], .int),
                    Overload(isMember ? "map_size" : "size_map", isMember: isMember, [.map(A, B)], .int),
                ]
            }
        ) { arguments throws(CELError) in
            switch arguments[0] {
            case .string, .bytes, .list, .map: return .int(Int64(clamping: Cost.size(arguments[0])))
            default: throw .noSuchOverload
            }
        }
    ]

    static let texts: [Function] = [
        test("contains", "contains_string") { $0.contains($1) },
        test("startsWith", "starts_with_string") { $0.starts(with: $1) },
        test("endsWith", "ends_with_string") { $0.reversed().starts(with: $1.reversed()) },
        Function("matches", [Overload("matches", [.string, .string], .bool), Overload("matches_string", isMember: true, [.string, .string], .bool)]) {
            arguments throws(CELError) in
            guard case .string(let text) = arguments[0], case .string(let pattern) = arguments[1] else { throw .noSuchOverload }
            return .bool(try compiled(pattern).matches(text))
        },
    ]

    static func compiled(_ pattern: String) throws(CELError) -> RegularExpression {
        do {
            return try RegularExpression(pattern)
        } catch {
            throw CELError(error.message)
        }
    }

    private static func test(_ name: String, _ id: String, _ holds: @escaping @Sendable (ArraySlice<UInt8>, ArraySlice<UInt8>) -> Bool) -> Function {
        Function(name, [Overload(id, isMember: true, [.string, .string], .bool)]) { arguments throws(CELError) in
            guard case .string(let text) = arguments[0], case .string(let part) = arguments[1] else { throw .noSuchOverload }
            return .bool(holds(Array(text.utf8)[...], Array(part.utf8)[...]))
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func contains(_ part: ArraySlice<UInt8>) -> Bool {
        if part.isEmpty { return true }
        guard count >= part.count, let first = part.first else { return false }
        var rest = self
        while let position = rest.firstIndex(of: first) {
            rest = rest[position...]
            if rest.count < part.count { return false }
            if rest.starts(with: part) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}
