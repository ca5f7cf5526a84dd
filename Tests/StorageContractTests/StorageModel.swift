import Storage

/// The store's contract as the simplest thing that fulfils it: all revisions in memory.
struct StorageModel {
    private(set) var revision: Revision = 0
    private(set) var records: [String: StoredRecord] = [:]
    private(set) var events: [StorageEvent] = []

    /// The same start as the engine's.
    init(revision: Revision) { self.revision = revision }

    mutating func commit(_ mutation: StorageMutation) -> CommitResult {
        let key = mutation.key
        let present = records[key]
        switch mutation {
        case .create(_, let value, let lease):
            guard present == nil else { return .conflict(current: present, revision: revision) }
            revision += 1
            return put(StoredRecord(key: key, value: value, createRevision: revision, modRevision: revision, version: 1, lease: lease))
        case .update(_, let value, let expecting, let lease):
            guard let present, present.modRevision == expecting else { return .conflict(current: present, revision: revision) }
            revision += 1
            return put(
                StoredRecord(
                    key: key, value: value, createRevision: present.createRevision, modRevision: revision, version: present.version + 1, lease: lease))
        case .delete(_, let expecting):
            guard let present, present.modRevision == expecting else { return .conflict(current: present, revision: revision) }
            revision += 1
            records[key] = nil
            events.append(
                StorageEvent(
                    kind: .delete, record: StoredRecord(key: key, value: [], createRevision: 0, modRevision: revision, version: 0)))
            return .committed(revision)
        }
    }

    private mutating func put(_ record: StoredRecord) -> CommitResult {
        records[record.key] = record
        events.append(StorageEvent(kind: .put, record: record))
        return .committed(record.modRevision)
    }

    func list(_ prefix: String) -> [StoredRecord] {
        records.values.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
