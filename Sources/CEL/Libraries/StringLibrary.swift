extension Library {
    /// What one does with texts: parts, search, case, `split`, `join`, `format`.
    public static let strings = Library(
        StringFunctions.parts + StringFunctions.search + StringFunctions.changes + StringFunctions.lists)

    /// `reverse` of texts; no part of Kubernetes' environment.
    public static let reversedStrings = Library([
        Function("reverse", [Overload("string_reverse", isMember: true, [.string], .string)]) { arguments throws(CELError) in
            guard case .string(let text) = arguments[0] else { throw .noSuchOverload }
            var scalars = String.UnicodeScalarView()
            scalars.append(contentsOf: text.unicodeScalars.reversed())
            return .string(String(scalars))
        }
    ])

    /// `cel.bind`; no part of Kubernetes' environment.
    public static let bindings = Library([], macros: ["cel"])

    /// `find` and `findAll`.
    public static let regex = Library([
        Function("find", [Overload("string_find_string", isMember: true, [.string, .string], .string)]) { arguments throws(CELError) in
            guard case .string(let text) = arguments[0], case .string(let pattern) = arguments[1] else { throw .noSuchOverload }
            return .string(try StandardFunctions.compiled(pattern).firstMatch(text) ?? "")
        },
        Function(
            "findAll",
            [
                Overload("string_find_all_string", isMember: true, [.string, .string], .list(.string)),
                Overload("string_find_all_string_int", isMember: true, [.string, .string, .int], .list(.string)),
            ]
        ) { arguments throws(CELError) in
            guard case .string(let text) = arguments[0], case .string(let pattern) = arguments[1] else { throw .noSuchOverload }
            var limit: Int?
            if case .int(let number) = arguments[2], number >= 0 { limit = Int(clamping: number) }
            return .list(try StandardFunctions.compiled(pattern).allMatches(text, limit: limit).map { .string($0) })
        },
    ])
}

/// Texts as arrays of characters, so that positions count characters.
enum StringFunctions {
    typealias Scalars = [Unicode.Scalar]

    private static func scalars(_ value: CELValue) throws(CELError) -> Scalars {
        guard case .string(let text) = value else { throw .noSuchOverload }
        return Array(text.unicodeScalars)
    }

    private static func number(_ value: CELValue) throws(CELError) -> Int64 {
        guard case .int(let number) = value else { throw .noSuchOverload }
        return number
    }

    private static func text(_ scalars: some Sequence<Unicode.Scalar>) -> CELValue { .string(String(String.UnicodeScalarView(scalars))) }

    static let parts: [Function] = [
        Function("charAt", [Overload("string_char_at_int", isMember: true, [.string, .int], .string)]) { arguments throws(CELError) in
            let content = try scalars(arguments[0]), position = try number(arguments[1])
            guard position >= 0, position <= content.count else { throw .indexOutOfRange(position) }
            return text(content.dropFirst(Int(position)).prefix(1))
        },
        Function(
            "substring",
            [
                Overload("string_substring_int", isMember: true, [.string, .int], .string),
                Overload("string_substring_int_int", isMember: true, [.string, .int, .int], .string),
            ]
        ) { arguments throws(CELError) in
            let content = try scalars(arguments[0]), start = try number(arguments[1])
            let end = arguments.count > 2 ? try number(arguments[2]) : Int64(content.count)
            guard start >= 0, start <= content.count else { throw .indexOutOfRange(start) }
            guard end >= 0, end <= content.count else { throw .indexOutOfRange(end) }
            guard start <= end else { throw CELError("invalid substring range. start: \(start), end: \(end)") }
            return text(content[Int(start)..<Int(end)])
        },
    ]

    static let search: [Function] = [
        Function(
            "indexOf",
            [
                Overload("string_index_of_string", isMember: true, [.string, .string], .int),
                Overload("string_index_of_string_int", isMember: true, [.string, .string, .int], .int),
            ]
        ) { arguments throws(CELError) in
            let content = try scalars(arguments[0]), part = try scalars(arguments[1])
            let start = arguments.count > 2 ? try number(arguments[2]) : 0
            if part.isEmpty, arguments.count < 3 { return .int(0) }
            guard start >= 0, start <= content.count else { throw .indexOutOfRange(start) }
            if part.isEmpty { return .int(start) }
            return .int(Int64(first(part, in: content, from: Int(start)) ?? -1))
        },
        Function(
            "lastIndexOf",
            [
                Overload("string_last_index_of_string", isMember: true, [.string, .string], .int),
                Overload("string_last_index_of_string_int", isMember: true, [.string, .string, .int], .int),
            ]
        ) { arguments throws(CELError) in
            let content = try scalars(arguments[0]), part = try scalars(arguments[1])
            let end = arguments.count > 2 ? try number(arguments[2]) : Int64(content.count)
            if part.isEmpty { return .int(end) }
            guard end >= 0, end <= content.count else { throw .indexOutOfRange(end) }
            var position = min(Int(end), content.count - part.count)
            while position >= 0 {
                if content[position...].starts(with: part) { return .int(Int64(position)) }
                position -= 1
            }
            return .int(-1)
        },
    ]

