package import KubernetesTypes
package import Objects
import Patching
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
    /// Whether the resourceVersion of the new object guards the write.
    package var comparesVersion = true
    /// Whether the change was made from the stored object, so that it is meant for that very object.
    package var isPatch = false
    package var isApply = false
    /// Whether the change is a JSON or merge patch, which know nothing of the kind.
    package var isGenericPatch = false
    /// The stored object as somebody in this process has it decoded; it counts if it is the newest.
    package var known: Value = .null

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
        _ transform: @Sendable (Value) async throws(StatusError) -> Value
    ) async throws(StatusError) -> (object: EncodedObject, created: Bool) {
        let key = Self.key(request.namespace, request.name)
        for _ in 0..<16 {
            guard let live = cache.object(key) else {
                guard request.createsAbsent else { throw .notFound(resource, request.name) }
                var created = try await transform(.null)
                if let uid = created["metadata"]["uid"].string, !uid.isEmpty, request.comparesVersion {
                    throw .conflict(
                        resource, request.name,
                        request.isApply
                            ? "uid mismatch: the provided object specified uid \(uid), and no existing object was found"
                            : "Precondition failed: UID in precondition: \(uid), UID in object meta: ")
                }
                if request.isApply {
                    try checkPath(created, request)
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
        _ transform: @Sendable (Value) async throws(StatusError) -> Value
    ) async throws(StatusError) -> EncodedObject? {
        let old = try await current(live, known: request.known)
        try request.preconditions.check(old, description.id.kind, request.name)
        var new = try await transform(old)
        try checkIdentity(new, old: old, request)
        let stated = new["metadata"]["resourceVersion"].string ?? ""
        let isGuarded = request.comparesVersion && !stated.isEmpty && stated != "0"
        if isGuarded, UInt64(stated) == nil { throw .unexpected("strconv.ParseUint: parsing \"\(stated)\": invalid syntax") }
        if isGuarded, stated != String(live.revision) { throw .modified(resource, request.name) }
        if request.comparesVersion, !isGuarded, !strategy.allowsUnconditionalUpdate {
            // Named after the resource here, in contrast to all other refusals.
            throw .invalid(
                GroupVersionKind(groupVersion: description.id.groupVersion, kind: description.resource), request.name,
                [.invalid("metadata.resourceVersion", stated.isEmpty || stated == "0" ? .int(0) : .string(stated), "must be specified for an update")])
        }
        restoreMetadata(&new, old: old)
        context.warnings.add(MetadataRules.removeRepeatedOwners(&new))
        if context.recordsManager { try await recordManager(&new, live: old, context) }
        var attributes = attributes(
            .update, namespace: request.namespace, name: request.name, object: new, old: old, context)
        try await admit(&attributes, context)
        new = attributes.object
        if isBuiltIn { EmptyLists.clear(&new, as: description.type) }
        if context.subresource.isEmpty || context.subresource == "scale" {
            strategy.prepareForUpdate(&new, old: old)
        } else {
            strategy.prepareForUpdate(of: context.subresource, &new, old: old)
        }
        completeShape(&new)
        if context.subresource != "binding" { countGeneration(&new, old: old) }
        var errors = MetadataRules.validateUpdate(new, old: old, isBuiltIn: isBuiltIn)
        errors += strategy.validateUpdate(
            of: context.subresource, new, old: old, as: context.version, isGenericPatch: request.isGenericPatch)
        errors += Self.managerErrors(new)
        if !errors.isEmpty { throw .invalid(description.id, request.name, internalForm(errors)) }
        // Of its parts only the scale is what its writer is responsible for.
        if context.subresource.isEmpty || context.subresource == "scale" { context.warnings.add(strategy.warnings(new, old: old)) }
        attributes.object = new
        try await validate(attributes, context)
        FieldManagement.keepTimes(of: old, in: &new)
        if new == old, conversion == nil || live.value["apiVersion"] == new["apiVersion"] { return live }
        let key = Self.key(request.namespace, request.name)
        let reservation = try await allocation.allocate(&new, old: old, isDryRun: context.isDryRun)
        if context.isDryRun {
            reservation.release()
            return unwritten(new, key: key)
        }
        if isFinished(new) {
            reservation.release()
            return try await remove(live, last: new, isGuarded: isGuarded && !request.isPatch)
        }
        let bytes = cache.codec.encode(new)
        do throws(StatusError) {
            switch try await commit(.update(key: cache.prefix + key, value: cache.codec.stored(bytes, new), expecting: live.revision), new) {
            case .committed(let revision):
                reservation.confirm()
                return written(new, bytes, revision: revision, key: key)
            case .conflict(let current, _):
                reservation.release()
                // A patch carries the version that it was applied to; one that the client named is compared again next time.
                if isGuarded && !request.isPatch || current == nil && !request.createsAbsent {
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
        try checkPath(new, request)
        if !request.isPatch, let uid = new["metadata"]["uid"].string, !uid.isEmpty, uid != old["metadata"]["uid"].string {
            throw .conflict(
                resource, request.name,
                storeRefusal(request.namespace, request.name, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(old["metadata"]["uid"].string ?? "")"))
        }
    }

    /// A refusal as the store of Kubernetes words it, with the key under which the object lies.
    func storeRefusal(_ namespace: String, _ name: String, _ problem: String) -> String {
        let key = cache.prefix + Self.key(namespace, name)
        return "StorageError: invalid object, Code: 4, Key: \(key), ResourceVersion: 0, AdditionalErrorMsg: \(problem)"
    }

    private func checkPath(_ new: Value, _ request: UpdateRequest) throws(StatusError) {
        let metadata = new["metadata"]
        if let name = metadata["name"].string, !name.isEmpty, name != request.name {
            throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(request.name))")
        }
        if description.isNamespaced, let namespace = metadata["namespace"].string, !namespace.isEmpty, namespace != request.namespace {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
    }

    /// What comes from the stored object: some of it always, some when the client leaves it out; what the
    /// client states otherwise is refused by validation.
    private func restoreMetadata(_ new: inout Value, old: Value) {
        var metadata = new["metadata"].isObject ? new["metadata"] : .emptyObject
        let before = old["metadata"]
        let isDeleted = before["deletionTimestamp"].string != nil
        for key in ["generation", "selfLink", "resourceVersion", "creationTimestamp"] { metadata.set(key, before.contains(key) ? before[key] : nil) }
        for key in ["name", "namespace", "uid", "deletionGracePeriodSeconds"] where metadata[key].isNull || metadata[key] == .string("") {
            metadata.set(key, before.contains(key) ? before[key] : nil)
        }
        if !description.isNamespaced { metadata.remove("namespace") }
        if isDeleted { metadata["deletionTimestamp"] = before["deletionTimestamp"] }
        new["metadata"] = metadata
    }

    /// A change of anything but metadata and status is a new generation.
    private func countGeneration(_ new: inout Value, old: Value) {
        guard strategy.countsGeneration else { return }
        // Without a part of its own the status is a member like all others.
        let countsStatus = (strategy as? CustomResourceStrategy).map { !$0.definition.hasStatus } ?? false
        func desired(_ value: Value) -> Members {
            var members = value.members
            members.removeAll { $0.key == "metadata" || ($0.key == "status" && !countsStatus) }
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
