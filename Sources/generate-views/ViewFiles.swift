import Schema

/// The text of all views, as files of bounded length: one a kind, with the messages that no earlier kind has.
struct ViewFiles {
    struct File {
        let name: String
        var text: String
        var lines: Int
    }

    private(set) var files: [File] = []
    let names: ViewNames
    private var ids: [String: KindDescription] = [:]

    /// For the tests: a copy of each view made property by property, which is whole only if each property reads
    /// and writes what the schema says.
    private(set) var copies: [File] = []

    private static let maximumLines = 380
    private static let header = "// Written by generate-views from the schema files. Changes here are lost.\n\n"
        + "package import Objects\npackage import Schema\n"

    init(_ catalogue: KindCatalogue) {
        var groups: [(name: String, messages: [MessageType])] = []
        var seen: Set<String> = []
        for kind in catalogue.kinds where !kind.id.kind.hasSuffix("List") {
            var messages: [MessageType] = []
            Self.collect(kind.type, &seen, &messages)
            if !messages.isEmpty { groups.append((ViewNames.prefix(kind.type) + kind.id.kind, messages)) }
            ids[kind.type.name] = kind
        }
        names = ViewNames(catalogue, groups.flatMap(\.messages))
        for group in groups { write(group.name, group.messages) }
        copies = copyFiles(groups.flatMap(\.messages))
    }

    private static func collect(_ type: MessageType, _ seen: inout Set<String>, _ messages: inout [MessageType]) {
        guard seen.insert(type.name).inserted else { return }
        if let schema = type.unionSchema, type.union != nil { return collect(schema, &seen, &messages) }
        messages.append(type)
        for field in type.fields {
            if let inner = field.type.message { collect(inner, &seen, &messages) }
        }
    }

    private mutating func write(_ name: String, _ messages: [MessageType]) {
        var file = File(name: name + ".swift", text: Self.header, lines: 4)
        var part = 1
        for message in messages {
            let lines = view(message)
            if file.lines > 4, file.lines + lines.count > Self.maximumLines {
                files.append(file)
                part += 1
                file = File(name: "\(name)+\(part).swift", text: Self.header, lines: 4)
            }
            file.text += "\n" + lines.joined(separator: "\n") + "\n"
            file.lines += lines.count + 1
        }
        files.append(file)
    }

    private func view(_ message: MessageType) -> [String] {
        let name = names.view(message)
        let kind = ids[message.name]
        let conformance = isObject(message) ? "ObjectView" : "ValueView"
        var lines = ["package struct \(name): \(conformance) {"]
        if let kind {
            let id = kind.id
            lines.append(
                "    package static let groupVersionKind = GroupVersionKind(group: \"\(id.group)\", version: \"\(id.version)\", kind: \"\(id.kind)\")")
            lines.append("    package static let resource = \"\(kind.resource)\"")
        }
        lines.append("    package var value: Value")
        lines.append("    package init(_ value: Value) { self.value = value }")
        for field in message.fields { lines.append(accessor(field)) }
        lines.append("}")
        return lines
    }

    func isObject(_ message: MessageType) -> Bool {
        ids[message.name] != nil && message.field("metadata")?.type.message?.shortName == "ObjectMeta"
    }

    private func accessor(_ field: Field) -> String {
        let key = "\"\(field.name)\""
        let (type, get, set) = parts(field.type, key)
        return "    package var \(ViewNames.property(field.name)): \(type) { get { \(get) } set { \(set) } }"
    }

    /// The Swift type, the getter and the setter.
    private func parts(_ type: FieldType, _ key: String) -> (String, String, String) {
        switch type {
        case .scalar(.bool): return ("Bool?", "value[\(key)].bool", "value.putBool(\(key), newValue)")
        case .scalar(.int32): return ("Int32?", "value.int32(\(key))", "value.putInt32(\(key), newValue)")
        case .scalar(.int64): return ("Int64?", "value[\(key)].int", "value.putInt64(\(key), newValue)")
        case .scalar(.double): return ("Double?", "value[\(key)].double", "value.putDouble(\(key), newValue)")
        case .scalar(.intOrString), .any: return ("Value", "value[\(key)]", "value.putValue(\(key), newValue)")
        case .scalar: return ("String?", "value[\(key)].string", "value.putString(\(key), newValue)")
        case .message(let message):
            if message.union != nil { return ("Value", "value[\(key)]", "value.putValue(\(key), newValue)") }
            let name = names.view(message)
            return (name, "\(name)(value[\(key)])", "value.putValue(\(key), newValue.value)")
        case .list(let list): return self.list(list.element, key)
        case .map(let map): return self.map(map.value, key)
        }
    }

    private func list(_ element: FieldType, _ key: String) -> (String, String, String) {
        switch element {
        case .message(let message) where message.union == nil:
            let name = names.view(message)
            return ("[\(name)]", "value.views(\(key))", "value.putViews(\(key), newValue)")
        case .scalar(.int32), .scalar(.int64): return ("[Int64]", "value.ints(\(key))", "value.putInts(\(key), newValue)")
        case .scalar(.string), .scalar(.quantity), .scalar(.time), .scalar(.bytes):
            return ("[String]", "value[\(key)].strings", "value.putStrings(\(key), newValue)")
        default: return ("[Value]", "value[\(key)].array", "value.putValues(\(key), newValue)")
        }
    }

    private func map(_ element: FieldType, _ key: String) -> (String, String, String) {
        switch element {
        case .message(let message) where message.union == nil:
            let name = names.view(message)
            return ("[String: \(name)]", "value.viewMap(\(key))", "value.putViewMap(\(key), newValue)")
        case .scalar(.string), .scalar(.quantity), .scalar(.time), .scalar(.bytes):
            return ("[String: String]", "value[\(key)].stringMap", "value.putStringMap(\(key), newValue)")
        default: return ("[String: Value]", "value.valueMap(\(key))", "value.putValueMap(\(key), newValue)")
        }
    }
}
