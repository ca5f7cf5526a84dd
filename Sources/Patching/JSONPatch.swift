package import Objects

/// JSON patch (RFC 6902), as Kubernetes takes it.
package enum JSONPatch {
    /// More operations than this are refused.
    package static let operationLimit = 10_000

    package static func apply(_ patch: Value, to target: Value) throws(PatchError) -> Value {
        func refusal(_ value: Value, _ wanted: String) -> PatchError {
            let type = value.isObject ? "object" : value.isArray ? "array" : value.goTypeName.hasPrefix("int") ? "number" : value.goTypeName
            return PatchError(.malformed, "error decoding patch: json: cannot unmarshal \(type) into Go value of type \(wanted)")
        }
        guard case .array(let operations) = patch else { throw refusal(patch, "[]handlers.jsonPatchOp") }
        for operation in operations where !operation.isObject { throw refusal(operation, "handlers.jsonPatchOp") }
        if operations.count > operationLimit {
            throw PatchError(.tooLarge, "The allowed maximum operations in a JSON patch is \(operationLimit), got \(operations.count)")
        }
        var result = target
        for operation in operations { try apply(operation, &result) }
        return result
    }

    private static func apply(_ operation: Value, _ target: inout Value) throws(PatchError) {
        let name = operation["op"].string ?? ""
        guard let text = operation["path"].string else {
            throw PatchError(.unprocessable, "\(name) operation missing path field")
        }
        let path = try pointer(text)
        switch name {
        case "add":
            try add(operation["value"], path[...], &target, text)
        case "remove":
            _ = try remove(path[...], &target, text)
        case "replace":
            try replace(operation["value"], path[...], &target, text)
        case "move", "copy":
            guard let fromText = operation["from"].string else {
                throw PatchError(.unprocessable, "\(name) operation missing from field")
            }
            let from = try pointer(fromText)
            let value: Value
            if name == "move" {
                value = try remove(from[...], &target, fromText)
            } else {
                value = try look(from, target, fromText, "copy operation does not apply: doc is missing from path")
            }
            try add(value, path[...], &target, text)
        case "test":
            let actual = (try? look(path, target, text, "")) ?? .null
            if actual != operation["value"] {
                throw PatchError(.unprocessable, "testing value \(text) failed: test failed")
            }
        default:
            throw PatchError(.unprocessable, "Unexpected kind: \(name)")
        }
    }

    private static func pointer(_ text: String) throws(PatchError) -> [String] {
        if text.isEmpty { return [] }
        // What stands before the first slash is passed over, as Kubernetes does it.
        guard let start = text.firstIndex(of: "/") else { throw PatchError(.unprocessable, "invalid JSON pointer: \(text)") }
        return text[text.index(after: start)...].split(separator: "/", omittingEmptySubsequences: false).map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }

    private static func look(_ path: [String], _ target: Value, _ text: String, _ message: String) throws(PatchError) -> Value {
        var current = target
        for key in path {
            switch current {
            case .object(let members):
                guard let next = members[key] else { throw PatchError(.unprocessable, "\(message): \(text): missing value") }
                current = next
            case .array(let elements):
                guard let index = index(key, elements.count), index < elements.count else {
                    throw PatchError(.unprocessable, "\(message): \(text): missing value")
                }
                current = elements[index]
            default: throw PatchError(.unprocessable, "\(message): \(text): missing value")
            }
        }
        return current
    }

    private static func index(_ key: String, _ count: Int) -> Int? {
        guard let number = Int(key) else { return nil }
        return number < 0 && -number <= count ? count + number : number >= 0 ? number : nil
    }

    private static func descend(
        _ path: ArraySlice<String>, _ target: inout Value, _ text: String,
        _ change: (String, inout Value) throws(PatchError) -> Void
    ) throws(PatchError) {
        guard let key = path.first else { return }
        if path.count == 1 { return try change(key, &target) }
        switch target {
        case .object(let members) where members.contains(key): try descend(path.dropFirst(), &target[key], text, change)
        case .array(let elements):
            guard let index = index(key, elements.count), index < elements.count else { throw missing(text) }
            try descend(path.dropFirst(), &target[index], text, change)
        default: throw missing(text)
        }
    }

    private static func missing(_ text: String) -> PatchError {
        PatchError(.unprocessable, "add operation does not apply: doc is missing path: \"\(text)\": missing value")
    }

    private static func add(
        _ value: Value, _ path: ArraySlice<String>, _ target: inout Value, _ text: String
    ) throws(PatchError) {
        if path.isEmpty {
            target = value
            return
        }
        try descend(path, &target, text) { (key: String, parent: inout Value) throws(PatchError) in
            switch parent {
            case .object: parent[key] = value
            case .array(var elements):
                let position = key == "-" ? elements.count : index(key, elements.count)
                guard let position, position <= elements.count else {
                    throw PatchError(.unprocessable, "add operation does not apply: doc is missing path: \(text): Unable to access invalid index: \(key)")
                }
                elements.insert(value, at: position)
                parent = .array(elements)
            default: throw missing(text)
            }
        }
    }

    private static func replace(
        _ value: Value, _ path: ArraySlice<String>, _ target: inout Value, _ text: String
    ) throws(PatchError) {
        if path.isEmpty {
            target = value
            return
        }
        try descend(path, &target, text) { (key: String, parent: inout Value) throws(PatchError) in
            switch parent {
            case .object: parent[key] = value
            case .array(let elements):
                guard let index = index(key, elements.count), index < elements.count else { throw missing(text) }
                parent[index] = value
            default: throw missing(text)
            }
        }
    }

    private static func remove(
        _ path: ArraySlice<String>, _ target: inout Value, _ text: String
    ) throws(PatchError) -> Value {
        if path.isEmpty { throw PatchError(.unprocessable, "the whole document cannot be removed") }
        var removed = Value.null
        try descend(path, &target, text) { (key: String, parent: inout Value) throws(PatchError) in
            let absent = PatchError(.unprocessable, "remove operation does not apply: doc is missing path: \"\(text)\": missing value")
            switch parent {
            case .object:
                guard let value = parent.remove(key) else { throw absent }
                removed = value
            case .array(var elements):
                guard let index = index(key, elements.count), index < elements.count else { throw absent }
                removed = elements.remove(at: index)
                parent = .array(elements)
            default: throw absent
            }
        }
        return removed
    }
}
