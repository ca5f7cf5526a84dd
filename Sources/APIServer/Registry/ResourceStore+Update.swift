package import KubernetesTypes
package import Objects
import Schema
import Strategies
import Storage

/// What becomes of an object in an update.
package struct UpdateRequest: Sendable {
    package let namespace: String
    package let name: String
    package var preconditions = Preconditions()
    /// Whether an absent object is created (PUT of some kinds, server-side apply).
    package var createsAbsent = false
    /// Whether the transform wrote `managedFields` itself, as server-side apply does.
    package var recordsManager = true
    /// Whether the new object's uid says which object is meant, as in a PUT.
    package var comparesUID = true
    /// Whether the resourceVersion of the new object guards the write.
    package var comparesVersion = true

    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }
}

extension ResourceStore {
    /// Changes an object: `transform` makes the new one from the stored one (null when there is none), and is
    /// called again when somebody else was faster, unless the client named the version that it means.
    ///
    /// Returns the object as it is now, and whether it was created. Throws what the client is to see.
    package func update(
        _ request: UpdateRequest, _ context: WriteContext,
        _ transform: @Sendable (Value) throws(StatusError) -> Value
    ) async throws(StatusError) -> (object: EncodedObject, created: Bool) {
        let key = Self.key(request.namespace, request.name)
        for _ in 0..<16 {
            guard let live = cache.object(key) else {
                guard request.createsAbsent else { throw .notFound(resource, request.name) }
                var created = try transform(.null)
                if let uid = created["metadata"]["uid"].string, !uid.isEmpty, request.comparesVersion {
                    throw .conflict(
                        resource, request.name, "Precondition failed: UID in precondition: \(uid), UID in object meta: ")
                }
                created["metadata"].remove("resourceVersion")
                do {
                    return (try await create(created, namespace: request.namespace, context), true)
                } catch where error.isAlreadyExists {
                    continue
                }
            }
            if let result = try await updateOnce(live, request, context, transform) { return (result, false) }
        }
        throw .conflict(resource, request.name, "the object changes faster than it can be written; please try again")
    }

    /// One attempt; nil when it lost against another writer and may be repeated.
    private func updateOnce(
        _ live: EncodedObject, _ request: UpdateRequest, _ context: WriteContext,
        _ transform: @Sendable (Value) throws(StatusError) -> Value
    ) async throws(StatusError) -> EncodedObject? {
        let old = live.value
        try request.preconditions.check(old, resource, request.name)
        var new = try transform(old)
        try checkIdentity(new, old: old, request)
        let stated = new["metadata"]["resourceVersion"].string ?? ""
        let isGuarded = request.comparesVersion && !stated.isEmpty && stated != "0"
        if isGuarded, stated != String(live.revision) { throw .modified(resource, request.name) }
        if request.comparesVersion, !isGuarded, !strategy.allowsUnconditionalUpdate {
            throw .invalid(
                GroupVersionKind(groupVersion: description.id.groupVersion, kind: resource.resource), request.name,
                [.invalid("metadata.resourceVersion", stated.isEmpty ? .int(0) : .string(stated), "must be specified for an update")])
        }
        restoreMetadata(&new, old: old)
        var attributes = attributes(
            .update, namespace: request.namespace, name: request.name, object: new, old: old, context)
        try await admission.chain.admit(&attributes, warnings: context.warnings)
        new = attributes.object
        if context.subresource.isEmpty || context.subresource == "scale" {
            strategy.prepareForUpdate(&new, old: old)
        } else {
            strategy.prepareForUpdate(of: context.subresource, &new, old: old)
        }
        countGeneration(&new, old: old)
        if request.recordsManager { recordManager(&new, live: old, context) }
        var errors = MetadataRules.validateUpdate(new, old: old, isBuiltIn: isBuiltIn)
        errors += strategy.validateUpdate(of: context.subresource, new, old: old, as: context.version)
        if !errors.isEmpty { throw .invalid(description.id, request.name, errors) }
        context.warnings.add(strategy.warnings(new, old: old))
        attributes.object = new
        try await admission.chain.validate(attributes, warnings: context.warnings)
        if new == old { return live }
        let key = Self.key(request.namespace, request.name)
        let reservation = try await allocation.allocate(&new, old: old, isDryRun: context.isDryRun)
        if context.isDryRun {
            reservation.release()
            return unwritten(new, key: key)
        }
        if isFinished(new) {
            reservation.release()
            return try await remove(live, last: new, isGuarded: isGuarded)
        }
        let bytes = cache.codec.encode(new)
        do throws(StatusError) {
            switch try await commit(.update(key: cache.prefix + key, value: bytes, expecting: live.revision)) {
            case .committed(let revision):
                reservation.confirm()
                return written(new, bytes, revision: revision, key: key)
            case .conflict(let current, _):
                reservation.release()
                if isGuarded || current == nil && !request.createsAbsent {
                    throw current == nil ? StatusError.notFound(resource, request.name) : .modified(resource, request.name)
                }
                return nil
            }
        } catch {
            reservation.release()
            throw error
        }
    }

