import Objects
import Schema

/// One entry of `managedFields`, its fields decoded only when something touches them.
struct ManagedFieldsEntry {
    /// Who it is about. Appliers are one manager whatever version they speak.
    struct Identity: Hashable {
        let manager: String
        let isApply: Bool
        /// Empty for appliers.
        let apiVersion: String
        let subresource: String
    }

    let manager: String
    let isApply: Bool
    var apiVersion: String
    var time: String?
    let subresource: String
    private var raw: Value?
    private var decoded: FieldSet?

    init(manager: String, isApply: Bool, apiVersion: String, time: String?, subresource: String, fields: FieldSet) {
        self.manager = manager
        self.isApply = isApply
        self.apiVersion = apiVersion
        self.time = time
        self.subresource = subresource
        decoded = fields
    }

    /// Reads an entry; nil when it is not one that the server could have written.
    init?(_ value: Value) {
        guard let operation = value["operation"].string, operation == "Apply" || operation == "Update",
            value["fieldsType"].string == "FieldsV1", Self.isFieldsV1(value["fieldsV1"])
        else { return nil }
        manager = value["manager"].string ?? ""
        isApply = operation == "Apply"
        apiVersion = value["apiVersion"].string ?? ""
        time = value["time"].string
        subresource = value["subresource"].string ?? ""
        raw = value["fieldsV1"]
    }

    private static func isFieldsV1(_ value: Value) -> Bool {
        guard case .object(let members) = value else { return false }
        return members.allSatisfy { ($0.key == "." || PathElement.isWellFormed($0.key)) && isFieldsV1($0.value) }
    }

    var identity: Identity {
        Identity(manager: manager, isApply: isApply, apiVersion: isApply ? "" : apiVersion, subresource: subresource)
    }

    var fields: FieldSet {
        get { decoded ?? raw.flatMap { FieldSet(fieldsV1: $0) } ?? FieldSet() }
        set {
            decoded = newValue
            raw = nil
        }
    }

    var isEmpty: Bool { raw.map { $0.members.isEmpty } ?? fields.isEmpty }

    func intersects(_ set: FieldSet) -> Bool {
        if let raw { return set.intersects(fieldsV1: raw) }
        return !fields.intersection(set).isEmpty
    }

    var value: Value {
        var entries: [Members.Entry] = [
            Members.Entry(key: "manager", value: .string(manager)),
            Members.Entry(key: "operation", value: .string(isApply ? "Apply" : "Update")),
            Members.Entry(key: "apiVersion", value: .string(apiVersion)),
        ]
        if let time { entries.append(Members.Entry(key: "time", value: .string(time))) }
        entries.append(Members.Entry(key: "fieldsType", value: "FieldsV1"))
        entries.append(Members.Entry(key: "fieldsV1", value: raw ?? fields.fieldsV1))
        if !subresource.isEmpty { entries.append(Members.Entry(key: "subresource", value: .string(subresource))) }
        return .object(Members(uniqueEntries: entries))
    }
}

/// The list that `metadata.managedFields` is.
struct ManagedFields {
    /// More entries of updates than this are folded into one a version.
    static let updateLimit = 10
    static let foldedManager = "ancient-changes"

    var entries: [ManagedFieldsEntry]

    init(_ entries: [ManagedFieldsEntry] = []) { self.entries = entries }

    /// Nil when an entry makes no sense; then none of the list counts.
    init?(_ value: Value) {
        var entries: [ManagedFieldsEntry] = []
        entries.reserveCapacity(value.array.count)
        for element in value.array {
            guard let entry = ManagedFieldsEntry(element) else { return nil }
            entries.append(entry)
        }
        self.entries = entries
    }

    /// Whether a client asks to forget who owns what: an empty list, or one empty entry.
    static func isReset(_ value: Value) -> Bool {
        guard case .array(let entries) = value else { return false }
        return entries.isEmpty || (entries.count == 1 && entries[0].isObject && entries[0].members.allSatisfy { $0.value.isEmptyForJSON })
    }

    func position(of identity: ManagedFieldsEntry.Identity) -> Int? { entries.firstIndex { $0.identity == identity } }

    /// Takes from every entry but the one at `kept` what this write changed or removed. `changes` gives what
    /// changed as a version sees it, nil for versions that do not exist any more; their entries go.
    mutating func release(except kept: Int?, _ changes: (String) -> FieldChanges?) {
        for index in entries.indices where index != kept {
            guard let seen = changes(entries[index].apiVersion) else {
                entries[index].fields = FieldSet()
                continue
            }
            if seen.changed.isEmpty && seen.removed.isEmpty { continue }
            if entries[index].intersects(seen.changed) || entries[index].intersects(seen.removed) {
                entries[index].fields = entries[index].fields.subtracting(seen.changed).subtracting(seen.removed)
            }
        }
        entries.removeAll { $0.isEmpty }
    }

    /// Folds the oldest updates together until no more than the limit is left.
    mutating func fold() {
        var updates = entries.indices.filter { !entries[$0].isApply }
        if updates.count <= Self.updateLimit { return }
        updates.sort {
            let (one, other) = (entries[$0].time ?? "", entries[$1].time ?? "")
            return one != other ? one < other : entries[$0].manager < entries[$1].manager
        }
        var remaining = updates.count
        var buckets: [String: Int] = [:]
        var gone: Set<Int> = []
        for index in updates where remaining > Self.updateLimit {
            let version = entries[index].apiVersion
            guard let bucket = buckets[version] else {
                buckets[version] = index
                continue
            }
            let merged = entries[bucket].fields.union(entries[index].fields)
            entries[bucket] = ManagedFieldsEntry(
                manager: Self.foldedManager, isApply: false, apiVersion: version, time: entries[index].time, subresource: "",
                fields: merged)
            gone.insert(index)
            remaining -= 1
        }
        entries = entries.enumerated().filter { !gone.contains($0.offset) }.map(\.element)
    }

    /// The list in the order in which Kubernetes keeps it: appliers first, then by time and name.
    var value: Value {
        let sorted = entries.sorted { one, other in
            if one.isApply != other.isApply { return one.isApply }
            if let left = one.time, let right = other.time, left != right { return left < right }
            if one.manager != other.manager { return one.manager < other.manager }
            if one.apiVersion != other.apiVersion { return one.apiVersion < other.apiVersion }
            return one.subresource < other.subresource
        }
        return .array(sorted.map(\.value))
    }
}
