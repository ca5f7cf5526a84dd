package import KubernetesTypes
package import Objects
import Patching
import Schema
import Strategies
import Storage

extension ResourceStore {
    /// Creates an object that is already decoded and defaulted. `namespace` and `name` come from the path.
    ///
    /// Throws the `StatusError` that the client is to see.
    package func create(
        _ object: Value, namespace: String, _ context: WriteContext
    ) async throws(StatusError) -> EncodedObject {
        var object = object
        try placeInNamespace(&object, namespace)
        let isGenerated = (object["metadata"]["name"].string ?? "").isEmpty
            && !(object["metadata"]["generateName"].string ?? "").isEmpty
        var attempts = isGenerated ? 8 : 1
        while true {
            attempts -= 1
            do {
                return try await createOnce(object, namespace: namespace, context)
            } catch where error.isAlreadyExists && attempts > 0 {
                continue
            }
        }
    }

    private func placeInNamespace(_ object: inout Value, _ namespace: String) throws(StatusError) {
        guard object["metadata"].isObject || !object.contains("metadata") || object["metadata"].isNull else {
            throw .badRequest("metadata must be an object")
        }
        if !object["metadata"].isObject { object["metadata"] = .emptyObject }
        let stated = object["metadata"]["namespace"].string ?? ""
        if description.isNamespaced {
            if stated.isEmpty {
                object["metadata"]["namespace"] = .string(namespace)
            } else if stated != namespace {
                throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
            }
        } else if !stated.isEmpty {
            object["metadata"].remove("namespace")
        }
    }

    private func createOnce(
        _ submitted: Value, namespace: String, _ context: WriteContext
    ) async throws(StatusError) -> EncodedObject {
        var object = submitted
        if !(object["metadata"]["resourceVersion"].string ?? "").isEmpty {
            throw .badRequest("resourceVersion should not be set on objects to be created")
        }
        clearMetadata(&object)
        context.warnings.add(MetadataRules.removeRepeatedOwners(&object))
        if context.recordsManager { try await recordManager(&object, live: nil, context) }
        // A name that is still to be generated shows as its prefix.
        let stated = object["metadata"]["name"].string ?? ""
        let shown = stated.isEmpty ? object["metadata"]["generateName"].string ?? "" : stated
        var attributes = attributes(.create, namespace: namespace, name: shown, object: object, old: .null, context)
        try await admit(&attributes, context)
        object = attributes.object
        if isBuiltIn { EmptyLists.clear(&object, as: description.type) }
        context.warnings.add(MetadataRules.removeRepeatedOwners(&object))
        fillMetadata(&object)
        let name = object["metadata"]["name"].string ?? ""
        if strategy.countsGeneration { object["metadata"]["generation"] = 1 }
        context.warnings.add(strategy.preparationWarnings(object))
        strategy.prepareForCreate(&object)
        completeShape(&object)
        var errors = MetadataRules.validate(
            object, isNamespaced: description.isNamespaced, isBuiltIn: isBuiltIn, nameProblems: strategy.nameProblems)
        errors += strategy.validateCreate(object, as: context.version)
        errors += Self.managerErrors(object)
        if !errors.isEmpty { throw .invalid(description.id, name, internalForm(errors)) }
        context.warnings.add(strategy.warnings(object, old: nil))
        attributes.object = object
        try await validate(attributes, context)
        let reservation = try await allocation.allocate(&object, old: nil, isDryRun: context.isDryRun)
        let key = Self.key(namespace, name)
        if context.isDryRun {
            reservation.release()
            if cache.object(key) != nil { throw .alreadyExists(resource, name) }
            return unwritten(object, key: key)
        }
        let bytes = cache.codec.encode(object)
        do throws(StatusError) {
            let lease = try await self.lease()
            switch try await commit(.create(key: cache.prefix + key, value: cache.codec.stored(bytes, object), lease: lease), object) {
            case .committed(let revision):
                reservation.confirm()
                return written(object, bytes, revision: revision, key: key)
            case .conflict:
                let isGoing = cache.object(key)?.value["metadata"]["deletionTimestamp"].string != nil
                throw isGoing ? StatusError.stillExists(resource, name) : .alreadyExists(resource, name)
            }
        } catch {
            reservation.release()
            throw error
        }
    }

