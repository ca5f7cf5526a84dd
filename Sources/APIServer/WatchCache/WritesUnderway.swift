import Objects
import Storage
import Synchronization

/// What this process is writing just now, as trees: the change comes back from the store as bytes, and need not be decoded.
final class WritesUnderway: Sendable {
    private struct Write: Sendable {
        let bytes: [UInt8]
        let tree: Value
    }

    private let writes = Mutex<[String: Write]>([:])

    func add(_ mutation: StorageMutation, _ tree: Value) {
        switch mutation {
        case .create(let key, let bytes, _), .update(let key, let bytes, _, _):
            writes.withLock { $0[key] = Write(bytes: bytes, tree: tree) }
        case .delete: return
        }
    }

    func remove(_ key: String) { _ = writes.withLock { $0.removeValue(forKey: key) } }

    /// The tree of a record, when its bytes are those of the write: another one may have come before.
    func tree(of record: StoredRecord) -> Value? {
        guard let write = writes.withLock({ $0[record.key] }), write.bytes == record.value else { return nil }
        return write.tree
    }
}
