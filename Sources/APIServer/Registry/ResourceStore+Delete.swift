package import KubernetesTypes
package import Objects
import Schema
import Strategies
import Storage

/// How a deletion ended.
package enum DeletionResult: Sendable {
    /// The object is gone.
    case deleted(EncodedObject)
    /// It is marked and waits for finalizers or for its grace period.
    case pending(EncodedObject)
}

extension ResourceStore {
    /// Deletes an object, or marks it when somebody has to finish first. Throws what the client is to see.
    package func delete(
        _ namespace: String, _ name: String, _ options: DeletionOptions, _ context: WriteContext
    ) async throws(StatusError) -> DeletionResult {
        let key = Self.key(namespace, name)
        for _ in 0..<16 {
            guard let live = cache.object(key) else { throw .notFound(resource, name) }
            // As stored: what goes needs no conversion, and a webhook that is down keeps nothing from going.
            let old = live.value
            try options.preconditions.check(old, description.id.kind, name)
            let attributes = attributes(.delete, namespace: namespace, name: name, object: .null, old: old, context)
            var admitted = attributes
            try await admit(&admitted, context)
            try await validate(attributes, context)
            var new = old
            let waits = mark(&new, options)
            if description.id.kind == "Job", options.propagation == nil, context.subresource.isEmpty { warnOfOrphans(context) }
            if let generation = old["metadata"]["generation"].int, generation > 0, old["metadata"]["deletionTimestamp"].isNull,
                !isBuiltIn || description.id.kind != "CustomResourceDefinition",
                !new["metadata"]["deletionTimestamp"].isNull
            {
                new["metadata"]["generation"] = .int(generation + 1)
            }
            if context.isDryRun { return waits ? .pending(unwritten(new, key: key)) : .deleted(unwritten(new, key: key)) }
            if waits {
                if new == old { return .pending(live) }
                let bytes = cache.codec.encode(new)
                if case .committed(let revision) = try await commit(
                    .update(key: cache.prefix + key, value: cache.codec.stored(bytes, new), expecting: live.revision), new)
                {
                    return .pending(written(new, bytes, revision: revision, key: key))
                }
            } else if let gone = try await remove(live, last: new, isGuarded: false) {
                return .deleted(gone)
            }
        }
        throw .conflict(resource, name, "the object changes faster than it can be deleted; please try again")
    }

    private func warnOfOrphans(_ context: WriteContext) {
        context.warnings.add(
            "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning")
    }

    /// Sets the deletion's time, grace and finalizers; true when the object has to stay for now.
    private func mark(_ object: inout Value, _ options: DeletionOptions) -> Bool {
        var metadata = object["metadata"]
        let isMarked = metadata["deletionTimestamp"].string != nil
        var finalizers = metadata["finalizers"].strings
        if let propagation = options.propagation ?? inferredPropagation(finalizers, isMarked: isMarked) {
            finalizers.removeAll { $0 == "orphan" || $0 == "foregroundDeletion" }
            if propagation == .orphan { finalizers.append("orphan") }
            if propagation == .foreground { finalizers.append("foregroundDeletion") }
        }
        let isDefinition = isBuiltIn && description.id.kind == "CustomResourceDefinition"
        // A definition stays until its objects are gone.
        if isDefinition, !isMarked, !finalizers.contains(CustomResourceService.finalizer) { finalizers.append(CustomResourceService.finalizer) }
        let grace = strategy.gracePeriod(object, requested: options.gracePeriodSeconds)
        let isNamespace = description.id.kind == "Namespace" && isBuiltIn
        let holdsNamespace = isNamespace && !object["spec"]["finalizers"].array.isEmpty
        let remaining = isMarked ? min(grace ?? 0, metadata["deletionGracePeriodSeconds"].int ?? 0) : grace ?? 0
        let waits = !finalizers.isEmpty || remaining > 0 || holdsNamespace
        // What goes at once shows no mark, unless its kind dies gracefully.
        guard waits || grace != nil else { return false }
        metadata.set("finalizers", finalizers.isEmpty ? nil : Value(finalizers))
        if !isMarked || remaining < metadata["deletionGracePeriodSeconds"].int ?? 0 {
            metadata["deletionTimestamp"] = .string((Timestamp.now() + .seconds(remaining)).text)
            if !isNamespace, !isDefinition { metadata["deletionGracePeriodSeconds"] = .int(remaining) }
        }
        object["metadata"] = metadata
        if holdsNamespace { object["status"]["phase"] = "Terminating" }
        if isDefinition, !isMarked { DefinitionStatus.markTerminating(&object["status"]) }
        return waits
    }

    /// What happens to the dependents when the client does not say.
    private func inferredPropagation(_ finalizers: [String], isMarked: Bool) -> DeletionOptions.Propagation? {
        if finalizers.contains("orphan") || finalizers.contains("foregroundDeletion") { return nil }
        return strategy.orphansByDefault && !isMarked ? .orphan : nil
    }
}