    private func lease() async throws(StatusError) -> Int64 {
        guard lifetimeSeconds > 0 else { return 0 }
        do {
            return try await storage.grantLease(ttlSeconds: lifetimeSeconds)
        } catch {
            throw StatusError(storage: error)
        }
    }

    /// Puts back the empty status that kinds print always, when the strategy cleared it.
    func completeShape(_ object: inout Value) {
        guard !object.contains("status"), let field = description.type.field("status"), field.presence == .always else { return }
        object["status"] = ZeroValue.of(field.type)
    }

    /// What is wrong with `managedFields` that a client stated.
    static func managerErrors(_ object: Value) -> [FieldError] {
        FieldManagement.problems(object["metadata"]["managedFields"]).map {
            .invalid("metadata.managedFields" + $0.path, $0.value, $0.detail)
        }
    }

    /// The errors of a built-in kind show structures as Go prints those of the internal version.
    func internalForm(_ errors: [FieldError]) -> [FieldError] {
        isBuiltIn ? errors.map { $0.inInternalForm(description.type) } : errors
    }

    /// Takes away what only the server may say of a new object.
    private func clearMetadata(_ object: inout Value) {
        for key in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion", "uid", "creationTimestamp"] {
            object["metadata"].remove(key)
        }
    }

    /// What only the server says of a new object.
    private func fillMetadata(_ object: inout Value) {
        clearMetadata(&object)
        var metadata = object["metadata"]
        metadata["uid"] = .string(Naming.uid())
        metadata["creationTimestamp"] = .string(Timestamp.now().text)
        if (metadata["name"].string ?? "").isEmpty, let prefix = metadata["generateName"].string, !prefix.isEmpty {
            metadata["name"] = .string(Naming.generate(prefix))
        }
        object["metadata"] = metadata
    }

    /// Writes into `managedFields` who owns what after this write.
    func recordManager(_ object: inout Value, live: Value?, _ context: WriteContext) async throws(StatusError) {
        let stored = description.id.groupVersion.description
        let spoken = context.version.description
        let manager = FieldManager(
            name: context.fieldManager, apiVersion: spoken, subresource: context.subresource, time: Timestamp.now().text)
        let ignored = ResetFields.fields(description, isBuiltIn: isBuiltIn, subresource: context.subresource)
        let kindVersions = kindVersions
        if spoken == stored || kindVersions.type(spoken) == nil {
            FieldManagement.recordUpdate(live: live, new: &object, manager: manager, versions: kindVersions, ignored: ignored)
            if !isBuiltIn, context.subresource == "scale" { Self.dropScaleOwner(&object) }
            return
        }
        var new = try await inVersion(spoken, object)
        var before: Value?
        if let live { before = try await inVersion(spoken, live) }
        FieldManagement.recordUpdate(live: before, new: &new, manager: manager, versions: kindVersions, ignored: ignored)
        let managed = new["metadata"]["managedFields"]
        object["metadata"].set("managedFields", managed.isNull ? nil : managed)
    }

    /// Of custom kinds a scale takes the replicas from whoever had them, and becomes nobody's.
    private static func dropScaleOwner(_ object: inout Value) {
        let kept = object["metadata"]["managedFields"].array.filter {
            $0["subresource"].string != "scale" || $0["operation"].string != "Update"
        }
        object["metadata"].set("managedFields", kept.isEmpty ? nil : .array(kept))
    }

    /// A stored tree as a client of another version sees it.
    private func inVersion(_ apiVersion: String, _ object: Value) async throws(StatusError) -> Value {
        let stored = description.id.groupVersion.description
        guard let conversion, let target = GroupVersion(apiVersion: apiVersion) else {
            return versions.convert(object, from: stored, to: apiVersion)
        }
        return try await conversion.convert(object, to: GroupVersionKind(groupVersion: target, kind: description.id.kind))
    }
}
