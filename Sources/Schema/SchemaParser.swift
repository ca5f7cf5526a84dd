import Objects

/// Reads the schema language, in which built-in kinds are written (see the target's README).
///
/// Two passes: the first finds packages, kinds and the names of messages, the second reads fields, whose
/// types may be declared anywhere in the text.
package struct SchemaParser {
    /// All that a text declares.
    package struct Result {
        package var kinds: [KindDescription] = []
        /// Those of versions that are there only when they are asked for.
        package var optional: [KindDescription] = []
        package var messages: [String: MessageType] = [:]
    }

    /// A package: where the names of its messages are looked up.
    private final class Scope {
        let name: String
        var imports: [Scope] = []
        var messages: [String: MessageType] = [:]
        /// Messages that carry `kind` and `apiVersion`.
        var typed: Set<String> = []

        init(name: String) { self.name = name }
    }

    private struct PendingMessage {
        let type: MessageType
        let scope: Scope
        let firstField: Int
        let line: Int
    }

    private struct PendingKind {
        let id: GroupVersionKind
        let scope: Scope
        let line: Int
        let isOptional: Bool
        var resource = ""
        var singular = ""
        var shortNames: [String] = []
        var categories: [String] = []
        var verbs: [String] = []
        var isNamespaced = false
        var subresources: [KindDescription.Subresource] = []
    }

    private static let allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]

    private var lines: SchemaLines
    private var scopes: [String: Scope] = [:]
    private var messages: [PendingMessage] = []
    private var kinds: [PendingKind] = []
    private var declared: [ObjectIdentifier: [Field]] = [:]
    private var bound: Set<ObjectIdentifier> = []
    /// Whether kinds that follow are of an optional version.
    private var isOptional = false

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { lines = SchemaLines(bytes) }

    /// Reads a whole text. Throws `SchemaError`.
    package static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(SchemaError) -> Result {
        var parser = SchemaParser(bytes)
        try parser.readDeclarations()
        try parser.readFields()
        return try parser.finish()
    }

    package static func parse(_ text: String) throws(SchemaError) -> Result {
        let bytes = Array(text.utf8)
        let result = bytes.withUnsafeBufferPointer { buffer in
            Swift.Result { () throws(SchemaError) -> Result in try parse(buffer) }
        }
        return try result.get()
    }

    private func error(_ code: SchemaError.Code, _ reason: String, line: Int? = nil) -> SchemaError {
        SchemaError(code: code, line: line ?? lines.number, reason: reason)
    }

    // MARK: First pass

    private mutating func readDeclarations() throws(SchemaError) {
        var scope: Scope?
        var version: GroupVersion?
        while lines.next() {
            if lines.isIndented {
                if lines.startsWithSubresource {
                    _ = lines.word()
                    try readSubresource(in: version)
                }
                continue
            }
            guard let keyword = lines.word() else { continue }
            if keyword == "version" {
                (scope, version) = try readVersion()
                continue
            }
            guard let scope, let version else { throw error(.misplaced, "\(keyword) before version") }
            switch keyword {
            case "import": scope.imports.append(self.scope(try requiredWord("package")))
            case "kind": try readKind(version, scope)
            case "body":
                let name = try requiredWord("kind")
                kinds.append(PendingKind(
                    id: GroupVersionKind(groupVersion: version, kind: name), scope: scope, line: lines.number, isOptional: isOptional))
                scope.typed.insert(name)
            case "message": try readMessage(scope)
            default: throw error(.badLine, "unknown keyword \(keyword)")
            }
        }
    }

    private mutating func scope(_ name: String) -> Scope {
        if let known = scopes[name] { return known }
        let new = Scope(name: name)
        scopes[name] = new
        return new
    }

    private mutating func requiredWord(_ what: String) throws(SchemaError) -> String {
        guard let word = lines.word() else { throw error(.badLine, "\(what) expected") }
        return word
    }

    private mutating func readVersion() throws(SchemaError) -> (Scope, GroupVersion) {
        let text = try requiredWord("version")
        guard let version = GroupVersion(apiVersion: text) else { throw error(.badLine, "bad version \(text)") }
        guard lines.word() == "package", let package = lines.word() else { throw error(.badLine, "package expected") }
        let flag = lines.word()
        if let flag, flag != "optional" { throw error(.badLine, "unknown flag \(flag)") }
        isOptional = flag != nil
        return (scope(package), version)
    }

    private mutating func readMessage(_ scope: Scope) throws(SchemaError) {
        let name = try requiredWord("message")
        var isAtomic = false
        var union: MessageType.Union?
        while let flag = lines.word() {
            switch flag {
            case "atomic": isAtomic = true
            case "orArray": union = .orArray
            case "orBool": union = .orBool
            case "orStrings": union = .orStrings
            default: throw error(.badLine, "unknown flag \(flag)")
            }
        }
        let type = MessageType(name: scope.name + "." + name, isAtomic: isAtomic, union: union)
        guard scope.messages.updateValue(type, forKey: name) == nil else {
            throw error(.duplicate, "message \(name) declared twice")
        }
        messages.append(PendingMessage(type: type, scope: scope, firstField: lines.nextStart, line: lines.number))
    }

    private mutating func readKind(_ version: GroupVersion, _ scope: Scope) throws(SchemaError) {
        let name = try requiredWord("kind")
        var kind = PendingKind(
            id: GroupVersionKind(groupVersion: version, kind: name), scope: scope, line: lines.number, isOptional: isOptional)
        kind.resource = try requiredWord("resource")
        kind.singular = name.lowercased()
        kind.verbs = Self.allVerbs
        while let word = lines.word() {
            switch word {
            case "namespaced": kind.isNamespaced = true
            case "cluster": kind.isNamespaced = false
            default:
                let (option, values) = option(word)
                switch option {
                case "singular": kind.singular = values.first ?? ""
                case "short": kind.shortNames = values
                case "categories": kind.categories = values
                case "verbs": kind.verbs = values
                default: throw error(.badLine, "unknown option \(word)")
                }
            }
        }
        scope.typed.insert(name)
        kinds.append(kind)
        if kind.verbs.contains("list") {
            let list = name + "List"
            kinds.append(PendingKind(
                id: GroupVersionKind(groupVersion: version, kind: list), scope: scope, line: lines.number, isOptional: isOptional))
            scope.typed.insert(list)
        }
    }

    /// `short=po,pod` as the option's name and its values.
    private func option(_ word: String) -> (String, [String]) {
        let parts = word.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return (word, []) }
        return (String(parts[0]), parts[1].split(separator: ",").map(String.init))
    }

    private mutating func readSubresource(in version: GroupVersion?) throws(SchemaError) {
        // The list kind that comes with a kind stands after it.
        guard let position = kinds.lastIndex(where: { !$0.resource.isEmpty }), let version else {
            throw error(.misplaced, "subresource before kind")
        }
        let name = try requiredWord("subresource")
        var kind: GroupVersionKind?
        var verbs: [String] = []
        while let word = lines.word() {
            let (option, values) = option(word)
            if option == "verbs" {
                verbs = values
            } else if let dot = word.lastIndex(of: "."), let other = GroupVersion(apiVersion: String(word[..<dot])) {
                kind = GroupVersionKind(groupVersion: other, kind: String(word[word.index(after: dot)...]))
            } else {
                kind = GroupVersionKind(groupVersion: version, kind: word)
            }
        }
        kinds[position].subresources.append(KindDescription.Subresource(name: name, kind: kind, verbs: verbs))
    }

    // MARK: Second pass

    private mutating func readFields() throws(SchemaError) {
        for message in messages {
            var fields: [Field] = []
            if message.scope.typed.contains(message.type.shortName) { fields = Self.typeMeta }
            lines.move(to: message.firstField, line: message.line)
            while lines.next(), lines.isIndented {
                guard !lines.startsWithSubresource else { continue }
                fields.append(try readField(message.scope))
            }
            declared[ObjectIdentifier(message.type)] = fields
        }
        for message in messages { bind(message.type) }
    }

    private static let typeMeta = [
        Field(name: "kind", type: .scalar(.string)),
        Field(name: "apiVersion", type: .scalar(.string)),
    ]

    /// Binds a message after those that it has inline.
    private mutating func bind(_ type: MessageType) {
        guard bound.insert(ObjectIdentifier(type)).inserted else { return }
        let fields = declared[ObjectIdentifier(type)] ?? []
        for field in fields where field.isInline {
            if case .message(let inner) = field.type { bind(inner) }
        }
        type.bind(fields)
    }

    private mutating func readField(_ scope: Scope) throws(SchemaError) -> Field {
        guard let numberText = lines.word() else { throw error(.badLine, "field expected") }
        let number = numberText == "-" ? 0 : Int(numberText) ?? -1
        guard number >= 0 else { throw error(.badNumber, "bad field number \(numberText)") }
        guard let name = lines.fieldName() else { throw error(.badLine, "field name expected") }
        guard var typeText = lines.word() else { throw error(.badType, "type of \(name) expected") }
        var presence = Field.Presence.omittedWhenEmpty
        let printsNull = typeText.hasSuffix("?!")
        if printsNull { typeText.removeLast() }
        if typeText.utf8.last == UInt8(ascii: "?") {
            presence = .optional
            typeText.removeLast()
        } else if typeText.utf8.last == UInt8(ascii: "!") {
            presence = .always
            typeText.removeLast()
        }
        let flags = try readFlags(name)
        return Field(
            name: name, number: number, type: try type(typeText, scope, flags), presence: presence,
            isRequired: flags.isRequired, defaultValue: flags.defaultValue, patch: flags.patch,
            isInline: flags.isInline, isGranular: flags.isGranular, printsNull: printsNull)
    }

    private struct Flags {
        var isRequired = false
        var isInline = false
        var isGranular = false
        var isAtomic = false
        var isWrapped = false
        var topology = ListType.Topology.atomic
        var merges = false
        var retainsKeys = false
        var mergeKey: String?
        var defaultValue: Value?

        var patch: PatchStrategy {
            merges || retainsKeys
                ? PatchStrategy(merges: merges, retainsKeys: retainsKeys, mergeKey: mergeKey) : .replace
        }
    }

    private mutating func readFlags(_ field: String) throws(SchemaError) -> Flags {
        var flags = Flags()
        while let word = lines.word() {
            switch word {
            case "required": flags.isRequired = true
            case "inline": flags.isInline = true
            case "granular": flags.isGranular = true
            case "atomic": flags.isAtomic = true
            case "wrapped": flags.isWrapped = true
            case "set": flags.topology = .set
            case "merge": flags.merges = true
            case "retainKeys": flags.retainsKeys = true
            case "=":
                do {
                    flags.defaultValue = try JSONParser.parse(lines.rest()).value
                } catch {
                    throw self.error(.badDefault, "default of \(field): \(error)")
                }
            default:
                if let keys = arguments(of: word, "map") {
                    flags.topology = .map(keys: keys)
                } else if let keys = arguments(of: word, "merge") {
                    flags.merges = true
                    flags.mergeKey = keys.first
                } else {
                    throw error(.badLine, "unknown flag \(word) of \(field)")
                }
            }
        }
        return flags
    }

    /// The words of `name(a,b)`; nil for another word.
    private func arguments(of word: String, _ name: String) -> [String]? {
        guard word.hasPrefix(name), word.hasSuffix(")"), word.utf8.count > name.utf8.count + 2 else { return nil }
        let inner = word.dropFirst(name.count + 1).dropLast()
        return inner.split(separator: ",").map(String.init)
    }

    private func type(_ text: String, _ scope: Scope, _ flags: Flags) throws(SchemaError) -> FieldType {
        switch text.utf8.first {
        case UInt8(ascii: "["):
            let element = try type(String(text.dropFirst().dropLast()), scope, Flags())
            return .list(ListType(
                element: element, topology: flags.topology, patch: flags.patch, isWrapped: flags.isWrapped))
        case UInt8(ascii: "{"):
            // A list as a map's value has a message of its own in protobuf.
            var inner = Flags()
            inner.isWrapped = true
            let value = try type(String(text.dropFirst().dropLast()), scope, inner)
            return .map(MapType(value: value, isAtomic: flags.isAtomic))
        default:
            if text == "any" { return .any }
            if let scalar = Self.scalars[text] { return .scalar(scalar) }
            return .message(try message(text, scope))
        }
    }

    private static let scalars = Dictionary(
        uniqueKeysWithValues: ScalarType.allCases.map { ($0.rawValue, $0) })

    private func message(_ name: String, _ scope: Scope) throws(SchemaError) -> MessageType {
        if let own = scope.messages[name] { return own }
        for imported in scope.imports {
            if let found = imported.messages[name] { return found }
        }
        if let dot = name.lastIndex(of: "."), let other = scopes[String(name[..<dot])],
            let found = other.messages[String(name[name.index(after: dot)...])]
        {
            return found
        }
        throw error(.unknownType, "no message \(name) in \(scope.name)")
    }

    // MARK: Result

    private mutating func finish() throws(SchemaError) -> Result {
        var result = Result()
        result.messages.reserveCapacity(messages.count + kinds.count)
        for message in messages { result.messages[message.type.name] = message.type }
        for kind in kinds {
            let type = try type(of: kind)
            result.messages[type.name] = type
            let description = KindDescription(
                id: kind.id, resource: kind.resource, singular: kind.singular, shortNames: kind.shortNames,
                categories: kind.categories, isNamespaced: kind.isNamespaced, verbs: kind.verbs,
                subresources: kind.subresources, type: type)
            if kind.isOptional { result.optional.append(description) } else { result.kinds.append(description) }
        }
        return result
    }

    /// The root message of a kind; lists of kinds have none in the text, they are all alike.
    private func type(of kind: PendingKind) throws(SchemaError) -> MessageType {
        let name = kind.id.kind
        if let declared = kind.scope.messages[name] { return declared }
        guard name.hasSuffix("List"), let item = kind.scope.messages[String(name.dropLast(4))] else {
            throw error(.unknownType, "kind \(name) has no message", line: kind.line)
        }
        let list = MessageType(name: kind.scope.name + "." + name)
        list.bind(Self.typeMeta + [
            Field(name: "metadata", number: 1, type: .message(try message("ListMeta", kind.scope)), presence: .always),
            Field(
                name: "items", number: 2, type: .list(ListType(element: .message(item))), presence: .always,
                isRequired: true),
        ])
        return list
    }
}
