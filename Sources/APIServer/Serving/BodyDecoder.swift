import KubernetesTypes
import Objects
import Schema
import Strategies

/// Turns request bodies into objects of a kind, as strictly as the client asked.
struct BodyDecoder: Sendable {
    /// What to do with fields that no schema names (`fieldValidation`).
    enum FieldValidation: Sendable {
        case ignore, warn, strict

        /// Throws when the parameter is something else.
        init(_ text: String?, options: String = "CreateOptions") throws(StatusError) {
            switch text ?? "" {
            case "Ignore": self = .ignore
            case "", "Warn": self = .warn
            case "Strict": self = .strict
            case let other:
                throw .invalid(
                    GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: options), "",
                    [.notSupported("fieldValidation", .string(other), ["", "Ignore", "Warn", "Strict"])])
            }
        }
    }

    static let bodyLimit = 3 * 1024 * 1024
    static let depthLimit = 10_000

    let catalogue: KindCatalogue
    var acceptsCBOR = false

    /// The body as a tree, whatever encoding it came in, with what is wrong with it though it can be read
    /// (members named twice).
    ///
    /// `kind` is what the body should be; without it a body that cannot be read is refused without saying so.
    func tree(_ request: ServerRequest, as kind: String? = nil) throws(StatusError) -> (value: Value, problems: [String]) {
        func unrecognized(_ problem: String) -> StatusError { .unrecognized(problem, request.body, kind) }
        if let value = request.value { return (value, []) }
        let stated = request.headers["content-type"] ?? ""
        let contentType = stated.isEmpty ? "application/json" : stated
        guard let type = MediaType(contentType)?.type else { throw unsupported(contentType) }
        switch type {
        case "application/json":
            return try json(request.body, unrecognized)
        case "application/yaml":
            do {
                let document = try YAML.document(request.body)
                let lines = document.repetitions.map { "\n  \($0)" }.joined()
                return (document.value, lines.isEmpty ? [] : ["yaml: unmarshal errors:\(lines)"])
            } catch {
                throw unrecognized("\(error)")
            }
        case "application/vnd.kubernetes.protobuf":
            if request.body.isEmpty { throw unrecognized("empty data") }
            if request.body == ProtobufEnvelope.magic { throw unrecognized("empty body") }
            do {
                return (try ProtobufBody.decode(request.body, catalogue: catalogue), [])
            } catch {
                throw unrecognized("\(error)")
            }
        case "application/cbor" where acceptsCBOR:
            do {
                return (try CBORParser.parse(request.body), [])
            } catch {
                throw unrecognized("\(error)")
            }
        default:
            throw unsupported(contentType)
        }
    }

    private func unsupported(_ contentType: String) -> StatusError {
        .unsupportedMediaType(
            "the body of the request was in an unknown format - accepted media types include: \(Representation.supported(cbor: acceptsCBOR).joined(separator: ", "))")
    }

    private func json(
        _ body: [UInt8], _ unrecognized: (String) -> StatusError
    ) throws(StatusError) -> (value: Value, problems: [String]) {
        let parsed = body.withUnsafeBufferPointer { buffer in
            Result { () throws(JSONError) in try JSONParser.parse(buffer) }
        }
        switch parsed {
        case .success(let document):
            return (document.value, document.hasDuplicates ? Self.problems(unknown: [], duplicates: JSONDuplicates.paths(in: body)) : [])
        case .failure(let error):
            throw unrecognized("couldn't get version/kind; json parse error: \(error)")
        }
    }

    /// The object of a create or update: its kind checked, unknown fields handled, static and strategy
    /// defaults applied, in the stored version.
    func object(
        _ tree: Value, problems: [String], kind: ServedKind, expects: GroupVersionKind? = nil,
        validation: FieldValidation, warnings: RequestNotes, body: [UInt8] = []
    ) async throws(StatusError) -> Value {
        var value = tree
        let wanted = expects ?? kind.description.id
        if kind.custom == nil {
            try checkKind(value, wanted, body)
        } else {
            try Self.checkCustomKind(value, wanted, body)
        }
        value["kind"] = .string(wanted.kind)
        value["apiVersion"] = .string(wanted.groupVersion.description)
        let isReset = value["metadata"]["managedFields"] == .array([])
        let unknown = try normalise(&value, kind)
        if isReset { value["metadata"]["managedFields"] = [.emptyObject] }
        let found = Self.ordered(problems, Self.problems(unknown: unknown, duplicates: []), unknown, body)
        try Self.report(found, validation, warnings, wanted)
        return try await complete(value, kind)
    }

    /// Applies defaults and turns the object into the stored version.
    func complete(_ object: Value, _ kind: ServedKind) async throws(StatusError) -> Value {
        var value = object
        if let custom = kind.custom {
            custom.schema.applyDefaults(&value)
        } else {
            ObjectDecoder.applyDefaults(&value, as: kind.description.type)
        }
        if let webhook = kind.store.conversion {
            value = try await webhook.convert(value, to: kind.store.description.id)
        } else if let conversion = kind.conversion {
            value = conversion.stored(value)
            value["kind"] = .string(kind.store.description.id.kind)
            value["apiVersion"] = .string(kind.store.description.id.groupVersion.description)
            if kind.isBuiltIn { ObjectDecoder.applyDefaults(&value, as: kind.store.description.type) }
        }
        kind.store.strategy.applyDefaults(&value)
        return value
    }

    func normalise(_ value: inout Value, _ type: MessageType, _ kindName: String) throws(StatusError) -> [String] {
        do {
            return try ObjectDecoder.normalise(&value, as: type, canonicalQuantity: Quantity.storedText)
        } catch {
            throw .badRequest("\(kindName) in version \"\(value["apiVersion"].string.flatMap { GroupVersion(apiVersion: $0)?.version } ?? "")\" cannot be handled as a \(kindName): \(error)")
        }
    }

    /// Normalises an object of a kind, built-in or custom, and gives the paths of what its schema does not know.
    func normalise(_ value: inout Value, _ kind: ServedKind) throws(StatusError) -> [String] {
        let name = kind.description.id.kind
        guard let custom = kind.custom else { return try normalise(&value, kind.description.type, name) }
        do {
            return try custom.schema.prune(&value)
        } catch {
            throw .badRequest("\(name) in version \"\(kind.groupVersion.version)\" cannot be handled as a \(name): \(error)")
        }
    }

    /// Custom kinds have to be named in full, and exactly.
    static func checkCustomKind(_ value: Value, _ wanted: GroupVersionKind, _ body: [UInt8] = []) throws(StatusError) {
        let kind = value["kind"].string ?? ""
        let apiVersion = value["apiVersion"].string ?? ""
        if kind.isEmpty || apiVersion.isEmpty {
            let missing = kind.isEmpty ? "Object 'Kind' is missing" : "Object 'apiVersion' is missing"
            let bytes = body.isEmpty ? value.json : body
            throw .unrecognized("\(missing) in '\(String(decoding: bytes, as: UTF8.self))'", bytes, wanted.kind)
        }
        if apiVersion != wanted.groupVersion.description {
            throw .badRequest(
                "the API version in the data (\(apiVersion)) does not match the expected API version (\(wanted.groupVersion))")
        }
        if kind != wanted.kind {
            throw .invalid(
                GroupVersionKind(groupVersion: wanted.groupVersion, kind: kind), value["metadata"]["name"].string ?? "",
                [.invalid("kind", .string(kind), "must be \(wanted.kind)")])
        }
    }

    /// What every type of Go that is decoded has, as it prints.
    private static let typeMeta = #"struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#

    func checkKind(_ value: Value, _ wanted: GroupVersionKind, _ body: [UInt8] = []) throws(StatusError) {
        guard value.isObject else {
            let problem = "json: cannot unmarshal \(value.jsonTypeName) into Go value of type \(Self.typeMeta)"
            throw .unrecognized("couldn't get version/kind; json parse error: \(problem)", body.isEmpty ? value.json : body, wanted.kind)
        }
        let kind = value["kind"].string ?? ""
        let apiVersion = value["apiVersion"].string ?? ""
        if kind.isEmpty && apiVersion.isEmpty { return }
        let stated = GroupVersion(apiVersion: apiVersion)
        let isSame = (kind.isEmpty || kind == wanted.kind) && (apiVersion.isEmpty || stated == wanted.groupVersion)
        if isSame { return }
        let actual = GroupVersionKind(groupVersion: stated ?? wanted.groupVersion, kind: kind.isEmpty ? wanted.kind : kind)
        let isKnown = catalogue.kind(actual) != nil || catalogue.message(named: "k8s.io.apimachinery.pkg.apis.meta.v1.\(actual.kind)") != nil
        if isKnown, actual.kind == wanted.kind, actual.group == wanted.group {
            throw .badRequest(
                "the API version in the data (\(actual.groupVersion)) does not match the expected API version (\(wanted.groupVersion))")
        }
        let problem = isKnown
            ? "converting (\(actual.version).\(actual.kind)) to (\(wanted.internalName)): unknown conversion"
            : "no kind \"\(actual.kind)\" is registered for version \"\(actual.groupVersion)\" in scheme \"pkg/api/legacyscheme/scheme.go:30\""
        throw .badRequest("\(actual.kind) in version \"\(actual.version)\" cannot be handled as a \(wanted.kind): \(problem)")
    }

    /// What is wrong in the order in which it stands in the body. What is below an unknown member is not looked at.
    private static func ordered(_ duplicates: [String], _ unknown: [String], _ paths: [String], _ body: [UInt8]) -> [String] {
        if duplicates.isEmpty || unknown.isEmpty || body.isEmpty { return duplicates + unknown }
        let below = paths.flatMap { ["\"\($0).", "\"\($0)["] }
        let kept = duplicates.filter { problem in !below.contains { problem.contains($0) } }
        let places = JSONDuplicates.places(in: body)
        func place(_ problem: String) -> Int {
            let path = problem.split(separator: "\"").dropFirst().first.map { String($0) } ?? ""
            return places[path] ?? Int.max
        }
        return (kept + unknown).map { (place($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    static func problems(unknown: [String], duplicates: [String]) -> [String] {
        duplicates.map { "duplicate field \"\($0)\"" } + unknown.map { "unknown field \"\($0)\"" }
    }

    static func report(
        _ problems: [String], _ validation: FieldValidation, _ warnings: RequestNotes, _ kind: GroupVersionKind? = nil
    ) throws(StatusError) {
        if problems.isEmpty { return }
        switch validation {
        case .ignore: return
        case .warn: warnings.add(problems)
        case .strict:
            let what = kind.map { "\($0.kind) in version \"\($0.version)\" cannot be handled as a \($0.kind): " } ?? ""
            throw .badRequest(what + "strict decoding error: " + problems.joined(separator: ", "))
        }
    }
}

extension GroupVersionKind {
    /// The kind as Go names its type of the internal version: `core.Pod`.
    var internalName: String {
        let name = group.split(separator: ".").first.map(String.init) ?? "core"
        return "\(name == "events" ? "core" : name).\(kind)"
    }
}

extension ServedKind {
    /// The kind as Go prints the type of its objects.
    var goName: String { isBuiltIn ? "*\(description.id.internalName)" : "*unstructured.Unstructured" }
}

extension StatusError {
    /// The refusal of a body that cannot be read as what it should be, with the beginning of it.
    static func unrecognized(_ problem: String, _ body: [UInt8], _ kind: String?) -> StatusError {
        guard let kind else { return .badRequest(problem) }
        let limit = 30
        let shown: String
        if body.first == UInt8(ascii: "{") {
            shown = String(decoding: body.prefix(limit), as: UTF8.self)
        } else {
            shown = body.prefix(limit).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        }
        let text = body.isEmpty ? "<empty>" : body.count > limit ? shown + " ..." : shown
        return .badRequest("the object provided is unrecognized (must be of type \(kind)): \(problem) (\(text))")
    }
}

extension Value {
    /// The JSON type as Go's decoder names it in errors.
    var jsonTypeName: String {
        switch self {
        case .null: return "null"
        case .bool: return "bool"
        case .int, .double: return "number"
        case .string: return "string"
        case .array: return "array"
        case .object: return "object"
        }
    }
}
