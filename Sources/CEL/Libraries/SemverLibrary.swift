/// A version of three numbers, as semver.org has it.
struct SemanticVersion: CELOpaque {
    let numbers: [UInt64]
    let prerelease: [Substring]
    let build: String

    var typeName: String { "kubernetes.Semver" }
    func isEqual(to other: any CELOpaque) -> Bool { (other as? SemanticVersion).map { compare($0) == 0 } ?? false }

    /// Nil when the text is none. `normalises` also takes `v1.2` and numbers with leading zeros.
    init?(_ text: String, normalises: Bool) {
        var rest = text[...]
        if normalises, rest.hasPrefix("v") { rest = rest.dropFirst() }
        let plus = rest.firstIndex(of: "+")
        build = plus.map { String(rest[rest.index(after: $0)...]) } ?? ""
        if plus != nil, !Self.areIdentifiers(build[...]) { return nil }
        rest = rest[..<(plus ?? rest.endIndex)]
        let dash = rest.firstIndex(of: "-")
        let tail = dash.map { rest[rest.index(after: $0)...] }
        prerelease = tail.map { $0.split(separator: ".", omittingEmptySubsequences: false) } ?? []
        if let tail {
            guard Self.areIdentifiers(tail) else { return nil }
            for part in prerelease where part.count > 1 && part.hasPrefix("0") && part.utf8.allSatisfy({ $0 &- 48 <= 9 }) { return nil }
        }
        rest = rest[..<(dash ?? rest.endIndex)]
        let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 || (normalises && parts.count < 3) else { return nil }
        var numbers: [UInt64] = []
        for part in parts {
            guard let number = UInt64(part), part.utf8.allSatisfy({ $0 &- 48 <= 9 }), normalises || part == String(number) else { return nil }
            numbers.append(number)
        }
        while numbers.count < 3 { numbers.append(0) }
        self.numbers = numbers
    }

    private static func areIdentifiers(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part.unicodeScalars.allSatisfy { ($0.isIdentifierPart && $0 != "_") || $0 == "-" }
        }
    }

    /// -1, 0 or 1; what was built how does not count.
    func compare(_ other: SemanticVersion) -> Int64 {
        for (left, right) in zip(numbers, other.numbers) where left != right { return left < right ? -1 : 1 }
        if prerelease.isEmpty || other.prerelease.isEmpty {
            return prerelease.isEmpty == other.prerelease.isEmpty ? 0 : prerelease.isEmpty ? 1 : -1
        }
        for (left, right) in zip(prerelease, other.prerelease) where left != right {
            switch (UInt64(left), UInt64(right)) {
            case (let left?, let right?): return left < right ? -1 : 1
            case (_?, nil): return -1
            case (nil, _?): return 1
            case (nil, nil): return left < right ? -1 : 1
            }
        }
        return prerelease.count == other.prerelease.count ? 0 : prerelease.count < other.prerelease.count ? -1 : 1
    }
}

extension CELType {
    static let semver = CELType.opaque("kubernetes.Semver")
}

extension Library {
    /// Versions: `semver('1.2.3').isLessThan(semver('1.10.0'))`.
    public static let semver = Library(
        [
            Function("semver", [Overload("string_to_semver", [.string], .semver), Overload("string_bool_to_semver", [.string, .bool], .semver)]) {
                arguments throws(CELError) in
                guard let version = try parsed(arguments) else {
                    throw CELError("semver parse error during conversion from string: invalid version \(Formatting.quoted(arguments[0].string ?? ""))")
                }
                return .opaque(version)
            },
            Function("isSemver", [Overload("is_semver_string", [.string], .bool), Overload("is_semver_string_bool", [.string, .bool], .bool)]) {
                arguments throws(CELError) in .bool(try parsed(arguments) != nil)
            },
            number("major", 0), number("minor", 1), number("patch", 2),
            relation("isGreaterThan", .bool) { .bool($0 > 0) },
            relation("isLessThan", .bool) { .bool($0 < 0) },
            relation("compareTo", .int) { .int($0) },
        ], types: [.semver])

    private static func parsed(_ arguments: Arguments) throws(CELError) -> SemanticVersion? {
        guard case .string(let text) = arguments[0] else { throw .noSuchOverload }
        return SemanticVersion(text, normalises: arguments[1].bool == true)
    }

    private static func version(_ value: CELValue) throws(CELError) -> SemanticVersion {
        guard case .opaque(let opaque) = value, let version = opaque as? SemanticVersion else { throw .noSuchOverload }
        return version
    }

    private static func number(_ name: String, _ position: Int) -> Function {
        Function(name, [Overload("semver_\(name)", isMember: true, [.semver], .int)]) { arguments throws(CELError) in
            .int(Int64(clamping: try version(arguments[0]).numbers[position]))
        }
    }

    private static func relation(_ name: String, _ result: CELType, _ read: @escaping @Sendable (Int64) -> CELValue) -> Function {
        Function(name, [Overload("semver_\(name)", isMember: true, [.semver, .semver], result)]) { arguments throws(CELError) in
            read(try version(arguments[0]).compare(try version(arguments[1])))
        }
    }
}

extension CELValue {
    /// A version as expressions have it; nil when the text is none.
    package init?(semver text: String) {
        guard let version = SemanticVersion(text, normalises: false) else { return nil }
        self = .opaque(version)
    }
}
