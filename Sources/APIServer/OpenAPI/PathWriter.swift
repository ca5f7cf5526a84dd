import Objects
import Schema

/// Writes the paths of a kind with their operations.
struct PathWriter {
    var schemas: SchemaWriter
    private(set) var paths: [(String, Value)] = []
    private let catalogue: KindCatalogue

    init(_ schemas: SchemaWriter, catalogue: KindCatalogue) {
        self.schemas = schemas
        self.catalogue = catalogue
    }

    private var isVersionTwo: Bool { schemas.version == .two }

    // MARK: kinds

    mutating func add(_ kind: KindDescription) {
        let id = kind.id
        let root = id.group.isEmpty ? "/api/\(id.version)" : "/apis/\(id.group)/\(id.version)"
        let base = root + (kind.isNamespaced ? "/namespaces/{namespace}/" : "/") + kind.resource
        let place = kind.isNamespaced ? ["namespace"] : []
        if kind.isNamespaced, kind.verbs.contains("list") {
            var all = operation("list", kind, nil, suffix: "ForAllNamespaces")
            all["operationId"] = .string("list\(Self.prefix(id))\(id.kind)ForAllNamespaces")
            paths.append(("\(root)/\(kind.resource)", item(["get": all], place: [])))
        }
        let collection = operations(
            [("get", "list"), ("post", "create"), ("delete", "deletecollection")], kind, nil, verbs: kind.verbs)
        if !collection.members.isEmpty { paths.append((base, item(collection, place: place))) }
        let single = operations(
            [("get", "get"), ("put", "update"), ("patch", "patch"), ("delete", "delete")], kind, nil, verbs: kind.verbs)
        if !single.members.isEmpty { paths.append(("\(base)/{name}", item(single, place: place + ["name"]))) }
        for subresource in kind.subresources {
            let inner = operations(
                [("get", "get"), ("post", "create"), ("put", "update"), ("patch", "patch"), ("delete", "delete")], kind, subresource,
                verbs: subresource.verbs)
            paths.append(("\(base)/{name}/\(subresource.name)", item(inner, place: place + ["name"])))
        }
    }

    private static func prefix(_ id: GroupVersionKind) -> String {
        let group = id.group.isEmpty ? "core" : String(id.group.split(separator: ".")[0])
        return capitalized(group) + capitalized(id.version)
    }

    private static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    private mutating func operations(
        _ methods: [(method: String, verb: String)], _ kind: KindDescription, _ subresource: KindDescription.Subresource?,
        verbs: [String]
    ) -> Value {
        var result: [(String, Value)] = []
        for (method, verb) in methods where verbs.contains(verb) {
            result.append((method, operation(verb, kind, subresource, suffix: "")))
        }
        return .object(Members(result.sorted { $0.0 < $1.0 }))
    }

    private mutating func item(_ operations: Value, place: [String]) -> Value {
        var item = operations
        let parameters: [Value] = place.sorted().map { parameter($0, "path", "string") } + [parameter("pretty", "query", "string")]
        item["parameters"] = .array(parameters)
        return item
    }

    // MARK: operations

    private mutating func operation(
        _ verb: String, _ kind: KindDescription, _ subresource: KindDescription.Subresource?, suffix: String
    ) -> Value {
        let names = [
            "get": "read", "list": "list", "create": "create", "update": "replace", "patch": "patch", "delete": "delete",
            "deletecollection": "deleteCollection",
        ]
        let scope = kind.isNamespaced && suffix.isEmpty ? "Namespaced" : ""
        let part = subresource.map { Self.capitalized($0.name) } ?? ""
        let subject = subresource?.kind ?? kind.id
        var operation: Value = [
            "operationId": .string("\(names[verb] ?? verb)\(Self.prefix(kind.id))\(scope)\(kind.id.kind)\(part)\(suffix)"),
            "tags": [.string((kind.id.group.isEmpty ? "core" : String(kind.id.group.split(separator: ".")[0])) + "_\(kind.id.version)")],
            "x-kubernetes-action": .string(Self.action(verb)), "x-kubernetes-group-version-kind": SchemaWriter.value(subject),
        ]
        var parameters = Self.queryNames(verb).map { parameter($0.name, "query", $0.type) }
        let type = type(of: subject, fallback: kind)
        if let body = body(verb, type) {
            if isVersionTwo {
                parameters.append(["name": "body", "in": "body", "required": true, "schema": body])
            } else {
                operation["requestBody"] = ["content": content(verb == "patch" ? patchTypes(kind) : ["*/*"], body), "required": true]
            }
        }
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if isVersionTwo {
            operation["consumes"] = Value(verb == "patch" ? patchTypes(kind) : ["*/*"])
            operation["produces"] = Value(Representation.supported)
        }
        operation["responses"] = responses(verb, answer(verb, type, kind))
        return operation
    }

