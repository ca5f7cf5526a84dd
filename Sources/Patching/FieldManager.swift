package import Objects
package import Schema

/// Who writes, as `managedFields` records it.
package struct FieldManager: Sendable, Hashable {
    package let name: String
    /// The version that the writer speaks.
    package let apiVersion: String
    /// Empty for the resource itself.
    package let subresource: String
    /// RFC 3339.
    package let time: String

    package init(name: String, apiVersion: String, subresource: String = "", time: String) {
        self.name = name
        self.apiVersion = apiVersion
        self.subresource = subresource
        self.time = time
    }
}

/// The versions of a kind: owners speak different ones, and each sees a change in its own.
package struct KindVersions: Sendable {
    /// The type of the kind in a version such as `apps/v1`; nil when it is not served.
    package let type: @Sendable (String) -> MessageType?
    /// An object of one version in another.
    package let convert: @Sendable (_ object: Value, _ from: String, _ to: String) -> Value
    /// Whether versions differ in nothing but their names, so that one may not know what another one declares.
    package let differInNameOnly: Bool

    package init(
        type: @escaping @Sendable (String) -> MessageType?, differInNameOnly: Bool = false,
        convert: @escaping @Sendable (_ object: Value, _ from: String, _ to: String) -> Value
    ) {
        self.type = type
        self.differInNameOnly = differInNameOnly
        self.convert = convert
    }

    /// A kind that has one version.
    package static func single(_ apiVersion: String, _ type: MessageType) -> KindVersions {
        KindVersions(type: { $0 == apiVersion ? type : nil }, convert: { object, _, _ in object })
    }
}

/// The two forms of an object around a write, and what differs between them in each version that somebody speaks.
struct VersionedChanges {
    private let old: Value
    private let new: Value
    private let apiVersion: String
    private let versions: KindVersions
    private let ignored: FieldSet
    private var known: [String: FieldChanges?] = [:]

    /// `old` and `new` are in `apiVersion`; a nil `old` is the empty object of the kind.
    init(_ old: Value?, _ new: Value, apiVersion: String, versions: KindVersions, ignored: FieldSet) {
        self.old = old ?? versions.type(apiVersion).map(ZeroValue.of) ?? .emptyObject
        self.new = new
        self.apiVersion = apiVersion
        self.versions = versions
        self.ignored = ignored
    }

    /// Why the two forms cannot be seen in a version that an owner speaks; nil when they can.
    func problem(in version: String) -> String? {
        guard versions.differInNameOnly, version != apiVersion, let type = versions.type(version) else { return nil }
        if let problem = FieldCollector.problem(of: old, type) { return "failed to convert old object: \(problem)" }
        return FieldCollector.problem(of: new, type).map { "failed to convert new object: \($0)" }
    }

    private static func group(_ apiVersion: String) -> String { GroupVersion(apiVersion: apiVersion)?.group ?? "" }

    /// Nil for versions that the kind does not have, those of another group among them (events have two).
    mutating func seen(in version: String) -> FieldChanges? {
        if let changes = known[version] { return changes }
        var changes: FieldChanges?
        if Self.group(version) == Self.group(apiVersion), let type = versions.type(version) {
            let before = version == apiVersion ? old : versions.convert(old, apiVersion, version)
            let after = version == apiVersion ? new : versions.convert(new, apiVersion, version)
            changes = FieldComparison.compare(before, after, type).leavingOut(ignored)
        }
        known[version] = .some(changes)
        return changes
    }
}

/// Who owns which field of an object: the bookkeeping of server-side apply (KEP-555).
package enum FieldManagement {
    /// Records in `new.metadata.managedFields` that `manager` set what differs from `live` (nil on create).
    ///
    /// Both are in the version that the manager speaks. `ignored` is what this kind of write cannot change
    /// (`status` of the main resource, `spec` of `status`), with all below it.
    package static func recordUpdate(
        live: Value?, new: inout Value, manager: FieldManager, versions: KindVersions, ignored: FieldSet
    ) {
        let stated = new["metadata"]["managedFields"]
        var managed = owners(live: live, stated: stated, manager)
        new["metadata"].remove("managedFields")
        // An object that nobody owns stays so until somebody applies it.
        if live != nil, managed.entries.isEmpty { return }
        var changes = VersionedChanges(live, new, apiVersion: manager.apiVersion, versions: versions, ignored: ignored)
        let own = changes.seen(in: manager.apiVersion)?.changed ?? FieldSet()
        managed.release(except: nil) { changes.seen(in: $0) }
        if !own.isEmpty { add(own, manager, to: &managed) }
        managed.fold()
        if !managed.entries.isEmpty { new["metadata"]["managedFields"] = managed.value }
    }

    /// What `managedFields` was before the write: a client may state it, unless it writes a subresource.
    private static func owners(live: Value?, stated: Value, _ manager: FieldManager) -> ManagedFields {
        guard let live else { return ManagedFields() }
        if manager.subresource.isEmpty {
            if ManagedFields.isReset(stated) { return ManagedFields() }
            if let managed = ManagedFields(stated), !managed.entries.isEmpty { return managed }
        }
        return ManagedFields(live["metadata"]["managedFields"]) ?? ManagedFields()
    }

    static func add(_ fields: FieldSet, _ manager: FieldManager, to managed: inout ManagedFields) {
        let identity = ManagedFieldsEntry.Identity(
            manager: manager.name, isApply: false, apiVersion: manager.apiVersion, subresource: manager.subresource)
        if let position = managed.position(of: identity) {
            managed.entries[position].fields = managed.entries[position].fields.union(fields)
            managed.entries[position].time = manager.time
        } else {
            managed.entries.append(
                ManagedFieldsEntry(
                    manager: manager.name, isApply: false, apiVersion: manager.apiVersion, time: manager.time,
                    subresource: manager.subresource, fields: fields))
        }
    }

    /// Takes the times of `live` when they are all that this write changed, so that it changes nothing.
    package static func keepTimes(of live: Value, in new: inout Value) {
        let (old, changed) = (live["metadata"]["managedFields"], new["metadata"]["managedFields"])
        guard old != changed, withoutTimes(old) == withoutTimes(changed) else { return }
        var unchanged = new
        unchanged["metadata"]["managedFields"] = old
        if unchanged == live { new = unchanged }
    }

    private static func withoutTimes(_ managed: Value) -> [Value] {
        managed.array.map { entry in
            var entry = entry
            entry.remove("time")
            return entry
        }
    }

    /// The problems of `managedFields` as a client may have stated it, by their index and member.
    package static func problems(_ managed: Value) -> [(path: String, value: Value, detail: String)] {
        var problems: [(path: String, value: Value, detail: String)] = []
        for (index, entry) in managed.array.enumerated() {
            let name = entry["manager"].string ?? ""
            if let detail = nameProblem(name) { problems.append(("[\(index)].manager", .string(name), detail)) }
        }
        return problems
    }

    /// What is wrong with the name of a field manager; nil when it is fine.
    package static func nameProblem(_ name: String) -> String? {
        for (position, scalar) in name.unicodeScalars.enumerated() where !isPrintable(scalar) {
            let digits = String(scalar.value, radix: 16, uppercase: true)
            let padded = String(repeating: "0", count: max(4 - digits.count, 0)) + digits
            return "invalid character U+\(padded) (at position \(position))"
        }
        return nil
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        case .spaceSeparator: return scalar == " "
        default: return true
        }
    }
}