    /// The path, the body and the stored object have to be about the same object.
    private func checkIdentity(_ new: Value, old: Value, _ request: UpdateRequest) throws(StatusError) {
        let metadata = new["metadata"]
        if let name = metadata["name"].string, !name.isEmpty, name != request.name {
            throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(request.name))")
        }
        if let namespace = metadata["namespace"].string, !namespace.isEmpty, namespace != request.namespace {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
        if request.comparesUID, let uid = metadata["uid"].string, !uid.isEmpty, uid != old["metadata"]["uid"].string {
            throw .conflict(
                resource, request.name,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(old["metadata"]["uid"].string ?? "")")
        }
    }

    /// What no client changes: it comes from the stored object.
    private func restoreMetadata(_ new: inout Value, old: Value) {
        if !new["metadata"].isObject { new["metadata"] = .emptyObject }
        let mayBeOmitted = [
            "generateName", "name", "namespace", "uid", "deletionTimestamp", "deletionGracePeriodSeconds",
        ]
        for key in mayBeOmitted + ["creationTimestamp", "generation", "selfLink"] {
            // Another value than the stored one is an error that validation tells.
            if mayBeOmitted.contains(key), !new["metadata"][key].isEmptyForJSON { continue }
            new["metadata"].set(key, old["metadata"].contains(key) ? old["metadata"][key] : nil)
        }
        new["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
    }

    /// A change of anything but metadata and status is a new generation.
    private func countGeneration(_ new: inout Value, old: Value) {
        guard strategy.countsGeneration else { return }
        func desired(_ value: Value) -> Members {
            var members = value.members
            members.removeAll { $0.key == "metadata" || $0.key == "status" }
            return members
        }
        if desired(new) != desired(old) {
            new["metadata"]["generation"] = .int((old["metadata"]["generation"].int ?? 0) + 1)
        }
    }

    /// Whether an object that is being deleted has nothing left to wait for.
    private func isFinished(_ object: Value) -> Bool {
        let metadata = object["metadata"]
        return metadata["deletionTimestamp"].string != nil && metadata["finalizers"].array.isEmpty
            && (metadata["deletionGracePeriodSeconds"].int ?? 0) == 0
            && (object["kind"].string != "Namespace" || object["spec"]["finalizers"].array.isEmpty)
    }

    /// Deletes `live`, whose last form is `last`. Nil when it lost against another writer.
    func remove(_ live: EncodedObject, last: Value, isGuarded: Bool) async throws(StatusError) -> EncodedObject? {
        let key = live.key
        switch try await commit(.delete(key: cache.prefix + key, expecting: live.revision)) {
        case .committed(let revision):
            await allocationRelease(last)
            var value = last
            value["metadata"]["resourceVersion"] = .string(String(revision))
            return cache.codec.object(stored: cache.codec.encode(value), value: value, revision: revision, key: key)
        case .conflict(let current, _):
            if current == nil { throw .notFound(resource, live.name) }
            if isGuarded { throw .modified(resource, live.name) }
            return nil
        }
    }

    /// Gives back what the deleted object had taken from pools.
    private func allocationRelease(_ object: Value) async {
        var gone = Value.null
        _ = try? await allocation.allocate(&gone, old: object, isDryRun: false).confirm()
    }
}
