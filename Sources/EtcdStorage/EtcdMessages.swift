import Objects
import Storage

/// The messages of etcd's v3 API (`etcdserverpb`, `mvccpb`) that the engine speaks.
enum EtcdMessages {
    /// The first key after all that begin with `prefix`.
    static func end(of prefix: String) -> [UInt8] {
        var bytes = Array(prefix.utf8)
        while let last = bytes.popLast() {
            if last < 0xff { return bytes + [last + 1] }
        }
        // Everything from the key on.
        return [0]
    }

    static func range(key: String) -> WireMessage { .build { $0.set(1, key) } }

    static func range(
        from key: [UInt8], to end: [UInt8], limit: Int = 0, revision: Revision = 0, onlyCount: Bool = false
    ) -> WireMessage {
        .build {
            $0.set(1, key)
            $0.set(2, end)
            $0.set(3, Int64(limit))
            $0.set(4, revision)
            $0.set(9, onlyCount)
        }
    }

    /// One key's change, if its last change was at `expecting` (0 for absent); else the key as it is.
    static func transaction(_ mutation: StorageMutation) -> WireMessage {
        let expecting: Revision
        let change: WireMessage
        switch mutation {
        case .create(let key, let value, let lease):
            expecting = 0
            change = put(key, value, lease)
        case .update(let key, let value, let revision, let lease):
            expecting = revision
            change = put(key, value, lease)
        case .delete(let key, let revision):
            expecting = revision
            change = .build { operation in operation.set(3, .build { $0.set(1, key) }) }
        }
        return .build { transaction in
            transaction.set(1, .build { compare in
                // EQUAL is 0; the target is MOD.
                compare.set(2, 2)
                compare.set(3, mutation.key)
                compare.put(6, expecting)
            })
            transaction.set(2, change)
            transaction.set(3, .build { $0.set(1, range(key: mutation.key)) })
        }
    }

    static func put(_ key: String, _ value: [UInt8], _ lease: Int64) -> WireMessage {
        .build { operation in
            operation.set(2, .build {
                $0.set(1, key)
                $0.set(2, value)
                $0.set(3, lease)
            })
        }
    }

    static func record(_ fields: WireFields) -> StoredRecord {
        StoredRecord(
            key: fields.text(1), value: fields.bytes(5), createRevision: fields.int(2), modRevision: fields.int(3),
            version: fields.int(4), lease: fields.int(6))
    }

    /// The revision of a response's header.
    static func revision(_ response: WireFields) -> Revision { response.message(1).int(3) }

    static func result(_ response: WireFields) -> CommitResult {
        let revision = revision(response)
        if response.bool(2) { return .committed(revision) }
        let found = response.messages(3).first?.message(1).messages(2).first
        return .conflict(current: found.map(record), revision: revision)
    }

    static func watch(prefix: String, from revision: Revision) -> WireMessage {
        .build { request in
            request.set(1, .build {
                $0.set(1, prefix)
                $0.set(2, end(of: prefix))
                $0.set(3, revision)
                $0.set(8, true)
            })
        }
    }

    static func event(_ fields: WireFields) -> StorageEvent {
        let isDelete = fields.int(1) == 1
        let record = record(fields.message(2))
        guard isDelete else { return StorageEvent(kind: .put, record: record) }
        return StorageEvent(
            kind: .delete,
            record: StoredRecord(key: record.key, value: [], createRevision: 0, modRevision: record.modRevision, version: 0))
    }
}
