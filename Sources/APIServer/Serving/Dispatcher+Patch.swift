import HTTPServing
import KubernetesTypes
import Objects
import Patching
import Schema

extension Dispatcher {
    /// The media types of patches, in the order in which errors list them.
    enum PatchType: String, CaseIterable {
        case json = "application/json-patch+json"
        case merge = "application/merge-patch+json"
        case strategic = "application/strategic-merge-patch+json"
        case apply = "application/apply-patch+yaml"
    }

    private static let applyCBOR = "application/apply-patch+cbor"

    /// The patch of a request, parsed.
    struct PatchBody: Sendable {
        let type: PatchType
        let value: Value
        /// Paths of members that it names twice.
        var duplicates: [String] = []
        /// What was wrong with the YAML of an apply, though it could be read.
        var yamlProblems: [String] = []
    }

    func patch(_ request: ServerRequest, _ kind: ServedKind, _ warnings: RequestNotes) async throws(StatusError) -> Answer {
        var context = try context(request, kind, warnings)
        let type = try patchType(request, kind)
        let validation = try BodyDecoder.FieldValidation(request.query["fieldValidation"], options: "PatchOptions")
        try checkPatchOptions(request, type)
        if type != .apply { _ = try kind.store.get(request.info.namespace(for: kind), request.info.name) }
        let body = try patchBody(request, type)
        if type == .apply { return try await apply(body, request, kind, &context, validation) }
        var update = UpdateRequest(namespace: request.info.namespace(for: kind), name: request.info.name)
        update.isPatch = true
        update.isGenericPatch = type == .json || type == .merge
        let fixed = context
        let (result, _) = try await kind.store.update(update, context) { stored throws(StatusError) in
            try await patched(stored, body, kind, validation, fixed.warnings)
        }
        return .object(status: 200, try await kind.prepared(result), kind)
    }

    private func patchType(_ request: ServerRequest, _ kind: ServedKind) throws(StatusError) -> PatchType {
        // The name of a patch's type is taken as it is written, capitals and all.
        let stated = request.headers["content-type"] ?? ""
        let name = stated.split(separator: ";", omittingEmptySubsequences: false).first.map { String($0).trimmingSpaces } ?? ""
        if decoder.acceptsCBOR, name == Self.applyCBOR { return .apply }
        guard let type = PatchType(rawValue: name) else { throw .unsupportedMedia }
        if !kind.isBuiltIn, type == .strategic {
            let accepted = PatchType.allCases.filter { $0 != .strategic }.map(\.rawValue)
            throw .unsupportedMediaType(
                "the body of the request was in an unknown format - accepted media types include: \(accepted.joined(separator: ", "))")
        }
        return type
    }

