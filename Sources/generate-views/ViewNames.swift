import Schema

/// The Swift names of messages and fields.
struct ViewNames {
    private var names: [String: String] = [:]

    /// Kinds take the short name before other messages do, earlier groups before later ones; who comes late
    /// carries the package as a prefix.
    init(_ catalogue: KindCatalogue, _ messages: [MessageType]) {
        var taken = Self.reserved
        let kinds = Set(catalogue.kinds.map(\.type.name))
        let ordered = messages.filter { kinds.contains($0.name) } + messages.filter { !kinds.contains($0.name) }
        for message in ordered where names[message.name] == nil {
            var name = message.shortName
            if !taken.insert(name).inserted {
                name = Self.prefix(message) + name
                taken.insert(name)
            }
            names[message.name] = name
        }
    }

    /// Names that mean something else in Swift or in modules that are imported beside this one.
    private static let reserved: Set<String> = [
        "Validation", "Value", "Members", "Field", "List", "Result", "Duration",
        "GroupVersion", "GroupVersionKind", "GroupResource", "KindDescription", "KindCatalogue", "MessageType",
    ]

    func view(_ message: MessageType) -> String { names[message.name] ?? message.shortName }

    /// `Core`, `Apps`, `AutoscalingV1`: the group, and the version when the group has several.
    static func prefix(_ message: MessageType) -> String {
        let parts = message.name.split(separator: ".")
        guard parts.count >= 3 else { return "" }
        let group = parts[parts.count - 3]
        let version = parts[parts.count - 2]
        let name = group.prefix(1).uppercased() + group.dropFirst()
        return group == "autoscaling" && version == "v1" ? name + "V1" : name
    }

    private static let keywords: Set<String> = [
        "as", "break", "case", "catch", "class", "continue", "default", "defer", "do", "else", "enum", "extension",
        "fallthrough", "false", "for", "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let",
        "nil", "operator", "private", "protocol", "public", "repeat", "rethrows", "return", "self", "static", "struct",
        "subscript", "super", "switch", "throw", "throws", "true", "try", "var", "where", "while",
    ]

    /// `x-kubernetes-list-type` as `xKubernetesListType`, `$ref` as `ref`. A field `value` would hide the
    /// view's own and is `valueField`.
    static func property(_ field: String) -> String {
        if field == "value" { return "valueField" }
        var name = ""
        var raises = false
        for character in field {
            if character == "-" {
                raises = true
            } else if character != "$" {
                name += raises ? character.uppercased() : String(character)
                raises = false
            }
        }
        name = name.prefix(1).lowercased() + name.dropFirst()
        return keywords.contains(name) ? "`\(name)`" : name
    }
}
