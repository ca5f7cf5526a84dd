import HTTPServing
import KubernetesTypes
import Objects
import Patching
import Schema

extension Dispatcher {
    /// The media types of patches, as `Accept-Patch` lists them.
    enum PatchType: String, CaseIterable {
        case json = "application/json-patch+json"
        case merge = "application/merge-patch+json"
        case strategic = "application/strategic-merge-patch+json"
        case apply = "application/apply-patch+yaml"
    }

    func patch(_ request: ServerRequest, _ kind: ServedKind, _ warnings: WarningList) async throws(StatusError) -> Answer {
        var context = try context(request, kind, warnings)
        let contentType = MediaType(request.headers["content-type"] ?? "")?.type ?? ""
        let accepted = PatchType.allCases.filter { kind.isBuiltIn || $0 != .strategic }
        guard let type = PatchType(rawValue: contentType), accepted.contains(type) else {
            throw .unsupportedMediaType(
                "the body of the request was in an unknown format - accepted media types include: \(accepted.map(\.rawValue).joined(separator: ", "))")
        }
        let validation = try BodyDecoder.FieldValidation(request.query["fieldValidation"])
        if request.query["force"] != nil, type != .apply {
            throw .invalid(
                GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: "PatchOptions"), "",
                [.forbidden("force", "may not be specified for non-apply patch")])
        }
        let body = try patchBody(request, type)
        if type == .apply { return try await apply(body, request, kind, &context, validation) }
        var update = UpdateRequest(namespace: request.info.namespace(for: kind), name: request.info.name)
        update.comparesUID = false
        let fixed = context
        let (result, _) = try await kind.store.update(update, context) { stored throws(StatusError) in
            try patched(stored, body, type, kind, validation, fixed.warnings)
        }
        return .object(status: 200, kind.served(result), kind)
    }

    /// The body of a patch of a scale.
    func patchTree(_ request: ServerRequest) throws(StatusError) -> Value {
        guard let type = PatchType(rawValue: MediaType(request.headers["content-type"] ?? "")?.type ?? "") else {
            throw .unsupportedMediaType(
                "the body of the request was in an unknown format - accepted media types include: \(PatchType.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return try patchBody(request, type)
    }

    func patchedScale(_ scale: Value, _ patch: Value, _ request: ServerRequest) throws(StatusError) -> Value {
        let type = MediaType(request.headers["content-type"] ?? "")?.type ?? ""
        do {
            return type == PatchType.json.rawValue ? try JSONPatch.apply(patch, to: scale) : MergePatch.apply(patch, to: scale)
        } catch {
            throw .badRequest(error.description)
        }
    }

    private func patchBody(_ request: ServerRequest, _ type: PatchType) throws(StatusError) -> Value {
        if let value = request.value { return value }
        if type == .apply {
            do {
                return try YAML.parse(request.body)
            } catch {
                throw .badRequest("error decoding YAML: \(error)")
            }
        }
        do {
            return try Value(json: request.body)
        } catch {
            throw .badRequest("error decoding patch: \(error)")
        }
    }

    /// The stored object with the patch applied, in the stored version, defaulted.
    private func patched(
        _ stored: Value, _ patch: Value, _ type: PatchType, _ kind: ServedKind, _ validation: BodyDecoder.FieldValidation,
        _ warnings: WarningList
    ) throws(StatusError) -> Value {
        let current = kind.servedValue(stored)
        var new: Value
        do throws(PatchError) {
            switch type {
            case .json: new = try JSONPatch.apply(patch, to: current)
            case .merge:
                guard patch.isObject else { throw PatchError(.malformed, "json: cannot unmarshal \(patch.jsonTypeName) into Go value of type map[string]interface {}") }
                new = MergePatch.apply(patch, to: current)
            default: new = try StrategicMergePatch.apply(patch, to: current, type: kind.description.type)
            }
        } catch {
            switch error.code {
            case .malformed: throw .badRequest(error.description)
            case .tooLarge: throw .tooLarge(error.description)
            case .unprocessable:
                throw StatusError(code: 422, reason: "Invalid", message: "the server rejected our request due to an error in our request: \(error)", details: .emptyObject)
            }
        }
        for key in ["kind", "apiVersion"] where new[key] != current[key] && new.contains(key) {
            try BodyDecoder.checkKind(new, kind.description.id)
        }
        new["kind"] = current["kind"]
        new["apiVersion"] = current["apiVersion"]
        let unknown: [String]
        do throws(StatusError) {
            unknown = try decoder.normalise(&new, kind.description.type, kind.description.id.kind)
        } catch {
            throw .invalid(GroupVersionKind(group: "", version: "", kind: ""), "", [.invalid("patch", .string(new.jsonString), error.message)])
        }
        if case .strict = validation, !unknown.isEmpty {
            throw StatusError(
                code: 422, reason: "Invalid",
                message: " \"\" is invalid: patch: Invalid value: \(patch.jsonString): strict decoding error: "
                    + unknown.map { "unknown field \"\($0)\"" }.joined(separator: ", "),
                details: ["causes": [["reason": "FieldValueInvalid", "message": .string("Invalid value: \(patch.jsonString): strict decoding error"), "field": "patch"]]])
        }
        try BodyDecoder.report(unknown: unknown, duplicates: [], validation, warnings)
        return decoder.complete(new, kind)
    }

    private func apply(
        _ configuration: Value, _ request: ServerRequest, _ kind: ServedKind, _ context: inout WriteContext,
        _ validation: BodyDecoder.FieldValidation
    ) async throws(StatusError) -> Answer {
        guard let manager = request.query["fieldManager"], !manager.isEmpty else {
            throw .invalid(
                GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: "PatchOptions"), "",
                [.required("fieldManager", "is required for apply patch")])
        }
        guard configuration.isObject else { throw .badRequest("the apply configuration has to be an object") }
        if (configuration["kind"].string ?? "").isEmpty { throw .badRequest("Object 'Kind' is missing in '\(configuration.jsonString)'") }
        if (configuration["apiVersion"].string ?? "").isEmpty { throw .badRequest("invalid object type: /, Kind=") }
        try BodyDecoder.checkKind(configuration, kind.description.id)
        if !configuration["metadata"]["managedFields"].array.isEmpty {
            throw .badRequest("metadata.managedFields must be nil")
        }
        var wanted = configuration
        let unknown = try decoder.normalise(&wanted, kind.description.type, kind.description.id.kind)
        try BodyDecoder.report(unknown: unknown, duplicates: [], validation, context.warnings)
        // Only what the client wrote is applied: what decoding adds is not its intent.
        let applied = MemberSelection.keep(wanted, like: configuration)
        let isForced = request.query.flag("force")
        var update = UpdateRequest(namespace: request.info.namespace(for: kind), name: request.info.name)
        update.createsAbsent = context.subresource.isEmpty
        update.recordsManager = false
        let fieldManager = FieldManager(
            name: manager, apiVersion: kind.groupVersion.description, subresource: context.subresource, time: Timestamp.now().text)
        let decoder = decoder
        let name = request.info.name
        let (result, created) = try await kind.store.update(update, context) { stored throws(StatusError) in
            let live = stored.isNull ? nil : kind.servedValue(stored)
            var merged: Value
            do throws(ApplyConflict) {
                merged = try ServerSideApply.apply(
                    live: live, configuration: applied, type: kind.description.type, manager: fieldManager, force: isForced)
            } catch {
                throw StatusError(
                    code: 409, reason: "Conflict", message: error.description,
                    details: ["causes": .array(error.causes)])
            }
            if live == nil { merged["metadata"]["name"] = .string(name) }
            _ = try decoder.normalise(&merged, kind.description.type, kind.description.id.kind)
            return decoder.complete(merged, kind)
        }
        return .object(status: created ? 201 : 200, kind.served(result), kind)
    }
}

/// Undoes what normalisation added: keeps of a value only the members that another has.
enum MemberSelection {
    static func keep(_ value: Value, like pattern: Value) -> Value {
        switch (value, pattern) {
        case (.object(var members), .object(let wanted)):
            members.keep { wanted.contains($0.key) }
            members.mapValues { key, member in member = keep(member, like: wanted[key] ?? .null) }
            return .object(members)
        case (.array(let elements), .array(let wanted)) where elements.count == wanted.count:
            return .array(zip(elements, wanted).map { keep($0, like: $1) })
        default: return value
        }
    }
}

extension ServedKind {
    /// A stored tree in this version.
    func servedValue(_ stored: Value) -> Value {
        guard let conversion, !stored.isNull else { return stored }
        var value = conversion.fromStorage(stored)
        value["metadata"] = stored["metadata"]
        value["kind"] = .string(description.id.kind)
        value["apiVersion"] = .string(groupVersion.description)
        return value
    }
}