    /// kubectl sends the patches that stand here, so a custom kind must not name the strategic one.
    private func patchTypes(_ kind: KindDescription) -> [String] {
        ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"]
            + (catalogue.kind(kind.id) != nil ? ["application/strategic-merge-patch+json"] : [])
    }

    private static func action(_ verb: String) -> String {
        switch verb {
        case "create": return "post"
        case "update": return "put"
        default: return verb
        }
    }

    private static func queryNames(_ verb: String) -> [(name: String, type: String)] {
        let selection = [
            ("allowWatchBookmarks", "boolean"), ("continue", "string"), ("fieldSelector", "string"), ("labelSelector", "string"),
            ("limit", "integer"), ("resourceVersion", "string"), ("resourceVersionMatch", "string"), ("sendInitialEvents", "boolean"),
            ("timeoutSeconds", "integer"), ("watch", "boolean"),
        ]
        let write = [("dryRun", "string"), ("fieldManager", "string"), ("fieldValidation", "string")]
        let deletion = [
            ("dryRun", "string"), ("gracePeriodSeconds", "integer"), ("orphanDependents", "boolean"), ("propagationPolicy", "string"),
        ]
        switch verb {
        case "list": return selection
        case "create", "update": return write
        case "patch": return write + [("force", "boolean")]
        case "delete": return deletion
        case "deletecollection":
            return deletion + selection.filter { $0.0 != "watch" && $0.0 != "allowWatchBookmarks" }
        default: return []
        }
    }

    private func parameter(_ name: String, _ place: String, _ type: String) -> Value {
        var value: Value = ["name": .string(name), "in": .string(place)]
        if place == "path" { value["required"] = true }
        if isVersionTwo {
            value["type"] = .string(type)
            value["uniqueItems"] = true
        } else {
            value["schema"] = ["type": .string(type), "uniqueItems": true]
        }
        return value
    }

    private mutating func type(of id: GroupVersionKind, fallback: KindDescription) -> MessageType {
        if id == fallback.id { return fallback.type }
        return catalogue.kind(id)?.type ?? fallback.type
    }

    private mutating func meta(_ name: String) -> Value? {
        catalogue.message(named: "k8s.io.apimachinery.pkg.apis.meta.v1.\(name)").map { schemas.reference($0) }
    }

    private mutating func body(_ verb: String, _ type: MessageType) -> Value? {
        switch verb {
        case "create", "update": return schemas.reference(type)
        case "patch": return meta("Patch") ?? ["type": "object"]
        case "delete", "deletecollection": return meta("DeleteOptions")
        default: return nil
        }
    }

    private mutating func answer(_ verb: String, _ type: MessageType, _ kind: KindDescription) -> Value? {
        switch verb {
        case "list":
            guard let list = catalogue.kind(GroupVersionKind(groupVersion: kind.id.groupVersion, kind: kind.listKind)) else {
                return schemas.listReference(kind, metadata: meta("ListMeta"))
            }
            return schemas.reference(list.type)
        case "delete", "deletecollection": return meta("Status")
        default: return schemas.reference(type)
        }
    }

    private func content(_ types: [String], _ schema: Value) -> Value {
        .object(Members(types.map { ($0, ["schema": schema]) }))
    }

    private func responses(_ verb: String, _ schema: Value?) -> Value {
        func response(_ text: String) -> Value {
            var response: Value = ["description": .string(text)]
            if let schema {
                if isVersionTwo { response["schema"] = schema } else { response["content"] = content(Representation.supported, schema) }
            }
            return response
        }
        var responses: Value = ["200": response("OK")]
        if verb == "create" || verb == "update" || verb == "patch" { responses["201"] = response("Created") }
        if verb == "create" || verb == "delete" { responses["202"] = response("Accepted") }
        responses["401"] = ["description": "Unauthorized"]
        return responses
    }
}

extension SchemaWriter {
    /// The list of a kind that has no list type of its own.
    mutating func listReference(_ kind: KindDescription, metadata: Value?) -> Value {
        let name = Self.name(kind.type) + "List"
        let items: Value = ["type": "array", "items": reference(kind.type)]
        var listMetadata = metadata ?? ["type": "object"]
        if version == .three, metadata != nil { listMetadata = ["allOf": [listMetadata]] }
        add(
            name,
            [
                "type": "object", "required": ["items"],
                "properties": ["apiVersion": ["type": "string"], "items": items, "kind": ["type": "string"], "metadata": listMetadata],
                "x-kubernetes-group-version-kind": [
                    Self.value(GroupVersionKind(groupVersion: kind.id.groupVersion, kind: kind.listKind))
                ],
            ])
        return reference(named: name)
    }
}