    private func checkPatchOptions(_ request: ServerRequest, _ type: PatchType) throws(StatusError) {
        var errors: [FieldError] = []
        if type == .apply {
            if (request.query["fieldManager"] ?? "").isEmpty { errors.append(.required("fieldManager", "is required for apply patch")) }
        } else if request.query["force"] != nil {
            errors.append(.forbidden("force", "may not be specified for non-apply patch"))
        }
        if !errors.isEmpty { throw .invalid(GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: "PatchOptions"), "", errors) }
    }

    private func patchBody(_ request: ServerRequest, _ type: PatchType) throws(StatusError) -> PatchBody {
        if let value = request.value { return PatchBody(type: type, value: value) }
        if type == .apply, request.headers["content-type"]?.hasPrefix(Self.applyCBOR) == true {
            do {
                return PatchBody(type: type, value: try CBORParser.parse(request.body))
            } catch {
                throw .badRequest("error decoding CBOR: \(error)")
            }
        }
        if type == .apply {
            do {
                let document = try YAML.document(request.body)
                return PatchBody(type: type, value: document.value, yamlProblems: document.repetitions)
            } catch {
                throw .badRequest("error decoding YAML: \(error)")
            }
        }
        let parsed = request.body.withUnsafeBufferPointer { buffer in
            Result { () throws(JSONError) in try JSONParser.parse(buffer) }
        }
        switch parsed {
        case .success(let document):
            let duplicates = document.hasDuplicates ? JSONDuplicates.paths(in: request.body) : []
            if type == .merge, document.value.isNull { throw .badRequest("Invalid JSON Patch") }
            return PatchBody(type: type, value: document.value, duplicates: duplicates)
        case .failure(let error):
            // Of a strategic merge patch the reader's word alone is given.
            let isBare = type == .strategic && error.code == .unexpectedEnd
            throw .badRequest(isBare ? "\(error)" : "error decoding patch: \(error)")
        }
    }

    // MARK: JSON, merge, strategic

    /// The tree with the patch applied. Throws what the client is to see.
    private func merged(_ current: Value, _ body: PatchBody, _ type: MessageType?) throws(StatusError) -> Value {
        do throws(PatchError) {
            switch body.type {
            case .json: return try JSONPatch.apply(body.value, to: current)
            case .strategic:
                if let type { return try StrategicMergePatch.apply(body.value, to: current, type: type) }
                return MergePatch.apply(body.value, to: current)
            case .merge, .apply:
                guard body.value.isObject else {
                    throw PatchError(
                        .malformed,
                        "error decoding patch: json: cannot unmarshal \(body.value.jsonTypeName) into Go value of type map[string]interface {}")
                }
                return MergePatch.apply(body.value, to: current)
            }
        } catch {
            switch error.code {
            case .malformed: throw .badRequest(error.description)
            case .inapplicable: throw .unexpected(error.description)
            case .tooLarge: throw .tooLarge(error.description)
            case .unprocessable:
                throw StatusError(
                    code: 422, reason: "Invalid", message: "the server rejected our request due to an error in our request",
                    details: .emptyObject)
            }
        }
    }

    /// The stored object with the patch applied, in the stored version, defaulted.
    private func patched(
        _ stored: Value, _ body: PatchBody, _ kind: ServedKind, _ validation: BodyDecoder.FieldValidation, _ warnings: RequestNotes
    ) async throws(StatusError) -> Value {
        let current = try await kind.servedValue(stored)
        var new = try merged(current, body, kind.description.type)
        let shown = body.type == .strategic ? body.value.goText : new.jsonString
        if kind.isBuiltIn, !new.contains("kind"), !new.contains("apiVersion") {
            // Without a type nothing of it is known, not even its name.
            let unknown = new.members.keys.sorted()
            try BodyDecoder.report(BodyDecoder.problems(unknown: unknown, duplicates: []), validation, warnings)
            try checkName(.emptyObject, request: current["metadata"]["name"].string ?? "")
        }
        if kind.isBuiltIn, body.type != .strategic, new["kind"] != current["kind"] || new["apiVersion"] != current["apiVersion"] {
            throw Self.invalidPatch(shown, "unable to decode: the kind or version of an object cannot change")
        }
        if kind.isBuiltIn {
            new["kind"] = current["kind"]
            new["apiVersion"] = current["apiVersion"]
        }
        if !kind.isBuiltIn { try BodyDecoder.checkCustomKind(new, kind.description.id) }
        try checkName(new, request: current["metadata"]["name"].string ?? "")
        let isReset = new["metadata"]["managedFields"] == .array([])
        let unknown: [String]
        do throws(StatusError) {
            unknown = try decoder.normalise(&new, kind)
        } catch {
            throw Self.invalidPatch(shown, error.message)
        }
        if isReset { new["metadata"]["managedFields"] = [.emptyObject] }
        if case .strict = validation, !unknown.isEmpty || !body.duplicates.isEmpty {
            let problems = BodyDecoder.problems(unknown: unknown, duplicates: body.duplicates)
            throw Self.invalidPatch(shown, "strict decoding error: " + problems.joined(separator: ", "))
        }
        try BodyDecoder.report(BodyDecoder.problems(unknown: unknown, duplicates: body.duplicates), validation, warnings)
        return try await decoder.complete(new, kind)
    }

    /// The refusal of a patch whose result is no object of the kind.
    private static func invalidPatch(_ shown: String, _ reason: String) -> StatusError {
        let text = "Invalid value: \(Value.string(shown).jsonString): \(reason)"
        return StatusError(
            code: 422, reason: "Invalid", message: " \"\" is invalid: patch: \(text)",
            details: ["causes": [["reason": "FieldValueInvalid", "message": .string(text), "field": "patch"]]])
    }

    private func checkName(_ object: Value, request name: String) throws(StatusError) {
        if (object["metadata"]["name"].string ?? "").isEmpty {
            throw .badRequest("the name of the object (\(name) based on URL) was undeterminable: name must be provided")
        }
    }

    // MARK: apply

    private func apply(
        _ body: PatchBody, _ request: ServerRequest, _ kind: ServedKind, _ context: inout WriteContext,
        _ validation: BodyDecoder.FieldValidation
    ) async throws(StatusError) -> Answer {
        let configuration = body.value
        let name = request.info.name
        guard configuration.isObject else {
            throw .badRequest("error decoding YAML: cannot unmarshal \(configuration.jsonTypeName) into an object")
        }
        try Self.checkApplied(configuration, kind.description.id)
        if !configuration["metadata"]["managedFields"].isNull { throw .badRequest("metadata.managedFields must be nil") }
        try checkName(configuration, request: name)
        try report(body.yamlProblems, validation, context.warnings)
        var update = UpdateRequest(namespace: request.info.namespace(for: kind), name: name)
        update.createsAbsent = context.subresource.isEmpty
        update.isPatch = true
        update.isApply = true
        context.recordsManager = false
        let manager = FieldManager(
            name: context.fieldManager, apiVersion: kind.groupVersion.description, subresource: context.subresource,
            time: Timestamp.now().text)
        let isForced = request.query.flag("force")
        let fixed = context
        let (result, created) = try await kind.store.update(update, context) { stored throws(StatusError) in
            let live = stored.isNull ? nil : try await kind.servedValue(stored)
            var merged = try applied(live, configuration, manager, force: isForced, kind, fixed)
            do throws(StatusError) {
                _ = try decoder.normalise(&merged, kind)
            } catch {
                throw .unexpected(Self.unconvertible(configuration, kind, error))
            }
            return try await decoder.complete(merged, kind)
        }
        return .object(status: created ? 201 : 200, try await kind.prepared(result), kind)
    }

    /// What Kubernetes says of an applied object that its kind cannot hold.
    private static func unconvertible(_ object: Value, _ kind: ServedKind, _ error: StatusError) -> String {
        let groupVersion = kind.groupVersion
        let id = "\(groupVersion.group)/\(groupVersion.version), Kind=\(kind.description.id.kind)"
        let metadata = object["metadata"]
        let place = "\(metadata["namespace"].string ?? "")/\(metadata["name"].string ?? "")"
        // What is wrong stands after what the decoder says of the kind.
        let name = kind.description.id.kind
        let introduction = "\(name) in version \"\(groupVersion.version)\" cannot be handled as a \(name): "
        let problem = error.message.hasPrefix(introduction) ? String(error.message.dropFirst(introduction.count)) : error.message
        return "failed to convert new object (\(place); \(id)) to proper version: unable to convert unstructured object to \(id): "
            + "error decoding from json: \(problem)"
    }

    /// An apply of exactly the kind of the path, or a refusal.
    static func checkApplied(_ configuration: Value, _ wanted: GroupVersionKind) throws(StatusError) {
        let kind = configuration["kind"].string ?? ""
        let apiVersion = configuration["apiVersion"].string ?? ""
        if kind != wanted.kind || apiVersion != wanted.groupVersion.description {
            let version = apiVersion.contains("/") ? apiVersion : "/" + apiVersion
            throw .badRequest("invalid object type: \(version), Kind=\(kind)")
        }
    }

    private func report(_ problems: [String], _ validation: BodyDecoder.FieldValidation, _ warnings: RequestNotes) throws(StatusError) {
        if problems.isEmpty { return }
        switch validation {
        case .ignore: return
        case .warn: warnings.add(problems)
        case .strict:
            let text = problems.map { "\n  \($0)" }.joined()
            throw .badRequest("error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\(text)")
        }
    }

    /// The live object with the configuration applied, with its owners.
    func applied(
        _ live: Value?, _ configuration: Value, _ manager: FieldManager, force: Bool, _ kind: ServedKind, _ context: WriteContext
    ) throws(StatusError) -> Value {
        let store = kind.store
        do throws(ApplyError) {
            return try ServerSideApply.apply(
                live: live, configuration: configuration, manager: manager, force: force, versions: store.kindVersions,
                ignored: ResetFields.fields(store.description, isBuiltIn: store.isBuiltIn, subresource: context.subresource))
        } catch {
            switch error {
            case .conflict(let conflict):
                throw StatusError(
                    code: 409, reason: "Conflict", message: conflict.description, details: ["causes": .array(conflict.causes)])
            case .invalidConfiguration(let message): throw .unexpected(message)
            }
        }
    }

    // MARK: scale

    /// A patch of a scale, which is made for the request and not stored.
    struct ScalePatch: Sendable {
        let body: PatchBody
        let isForced: Bool
    }

    func scalePatch(_ request: ServerRequest, _ kind: ServedKind) throws(StatusError) -> ScalePatch {
        let type = try patchType(request, kind)
        try checkPatchOptions(request, type)
        let body = try patchBody(request, type)
        if type == .apply {
            try Self.checkApplied(body.value, GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale"))
        }
        return ScalePatch(body: body, isForced: request.query.flag("force"))
    }

    func patchedScale(_ scale: Value, _ patch: ScalePatch) throws(StatusError) -> Value {
        let type = decoder.catalogue.kind(group: "autoscaling", version: "v1", kind: "Scale")?.type
        let new = try merged(scale, patch.body, type)
        if let type {
            var checked = new
            do throws(StatusError) {
                _ = try decoder.normalise(&checked, type, "Scale")
            } catch {
                throw Self.invalidPatch(new.jsonString, error.message)
            }
        }
        return new
    }
}

extension ServedKind {
    /// A stored tree in this version.
    func servedValue(_ stored: Value) async throws(StatusError) -> Value {
        if let webhook = store.conversion { return try await webhook.convert(stored, to: description.id) }
        guard let conversion, !stored.isNull else { return stored }
        var value = conversion.served(stored)
        value["kind"] = .string(description.id.kind)
        value["apiVersion"] = .string(groupVersion.description)
        return value
    }
}

extension StatusError {
    /// The refusal of a content type that no decoder takes.
    static var unsupportedMedia: StatusError {
        StatusError(code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type", details: .emptyObject)
    }
}
