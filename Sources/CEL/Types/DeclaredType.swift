import Synchronization

/// What a schema says of a value: its type, how large it may be, and how lists and maps of it compare.
///
/// The checker reads the fields from it, the cost estimate the sizes, and the adapter of objects the formats.
public final class DeclaredType: Sendable, Hashable {
    /// How the elements of a list are told apart.
    public enum Topology: Sendable, Hashable {
        case atomic
        /// Order does not count, and nothing is in it twice.
        case set
        /// A map by these members of each element; order does not count.
        case map(keys: [String])
    }

    /// What kind of value it is.
    public enum Shape: Sendable {
        case scalar(CELType)
        case list(DeclaredType, Topology)
        case map(DeclaredType)
        case object
        /// An integer or a string.
        case intOrString
        case dyn
    }

    /// The name of an object's type; empty for all else.
    public let name: String
    public let shape: Shape
    /// The largest number of elements, entries or bytes, for the estimate of costs.
    public let maximumSize: UInt64
    /// The fewest bytes that a value takes in JSON.
    public let minimumBytes: UInt64
    public let isNullable: Bool
    private let fieldOf: @Sendable (String) -> DeclaredType?
    private let known = Mutex<[String: DeclaredType?]>([:])

    public init(
        _ shape: Shape, maximumSize: UInt64 = 0, minimumBytes: UInt64 = 0, isNullable: Bool = false
    ) {
        name = ""
        self.shape = shape
        self.maximumSize = maximumSize
        self.minimumBytes = minimumBytes
        self.isNullable = isNullable
        fieldOf = { _ in nil }
    }

    /// An object. `field` is asked once a name, with the name as the object has it (not escaped).
    public init(
        object name: String, minimumBytes: UInt64 = 2, isNullable: Bool = false, field: @escaping @Sendable (String) -> DeclaredType?
    ) {
        self.name = name
        shape = .object
        maximumSize = 0
        self.minimumBytes = minimumBytes
        self.isNullable = isNullable
        fieldOf = field
    }

    /// An object whose fields are all known.
    public convenience init(object name: String, fields: [String: DeclaredType], minimumBytes: UInt64 = 2, isNullable: Bool = false) {
        self.init(object: name, minimumBytes: minimumBytes, isNullable: isNullable) { fields[$0] }
    }

    /// The declaration of a field, by the name that expressions use.
    public func field(_ escapedName: String) -> DeclaredType? {
        if let found = known.withLock({ $0[escapedName] }) { return found }
        let found = PropertyName.unescaped(escapedName).flatMap { fieldOf($0) }
        known.withLock { $0[escapedName] = .some(found) }
        return found
    }

    public var type: CELType {
        switch shape {
        case .scalar(let type): type
        case .list(let element, _): .list(element.type)
        case .map(let value): .map(.string, value.type)
        case .object: .object(self)
        case .intOrString, .dyn: .dyn
        }
    }

    public static func == (left: DeclaredType, right: DeclaredType) -> Bool {
        left === right || (!left.name.isEmpty && left.name == right.name)
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    public static let bool = DeclaredType(.scalar(.bool), minimumBytes: 4)
    public static let int = DeclaredType(.scalar(.int), minimumBytes: 1)
    public static let double = DeclaredType(.scalar(.double), minimumBytes: 1)
    public static let string = DeclaredType(.scalar(.string), minimumBytes: 2)
    public static let dyn = DeclaredType(.dyn)
}

/// How names of properties that are no identifiers, or are words of the language, stand in expressions.
public enum PropertyName {
    static let reserved: Set<String> = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
        "loop", "package", "namespace", "return", "var", "void", "while",
    ]

    /// `a-b` is `a__dash__b`, `in` is `__in__`; nil for names that no expression can name.
    public static func escaped(_ name: String) -> String? {
        guard let first = name.utf8.first, !isDigit(first) else { return nil }
        if reserved.contains(name) { return "__\(name)__" }
        var text = ""
        var rest = name.unicodeScalars[...]
        while let scalar = rest.first {
            rest = rest.dropFirst()
            switch scalar {
            case "_":
                if rest.first == "_" {
                    rest = rest.dropFirst()
                    text += "__underscores__"
                } else {
                    text += "_"
                }
            case ".": text += "__dot__"
            case "-": text += "__dash__"
            case "/": text += "__slash__"
            case let other where other.isASCII && (other.properties.isAlphabetic || other.properties.numericType != nil):
                text.unicodeScalars.append(other)
            default: return nil
            }
        }
        return text
    }

    /// The name of the property; nil when `text` is no escaped name.
    public static func unescaped(_ text: String) -> String? {
        guard text.utf8.count > 4, text.contains("__") else { return text }
        if text.hasPrefix("__"), text.hasSuffix("__") {
            let word = String(text.dropFirst(2).dropLast(2))
            if reserved.contains(word) { return word }
        }
        var name = ""
        var rest = text[...]
        scanning: while !rest.isEmpty {
            if rest.hasPrefix("__") {
                for (escape, meaning) in [("__underscores__", "__"), ("__dot__", "."), ("__dash__", "-"), ("__slash__", "/")]
                where rest.hasPrefix(escape) {
                    name += meaning
                    rest = rest.dropFirst(escape.count)
                    continue scanning
                }
                return nil
            }
            name.append(rest.removeFirst())
        }
        return name
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }
}
