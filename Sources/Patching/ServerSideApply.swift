package import Objects
package import Schema

/// Why an apply is refused.
package enum ApplyError: Error, Sendable {
    /// Others own fields that it would change.
    case conflict(ApplyConflict)
    /// The configuration does not fit the kind.
    case invalidConfiguration(String)
}

/// Fields that others own and that an apply would change.
package struct ApplyConflict: Error, Sendable, CustomStringConvertible {
    package let description: String
    /// `StatusCause` values.
    package let causes: [Value]
}

/// Server-side apply (KEP-555): merges what a manager wants into the live object, field by owned field.
package enum ServerSideApply {
    /// Who owned everything before somebody applied for the first time.
    static let beforeFirstApply = "before-first-apply"
    /// The manager whose applies take over from kubectl's client-side ones.
    static let kubectl = "kubectl"
    static let lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration"

    /// The object with a configuration laid over it, lists merged by their keys; owners play no part.
    package static func merged(_ live: Value, _ configuration: Value, _ type: MessageType) -> Value {
        ApplyMerge.merge(live, configuration, type)
    }

    /// The new object with its `managedFields`, not normalised yet. `live` is nil when the object is to be
    /// created; it and the configuration are in the version of `manager`.
    ///
    /// Throws `ApplyError`.
    package static func apply(
        live: Value?, configuration: Value, manager: FieldManager, force: Bool, versions: KindVersions, ignored: FieldSet
    ) throws(ApplyError) -> Value {
        guard let type = versions.type(manager.apiVersion) else { return configuration }
        let stated = try FieldCollector.collect(configuration, type)
        let wanted = stated.subtracting(untracked).subtractingAll(below: ignored)
        var current = live ?? ZeroValue.of(type)
        current["metadata"].remove("managedFields")
        var managed = owners(live, current, manager, versions, ignored)
        var own = ManagedFieldsEntry(
            manager: manager.name, isApply: true, apiVersion: manager.apiVersion, time: nil, subresource: manager.subresource,
            fields: wanted)
        let position = managed.position(of: own.identity)
        let last = position.map { managed.entries[$0] }
        own.time = last?.time
        if let position { managed.entries[position] = own } else { managed.entries.append(own) }

        var merged = ApplyMerge.merge(current, configuration, type)
        if let last, !last.isEmpty { merged = try pruned(merged, last, stated, managed, manager, versions) }
        var changes = VersionedChanges(current, merged, apiVersion: manager.apiVersion, versions: versions, ignored: ignored)
        for entry in managed.entries where entry.identity != own.identity {
            if let problem = changes.problem(in: entry.apiVersion) { throw .invalidConfiguration(problem) }
        }
        if !force {
            var conflicts = conflicts(in: managed, own.identity, &changes)
            if manager.name == kubectl, !conflicts.isEmpty, let live {
                conflicts = notClientSide(conflicts, live, type)
            }
            if !conflicts.isEmpty { throw .conflict(Self.conflict(conflicts)) }
        }
        // The time is that of the last apply that changed something.
        if let seen = changes.seen(in: manager.apiVersion), !seen.isEmpty || live == nil, manager.subresource != "scale",
            let position = managed.position(of: own.identity)
        {
            managed.entries[position].time = manager.time
        }
        managed.release(except: managed.position(of: own.identity)) { changes.seen(in: $0) }
        managed.fold()
        if manager.name == kubectl, let live { refreshLastApplied(&merged, live, configuration) }
        merged["metadata"].set("managedFields", managed.entries.isEmpty ? nil : managed.value)
        return merged
    }

    private static let untracked: FieldSet = {
        var set = FieldSet(fields: [["kind"], ["apiVersion"], ["metadata"]])
        for name in FieldComparison.untracked { set.insert(["f:metadata", "f:" + name]) }
        return set
    }()

    /// The owners so far; what nobody owned counts as set by somebody before.
    private static func owners(
        _ live: Value?, _ current: Value, _ manager: FieldManager, _ versions: KindVersions, _ ignored: FieldSet
    ) -> ManagedFields {
        guard let live else { return ManagedFields() }
        var managed = ManagedFields(live["metadata"]["managedFields"]) ?? ManagedFields()
        if managed.entries.isEmpty {
            var changes = VersionedChanges(nil, current, apiVersion: manager.apiVersion, versions: versions, ignored: ignored)
            let all = changes.seen(in: manager.apiVersion)?.changed ?? FieldSet()
            let before = FieldManager(
                name: beforeFirstApply, apiVersion: manager.apiVersion, subresource: manager.subresource, time: manager.time)
            if !all.isEmpty { FieldManagement.add(all, before, to: &managed) }
        }
        return managed
    }

    /// Without what the manager owned alone and no longer names.
    private static func pruned(
        _ merged: Value, _ last: ManagedFieldsEntry, _ stated: FieldSet, _ managed: ManagedFields, _ manager: FieldManager,
        _ versions: KindVersions
    ) throws(ApplyError) -> Value {
        guard let type = versions.type(last.apiVersion) else { return merged }
        let all = managed.entries.reduce(stated) { $0.union($1.fields) }
        if last.apiVersion == manager.apiVersion {
            return ApplyMerge.prune(merged, last: last.fields, managed: all, type)
        }
        let then = versions.convert(merged, manager.apiVersion, last.apiVersion)
        if versions.differInNameOnly, let problem = FieldCollector.problem(of: merged, type) {
            throw .invalidConfiguration("failed to prune fields: failed to convert merged object to last applied version: \(problem)")
        }
        let pruned = ApplyMerge.prune(then, last: last.fields, managed: all, type)
        return pruned == then ? merged : versions.convert(pruned, last.apiVersion, manager.apiVersion)
    }

    // MARK: conflicts

    private struct Conflict {
        let entry: ManagedFieldsEntry
        let fields: FieldSet
    }

    private static func conflicts(
        in managed: ManagedFields, _ own: ManagedFieldsEntry.Identity, _ changes: inout VersionedChanges
    ) -> [Conflict] {
        var conflicts: [Conflict] = []
        for entry in managed.entries where entry.identity != own {
            guard let changed = changes.seen(in: entry.apiVersion)?.changed, entry.intersects(changed) else { continue }
            conflicts.append(Conflict(entry: entry, fields: entry.fields.intersection(changed)))
        }
        return conflicts
    }

    private static func conflict(_ conflicts: [Conflict]) -> ApplyConflict {
        var causes: [Value] = []
        var text = ""
        var single = ""
        for conflict in conflicts.sorted(by: { $0.entry.manager < $1.entry.manager }) {
            let owner = describe(conflict.entry)
            text += (text.isEmpty ? "" : "\n") + "conflicts with \(owner):"
            conflict.fields.forEach { path in
                let field = PathElement.text(path)
                causes.append(["reason": "FieldManagerConflict", "message": .string("conflict with \(owner)"), "field": .string(field)])
                text += "\n- \(field)"
                single = "conflict with \(owner): \(field)"
            }
        }
        return ApplyConflict(
            description: causes.count == 1
                ? "Apply failed with 1 conflict: \(single)" : "Apply failed with \(causes.count) conflicts: \(text)",
            causes: causes)
    }

    private static func describe(_ entry: ManagedFieldsEntry) -> String {
        var text = "\"\(entry.manager)\""
        if !entry.subresource.isEmpty { text += " with subresource \"\(entry.subresource)\"" }
        return entry.isApply ? text : text + " using \(entry.apiVersion)"
    }

    // MARK: kubectl's client-side apply

    /// The conflicts that remain when what kubectl last applied from the client side counts as its own: those
    /// fields that still are what it applied.
    private static func notClientSide(_ conflicts: [Conflict], _ live: Value, _ type: MessageType) -> [Conflict] {
        guard let text = live["metadata"]["annotations"][lastAppliedAnnotation].string, let applied = try? Value(json: text),
            let fields = try? FieldCollector.collect(applied, type)
        else { return conflicts }
        let since = FieldComparison.compare(applied, live, type)
        let own = fields.subtracting(since.changed).subtracting(since.removed)
        let remaining = conflicts.map { Conflict(entry: $0.entry, fields: $0.fields.subtracting(own)) }
        return remaining.filter { !$0.fields.isEmpty }
    }

    /// Keeps the annotation of client-side apply true, for clients that go on using it.
    private static func refreshLastApplied(_ merged: inout Value, _ live: Value, _ configuration: Value) {
        guard live["metadata"]["annotations"].contains(lastAppliedAnnotation) else { return }
        var applied = configuration
        applied["metadata"]["annotations"].remove(lastAppliedAnnotation)
        if applied["metadata"]["annotations"].isNull || applied["metadata"]["annotations"].members.isEmpty {
            applied["metadata"].remove("annotations")
        }
        merged["metadata"]["annotations"][lastAppliedAnnotation] = .string(sorted(applied).jsonString + "\n")
    }

    private static func sorted(_ value: Value) -> Value {
        switch value {
        case .object(let members):
            return .object(Members(members.map { ($0.key, sorted($0.value)) }.sorted { $0.0 < $1.0 }))
        case .array(let elements): return .array(elements.map(sorted))
        default: return value
        }
    }
}
