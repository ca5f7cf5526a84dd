import Objects
import Synchronization

/// Creations and deletions that were asked for but that the informer has not shown yet, so that a sync in
/// between does not repeat them.
final class Expectations: Sendable {
    private struct Entry {
        var creations = 0
        var deletions: Set<String> = []
        var since = ClusterTime.now
    }

    private let entries = Mutex<[String: Entry]>([:])

    func isSatisfied(_ key: String) -> Bool {
        entries.withLock { entries in
            guard let entry = entries[key] else { return true }
            return (entry.creations <= 0 && entry.deletions.isEmpty) || ClusterTime.now - entry.since > .seconds(300)
        }
    }

    func expectCreations(_ key: String, _ count: Int) {
        entries.withLock { entries in
            var entry = isDone(entries[key]) ? Entry() : entries[key] ?? Entry()
            entry.creations += count
            entries[key] = entry
        }
    }

    private func isDone(_ entry: Entry?) -> Bool { entry.map { $0.creations <= 0 && $0.deletions.isEmpty } ?? true }

    func expectDeletion(_ key: String, _ uid: String) {
        entries.withLock { _ = $0[key, default: Entry()].deletions.insert(uid) }
    }

    func sawCreation(_ key: String) { entries.withLock { $0[key]?.creations -= 1 } }
    func sawDeletion(_ key: String, _ uid: String) { entries.withLock { _ = $0[key]?.deletions.remove(uid) } }
    func forget(_ key: String) { entries.withLock { $0[key] = nil } }
}