    private static func first(_ part: Scalars, in content: Scalars, from start: Int) -> Int? {
        guard let head = part.first, content.count >= part.count else { return nil }
        var position = start
        while position + part.count <= content.count {
            if content[position] == head, content[position...].starts(with: part) { return position }
            position += 1
        }
        return nil
    }

    static let changes: [Function] = [
        Function("lowerAscii", [Overload("string_lower_ascii", isMember: true, [.string], .string)]) { arguments throws(CELError) in
            text(try scalars(arguments[0]).map { ("A"..."Z").contains($0) ? Unicode.Scalar($0.value + 32) ?? $0 : $0 })
        },
        Function("upperAscii", [Overload("string_upper_ascii", isMember: true, [.string], .string)]) { arguments throws(CELError) in
            text(try scalars(arguments[0]).map { ("a"..."z").contains($0) ? Unicode.Scalar($0.value - 32) ?? $0 : $0 })
        },
        Function("trim", [Overload("string_trim", isMember: true, [.string], .string)]) { arguments throws(CELError) in
            var content = try scalars(arguments[0])[...]
            while let scalar = content.first, scalar.properties.isWhitespace { content = content.dropFirst() }
            while let scalar = content.last, scalar.properties.isWhitespace { content = content.dropLast() }
            return text(content)
        },
        Function(
            "replace",
            [
                Overload("string_replace_string_string", isMember: true, [.string, .string, .string], .string),
                Overload("string_replace_string_string_int", isMember: true, [.string, .string, .string, .int], .string),
            ]
        ) { arguments throws(CELError) in
            let content = try scalars(arguments[0]), old = try scalars(arguments[1]), new = try scalars(arguments[2])
            let limit = arguments.count > 3 ? try number(arguments[3]) : -1
            return text(replaced(content, old, new, limit < 0 ? .max : Int(clamping: limit)))
        },
        Function("strings.quote", [Overload("strings_quote", [.string], .string)]) { arguments throws(CELError) in
            guard case .string(let text) = arguments[0] else { throw .noSuchOverload }
            return .string(Formatting.quoted(text))
        },
        Function("format", [Overload("string_format", isMember: true, [.string, .list(.dyn)], .string)]) { arguments throws(CELError) in
            guard case .string(let format) = arguments[0], case .list(let list) = arguments[1] else { throw .noSuchOverload }
            return .string(try Formatting.format(format, list.elements))
        },
    ]

    private static func replaced(_ content: Scalars, _ old: Scalars, _ new: Scalars, _ limit: Int) -> Scalars {
        var output: Scalars = []
        var position = 0, count = 0
        while position <= content.count, count < limit {
            if old.isEmpty {
                // Between all characters, and at both ends.
                output += new
                count += 1
                if position < content.count { output.append(content[position]) }
                position += 1
            } else if let found = first(old, in: content, from: position) {
                output += content[position..<found]
                output += new
                count += 1
                position = found + old.count
            } else {
                break
            }
        }
        if position < content.count { output += content[position...] }
        return output
    }

    static let lists: [Function] = [
        Function(
            "split",
            [
                Overload("string_split_string", isMember: true, [.string, .string], .list(.string)),
                Overload("string_split_string_int", isMember: true, [.string, .string, .int], .list(.string)),
            ]
        ) { arguments throws(CELError) in
            let content = try scalars(arguments[0]), separator = try scalars(arguments[1])
            let limit = arguments.count > 2 ? try number(arguments[2]) : -1
            return .list(split(content, separator, limit < 0 ? .max : Int(clamping: limit)))
        },
        Function(
            "join",
            [
                Overload("list_join", isMember: true, [.list(.string)], .string),
                Overload("list_join_string", isMember: true, [.list(.string), .string], .string),
            ]
        ) { arguments throws(CELError) in
            guard case .list(let list) = arguments[0] else { throw .noSuchOverload }
            var parts: [String] = []
            for element in list.elements {
                guard case .string(let part) = element else { throw .noSuchOverload }
                parts.append(part)
            }
            return .string(parts.joined(separator: arguments[1].string ?? ""))
        },
    ]

    private static func split(_ content: Scalars, _ separator: Scalars, _ limit: Int) -> [CELValue] {
        if limit == 0 { return [] }
        var parts: [CELValue] = []
        if separator.isEmpty {
            for (position, scalar) in content.enumerated() {
                if parts.count == limit - 1 { return parts + [text(content[position...])] }
                parts.append(text([scalar]))
            }
            return parts
        }
        var position = 0
        while parts.count < limit - 1, let found = first(separator, in: content, from: position) {
            parts.append(text(content[position..<found]))
            position = found + separator.count
        }
        return parts + [text(content[position...])]
    }
}
