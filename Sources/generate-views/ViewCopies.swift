import Schema

extension ViewFiles {
    private static let copyHeader = "// Written by generate-views from the schema files. Changes here are lost.\n\n"
        + "import KubernetesTypes\n"
    private static let maximumCopyLines = 480

    /// The extensions that copy, in files of bounded length.
    func copyFiles(_ messages: [MessageType]) -> [File] {
        var files: [File] = []
        var file = File(name: "ViewCopies.swift", text: Self.copyHeader, lines: 3)
        for message in messages {
            let lines = copy(message)
            if file.lines + lines.count > Self.maximumCopyLines {
                files.append(file)
                file = File(name: "ViewCopies+\(files.count + 1).swift", text: Self.copyHeader, lines: 3)
            }
            file.text += "\n" + lines.joined(separator: "\n") + "\n"
            file.lines += lines.count + 1
        }
        let kinds = messages.filter { isObject($0) }.map { "    \(names.view($0)).self," }
        let list = ["/// The views that are whole objects.", "let copiedKinds: [any (ObjectView & CopiedView).Type] = ["] + kinds + ["]"]
        return files + [file, File(name: "CopiedKinds.swift", text: Self.copyHeader + "\n" + list.joined(separator: "\n") + "\n", lines: 0)]
    }

    private func copy(_ message: MessageType) -> [String] {
        var lines = ["extension \(names.view(message)): CopiedView {", "    func copyFields(to copy: inout Self) {"]
        for field in message.fields {
            let property = ViewNames.property(field.name)
            lines.append("        copy.\(property) = \(property)\(copied(field.type))")
        }
        return lines + ["    }", "}"]
    }

    private func copied(_ type: FieldType) -> String {
        switch type {
        case .message(let message) where message.union == nil: ".copied()"
        case .list(let list): list.element.message.map { $0.union == nil } == true ? ".map { $0.copied() }" : ""
        case .map(let map): map.value.message.map { $0.union == nil } == true ? ".mapValues { $0.copied() }" : ""
        default: ""
        }
    }
}
