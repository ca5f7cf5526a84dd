package import KubernetesTypes
package import Objects
package import Schema

extension FieldError {
    /// The error as it reads where structures are Go's: `root` is the type of the object that was checked.
    package func inInternalForm(_ root: MessageType) -> FieldError {
        guard let shown, var type = InternalForm.type(at: field, in: root) else { return self }
        // Of some fields the structure around them is shown.
        if shown.isObject, case .scalar = type {
            let parent = field.lastIndex(of: ".").map { String(field[..<$0]) } ?? field
            type = InternalForm.type(at: parent, in: root) ?? type
        }
        return showing(InternalStructure.shown(InternalForm.hoisted(shown, type), type))
    }
}

/// Structures of built-in kinds as messages show them.
package enum InternalForm {
    /// The difference of two values of one type, line by line.
    package static func difference(_ old: Value, _ new: Value, _ typeName: String) -> String {
        guard let type = KindCatalogue.builtIn.message(named: typeName) else { return "" }
        let texts = [old, new].map { PrettyJSON.text(InternalStructure.shown($0, .message(type)), width: 1) }
        return TextDifference.unified(texts[0], texts[1])
    }

    /// The type of what stands at a path such as `spec.taints[0].key`; nil where there is none.
    static func type(at path: String, in root: MessageType) -> FieldType? {
        if let type = walk(path, root) { return type }
        // Some errors name a field of the spec as one of the object or its metadata.
        guard case .message(let spec)? = root.field("spec")?.type else { return nil }
        if let type = walk(path, spec) { return type }
        guard let dot = path.firstIndex(of: ".") else { return nil }
        return walk(String(path[path.index(after: dot)...]), spec)
    }

    private static func walk(_ path: String, _ root: MessageType) -> FieldType? {
        var type = FieldType.message(root)
        for part in path.split(separator: ".") {
            let name = part.prefix { $0 != "[" }
            guard case .message(let message) = type, let field = message.field(String(name)) else { return nil }
            type = field.type
            for _ in part.filter({ $0 == "[" }) {
                switch type {
                case .list(let list): type = list.element
                case .map(let map): type = map.value
                default: return nil
                }
            }
        }
        return type
    }

    private static let perVersion = ["schema", "subresources", "additionalPrinterColumns", "selectableFields"]

    /// What all versions of a definition have in common, its internal form has once and not in each of them.
    static func hoisted(_ value: Value, _ type: FieldType) -> Value {
        guard case .list(let list) = type, case .message(let element) = list.element,
            element.name.hasSuffix("apiextensions.v1.CustomResourceDefinitionVersion"), case .array(var versions) = value,
            let first = versions.first
        else { return value }
        for name in perVersion where versions.allSatisfy({ $0[name] == first[name] }) {
            for index in versions.indices { versions[index].remove(name) }
        }
        return .array(versions)
    }
}
