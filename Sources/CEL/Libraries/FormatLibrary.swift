import Objects

/// A named format of texts.
struct FormatValue: CELOpaque {
    let name: String
    var typeName: String { "kubernetes.NamedFormat" }
    func isEqual(to other: any CELOpaque) -> Bool { (other as? FormatValue)?.name == name }

    /// What is wrong with a text, by the format's name.
    static let rules: [String: @Sendable (String) -> [String]] = [
        "dns1123Label": { NameRules.dns1123Label($0) },
        "dns1123Subdomain": { NameRules.dns1123Subdomain($0) },
        "dns1035Label": { NameRules.dns1035Label($0) },
        "dns1123LabelPrefix": { NameRules.dns1123Label(completed($0)) },
        "dns1123SubdomainPrefix": { NameRules.dns1123Subdomain(completed($0)) },
        "dns1035LabelPrefix": { NameRules.dns1035Label(completed($0)) },
        "qualifiedName": { NameRules.qualifiedName($0) },
        "labelValue": { NameRules.labelValue($0) },
        "uri": { (try? URLValue($0)) == nil ? ["invalid URI for request"] : [] },
        "uuid": { isUUID($0) ? [] : ["does not match the UUID format"] },
        "byte": { isBase64($0) ? [] : ["invalid base64"] },
        "date": { $0.utf8.count == 10 && Timestamp($0 + "T00:00:00Z") != nil ? [] : ["invalid date"] },
        "datetime": { Timestamp($0) != nil ? [] : ["invalid datetime"] },
    ]

    /// A prefix may end in a dash: something will follow it.
    private static func completed(_ prefix: String) -> String { prefix.hasSuffix("-") ? prefix.dropLast() + "a" : prefix }

    private static func isUUID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.unicodeScalars.allSatisfy(\.isHexDigit) }
    }

    private static func isBase64(_ text: String) -> Bool {
        text.utf8.count % 4 == 0 && !text.contains("-") && !text.contains("_") && Base64.decode(text) != nil
    }
}

extension CELType {
    static let format = CELType.opaque("kubernetes.NamedFormat")
}

extension Library {
    /// The formats of names: `format.dns1123Label().validate(text)`.
    public static let formats = Library(
        FormatValue.rules.keys.sorted().map { name in
            Function("format.\(name)", [Overload("format-\(name)", [], .format)]) { _ in .opaque(FormatValue(name: name)) }
        } + [
            Function("format.named", [Overload("format-named", [.string], .optional(.format))]) { arguments throws(CELError) in
                guard case .string(let name) = arguments[0] else { throw .noSuchOverload }
                return .optional(FormatValue.rules[name] == nil ? nil : .opaque(FormatValue(name: name)))
            },
            Function("validate", [Overload("format-validate", isMember: true, [.format, .string], .optional(.list(.string)))]) {
                arguments throws(CELError) in
                guard case .opaque(let opaque) = arguments[0], let format = opaque as? FormatValue, case .string(let text) = arguments[1],
                    let rule = FormatValue.rules[format.name]
                else { throw .noSuchOverload }
                let problems = rule(text)
                return .optional(problems.isEmpty ? nil : .list(problems.map { .string($0) }))
            },
        ], types: [.format])
}
